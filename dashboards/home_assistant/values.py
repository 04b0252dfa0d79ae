"""What the values are now: one JSON object a room, one for the office. No people, no titles of documents.

Null is shown there as "unknown": a room that is not heard has no problem and no calm either.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from dashboards.views.room import BREAKING, case_standing
from policies.accounting.day_types import OPEN_TYPES, day_type
from policies.accounting.print_use import print_use
from policies.control.case import Case
from policies.history import JobRow, SlotRow
from policies.office.site import Site
from policies.state import State
from policies.words import Words
from sensors.device import ZoneId


class Figures(msgspec.Struct, frozen=True):
    """Sums since the beginning of the local month; None: nothing is known. `duplex_percent`: of impressions that could be."""

    after_hours_kwh: float | None = None
    duplex_percent: float | None = None
    sheets: int | None = None


def closed_kwh(site: Site, slots: Iterable[SlotRow]) -> float | None:
    """Energy outside a room's hours, weekends and holidays with it; only what has a meter, and once. None: no slot."""
    kwh: float | None = None
    measured = {name for names in site.measured_by.values() for name in names}
    for slot in slots:
        zone = site.zones.get(ZoneId(slot.zone))
        if slot.energy_kwh is None or zone is None or slot.device in measured:
            continue
        if day_type(site.calendar, zone.hours, slot.at) not in OPEN_TYPES:
            kwh = (kwh or 0.0) + slot.energy_kwh
    return kwh


def figures(days: Iterable[float | None], jobs: Sequence[JobRow]) -> Figures:
    """Of a month: its days' `closed_kwh`, and its print jobs."""
    known = [kwh for kwh in days if kwh is not None]
    used = print_use(jobs)
    rate = used.duplex_rate
    return Figures(
        after_hours_kwh=round(sum(known), 3) if known else None,
        duplex_percent=None if rate is None else round(100 * rate, 1),
        sheets=used.sheets if used.jobs > used.unknown_jobs else None,
    )


def broken_rules(state: State) -> Mapping[ZoneId, Sequence[Case]]:
    """Cases that count, by room: past their grace, without leave, and none about a print job of somebody."""
    found: dict[ZoneId, list[Case]] = {}
    for case in state.cases.values():
        if case_standing(case) in BREAKING and not case.finding.past:
            found.setdefault(case.zone, []).append(case)
    return found


def room_values(
    state: State, zone: ZoneId, cases: Sequence[Case], words: Callable[[Words], str], now: datetime
) -> Mapping[str, object]:
    """`problems` by rule (`ON`, `OFF` or null), `reasons` by rule, `cases`: how many are open."""
    office = state.office
    is_heard = any(not office.of(one.id).is_silent(now) for one in office.site.in_zone.get(zone, ()))
    problems: dict[str, str | None] = {}
    reasons: dict[str, Mapping[str, Sequence[str]]] = {}
    for policy in state.policies:
        if policy.concerns(zone):
            broken = [case for case in cases if case.policy == policy.name]
            problems[policy.name] = "ON" if broken else "OFF" if is_heard else None
            reasons[policy.name] = {"reasons": [_reason(state, case, words) for case in broken]}
    return {"problems": problems, "reasons": reasons, "cases": len(cases) if cases or is_heard else None}


def office_values(state: State, broken: Mapping[ZoneId, Sequence[Case]], found: Figures) -> Mapping[str, object]:
    """`breaking` rooms, `cases`, the month's figures, and which rules act (`acts`: `ON` or `OFF`)."""
    desk = state.office.desk
    return {
        "breaking": len(broken),
        "cases": sum(len(cases) for cases in broken.values()),
        "after_hours_kwh": found.after_hours_kwh,
        "duplex_percent": found.duplex_percent,
        "sheets": found.sheets,
        "acts": {
            policy.name: "ON" if desk.mode_of(policy.name, policy.mode) == "enforce" else "OFF"
            for policy in state.policies
        },
    }


def _reason(state: State, case: Case, words: Callable[[Words], str]) -> str:
    device = state.office.site.devices.get(case.device)
    names = {} if device is None else device.names
    name = names.get(state.office.site.language) or names.get("en") or case.device
    return f"{name}: {words(case.finding.verdict)}"

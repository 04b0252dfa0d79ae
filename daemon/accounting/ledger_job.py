"""Writes the ledger: for every command that was proved, what it avoided, as soon as its time is over.

Level-triggered: asks for the commands of a range and writes all of their entries; done again, with late data, it writes the
same points to the same places. Runs in a thread of its own: it reads three months of slots of each device that was told
something, one device at a time.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from daemon.accounting.past import PastSlot, Told, set_before, slots_of, told
from daemon.history.points import Points
from policies.accounting.avoided import SUPERSEDED
from policies.accounting.baseline import EXPIRES_AFTER, Baseline, free_days
from policies.accounting.interval import Interval, interval
from policies.accounting.ledger import Action, Entry, Price, in_order, switch_off
from policies.accounting.setpoints import Slopes, correction, slopes, uncontrolled_hours
from policies.history import History, SavingRow
from policies.office.site import Site
from sensors.device import Device, DeviceId

_BACK: Final = EXPIRES_AFTER + timedelta(days=2)
_AFTER: Final = timedelta(hours=2)
_QUARTER_HOURS: Final = 0.25 / 1000

Driving = Callable[[DeviceId, datetime], float | None]
"""How far outdoors is from the device's setpoint, towards its work, at an instant; None: not known."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Of a range: its entries in order, and the interval of what is measured."""

    entries: tuple[Entry, ...]
    interval: Interval | None


def ledger(
    site: Site,
    history: History,
    start: datetime,
    end: datetime,
    *,
    price: Price = lambda _: None,
    driving: Driving = lambda _device, _at: None,
    season: Callable[[date], str] = lambda _: "",
) -> Ledger:
    """The entries of the commands that were proved (or given up) in [start, end). Raises StoreUnavailable.

    `season` names a day's season: days of another one are no baseline for an air conditioner.
    """
    by_device: dict[DeviceId, list[Told]] = {}
    for each in told(site, history.commands(start, end), end + timedelta(days=4)):
        by_device.setdefault(each.action.device, []).append(each)
    entries: list[Entry] = []
    baselines: dict[DeviceId, Baseline] = {}
    for name, actions in sorted(by_device.items()):
        device = site.devices[name]
        last = max(each.action.until for each in actions)
        slots = slots_of(history, device, start - _BACK, last + _AFTER)
        if any(slot.energy_kwh is not None for slot in slots.values()):
            free = free_days(slots.values(), site.calendar, site.zones[device.zone].hours)
            climate = device.kind == "climate"
            baselines[name] = Baseline(free, season=season) if climate else Baseline(free)
        entries += _of_device(site, history, device, actions, slots, baselines.get(name), price, driving)
    ordered = in_order(entries)
    return Ledger(tuple(ordered), interval(ordered, baselines.get))


def saving_lines(points: Points, entries: Iterable[Entry], before: Iterable[SavingRow] = ()) -> list[bytes]:
    """One point an entry, at the instant of its action.

    `before`: what is written already. Where late data moved an entry to another ledger, the old point is put to nothing.
    """
    lines: list[bytes] = []
    now: dict[tuple[str, str, datetime], str] = {}
    for entry in entries:
        action = entry.action
        now[action.device, action.case_id, action.at] = entry.ledger
        tags = {"device": action.device, "zone": action.zone, "ledger": entry.ledger, "policy": action.policy}
        cost = None if entry.avoided_cost is None else round(entry.avoided_cost, 9)
        lines.append(_line(points, tags, round(entry.avoided_kwh, 9), cost, entry.method, action.case_id, action.at))
    for row in before:
        ledger_now = now.get((row.device, row.case_id or "", row.at))
        if ledger_now is not None and ledger_now != row.ledger:
            tags = {"device": row.device, "zone": row.zone, "ledger": row.ledger, "policy": row.policy}
            lines.append(_line(points, tags, 0.0, 0.0, SUPERSEDED, row.case_id or "", row.at))
    return lines


def _line(
    points: Points, tags: Mapping[str, str], kwh: float, cost: float | None, method: str, case: str, at: datetime
) -> bytes:
    fields = {"avoided_kwh": kwh, "avoided_cost": cost, "method": method, "case_id": case or None}
    line = points.record_line("saving", tags, fields, at, tie=zlib.crc32(case.encode()) % 1000)
    assert line is not None, "a saving has a figure"  # noqa: S101  for the type checker
    return line


def _of_device(
    site: Site,
    history: History,
    device: Device,
    actions: Iterable[Told],
    slots: dict[datetime, PastSlot],
    baseline: Baseline | None,
    price: Price,
    driving: Driving,
) -> list[Entry]:
    """Switch-offs first: what they claim, no setpoint claims again."""
    entries: list[Entry] = []
    taken: set[datetime] = set()
    ordered = list(actions)
    for each in ordered:
        if each.is_switch_off:
            entry = switch_off(
                each.action,
                slots,
                baseline,
                site.calendar,
                price=price,
                standby_kwh=device.standby_watts * _QUARTER_HOURS,
                taken=frozenset(taken),
            )
            taken.update(entry.claimed)
            entries.append(entry)
    by_hour: Slopes | None = None
    for each in ordered:
        if each.is_switch_off or each.celsius is None:
            continue
        if by_hour is None:
            by_hour = slopes(uncontrolled_hours(list(slots.values()), partial(driving, device.id), site.calendar))
        degrees = set_before(history, device.id, each.action.at, each.celsius)
        entry = correction(
            _until_changed(history, each),
            degrees or 0.0,
            slots,
            by_hour,
            site.calendar,
            price=price,
            taken=frozenset(taken),
        )
        taken.update(entry.claimed)
        entries.append(entry)
    return entries


def _until_changed(history: History, each: Told) -> Action:
    """A correction is worth something until somebody sets another value."""
    action = each.action
    for field in ("cooling_setpoint_celsius", "setpoint_celsius", "heating_setpoint_celsius"):
        samples = history.series(action.device, "climate", field, action.at, action.until)
        other = next((sample.at for sample in samples if float(sample.value) != each.celsius), None)
        if other is not None:
            return Action(action.device, action.zone, action.policy, action.case_id, action.at, other, action.proved)
    return action

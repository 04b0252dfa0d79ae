"""What happened in a month: compliance, cases, commands, refusals, and the ids that prove it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from policies.accounting.coverage import ENOUGH, Coverage
from policies.accounting.day_sums import DaySum
from policies.history import CaseRow, CommandRow
from sensors.device import DeviceId

PolicyKind = Literal["setpoint", "room", "after_hours", "other"]
"""What a policy judges; the setpoint rule and the room-air rule are never mixed."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COUNTED = frozenset({"open", "acting", "stuck", "escalated", "suspended", "closed"})
_SETPOINT_KNOWN: float = ENOUGH


@dataclass(frozen=True, slots=True)
class Compliance:
    """`rate`: the share of running time within the rule; None: nothing ran, or too little is known."""

    rate: float | None
    violation_hours: float | None
    running_hours: float | None
    cases: int
    worst: tuple[tuple[DeviceId, float], ...] = ()
    """Devices by hours of violation, the worst first."""
    left_out: tuple[DeviceId, ...] = ()
    """Units that say nothing between two commands (infrared): in no figure here, whatever they are set to."""


@dataclass(frozen=True, slots=True)
class Deeds:
    """Counts of the month's cases and commands. `refusals` by named reason; `by_policy`: cases that counted."""

    cases: int
    by_policy: Mapping[str, int]
    outcomes: Mapping[str, int]
    commands: Mapping[str, int]
    refusals: Mapping[str, int]
    case_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Stay:
    """One case: from when to when it was there, the last thing known of it."""

    case_id: str
    policy: str
    device: DeviceId
    since: datetime
    until: datetime
    state: str
    counts: bool = True


def setpoint_compliance(
    sums: Iterable[DaySum],
    climate: Sequence[DeviceId],
    known: Coverage,
    cases: int,
    top: int = 10,
    left_out: Sequence[DeviceId] = (),
) -> Compliance:
    """By the seconds in the slots of climate devices: from the first second on, without grace."""
    running = 0.0
    violation: dict[DeviceId, float] = {}
    units = set(climate)
    for each in sums:
        if each.device in units:
            running += each.on_seconds
            violation[each.device] = violation.get(each.device, 0.0) + each.violation_seconds
    if known.climate_share is None or known.climate_share < _SETPOINT_KNOWN:
        return Compliance(None, None, None, cases, left_out=tuple(left_out))
    broken = sum(violation.values())
    worst = sorted(
        ((name, seconds / 3600) for name, seconds in violation.items()), key=lambda item: (-item[1], item[0])
    )
    rate = max(0.0, 1 - broken / running) if running > 0 else None
    listed = tuple(item for item in worst[:top] if item[1] > 0)
    return Compliance(rate, broken / 3600, running / 3600, cases, listed, tuple(left_out))


def case_hours(rows: Iterable[CaseRow], policies: Iterable[str], start: datetime, end: datetime) -> tuple[int, float]:
    """Cases of these policies that counted within [start, end), and the hours that they were there."""
    wanted = set(policies)
    chosen = [stay for stay in _stays(rows, end) if stay.policy in wanted and stay.since < end and stay.until > start]
    seconds = sum((min(stay.until, end) - max(stay.since, start)).total_seconds() for stay in chosen)
    return len(chosen), seconds / 3600


def deeds(cases: Sequence[CaseRow], commands: Iterable[CommandRow], start: datetime, end: datetime) -> Deeds:
    """Of the rows in [start, end); rows from before it only tell since when a case is there."""
    inside = [row for row in cases if start <= row.at < end]
    stays = [stay for stay in _stays(cases, end) if stay.until > start and stay.since < end]
    refused = {(row.case_id, row.reason) for row in inside if row.reason and row.state in {"open", "suspended"}}
    return Deeds(
        len(stays),
        dict(sorted(Counter(stay.policy for stay in stays).items())),
        dict(sorted(Counter(stay.state for stay in stays).items())),
        dict(sorted(Counter(row.state for row in commands if row.state and start <= row.at < end).items())),
        dict(sorted(Counter(reason for _, reason in refused if reason).items())),
        tuple(stay.case_id for stay in stays),
    )


def _stays(rows: Iterable[CaseRow], end: datetime) -> list[_Stay]:
    """By case: since it was first seen (not since it counted), until it closed, or `end`. Not those that are contested or wrong."""
    found: dict[str, _Stay] = {}
    for row in sorted(rows, key=lambda each: each.at):
        if not row.case_id or row.state not in _COUNTED:
            continue
        before = found.get(row.case_id)
        opened = row.at if row.opened_at_us is None else _EPOCH + timedelta(microseconds=row.opened_at_us)
        since = opened if before is None else before.since
        until = row.at if row.state == "closed" else end
        if before is not None and before.state == "closed":
            until = before.until  # a word about a closed case does not open it again
        counts = row.counts is not False
        found[row.case_id] = _Stay(row.case_id, row.policy, DeviceId(row.device), since, until, row.state, counts)
    return [found[name] for name in sorted(found) if found[name].counts]

"""Recurring overtime and the month's budget of leave, as people read them."""

from datetime import date, datetime

import msgspec

from dashboards.views.place import Named, device, zone
from policies.state import State
from sensors.device import ZoneId

_DAY_MINUTES = 24 * 60


class Recurring(msgspec.Struct, frozen=True):
    """A weekly pattern. `weekdays`: 0 is Monday; `start` and `end`: the office's clock. `approved_by` empty: not yet."""

    id: str
    zone: Named
    device: Named | None
    weekdays: tuple[int, ...]
    start: str
    end: str
    first: date
    last: date
    asked_by: str
    why: str
    approved_by: str


class Budget(msgspec.Struct, frozen=True):
    """Hours of leave in closed time: what this month has used, of what the room may have. `month` such as `2026-07`."""

    month: str
    used_hours: float
    limit_hours: float


def overtimes(state: State, now: datetime, zone_id: ZoneId | None = None) -> tuple[Recurring, ...]:
    """What is not over: of one room, or of all."""
    site, today = state.office.site, state.office.site.calendar.local(now).date()
    return tuple(
        Recurring(
            one.id,
            zone(site, one.zone),
            None if one.device is None else device(site, one.device),
            one.weekdays,
            _clock(one.from_minute),
            _clock(one.until_minute),
            one.first,
            one.last,
            one.asked_by,
            one.why,
            one.approved_by,
        )
        for one in state.office.desk.overtimes
        if one.last >= today and zone_id in {None, one.zone}
    )


def budget(state: State, zone_id: ZoneId, now: datetime) -> Budget | None:
    """None for a room without a limit."""
    there = state.office.site.zones.get(zone_id)
    if there is None or there.leave_hours_per_month is None:
        return None
    month = f"{state.office.site.calendar.local(now):%Y-%m}"
    used = state.office.desk.used.get(zone_id, {}).get(month, 0.0)
    return Budget(month, used, there.leave_hours_per_month)


def _clock(minute: int) -> str:
    return f"{minute % _DAY_MINUTES // 60:02}:{minute % 60:02}"

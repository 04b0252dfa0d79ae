"""How much leave a zone has had this month: the hours in which it would have been closed, each counted once.

Two people who ask for the same evening use it up once; whoever ends early gives the rest back. Months are the office's own.
"""

from collections.abc import Mapping
from datetime import datetime

from policies.office.office import Office
from sensors.device import ZoneId

Hours = Mapping[str, float]
"""Closed hours by local month, such as `2026-07`."""
MONTHS_KEPT = 3
_HOUR_SECONDS = 3600.0


def closed_hours(office: Office, zone: ZoneId, start: datetime, end: datetime) -> Hours:
    """The hours from start (included) to end in which the zone is closed."""
    hours: dict[str, float] = {}
    calendar = office.site.calendar
    while start < end:
        change = office.next_change(zone, start)
        until = min(end, calendar.next_midnight(start), change or end)
        if not office.is_open(zone, start):
            month = f"{calendar.local(start):%Y-%m}"
            hours[month] = hours.get(month, 0.0) + (until - start).total_seconds() / _HOUR_SECONDS
        start = until
    return hours


def used_after(office: Office, zone: ZoneId, old_end: datetime, new_end: datetime) -> Hours:
    """What the zone has used when its leave ends at `new_end` instead of `old_end`: more, or less again."""
    used = dict(office.desk.used.get(zone, {}))
    if new_end >= old_end:
        for month, hours in closed_hours(office, zone, old_end, new_end).items():
            used[month] = used.get(month, 0.0) + hours
    else:
        for month, hours in closed_hours(office, zone, new_end, old_end).items():
            used[month] = max(0.0, used.get(month, 0.0) - hours)
    return dict(sorted(used.items())[-MONTHS_KEPT:])


def leave_ends(office: Office, zone: ZoneId, now: datetime, *, without: str = "") -> datetime:
    """When the leave that somebody asked for in this zone ends; now where there is none. Approved overtime is not in it."""
    ends = [
        one.until
        for one in office.desk.overrides
        if one.zone == zone and one.id != without and not one.is_overtime and one.until > now
    ]
    return max(ends, default=now)

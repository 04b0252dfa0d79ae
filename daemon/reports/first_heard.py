"""Since when a device is there: one that appeared within a month or a week owes nothing from before."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from policies.accounting.day_sums import DaySum
from policies.accounting.day_types import SLOT
from policies.history import History
from policies.office.site import Site
from sensors.device import DeviceId

_DAY: Final = timedelta(days=1)
_LONG_AGO: Final = timedelta(days=400)


def first_heard(history: History, sums: Iterable[DaySum], site: Site, start: datetime) -> dict[DeviceId, datetime]:
    """Of those that nobody had heard before `start`: their first day counts from its first slot on. Raises StoreUnavailable."""
    known = history.last("slot", "coverage_seconds", start - _LONG_AGO, start)
    first: dict[DeviceId, tuple[date, int]] = {}
    for each in sums:
        if each.device not in known:
            day, number = first.get(each.device, (each.day, 0))
            first[each.device] = (
                (each.day, each.slots) if each.day < day else (day, number + (each.slots if each.day == day else 0))
            )
    zone = ZoneInfo(site.calendar.timezone)
    return {
        name: datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) + _DAY - number * SLOT
        for name, (day, number) in first.items()
    }

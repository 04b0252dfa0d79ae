"""What the office has used today, beside what it uses by this time on a usual day of the same sort."""

from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import msgspec

from policies.accounting.day_types import SLOT, day_class, slot_start
from policies.history import History, Window
from policies.office.calendar import Calendar

_DAYS = 28
_FEWEST_DAYS = 3
_WHOLE_SHARE = 0.9
_UTC = ZoneInfo("UTC")


class UsualDay(msgspec.Struct, frozen=True):
    """`today_kwh` up to `until`. `usual_kwh`: median of `days` comparable days by the same time; None: too few of them."""

    today_kwh: float
    usual_kwh: float | None
    days: int
    until: datetime


class UsualDays:
    """Asks for the four weeks before today once a day, and for today each time. May block: it asks the store. Any thread."""

    def __init__(self) -> None:
        self._before: tuple[date, list[Window]] | None = None

    def at(self, history: History, calendar: Calendar, now: datetime) -> UsualDay | None:
        """None: too little was counted today. Days that lack a tenth of their slots are not compared. Raises StoreUnavailable."""
        until = slot_start(now)
        midnight = calendar.local(until).replace(hour=0, minute=0)
        begin = midnight.astimezone(_UTC)
        today = history.windows("slot", "energy_kwh", begin, until, SLOT) if begin < until else ()
        wanted = _WHOLE_SHARE * ((until - begin) // SLOT)
        if not today or len(today) < wanted:
            return None
        before = self._before
        if before is None or before[0] != midnight.date():
            start = (midnight - timedelta(days=_DAYS)).astimezone(_UTC)
            before = self._before = (midnight.date(), list(history.windows("slot", "energy_kwh", start, begin, SLOT)))
        time_of_day, mine = calendar.local(until).time(), day_class(calendar, midnight.date())
        sums: dict[date, list[float]] = {}
        for slot in before[1]:
            local = calendar.local(slot.start)
            if local.time() < time_of_day and day_class(calendar, local.date()) == mine:
                sums.setdefault(local.date(), []).append(slot.total)
        whole = [sum(found) for found in sums.values() if len(found) >= wanted]
        usual = median(whole) if len(whole) >= _FEWEST_DAYS else None
        return UsualDay(sum(slot.total for slot in today), usual, len(whole), until)

"""Recurring overtime: a weekly pattern that somebody asked for and somebody else approved. It ends on its last day.

Times are the office's wall clock, so 18:00 stays 18:00 when the clocks change; an end that is not later than the start is
on the next day.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sensors.device import DeviceId, ZoneId

LONGEST = timedelta(days=366)
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Overtime:
    """`weekdays`: 0 is Monday. `first` and `last`: days on which a window may begin. `approved_by` empty: not yet."""

    id: str
    zone: ZoneId
    weekdays: tuple[int, ...]
    from_minute: int
    until_minute: int
    first: date
    last: date
    asked_by: str
    why: str
    device: DeviceId | None = None
    approved_by: str = ""

    def window(self, day: date, timezone: str) -> tuple[datetime, datetime] | None:
        """From (included) until (not included), UTC, of the window that begins on this local day; None where none does."""
        if day.weekday() not in self.weekdays or not self.first <= day <= self.last:
            return None
        ahead = self.until_minute if self.until_minute > self.from_minute else self.until_minute + _DAY_MINUTES
        start, end = _instant(day, self.from_minute, timezone), _instant(day, ahead, timezone)
        return (start, end) if start < end else None

    def now(self, now: datetime, timezone: str) -> tuple[date, datetime] | None:
        """The day on which the present window began, and its end."""
        today = now.astimezone(ZoneInfo(timezone)).date()
        for day in (today, today - timedelta(days=1)):
            window = self.window(day, timezone)
            if window is not None and window[0] <= now < window[1]:
                return day, window[1]
        return None

    def next_start(self, now: datetime, timezone: str) -> datetime | None:
        """When the next window begins, within a week."""
        today = now.astimezone(ZoneInfo(timezone)).date()
        for ahead in range(8):
            window = self.window(today + timedelta(days=ahead), timezone)
            if window is not None and window[0] > now:
                return window[0]
        return None


def _instant(day: date, minute: int, timezone: str) -> datetime:
    days, rest = divmod(minute, _DAY_MINUTES)
    there = day + timedelta(days=days)
    local = datetime(there.year, there.month, there.day, rest // 60, rest % 60, tzinfo=ZoneInfo(timezone))
    return local.astimezone(UTC)

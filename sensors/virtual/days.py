"""Local time and working days of the virtual office.

It has a calendar of its own, much simpler than the policies' one and sharing no code with it: a simulator that asked
the judge what day it is could not contradict it.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DAY_SECONDS = 86400.0
_BUCKET_SECONDS = 900.0


class Days:
    """Wall clock and working days. Instants are Unix seconds; `minute` counts from local midnight."""

    def __init__(self, timezone: str, closed_days: frozenset[date], open_days: frozenset[date]) -> None:
        self.timezone = ZoneInfo(timezone)
        self._closed_days = closed_days
        self._open_days = open_days
        self._offsets: dict[int, float] = {}
        self._stamp = (0.0, "")

    def offset_seconds(self, at: float) -> float:
        """Local time minus UTC; zones change it on quarters of an hour only, so it is remembered for each."""
        bucket = int(at // _BUCKET_SECONDS)
        offset = self._offsets.get(bucket)
        if offset is None:
            if len(self._offsets) > 1000:
                self._offsets.clear()
            local = datetime.fromtimestamp(at, self.timezone)
            offset = (local.utcoffset() or timedelta()).total_seconds()
            self._offsets[bucket] = offset
        return offset

    def hour(self, at: float) -> float:
        """Local hour of the day, 0 to 24."""
        return ((at + self.offset_seconds(at)) % DAY_SECONDS) / 3600.0

    def day(self, at: float) -> date:
        """The local date."""
        return datetime.fromtimestamp(at, self.timezone).date()

    def stamp(self, at: float) -> str:
        """Local time without a zone, as Tasmota writes it."""
        if at != self._stamp[0]:  # a device writes it twice
            local = datetime.fromtimestamp(at + self.offset_seconds(at), UTC)
            self._stamp = (at, local.isoformat(timespec="seconds")[:19])
        return self._stamp[1]

    def instant(self, day: date, minute: float) -> float:
        """Unix seconds of a local minute of a day."""
        local = datetime(day.year, day.month, day.day, tzinfo=self.timezone) + timedelta(minutes=minute)
        return local.timestamp()

    def is_workday(self, day: date) -> bool:
        """The lists win over the week."""
        if day in self._closed_days:
            return False
        return day in self._open_days or day.weekday() < 5

"""When a zone is open: the only place where local time lives.

Public holidays and make-up workdays (调休) come from the `holidays` package. A Chinese year without a single make-up
workday is an estimate, not the State Council's notice: near its holidays the calendar vouches for nothing
(`Calendar.vouches_for`), and whoever would switch something off has to ask a person.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

DayKind = Literal["workday", "weekend", "holiday", "make_up", "closed"]
Span = tuple[int, int]
"""Minutes after local midnight, half-open; an end beyond 1440 reaches into the next day."""

_LOOK_AHEAD_DAYS = 40
_DOUBTFUL_DAYS = 10


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours of a zone, Monday first; an empty day is closed."""

    weekly: tuple[tuple[Span, ...], ...]

    @property
    def workday(self) -> tuple[Span, ...]:
        """What a make-up workday gets: the hours of the first weekday that has any."""
        return next((day for day in self.weekly if day), ())


@dataclass(frozen=True, slots=True)
class Calendar:
    """One site's days. `country` is an ISO 3166 code that `holidays` knows, or empty: weekly hours only."""

    timezone: str
    country: str = ""
    closed_days: frozenset[date] = field(default_factory=frozenset)
    open_days: frozenset[date] = field(default_factory=frozenset)

    def kind(self, day: date) -> DayKind:
        """What sort of day this is; the site's own lists win over the public ones."""
        if day in self.closed_days:
            return "closed"
        if day in self.open_days:
            return "make_up"
        if self.country:
            public = _public_days(self.country, day.year)
            if day in public.make_up:
                return "make_up"
            if day in public.holidays:
                return "holiday"
        return "weekend" if day.weekday() >= 5 else "workday"  # noqa: PLR2004  Saturday

    def vouches_for(self, day: date) -> bool:
        """False where the day's kind is a guess: an estimated year, within ten days of one of its holidays."""
        if not self.country or day in self.closed_days or day in self.open_days:
            return True
        near = [_public_days(self.country, year) for year in {day.year, (day + timedelta(days=_DOUBTFUL_DAYS)).year}]
        reach = timedelta(days=_DOUBTFUL_DAYS)
        return all(
            public.official or not any(abs(day - holiday) <= reach for holiday in public.holidays) for public in near
        )

    def is_open(self, hours: Hours, now: datetime) -> bool:
        """Whether a zone with these hours is open at this instant (half-open: closed at the closing minute)."""
        return bisect_right(self._edges(hours, now), now) % 2 == 1

    def next_change(self, hours: Hours, now: datetime) -> datetime | None:
        """The next instant at which `is_open` answers differently; None if it stays so for forty days."""
        edges = self._edges(hours, now)
        number = bisect_right(edges, now)
        return edges[number] if number < len(edges) else None

    def local(self, instant: datetime) -> datetime:
        """The same instant on the office's wall clock."""
        return instant.astimezone(ZoneInfo(self.timezone))

    def next_midnight(self, now: datetime) -> datetime:
        """When the next local day begins."""
        return _instant(self, self.local(now).date() + _DAY, 0)

    def _edges(self, hours: Hours, now: datetime) -> tuple[datetime, ...]:
        return _edges(self, hours, now.astimezone(ZoneInfo(self.timezone)).date())


@dataclass(frozen=True, slots=True)
class _PublicDays:
    holidays: frozenset[date]
    make_up: frozenset[date]
    official: bool


_DAY = timedelta(days=1)


@lru_cache(maxsize=4096)
def _edges(calendar: Calendar, hours: Hours, today: date) -> tuple[datetime, ...]:
    """Opening, closing, opening, … from yesterday on; intervals that touch are one."""
    edges: list[datetime] = []
    for ahead in range(-1, _LOOK_AHEAD_DAYS):
        for start, end in _intervals(calendar, hours, today + timedelta(days=ahead)):
            if edges and start <= edges[-1]:
                edges[-1] = max(edges[-1], end)
            else:
                edges += [start, end]
    return tuple(edges)


def _intervals(calendar: Calendar, hours: Hours, day: date) -> list[tuple[datetime, datetime]]:
    kind = calendar.kind(day)
    if kind in {"closed", "holiday"}:
        return []
    spans = hours.workday if kind == "make_up" else hours.weekly[day.weekday()]
    return sorted((_instant(calendar, day, start), _instant(calendar, day, end)) for start, end in spans)


def _instant(calendar: Calendar, day: date, minute: int) -> datetime:
    days, rest = divmod(minute, 1440)
    there = day + timedelta(days=days)
    local = datetime(there.year, there.month, there.day, rest // 60, rest % 60, tzinfo=ZoneInfo(calendar.timezone))
    return local.astimezone(UTC)


@lru_cache(maxsize=64)
def _public_days(country: str, year: int) -> _PublicDays:
    import holidays  # noqa: PLC0415  a third of a second: only an office that has a country pays it

    public = holidays.country_holidays(country, years=[year])
    make_up = frozenset(day for day in getattr(public, "weekend_workdays", ()) if day.year == year)
    return _PublicDays(
        holidays=frozenset(day for day in public if day.year == year),
        make_up=make_up,
        official=bool(make_up) or country != "CN",
    )

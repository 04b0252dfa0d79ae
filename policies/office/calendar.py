"""When a zone is open: the only place where local time lives.

Which days are holidays is `public_days`' business, unless the site has imported or listed them itself. Near the holidays
of a year without official dates the calendar vouches for nothing (`Calendar.vouches_for`), and whoever would switch
something off has to ask a person.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from policies.office.public_days import public_days
from policies.words import Words, say

DayKind = Literal["workday", "weekend", "holiday", "make_up", "closed", "half_day"]
Span = tuple[int, int]
"""Minutes after local midnight, half-open; an end beyond 1440 reaches into the next day."""

_LOOK_AHEAD_DAYS = 40
_DOUBTFUL_DAYS = 10
_BANNER_MONTH, _URGENT_MONTH = 11, 12
"""China's notice for the next year has come in the first half of November of late."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours of a zone, Monday first; an empty day is closed."""

    weekly: tuple[tuple[Span, ...], ...]

    @property
    def workday(self) -> tuple[Span, ...]:
        """What a make-up workday gets: the hours of the first weekday that has any."""
        return next((day for day in self.weekly if day), ())


@dataclass(frozen=True, slots=True)
class Imported:
    """Days from files that the site has imported. `years`: those that a file covers in whole, by official notice."""

    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Trouble:
    """A year whose official dates are missing. `is_urgent`: no time left, people have to mend it now."""

    year: int
    is_urgent: bool
    words: Words


@dataclass(frozen=True, slots=True)
class Calendar:
    """One site's days. `country` is an ISO 3166 code that `holidays` knows, or empty: weekly hours only.

    What staff have marked (`marked_…`, see `policies/office/desk.py`) wins over the configuration.
    On `half_days` every zone closes at `half_day_ends_minute` (after local midnight) at the latest.
    """

    timezone: str
    country: str = ""
    closed_days: frozenset[date] = field(default_factory=frozenset)
    open_days: frozenset[date] = field(default_factory=frozenset)
    half_days: frozenset[date] = field(default_factory=frozenset)
    half_day_ends_minute: int = 720
    imported: Imported = Imported()
    marked_closed: frozenset[date] = frozenset()
    marked_open: frozenset[date] = frozenset()
    _answers: "dict[int, _Answer]" = field(default_factory=dict, init=False, compare=False, repr=False)
    """The last answer for each hours (by identity, which is cheaper than their hash), for as long as it holds."""

    def kind(self, day: date) -> DayKind:
        """What sort of day this is: the site's own lists win over imported ones, and those over the public ones."""
        if day in self.marked_closed:
            return "closed"
        if day in self.closed_days and day not in self.marked_open:
            return "closed"
        kind = "make_up" if day in self.open_days | self.marked_open else self._public_kind(day)
        return "half_day" if day in self.half_days and kind in {"workday", "make_up"} else kind

    def vouches_for(self, day: date) -> bool:
        """False where the day's kind is a guess: an estimated year, within ten days of one of its holidays."""
        ours = self.closed_days | self.open_days | self.marked_closed | self.marked_open
        if not self.country or day in ours:
            return True
        if day in self.imported.off or day in self.imported.work:
            return True
        reach = timedelta(days=_DOUBTFUL_DAYS)
        return all(
            self.is_official(year)
            or not any(abs(day - holiday) <= reach for holiday in public_days(self.country, year).holidays)
            for year in {day.year, (day + reach).year}
        )

    def is_official(self, year: int) -> bool:
        """Whether this year's holidays are known, not estimated."""
        return not self.country or year in self.imported.years or public_days(self.country, year).official

    def trouble(self, now: datetime) -> Trouble | None:
        """The first year without official dates that matters now: this one, or from 1 November the next.

        Urgent from 1 December. None: nothing to be done.
        """
        today = self.local(now).date()
        if not self.is_official(today.year):
            words = say(
                "the holidays of {year} are only estimated: nothing is switched off near them", year=str(today.year)
            )
            return Trouble(today.year, is_urgent=True, words=words)
        if today.month < _BANNER_MONTH or self.is_official(today.year + 1):
            return None
        words = say(
            "the official holidays of {year} are not known yet: update officed, or import a calendar",
            year=str(today.year + 1),
        )
        return Trouble(today.year + 1, is_urgent=today.month >= _URGENT_MONTH, words=words)

    def is_open(self, hours: Hours, now: datetime) -> bool:
        """Whether a zone with these hours is open at this instant (half-open: closed at the closing minute)."""
        known = self._answers.get(id(hours))
        if known is None or not known.since <= now < known.until:
            known = self._ask(hours, now)
        return known.is_open

    def next_change(self, hours: Hours, now: datetime) -> datetime | None:
        """The next instant at which `is_open` answers differently; None if it stays so for forty days."""
        known = self._answers.get(id(hours))
        if known is None or not known.since <= now < known.until:
            known = self._ask(hours, now)
        return known.change

    def local(self, instant: datetime) -> datetime:
        """The same instant on the office's wall clock."""
        return instant.astimezone(ZoneInfo(self.timezone))

    def next_midnight(self, now: datetime) -> datetime:
        """When the next local day begins."""
        return _instant(self, self.local(now).date() + _DAY, 0)

    def _ask(self, hours: Hours, now: datetime) -> "_Answer":
        """From `now` to the next change or midnight, after which forty days ahead are other ones."""
        edges = _edges(self, hours, self.local(now).date())
        number = bisect_right(edges, now)
        change = edges[number] if number < len(edges) else None
        midnight = self.next_midnight(now)
        until = midnight if change is None else min(change, midnight)
        known = self._answers[id(hours)] = _Answer(hours, now, until, number % 2 == 1, change)
        return known

    def _public_kind(self, day: date) -> DayKind:
        if day in self.imported.work:
            return "make_up" if day.weekday() >= _SATURDAY else "workday"
        if day in self.imported.off:
            return "holiday"
        if self.country and day.year not in self.imported.years:
            public = public_days(self.country, day.year)
            if day in public.make_up:
                return "make_up"
            if day in public.holidays:
                return "holiday"
        return "weekend" if day.weekday() >= _SATURDAY else "workday"


@dataclass(frozen=True, slots=True)
class _Answer:
    """Holds in [since, until). `hours` is kept so that nobody else gets its identity."""

    hours: Hours
    since: datetime
    until: datetime
    is_open: bool
    change: datetime | None


_DAY = timedelta(days=1)
_SATURDAY = 5


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
    spans = hours.weekly[day.weekday()]
    if kind == "make_up" or (kind == "half_day" and not spans):
        spans = hours.workday
    if kind == "half_day":
        last = calendar.half_day_ends_minute
        spans = tuple((start, min(end, last)) for start, end in spans if start < last)
    return sorted((_instant(calendar, day, start), _instant(calendar, day, end)) for start, end in spans)


def _instant(calendar: Calendar, day: date, minute: int) -> datetime:
    days, rest = divmod(minute, 1440)
    there = day + timedelta(days=days)
    local = datetime(there.year, there.month, there.day, rest // 60, rest % 60, tzinfo=ZoneInfo(calendar.timezone))
    return local.astimezone(UTC)

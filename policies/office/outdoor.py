"""What our own sensor says of the weather: a mean a day, and the season latched on them.

The rule is the one of GB/T 42074-2022 (five sliding five-day means in a row beyond 22 or 10 °C), held by a dwell of 21 days
and by months in which a change cannot be: without those, eight series of a year changed 5 to 11 times instead of 3 to 7.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec
from msgspec.structs import replace

Season = Literal["summer", "winter", "transition"]

SUMMER_CELSIUS, WINTER_CELSIUS = 22.0, 10.0
DAYS_MEANT, DAYS_NEEDED, DAYS_IN_A_ROW = 5, 4, 5
DWELL = timedelta(days=21)
_DAYS_KEPT = 14
_QUARTERS = 4
_DAY = timedelta(days=1)


class DayMean(msgspec.Struct, frozen=True, gc=False):
    """One whole local day."""

    day: date
    celsius: float


class Outdoor(msgspec.Struct, frozen=True):
    """`sums` and `counts`: today so far, by quarters of the day, so that a silent night does not make a warm day.

    `days`: the last whole days, oldest first. `since` is the first day of the latched `season`, `latched_on` the day we
    knew.
    """

    today: date | None = None
    sums: tuple[float, ...] = (0.0,) * _QUARTERS
    counts: tuple[int, ...] = (0,) * _QUARTERS
    days: tuple[DayMean, ...] = ()
    season: Season | None = None
    since: date | None = None
    latched_on: date | None = None

    def mean_celsius(self, day: date) -> float | None:
        """The mean of this day and the four before it; None where fewer than four of the five are whole."""
        return _sliding({one.day: one.celsius for one in self.days}, day)


def hear_outdoor(outdoor: Outdoor, celsius: float, local_at: datetime, *, southern: bool = False) -> Outdoor:
    """The same after one more live reading; `local_at` on the office's wall clock. A new day closes the one before."""
    today = local_at.date()
    if outdoor.today is None or today > outdoor.today:
        outdoor = _next_day(outdoor, today, southern=southern)
    elif today < outdoor.today:
        return outdoor
    quarter = local_at.hour * _QUARTERS // 24
    sums, counts = list(outdoor.sums), list(outdoor.counts)
    sums[quarter] += celsius
    counts[quarter] += 1
    return replace(outdoor, sums=tuple(sums), counts=tuple(counts))


def latch(outdoor: Outdoor, *, southern: bool = False) -> Outdoor:
    """The season after the last whole day: another one only where five sliding means agree and nothing holds the old."""
    if not outdoor.days:
        return outdoor
    means = {one.day: one.celsius for one in outdoor.days}
    day = outdoor.days[-1].day
    row = {_season_of(_sliding(means, day - back * _DAY)) for back in range(DAYS_IN_A_ROW)}
    if len(row) > 1:
        return outdoor
    season = row.pop()
    if season is None or season == outdoor.season or not _may_change(outdoor, season, day, southern=southern):
        return outdoor
    return replace(outdoor, season=season, since=day - (DAYS_IN_A_ROW - 1) * _DAY, latched_on=day)


def _next_day(outdoor: Outdoor, today: date, *, southern: bool) -> Outdoor:
    if outdoor.today is not None and all(outdoor.counts):
        parts = [total / count for total, count in zip(outdoor.sums, outdoor.counts, strict=True)]
        days = (*outdoor.days, DayMean(outdoor.today, sum(parts) / _QUARTERS))[-_DAYS_KEPT:]
        outdoor = latch(replace(outdoor, days=days), southern=southern)
    return replace(outdoor, today=today, sums=(0.0,) * _QUARTERS, counts=(0,) * _QUARTERS)


def _sliding(means: Mapping[date, float], day: date) -> float | None:
    known = [means[one] for back in range(DAYS_MEANT) if (one := day - back * _DAY) in means]
    return sum(known) / len(known) if len(known) >= DAYS_NEEDED else None


def _season_of(mean_celsius: float | None) -> Season | None:
    if mean_celsius is None:
        return None
    if mean_celsius >= SUMMER_CELSIUS:
        return "summer"
    return "winter" if mean_celsius < WINTER_CELSIUS else "transition"


def _may_change(outdoor: Outdoor, season: Season, day: date, *, southern: bool) -> bool:
    """What holds a season.

    No summer in November to March, no winter in May to September; no end of summer from May to August, nor of winter in
    December and January; and the dwell, but for the first.
    """
    month = (day.month + 5) % 12 + 1 if southern else day.month
    if season == "summer" and month in {11, 12, 1, 2, 3}:
        return False
    if season == "winter" and month in {5, 6, 7, 8, 9}:
        return False
    if outdoor.season == "summer" and month in {5, 6, 7, 8}:
        return False
    if outdoor.season == "winter" and month in {12, 1}:
        return False
    return outdoor.latched_on is None or day - outdoor.latched_on >= DWELL

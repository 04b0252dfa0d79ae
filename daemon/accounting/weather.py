"""The weather of a range as the site's own outdoor sensors told it: an hour's mean, and the season of a day.

The season is worked out the way the engine does (policies/office/outdoor.py), from the same sensors, so that a day compares
with days of what the engine took for the same season.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from policies.history import History
from policies.office.outdoor import Outdoor, hear_outdoor
from policies.office.season import season_on
from policies.office.site import Site

_HOUR: Final = timedelta(hours=1)
_WARMING_UP: Final = timedelta(days=30)
"""What the season of the first day rests on: its five-day means, and the dwell since the last change."""


class Weather:
    """Of [start, end). Raises StoreUnavailable while it is made, not later."""

    def __init__(self, site: Site, history: History, start: datetime, end: datetime) -> None:
        self._site = site
        first = (start - _WARMING_UP).replace(minute=0, second=0, microsecond=0)
        self._celsius = _hourly(history, first, end)
        self._outdoor: dict[date, Outdoor] = {}
        self._seasons: dict[date, str] = {}
        outdoor = Outdoor()
        for at, celsius in self._celsius.items():
            local = site.calendar.local(at)
            outdoor = hear_outdoor(outdoor, celsius, local, southern=site.seasons.southern)
            self._outdoor[local.date()] = outdoor

    def outdoor_celsius(self, at: datetime) -> float | None:
        """The mean of the hour that holds this instant, over all outdoor sensors; None where none spoke."""
        return self._celsius.get(at.replace(minute=0, second=0, microsecond=0))

    def season(self, day: date) -> str:
        """Of a local day; empty where nobody can say."""
        if day not in self._seasons:  # asked for every slot of every unit
            self._seasons[day] = season_on(self._site.seasons, self._outdoor.get(day, Outdoor()), day).season or ""
        return self._seasons[day]


def _hourly(history: History, first: datetime, end: datetime) -> Mapping[datetime, float]:
    sums: dict[datetime, list[float]] = {}
    for start in _pieces(first, end):
        until = min(start + timedelta(days=100), end)
        for window in history.windows("environment", "outdoor_celsius", start, until, _HOUR, ("device",)):
            sums.setdefault(window.start, []).append(window.mean)
    return {at: sum(values) / len(values) for at, values in sorted(sums.items())}


def _pieces(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += timedelta(days=100)

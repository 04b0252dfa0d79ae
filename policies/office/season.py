"""Which season it is for the units that do not say what they do, with the reason and since when.

In this order: what somebody has pinned, what our own outdoor sensor has latched, the dates of the city. Season decides
AUTO only; a unit that cools is judged as cooling in any month.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from policies.office.outdoor import DAYS_MEANT, DAYS_NEEDED, Outdoor, Season
from policies.words import Words, say

MonthDay = tuple[int, int]
Dates = tuple[MonthDay, MonthDay]
"""First and last day, both included; the last may lie in the next year."""

Source = Literal["pin", "outdoor", "city", "none"]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class City:
    """When it is usually cold and hot. None: never. None of these dates has been checked against a decree."""

    winter: Dates | None
    summer: Dates | None


CITIES: Mapping[str, City] = {
    "beijing": City(winter=((11, 15), (3, 15)), summer=((5, 19), (9, 15))),
    "tianjin": City(winter=((11, 15), (3, 15)), summer=((5, 20), (9, 15))),
    "harbin": City(winter=((10, 20), (4, 20)), summer=((6, 20), (8, 20))),
    "xian": City(winter=((11, 15), (3, 15)), summer=((5, 20), (9, 15))),
    "shanghai": City(winter=((12, 1), (3, 10)), summer=((5, 25), (10, 1))),
    "wuhan": City(winter=((11, 25), (3, 10)), summer=((5, 15), (9, 30))),
    "chengdu": City(winter=((12, 1), (2, 28)), summer=((5, 20), (9, 20))),
    "guangzhou": City(winter=None, summer=((4, 15), (10, 31))),
    "shenzhen": City(winter=None, summer=((4, 15), (11, 5))),
    "haikou": City(winter=None, summer=((3, 20), (11, 10))),
    "kunming": City(winter=None, summer=None),
}
"""Unverified, and said so wherever a season rests on them; a site replaces them by its own dates."""


@dataclass(frozen=True, slots=True)
class SeasonPlan:
    """What a site has decided. Own `winter` and `summer` dates stand in the place of the city's."""

    pin: Season | None = None
    city: str = ""
    winter: Dates | None = None
    summer: Dates | None = None
    southern: bool = False


@dataclass(frozen=True, slots=True)
class SeasonNow:
    """`season` None: nobody knows. `since`: first day of it; None where only the dates of a year say so."""

    season: Season | None
    source: Source
    reason: Words
    since: date | None = None


def season_on(plan: SeasonPlan, outdoor: Outdoor, today: date) -> SeasonNow:
    """The season of a local day. It changes at midnight, with an outdoor reading, or with the configuration, never else."""
    if plan.pin is not None:
        return SeasonNow(plan.pin, "pin", say("pinned in the configuration"))
    known = [one for one in outdoor.days if timedelta() < today - one.day <= DAYS_MEANT * _DAY]
    if outdoor.season is not None and len(known) >= DAYS_NEEDED:
        mean = round(sum(one.celsius for one in known) / len(known), 1)
        reason = say("by the outdoor sensor; mean of the last days {mean_celsius}", mean_celsius=mean)
        return SeasonNow(outdoor.season, "outdoor", reason, outdoor.since)
    if plan.winter is not None or plan.summer is not None:
        return SeasonNow(_by_dates(City(plan.winter, plan.summer), today), "city", say("by the dates of this site"))
    city = CITIES.get(plan.city)
    if city is not None:
        return SeasonNow(
            _by_dates(city, today), "city", say("by the usual dates of {city}, unverified", city=plan.city.capitalize())
        )
    if outdoor.season is not None:
        reason = say("as it was when the outdoor sensor last spoke")
        return SeasonNow(outdoor.season, "outdoor", reason, outdoor.since)
    return SeasonNow(None, "none", say("no pin, no outdoor sensor and no city"))


def _by_dates(city: City, today: date) -> Season:
    day = (today.month, today.day)
    if city.winter is not None and _within(city.winter, day):
        return "winter"
    return "summer" if city.summer is not None and _within(city.summer, day) else "transition"


def _within(dates: Dates, day: MonthDay) -> bool:
    first, last = dates
    return first <= day <= last if first <= last else day >= first or day <= last

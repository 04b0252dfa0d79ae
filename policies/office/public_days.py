"""A year's public holidays and make-up workdays (调休), from the `holidays` package.

A Chinese year without a single make-up workday is an estimate, not the State Council's notice: every notice since 2015
has had five to eight of them. Official dates arrive only with a newer package, or in a file that the site imports.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class PublicDays:
    """One country's year. `official`: announced, not worked out by a rule of thumb."""

    holidays: frozenset[date]
    make_up: frozenset[date]
    official: bool


@lru_cache(maxsize=64)
def public_days(country: str, year: int) -> PublicDays:
    """The year's days; `country` is an ISO 3166 code that `holidays` knows."""
    import holidays  # noqa: PLC0415  a third of a second: only an office that has a country pays it

    public = holidays.country_holidays(country, years=[year])
    make_up = frozenset(day for day in getattr(public, "weekend_workdays", ()) if day.year == year)
    return PublicDays(
        holidays=frozenset(day for day in public if day.year == year),
        make_up=make_up,
        official=bool(make_up) or country != "CN",
    )

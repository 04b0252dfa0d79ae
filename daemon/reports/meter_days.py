"""The office's days for the whole-office model: what all meters counted on each, and how warm it was outside."""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from daemon.accounting.weather import Weather
from policies.accounting.cross_check import MeterDay
from policies.accounting.day_types import day_class
from policies.history import History, Total
from policies.office.site import Site

_HOUR: Final = timedelta(hours=1)
_YEAR: Final = timedelta(days=366)
_HOURS_OF_A_DAY: Final = 23
"""A day on which the clock goes forward has no more."""
_DIGITS: Final = 6
"""Of kWh: a store may add up in any order, and the model is to see the same day."""


def meter_days(site: Site, history: History, start: datetime, end: datetime) -> list[MeterDay] | None:
    """From a year before `start` to `end`. None: no outdoor temperature is known at all. Raises StoreUnavailable."""
    if not any(device.outdoor for device in site.devices.values()):
        return None
    first = start - _YEAR
    days = _days(site, first, end)
    midnights = [_midnight(site, day) for day in (*days, days[-1] + timedelta(days=1))]
    totals = {each.start: each for each in history.totals("slot", "energy_kwh", midnights)}
    if not totals:
        return []
    weather = Weather(site, history, first, end)
    return [
        _day(site, weather, day, midnight, totals.get(midnight)) for day, midnight in zip(days, midnights, strict=False)
    ]


def _midnight(site: Site, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(site.calendar.timezone)).astimezone(UTC)


def _day(site: Site, weather: Weather, day: date, midnight: datetime, used: Total | None) -> MeterDay:
    found = [weather.outdoor_celsius(midnight + number * _HOUR) for number in range(24)]
    known = [celsius for celsius in found if celsius is not None]
    celsius = sum(known) / len(known) if len(known) >= _HOURS_OF_A_DAY - 5 else None
    kwh = round(used.total, _DIGITS) if used is not None and used.hours >= _HOURS_OF_A_DAY else None
    return MeterDay(day, kwh, celsius, "workday" if day_class(site.calendar, day) == "workday" else "non_workday")


def _days(site: Site, start: datetime, end: datetime) -> list[date]:
    first, last = site.calendar.local(start).date(), site.calendar.local(end - _HOUR).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]

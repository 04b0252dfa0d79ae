"""What drove an air conditioner in the past, outdoor less setpoint, and what each degree of that costs an hour.

With it a corrected setpoint is measured, and nights of other weather are made comparable: what a unit uses goes with the
weather, and after a July a September would otherwise seem to have saved what it was only cooler.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from daemon.accounting.settings import Settings
from daemon.accounting.weather import Weather
from policies.accounting.baseline import Shift, Summed
from policies.accounting.setpoints import Slopes, slopes, uncontrolled_hours
from policies.office.calendar import Calendar
from sensors.commands import Side

_BETWEEN_CELSIUS: Final = 23.0
_QUARTERS_AN_HOUR: Final = 4


class Driving:
    """One unit over a range; its slopes are those of the hours without a command of the season of an instant."""

    def __init__(self, settings: Settings, weather: Weather, slots: Sequence[Summed], calendar: Calendar) -> None:
        self.settings = settings
        self._weather = weather
        self._slots = slots
        self._calendar = calendar
        self._zone = ZoneInfo(calendar.timezone)
        self._slopes: dict[tuple[Side, str], Slopes] = {}

    def side(self, at: datetime, celsius: float) -> Side:
        """What it worked at when it was told; the value tells where it did not say (no cooling limit is below 23 °C)."""
        setting = self.settings.at(at)
        if setting is not None and setting.side is not None:
            return setting.side
        return "cooling" if celsius > _BETWEEN_CELSIUS else "heating"

    def slopes(self, side: Side, at: datetime) -> Slopes:
        """By hour of the day, as the season of `at` knows them."""
        season = self._season(at)
        key = (side, season)
        if key not in self._slopes:
            self._slopes[key] = slopes(
                uncontrolled_hours(self._slots, lambda then: self._celsius(side, season, then), self._calendar)
            )
        return self._slopes[key]

    def shift(self, at: datetime, errors: float = 0.0) -> Shift | None:
        """For a switch-off at `at`: what a quarter of an uncontrolled day would have used in the weather of another day.

        KWh to add, by hours in which both are known. None: nobody knows what it was set to. `errors`: with slopes that are
        steeper by so many of their standard errors.
        """
        setting = self.settings.running_before(at)
        if setting is None or setting.side is None or setting.celsius is None:
            return None
        side, celsius, season = setting.side, setting.celsius, self._season(at)
        by_hour = {hour: slope.kwh + errors * slope.error_kwh for hour, slope in self.slopes(side, at).items()}
        return self._shift(side, celsius, season, by_hour)

    def _shift(self, side: Side, celsius: float, season: str, by_hour: Mapping[int, float]) -> Shift:
        def shift(then: date, now: date, quarter: int) -> float:
            kwh = by_hour.get(quarter // _QUARTERS_AN_HOUR)
            if kwh is None:
                return 0.0
            before = self._celsius(side, season, self._instant(then, quarter))
            outdoor = self._weather.outdoor_celsius(self._instant(now, quarter))
            if before is None or outdoor is None:
                return 0.0
            return kwh / _QUARTERS_AN_HOUR * (_towards(side, outdoor, celsius) - before)

        return shift

    def _celsius(self, side: Side, season: str, at: datetime) -> float | None:
        """None: not known, other side, or another season."""
        setting, outdoor = self.settings.at(at), self._weather.outdoor_celsius(at)
        if setting is None or outdoor is None or setting.side != side or setting.celsius is None:
            return None
        return _towards(side, outdoor, setting.celsius) if self._season(at) == season else None

    def _season(self, at: datetime) -> str:
        return self._weather.season(self._calendar.local(at).date())

    def _instant(self, day: date, quarter: int) -> datetime:
        hour, within = divmod(quarter, _QUARTERS_AN_HOUR)
        return datetime.combine(day, time(hour, 15 * within), tzinfo=self._zone)


def _towards(side: Side, outdoor: float, celsius: float) -> float:
    """How far outdoors is from the setpoint, towards the unit's work."""
    return outdoor - celsius if side == "cooling" else celsius - outdoor

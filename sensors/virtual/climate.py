"""Weather and rooms: one thermal mass a room, driven by the outdoors, the sun, people, equipment and its units.

Numbers are those of an ordinary office: 3.5 W/(m² K) to the outside, 170 kJ/(m² K) of mass, 100 W a person.
"""

import math
import random
from datetime import UTC, datetime

from sensors.virtual.days import DAY_SECONDS, Days
from sensors.virtual.plan import PlannedZone

LOSS_WATTS_PER_KELVIN_M2 = 3.5
MASS_JOULE_PER_KELVIN_M2 = 170_000.0
SUN_WATTS_PER_M2 = 22.0
PERSON_WATTS = 100.0
PERSON_CO2_PPM_M2_PER_HOUR = 7200.0
OPEN_WINDOW_FACTOR = 4.0
OUTDOOR_CO2_PPM = 425.0
_WARMTH_KELVIN = 2.2
_SWING_KELVIN = 4.5
_KEPT, _DAYS_KEPT = 0.6, 8
"""What a day keeps of the day before: weather comes in spells."""


class Weather:
    """A temperate monsoon year: 4 °C in January, 29 °C in July.

    Warm and cold spells of some days are seeded, and so are cloudy days, on which day and night differ less.
    """

    def __init__(self, seed: int, days: Days) -> None:
        self._seed = seed
        self._days = days
        self._moods: dict[int, tuple[float, float]] = {}
        self._now = (-1.0, 0.0, 0.0)
        self._season = (-1.0, 0.0)

    def now(self, at: float) -> tuple[float, float]:
        """Outdoor °C and sun of this minute; all rooms ask for the same one, so it is worked out once."""
        minute = at // 60.0 * 60.0
        if self._now[0] != minute:
            self._now = (minute, self.outdoor_celsius(minute), self.sun(minute))
        return self._now[1:]

    def outdoor_celsius(self, at: float) -> float:
        """Seasonal mean, the spell's warmth, and a daily wave with its top at three in the afternoon."""
        local = at + self._days.offset_seconds(at)
        day, within = divmod(local, DAY_SECONDS)
        if day != self._season[0]:
            self._season = (day, 16.5 - 12.5 * math.cos(2 * math.pi * (_day_of_year(local) - 20) / 365.25))
        season = self._season[1]
        share = within / DAY_SECONDS
        (warm, clear), (warm_then, clear_then) = self._mood(int(day)), self._mood(int(day) + 1)
        warmth = (1 - share) * warm + share * warm_then
        swing = _SWING_KELVIN * (0.5 + 0.74 * ((1 - share) * clear + share * clear_then))
        return season + warmth + swing * math.cos(2 * math.pi * (share - 15 / 24))

    def sun(self, at: float) -> float:
        """0 at night, up to 1 at a clear noon."""
        local = at + self._days.offset_seconds(at)
        day, within = divmod(local, DAY_SECONDS)
        height = math.sin(math.pi * (within / 3600.0 - 6.0) / 12.0)
        return max(0.0, height) * self._mood(int(day))[1]

    def _mood(self, day: int) -> tuple[float, float]:
        """How much warmer than usual a day begins, and how clear it is, 0.35 to 1."""
        mood = self._moods.get(day)
        if mood is None:
            warmth = sum(_KEPT**back * self._drawn(day - back)[0] for back in range(_DAYS_KEPT))
            mood = self._moods[day] = (warmth, self._drawn(day)[1])
        return mood

    def _drawn(self, day: int) -> tuple[float, float]:
        chance = random.Random(f"{self._seed}:weather:{day}")
        return chance.gauss(0.0, _WARMTH_KELVIN * math.sqrt(1 - _KEPT**2)), chance.uniform(0.35, 1.0)


class Room:
    """The air of a zone and what stands in it. `equipment_watts` and `thermal_watts` are kept by the things inside."""

    __slots__ = (
        "_falling",
        "celsius",
        "co2_ppm",
        "equipment_watts",
        "humidity_percent",
        "is_open",
        "people",
        "planned",
        "thermal_watts",
        "window_open",
    )

    def __init__(self, planned: PlannedZone, celsius: float) -> None:
        self.planned = planned
        self.celsius = celsius
        self.humidity_percent = 50.0
        self.co2_ppm = OUTDOOR_CO2_PPM
        self.people = 0
        self.window_open = False
        self.is_open = False
        self.equipment_watts = 0.0
        self.thermal_watts = 0.0
        self._falling: dict[tuple[float, bool], tuple[float, float]] = {}

    def step(self, seconds: float, outdoor_celsius: float, sun: float) -> None:
        """Exact exponential step towards the balance of this instant; `thermal_watts` is negative while cooling."""
        area, people, thermal_watts = self.planned.area_m2, self.people, self.thermal_watts
        key = (seconds, self.window_open)
        loss, left = self._falling.get(key) or self._fall(*key)
        gains = people * PERSON_WATTS + self.equipment_watts + sun * SUN_WATTS_PER_M2 * area + thermal_watts
        balance = outdoor_celsius + gains / loss
        self.celsius = celsius = balance + (self.celsius - balance) * left
        air = 4.0 if self.window_open else 0.8
        hours = seconds / 3600.0
        self.co2_ppm += hours * (people * PERSON_CO2_PPM_M2_PER_HOUR / area - air * (self.co2_ppm - OUTDOOR_CO2_PPM))
        aim = 62.0 - 1.1 * (celsius - 20.0) + 1.5 * people - (6.0 if thermal_watts < 0 else 0.0)
        self.humidity_percent += (min(90.0, max(25.0, aim)) - self.humidity_percent) * min(1.0, hours * air)

    def _fall(self, seconds: float, window_open: bool) -> tuple[float, float]:
        """What goes out, W/K, and the share of a difference that is left after so many seconds."""
        area = self.planned.area_m2
        loss = LOSS_WATTS_PER_KELVIN_M2 * area * (OPEN_WINDOW_FACTOR if window_open else 1.0)
        left = math.exp(-seconds * loss / (MASS_JOULE_PER_KELVIN_M2 * area))
        self._falling[seconds, window_open] = loss, left
        return loss, left


def _day_of_year(local: float) -> int:
    return datetime.fromtimestamp(local, UTC).timetuple().tm_yday

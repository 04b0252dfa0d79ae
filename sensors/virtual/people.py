"""The people of the virtual office: when they are there, what they like, and how careful they are. Seeded a person and a day."""

import random
from dataclasses import dataclass
from datetime import date

from sensors.virtual.plan import PlannedZone

Span = tuple[float, float]
"""Minutes after local midnight, from and until."""


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One person's day: when present (the last span ends with going home), and when something is printed."""

    present: tuple[Span, ...]
    prints: tuple[float, ...]


class Person:
    """`tidy` is the chance of switching something off on going home; a stubborn one undoes corrections."""

    def __init__(self, seed: int, zone: PlannedZone, number: int) -> None:
        self.number = number
        self.name = f"{zone.id}-{number}"
        self.chance = random.Random(f"{seed}:person:{self.name}")
        self.cool_celsius = min(28.0, max(20.0, round(self.chance.gauss(24.6, 1.5) * 2) / 2))
        self.heat_celsius = min(25.0, max(18.0, round(self.chance.gauss(21.0, 1.5) * 2) / 2))
        self.tidy = self.chance.uniform(0.4, 0.97)
        self.stubborn = self.chance.random() < 0.12
        self.prefers_duplex = self.chance.random() < 0.45
        self.present = False
        self._zone = zone
        self._seed = seed

    def day(self, day: date, *, workday: bool) -> DayPlan:
        """The same answer whatever happened before. Few come on days off, some are ill or travel on working days."""
        chance = random.Random(f"{self._seed}:person:{self.name}:{day.toordinal()}")
        if not workday:
            spans = self._day_off(chance)
        elif chance.random() < 0.08:
            spans = ()
        else:
            spans = self._workday(chance)
        seconds = sum(until - since for since, until in spans)
        prints = sorted(_inside(spans, chance.random() * seconds) for _ in range(_poisson(chance, seconds / 200.0)))
        return DayPlan(present=spans, prints=tuple(prints))

    def _day_off(self, chance: random.Random) -> tuple[Span, ...]:
        if chance.random() > 0.025:
            return ()
        since = chance.uniform(570.0, 780.0)
        return ((since, since + chance.uniform(60.0, 300.0)),)

    def _workday(self, chance: random.Random) -> tuple[Span, ...]:
        zone = self._zone
        since = max(0.0, zone.opens_minute + chance.gauss(-4.0, 13.0))
        until = zone.closes_minute + chance.triangular(-15.0, 60.0, 8.0)
        if chance.random() < 0.12:
            until += chance.uniform(40.0, 200.0)
        until = min(1435.0, until)
        if chance.random() < 0.75 and since < 690.0 and until > 800.0:
            out = chance.uniform(705.0, 735.0)
            return ((since, out), (out + chance.uniform(25.0, 65.0), until))
        return ((since, until),) if until > since else ()


def _inside(spans: tuple[Span, ...], minutes: float) -> float:
    for since, until in spans:
        if minutes <= until - since:
            return since + minutes
        minutes -= until - since
    return spans[-1][1]


def _poisson(chance: random.Random, mean: float) -> int:
    count, left = 0, mean
    while left > 0:
        left -= chance.expovariate(1.0)
        count += left > 0
    return count

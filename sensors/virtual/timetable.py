"""The office's days: opening and closing, people coming and going, and the truth's new page at every midnight."""

import random
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Protocol

from sensors.virtual.days import Days
from sensors.virtual.habits import Habits
from sensors.virtual.people import Person
from sensors.virtual.printing import PrintRoom
from sensors.virtual.things import Thing
from sensors.virtual.truth import Truth

Do = Callable[[float], None]


class Agenda(Protocol):
    """Where things to come are written."""

    def later(self, at: float, do: Do) -> None:
        """Schedules."""


class Timetable:
    """Plans one local day at each midnight, and the rest of the first day at the start."""

    def __init__(
        self,
        agenda: Agenda,
        days: Days,
        truth: Truth,
        rooms: Sequence[Habits],
        things: Iterable[Thing],
        prints: PrintRoom,
    ) -> None:
        self._agenda = agenda
        self._days = days
        self._truth = truth
        self._rooms = rooms
        self._things = list(things)
        self._prints = prints

    def begin_day(self, at: float) -> None:
        """Books yesterday, opens a new page, and writes down everything that this day will bring."""
        days = self._days
        day = days.day(at)
        workday = days.is_workday(day)
        self._truth.person_seconds[day] = {habits.room.planned.id: 0.0 for habits in self._rooms}
        for thing in self._things:
            thing.settle(at)
            thing.tally = self._truth.tally(day, thing.id)
        for habits in self._rooms:
            habits.begin_day(self._truth.person_seconds[day])
            planned = habits.room.planned
            opens, closes = (days.instant(day, minute) for minute in (planned.opens_minute, planned.closes_minute))
            habits.open(workday and opens <= at < closes, at)
            if workday:
                self._soon(at, opens, partial(habits.open, True))
                self._soon(at, closes, partial(habits.open, False))
            for person in habits.people:
                self._live(habits, person, at)
        self._agenda.later(days.instant(day, 1440.0), self.begin_day)

    def _live(self, habits: Habits, person: Person, at: float) -> None:
        day = self._days.day(at)
        plan = person.day(day, workday=self._days.is_workday(day))
        for number, (since, until) in enumerate(plan.present, 1):
            begins, ends = self._days.instant(day, since), self._days.instant(day, until)
            if ends <= at:
                continue
            home = number == len(plan.present)
            self._agenda.later(max(at, begins), partial(habits.arrive, person))
            self._agenda.later(ends, partial(habits.leave, person, home=home))
        for number, minute in enumerate(plan.prints):
            chance = random.Random(f"{person.name}:{day.toordinal()}:{number}:{minute}")
            then_at = self._days.instant(day, minute)
            self._soon(at, then_at, partial(self._prints.ask, habits.room, person, chance))

    def _soon(self, now: float, at: float, do: Do) -> None:
        if at > now:
            self._agenda.later(at, do)

"""What people do to the things around them: on arriving, on going, when it is too warm, and when somebody corrects them."""

import random
from collections.abc import Sequence
from functools import partial

from sensors.device import ZoneId
from sensors.virtual.climate import Room
from sensors.virtual.outside import Outside
from sensors.virtual.people import Person
from sensors.virtual.things import Air, Eye, Plug, Thing, WindowContact, World
from sensors.virtual.truth import Transition
from sensors.virtual.units import Unit, UnitMode

HOT_OUTSIDE_CELSIUS = 24.0
COLD_OUTSIDE_CELSIUS = 13.0
REVERTS_A_DAY = 5


class Habits:
    """The people of one room and their reach."""

    def __init__(
        self, room: Room, people: Sequence[Person], things: Sequence[Thing], world: World, chance: random.Random
    ) -> None:
        self.room = room
        self.people = people
        self.things = things
        self.sensing = [thing for thing in things if isinstance(thing, Unit | Eye | Air | WindowContact | Outside)]
        self._world = world
        self._seed = chance.getrandbits(64)
        self._answering = chance
        self._units = [thing for thing in things if isinstance(thing, Unit)]
        self._eyes = [thing for thing in things if isinstance(thing, Eye)]
        plugs = [thing for thing in things if isinstance(thing, Plug)]
        self._lights = [plug for plug in plugs if plug.planned.device.load == "lighting"]
        self._shared = [plug for plug in plugs if plug.planned.device.load == "water_dispenser"]
        self._own = [plug for plug in plugs if plug.planned.person is not None]
        self._reverts = 0
        self._feeling_at = 0.0
        self._person_seconds: dict[ZoneId, float] = {}

    @property
    def is_idle(self) -> bool:
        """Nobody is there or was a moment ago, and no unit works."""
        return not self.room.people and not any(
            (*(unit.is_on for unit in self._units), *(eye.occupied for eye in self._eyes))
        )

    def begin_day(self, person_seconds: dict[ZoneId, float]) -> None:
        """Patience grows back over night; `person_seconds` is the truth's page of the day."""
        self._reverts = 0
        self._person_seconds = person_seconds

    def open(self, is_open: bool, at: float) -> None:
        """The zone's hours begin or end: what was running until now is booked on its side."""
        if self.room.is_open != is_open:
            for thing in self.things:
                thing.settle(at)
            self.room.is_open = is_open

    def minute(self, at: float, outdoor_celsius: float) -> None:
        """A minute of everybody's presence; now and then somebody judges the air."""
        if not self.room.people:
            return
        self._person_seconds[self.room.planned.id] += self.room.people * 60.0
        if at >= self._feeling_at:
            luck = self._luck("feels", at)
            self._feeling_at = at + luck.uniform(1200.0, 3600.0)
            self._feel(at, outdoor_celsius, luck)

    def arrive(self, person: Person, at: float) -> None:
        """Sits down; the first one makes light."""
        if person.present:
            return
        person.present = True
        self.room.people += 1
        for plug in self._own_of(person):
            plug.switch(True, at, "person")
            plug.use("work", at)
        if self.room.people == 1:
            for plug in (*self._lights, *self._shared):
                plug.switch(True, at, "person")
                plug.use("work", at)
            self._feeling_at = at + self._luck("arrives", at).uniform(60.0, 900.0)

    def leave(self, person: Person, at: float, *, home: bool) -> None:
        """Goes to lunch or home; the last one may think of the rest."""
        if not person.present:
            return
        person.present = False
        self.room.people -= 1
        luck = self._luck(f"{person.number} leaves", at)
        for plug in self._own_of(person):
            careful = luck.random() < person.tidy
            plug.use("off" if home and careful else "idle", at)
        if self.room.people == 0:
            self._last_one_goes(person, at, luck, home=home)

    def answer(self, thing: Thing, transition: Transition) -> None:
        """Somebody else changed something while people are in the room."""
        present = [person for person in self.people if person.present]
        if not present or transition.by != "command":
            return
        luck = self._answering  # in turn: a command some seconds later is answered alike
        if isinstance(thing, Plug) and not thing.relay_on:
            mine = [person for person in present if thing.planned.person in {None, person.number}]
            if mine and thing.planned.device.load in {"computer", "monitor", "lighting"}:
                self._world.later(transition.at + luck.uniform(60.0, 300.0), partial(self._again, thing))
        elif isinstance(thing, Unit) and self._reverts < REVERTS_A_DAY:
            for person in present:
                if luck.random() < (0.7 if person.stubborn else 0.03):
                    self._reverts += 1
                    delay = luck.uniform(300.0, 1800.0)
                    self._world.later(transition.at + delay, partial(self._revert, person, thing))
                    return

    def _feel(self, at: float, outdoor_celsius: float, luck: random.Random) -> None:
        present = [person for person in self.people if person.present]
        person = luck.choice(present)
        room_celsius = self.room.celsius
        wanted: UnitMode | None = None
        if room_celsius > person.cool_celsius + 0.8 and (outdoor_celsius > HOT_OUTSIDE_CELSIUS or room_celsius > 27.0):
            wanted = "cool"
        elif room_celsius < person.heat_celsius - 0.8 and outdoor_celsius < COLD_OUTSIDE_CELSIUS:
            wanted = "heat"
        for unit in self._units:
            self._judge(unit, person, wanted, at, luck)
        self._window(outdoor_celsius, luck)

    def _judge(self, unit: Unit, person: Person, wanted: UnitMode | None, at: float, luck: random.Random) -> None:
        acts, keeps = luck.random(), luck.random() < 0.4
        if not unit.is_on:
            if wanted and acts < 0.85:
                target = person.cool_celsius if wanted == "cool" else person.heat_celsius
                as_it_is = unit.mode == wanted and keeps
                unit.set(at, "person", on=True, mode=wanted, celsius=None if as_it_is else target)
            return
        if acts > 0.15 or unit.mode not in {"cool", "heat"}:
            return
        liked = person.cool_celsius if unit.mode == "cool" else person.heat_celsius
        if abs(unit.target_celsius - liked) >= 1.0 and abs(self.room.celsius - liked) >= 1.0:
            unit.set(at, "person", celsius=liked)

    def _window(self, outdoor_celsius: float, luck: random.Random) -> None:
        chance = luck.random()
        conditioned = any(unit.is_on for unit in self._units)
        mild = 16.0 < outdoor_celsius < 25.0 and not conditioned
        if self.room.window_open:
            self.room.window_open = mild or chance < 0.3
        elif chance < (0.3 if mild else 0.02):
            self.room.window_open = True

    def _last_one_goes(self, person: Person, at: float, luck: random.Random, *, home: bool) -> None:
        careful = 0.55 + 0.4 * person.tidy
        for plug in self._shared:
            plug.use("idle", at)
        if not home:
            return
        for plug in self._lights:
            if luck.random() < careful:
                plug.switch(False, at, "person")
        for unit in self._units:
            if luck.random() < careful - 0.1:
                unit.set(at, "person", on=False)
        if luck.random() < careful:
            self.room.window_open = False

    def _again(self, plug: Plug, at: float) -> None:
        if self.room.people and not plug.relay_on:
            plug.switch(True, at, "person")
            plug.use("work", at)

    def _revert(self, person: Person, unit: Unit, at: float) -> None:
        if person.present:
            liked = person.heat_celsius if unit.mode == "heat" else person.cool_celsius
            unit.set(at, "person", on=True, celsius=liked)

    def _luck(self, what: str, at: float) -> random.Random:
        """Of this instant only: where officed acts and where it only watches, the same people have the same impulses."""
        return random.Random(f"{self._seed}:{what}:{at}")

    def _own_of(self, person: Person) -> list[Plug]:
        return [plug for plug in self._own if plug.planned.person == person.number]

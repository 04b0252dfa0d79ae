"""The bodies of the devices: relays, loads, meters and sensors in a room. What they say is their voice's business."""

import random
from collections.abc import Callable
from typing import Literal, Protocol

from sensors.virtual.climate import Room, Weather
from sensors.virtual.loads import FOREVER, Shape, Use
from sensors.virtual.plan import PlannedDevice
from sensors.virtual.truth import By, Tally, Transition

QUARTER_SECONDS = 900.0
What = Literal["relay", "power", "setting", "room", "sensed"]
"""What changed: the relay, the watts, a setting, the room's air, a sensor's answer."""


class World(Protocol):
    """What a thing needs of the office around it."""

    weather: Weather

    def later(self, at: float, do: Callable[[float], None]) -> None:
        """Does something at an instant that is not yet past."""

    def changed(self, thing: "Thing", at: float, what: What) -> None:
        """Tells the thing's voice, which may say something."""

    def noted(self, thing: "Thing", transition: Transition) -> None:
        """Writes down that something really changed; people in the room may answer to it."""


class Thing:
    """A body with a power draw. `watts` holds since `settled_at`; `energy_kwh` is the integral up to there."""

    warms_room = True

    def __init__(self, planned: PlannedDevice, room: Room, world: World, chance: random.Random) -> None:
        self.planned = planned
        self.id = planned.id
        self.room = room
        self.world = world
        self.chance = chance
        self.watts = 0.0
        self.settled_at = 0.0
        self.energy_kwh = 0.0
        self.counter_zero_kwh = -round(chance.uniform(5.0, 900.0), 1)
        self.tally = Tally()
        self.quarters: dict[int, float] | None = None
        self.meters: list[Meter] = []

    @property
    def is_running(self) -> bool:
        """Whether it counts as on."""
        return False

    @property
    def breaks_setpoint(self) -> bool:
        """Whether it cools below 26 °C or heats above 20 °C by its setting."""
        return False

    @property
    def counter_kwh(self) -> float:
        """The counter as the device shows it: it did not begin at zero, and may have been reset."""
        return self.energy_kwh - self.counter_zero_kwh

    def settle(self, at: float) -> None:
        """Books what held since the last change; call before anything changes."""
        seconds = at - self.settled_at
        if seconds <= 0.0:
            return
        tally = self.tally
        kwh = self.watts * seconds / 3_600_000.0
        if self.quarters is not None:
            _lay(self.quarters, self.settled_at, at, kwh)
        self.settled_at = at
        self.energy_kwh += kwh
        tally.kwh += kwh
        closed = not self.room.is_open
        if closed:
            tally.after_hours_kwh += kwh
        if self.is_running:
            tally.on_seconds += seconds
            if closed:
                tally.after_hours_on_seconds += seconds
            if self.breaks_setpoint:
                tally.violation_seconds += seconds

    def draw(self, watts: float, at: float) -> None:
        """From now on it draws this much."""
        self.settle(at)
        if watts == self.watts:
            return
        if self.warms_room:
            self.room.equipment_watts += watts - self.watts
        self.watts = watts
        for meter in self.meters:
            meter.draw(watts, at)
        self.world.changed(self, at, "power")

    def reset_counter(self, at: float) -> None:
        """What a power cut does to a cheap meter."""
        self.settle(at)
        self.counter_zero_kwh = self.energy_kwh

    def begin(self, at: float) -> None:
        """The office comes to life."""
        self.settled_at = at

    def sense(self, at: float) -> None:
        """Once a minute, after the room moved on."""

    def note(self, at: float, to: str, by: By) -> None:
        """Writes a real change into the truth."""
        self.world.noted(self, Transition(self.id, at, to, by))


def _lay(quarters: dict[int, float], since: float, at: float, kwh: float) -> None:
    """Evenly over [since, at), by quarters of an hour of Unix time."""
    while since < at:
        quarter = int(since // QUARTER_SECONDS)
        border = min(at, (quarter + 1) * QUARTER_SECONDS)
        part = kwh * (border - since) / (at - since)
        quarters[quarter] = quarters.get(quarter, 0.0) + part
        kwh -= part
        since = border


class Plug(Thing):
    """A relay with a load behind it (a plug, a wall switch of lights). A liar leaks although its relay is open."""

    def __init__(
        self, planned: PlannedDevice, room: Room, world: World, chance: random.Random, load: Shape, leak_watts: float
    ) -> None:
        super().__init__(planned, room, world, chance)
        self.load = load
        self.leak_watts = leak_watts
        self.relay_on = True
        self.switched_by: By = "device"
        self._turn = 0

    @property
    def is_running(self) -> bool:
        """The relay's word, as anybody would judge it."""
        return self.relay_on

    def begin(self, at: float) -> None:
        """Starts to draw."""
        super().begin(at)
        self.redraw(at)

    def switch(self, on: bool, at: float, by: By) -> None:
        """Throws the relay; nothing happens if it is there already."""
        if on == self.relay_on:
            return
        self.settle(at)
        self.relay_on = on
        self.switched_by = by
        self.note(at, "on" if on else "off", by)
        if on:
            self.load.powered(at)
        self.world.changed(self, at, "relay")
        self.redraw(at)
        # The relay is told at once, the watts by the meter's next look: until then a state may say OFF and 80 W.
        self.world.later(at + 4.0, lambda then: self.world.changed(self, then, "power"))

    def use(self, use: Use, at: float) -> None:
        """Somebody uses what is plugged in."""
        self.load.use(use, at)
        if self.relay_on:
            self.redraw(at)

    def redraw(self, at: float) -> None:
        """Asks the load anew and forgets what was planned."""
        self._turn += 1
        turn = self._turn
        watts, seconds = self.load.draw(at) if self.relay_on else (self.leak_watts, FOREVER)
        self.draw(watts, at)
        if seconds != FOREVER:
            self.world.later(at + seconds, lambda then: self.redraw(then) if turn == self._turn else None)


class Meter(Thing):
    """A clamp or a DIN meter around somebody else's wire. Its kWh are that device's own and warm nothing twice."""

    warms_room = False

    @property
    def is_running(self) -> bool:
        """More than standby flows."""
        return self.watts > 10.0


class Eye(Thing):
    """A passive infrared sensor: sees movement, forgets it after its timeout, and misses who sits still."""

    occupied = False
    _seen_at = 0.0

    def begin(self, at: float) -> None:
        """Has its own timeout, 60 to 180 s."""
        super().begin(at)
        self._timeout_seconds = self.chance.choice((60.0, 90.0, 120.0, 180.0))

    def sense(self, at: float) -> None:
        """A person moves in seven minutes of ten."""
        people = self.room.people
        if people and self.chance.random() > 0.3**people:
            self._seen_at = at
            if not self.occupied:
                self.occupied = True
                self.world.changed(self, at, "sensed")
        elif self.occupied and at - self._seen_at >= self._timeout_seconds:
            self.occupied = False
            self.world.changed(self, at, "sensed")


class WindowContact(Thing):
    """A reed contact at the window."""

    open = False

    def sense(self, at: float) -> None:
        """Speaks when the window moves."""
        if self.open != self.room.window_open:
            self.open = self.room.window_open
            self.world.changed(self, at, "sensed")


class Air(Thing):
    """A room air sensor."""

    def sense(self, at: float) -> None:
        """Lets its voice decide whether the change is worth a message."""
        self.world.changed(self, at, "room")


class Queue(Thing):
    """A print queue: a body without power of its own."""

    warms_room = False

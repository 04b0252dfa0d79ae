"""What the things behind the plugs draw: piecewise constant power with the shapes that meters see in offices.

A load answers "how many watts from now, and for how long", so an office costs work only where something changes.
"""

import random
from typing import Literal, Protocol

from sensors.device import Load

Use = Literal["work", "idle", "sleep", "off"]
FOREVER = float("inf")
Draw = tuple[float, float]
"""Watts, and the seconds for which they hold."""


class Shape(Protocol):
    """One load behind one plug."""

    def draw(self, at: float) -> Draw:
        """Power from this instant, the plug being on."""

    def use(self, use: Use, at: float) -> None:
        """Somebody starts or stops to use it."""

    def powered(self, at: float) -> None:
        """The mains came back."""


class Computer:
    """Works with spikes, idles, and falls asleep by itself half an hour after it was left."""

    def __init__(self, rated_watts: float, chance: random.Random) -> None:
        self._rated = rated_watts
        self._chance = chance
        self._use: Use = "off"
        self._left_at = 0.0
        self._sleeps_after = chance.choice((900.0, 1800.0, FOREVER))

    def draw(self, at: float) -> Draw:
        """0.8 W off, 2.5 W asleep, 40 to 100 % at work."""
        if self._use == "work":
            return self._rated * self._chance.triangular(0.4, 1.0, 0.55), self._chance.uniform(90.0, 600.0)
        if self._use == "idle":
            rest = self._left_at + self._sleeps_after - at
            if rest > 0:
                return self._rated * 0.4, rest
            self._use = "sleep"
        return (2.5 if self._use == "sleep" else 0.8), FOREVER

    def use(self, use: Use, at: float) -> None:
        """Left on is `idle`: it will sleep if it was set up to."""
        self._use = use
        self._left_at = at

    def powered(self, at: float) -> None:
        """A computer whose mains were cut stays off until somebody presses its button."""
        self.use("off", at)


class Monitor:
    """Full power in use, 0.5 W without a picture."""

    def __init__(self, rated_watts: float, chance: random.Random) -> None:
        self._rated = rated_watts * chance.uniform(0.9, 1.1)
        self._use: Use = "off"

    def draw(self, at: float) -> Draw:  # noqa: ARG002  the shape of a load
        """A picture that was left on stays on."""
        return (self._rated if self._use in {"work", "idle"} else 0.5), FOREVER

    def use(self, use: Use, at: float) -> None:  # noqa: ARG002  the shape of a load
        """Work and idle show a picture."""
        self._use = use

    def powered(self, at: float) -> None:
        """Comes back dark."""
        self.use("sleep", at)


class Printer:
    """Laser: sleeps at 4 W, warms its fuser, prints with fuser bursts, then stays ready for a quarter of an hour."""

    READY_SECONDS = 900.0

    def __init__(self, rated_watts: float, chance: random.Random) -> None:
        self._rated = rated_watts
        self._chance = chance
        self._busy_until = 0.0
        self._ready_until = 0.0

    def print(self, at: float, seconds: float) -> None:
        """A job comes in."""
        self._busy_until = max(at, self._busy_until) + seconds
        self._ready_until = self._busy_until + self.READY_SECONDS

    def draw(self, at: float) -> Draw:
        """Bursts of 20 to 40 s while printing."""
        if at < self._busy_until:
            burst = min(self._chance.uniform(20.0, 40.0), self._busy_until - at)
            return self._rated * self._chance.uniform(0.55, 1.0), max(1.0, burst)
        if at < self._ready_until:
            return self._rated * 0.06, self._ready_until - at
        return 4.0, FOREVER

    def use(self, use: Use, at: float) -> None:
        """Only jobs use it."""

    def powered(self, at: float) -> None:
        """Warms up once."""
        self._busy_until = at
        self._ready_until = at + self.READY_SECONDS


class WaterDispenser:
    """Heats its tank for three minutes, then coasts; more often while people draw water."""

    def __init__(self, rated_watts: float, chance: random.Random) -> None:
        self._rated = rated_watts
        self._chance = chance
        self._use: Use = "idle"
        self._heating = False

    def draw(self, at: float) -> Draw:  # noqa: ARG002  the shape of a load
        """Alternates between heating and standby."""
        self._heating = not self._heating
        if self._heating:
            return self._rated * self._chance.uniform(0.96, 1.02), self._chance.uniform(140.0, 220.0)
        pause = (480.0, 1500.0) if self._use == "work" else (2000.0, 3200.0)
        return 1.8, self._chance.uniform(*pause)

    def use(self, use: Use, at: float) -> None:  # noqa: ARG002  the shape of a load
        """Water is drawn while somebody is there."""
        self._use = use

    def powered(self, at: float) -> None:  # noqa: ARG002  the shape of a load
        """The tank is cold: heats at once."""
        self._heating = False


class Steady:
    """Servers, terminals and the rest: a level with slow noise, whoever is there."""

    def __init__(self, rated_watts: float, chance: random.Random, spread: float = 0.15) -> None:
        self._rated = rated_watts
        self._chance = chance
        self._spread = spread

    def draw(self, at: float) -> Draw:  # noqa: ARG002  the shape of a load
        """New level every few minutes; a spread of 0 holds for ever."""
        if self._spread == 0.0:
            return self._rated, FOREVER
        return self._rated * (1 + self._chance.uniform(-self._spread, self._spread)), self._chance.uniform(200.0, 900.0)

    def use(self, use: Use, at: float) -> None:
        """Does not care."""

    def powered(self, at: float) -> None:
        """Comes back as it was."""


def shape(load: Load, rated_watts: float, chance: random.Random) -> Shape:
    """The shape of a load of this kind."""
    match load:
        case "computer":
            return Computer(rated_watts or 110.0, chance)
        case "monitor":
            return Monitor(rated_watts or 28.0, chance)
        case "printer" | "copier":
            return Printer(rated_watts or 900.0, chance)
        case "water_dispenser":
            return WaterDispenser(rated_watts or 1500.0, chance)
        case "lighting":
            return Steady(rated_watts or 120.0, chance, spread=0.0)
        case _:
            return Steady(rated_watts or {"server": 220.0, "terminal": 22.0}.get(load, 30.0), chance)

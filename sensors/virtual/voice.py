"""The voice of one body (or of several behind one name) on the wire: what every dialect's file has to provide."""

import random
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from sensors.virtual.days import Days
from sensors.virtual.faults import Faults
from sensors.virtual.said import Line
from sensors.virtual.things import Thing, What


class Refusal(Exception):  # noqa: N818  a device that says no is no failure of the simulator
    """The device does not know such a command; `lines` are what it (or its gateway) says about it."""

    def __init__(self, *lines: Line) -> None:
        super().__init__("not understood")
        self.lines = lines


class Voice(ABC):
    """One name on the wire. Methods answer with what is published at `at`, in order.

    `tells_again`: keeps what was not acknowledged, so that nothing of it is lost, only late. `tells_changes`: its report
    only repeats; what changed, watts among it, it has told at once.
    """

    tells_again = False
    tells_changes = False

    def __init__(self, things: Sequence[Thing], days: Days, faults: Faults, chance: random.Random) -> None:
        self.things = things
        self.days = days
        self.faults = faults
        self.chance = chance
        self.gateway = ""

    @property
    def roots(self) -> Sequence[str]:
        """The topics below which this device is commanded."""
        return ()

    @property
    def filters(self) -> Sequence[str]:
        """MQTT filters that bring its commands."""
        return ()

    @abstractmethod
    def hello(self, at: float) -> list[Line]:
        """What it says when it comes up."""

    def goodbye(self) -> list[Line]:
        """Its last will, published by the broker (or by its gateway) when it is gone."""
        return []

    @abstractmethod
    def report(self, at: float) -> list[Line]:
        """Its periodic report."""

    @abstractmethod
    def seconds_to_report(self) -> float:
        """Until the next one."""

    @abstractmethod
    def changed(self, thing: Thing, at: float, what: What) -> list[Line]:
        """Something happened to a body: worth a message or not."""

    def target(self, topic: str, payload: bytes) -> Thing | None:
        """The body that this command is about; None: it only asks."""
        del topic, payload
        return self.things[0]

    def obey(self, topic: str, payload: bytes, at: float) -> list[Line]:
        """Does what it was told and answers. Raises Refusal."""
        del topic, payload, at
        raise Refusal


def volts(chance: random.Random) -> float:
    """A mains voltage of now."""
    return round(chance.gauss(229.5, 1.2), 1)


def below(chance: random.Random, count: int) -> int:
    """One of 0 … count - 1: the very number that `randrange(count)` would give, at a third of the time."""
    bits = count.bit_length()
    number = chance.getrandbits(bits)
    while number >= count:
        number = chance.getrandbits(bits)
    return number


def hardware_address(words: str) -> str:
    """Twelve hexadecimal digits, locally administered, made from a name: the same name, the same address."""
    return f"02{random.Random(words).getrandbits(40):010X}"


Values = Mapping[str, object]

"""Shelly Gen1: bare words under `shellies/<id>/`, everything each 30 s, energy in watt-minutes since the boot, no stamps.

A unit is a radiator valve here: it has no mode, its target of 4 °C is off, and it says everything in one JSON, `info`.
"""

import random
from collections.abc import Sequence

from sensors.virtual.days import Days
from sensors.virtual.faults import Faults
from sensors.virtual.said import Line, encode
from sensors.virtual.things import Meter, Plug, Thing, What
from sensors.virtual.units import Unit
from sensors.virtual.voice import Refusal, Voice, hardware_address

OFF_CELSIUS = 4.0
HIGHEST_CELSIUS = 31.0
_WORDS = {b"on": True, b"off": False}


class ShellyGen1(Voice):
    """One device: `relay/N` for its relays (`light/N` for lamps), `emeter/N` for its meters, or a valve."""

    def __init__(self, things: Sequence[Thing], days: Days, faults: Faults, chance: random.Random) -> None:
        super().__init__(things, days, faults, chance)
        self.name = things[0].planned.device.address.name
        self._head = f"shellies/{self.name}"
        self._booted_kwh = [0.0] * len(things)
        self._parts = {self._part_of(thing): thing for thing in things}

    @property
    def roots(self) -> Sequence[str]:
        """Below its id."""
        return (self._head,)

    @property
    def filters(self) -> Sequence[str]:
        """Commands for a part, and for the whole."""
        return (f"{self._head}/command", f"{self._head}/+/+/command", f"{self._head}/thermostat/+/command/+")

    def hello(self, at: float) -> list[Line]:
        """`online` (retained), its announcement, and all it has. The counters begin anew."""
        for index, thing in enumerate(self.things):
            thing.settle(at)
            self._booted_kwh[index] = thing.counter_kwh
        return [(f"{self._head}/online", b"true", True), *self._announced(), *self.report(at)]

    def goodbye(self) -> list[Line]:
        """The last will."""
        return [(f"{self._head}/online", b"false", True)]

    def report(self, at: float) -> list[Line]:
        """All it has."""
        return [line for part, thing in self._parts.items() for line in self._said(part, thing, at)]

    def seconds_to_report(self) -> float:
        """Half a minute; a valve takes a whole one."""
        return 60.0 if isinstance(self.things[0], Unit) else 30.0

    def changed(self, thing: Thing, at: float, what: What) -> list[Line]:
        """A relay, a target and a power that moved by 2 W and 5 % at once."""
        part = self._part_of(thing)
        if what == "relay" and isinstance(thing, Plug):
            return [self._state(part, thing)]
        if what == "setting" and isinstance(thing, Unit):
            return self._said(part, thing, at)
        if what == "power" and not isinstance(thing, Unit):
            return [self._power(part, thing)]
        return []

    def target(self, topic: str, payload: bytes) -> Thing | None:
        """The part in the topic; None for the whole, which only asks."""
        del payload
        return self._parts.get("/".join(topic.removeprefix(f"{self._head}/").split("/")[:2]))

    def obey(self, topic: str, payload: bytes, at: float) -> list[Line]:
        """`update` and `announce` ask; a part takes on, off, toggle or a target. What is not understood stays unanswered."""
        words = payload.strip().lower()
        if topic == f"{self._head}/command":
            return self._announced() if words == b"announce" else self.report(at) if words == b"update" else []
        thing = self.target(topic, payload)
        if isinstance(thing, Unit) and topic.endswith("/command/target_t"):
            self._take(thing, words, at)
        elif isinstance(thing, Plug) and topic.endswith("/command") and words in {*_WORDS, b"toggle"}:
            thing.switch(_WORDS.get(words, not thing.relay_on), at, "command")
            return [self._state(self._part_of(thing), thing)]
        else:
            raise Refusal
        return []

    def _take(self, valve: Unit, words: bytes, at: float) -> None:
        try:
            celsius = float(words)
        except ValueError:
            raise Refusal from None
        if not OFF_CELSIUS <= celsius <= HIGHEST_CELSIUS:
            raise Refusal
        if celsius == OFF_CELSIUS:
            valve.set(at, "command", on=False)
        else:
            valve.set(at, "command", on=True, mode="heat", heating_celsius=celsius)

    def _part_of(self, thing: Thing) -> str:
        if isinstance(thing, Unit):
            return "thermostat/0"
        if isinstance(thing, Meter):
            return f"emeter/{self._number_of(thing)}"
        return f"{'light' if thing.planned.device.kind == 'light' else 'relay'}/{self._number_of(thing)}"

    def _number_of(self, thing: Thing) -> int:
        same = [one for one in self.things if type(one) is type(thing)]
        return same.index(thing)

    def _announced(self) -> list[Line]:
        model = "SHTRV-01" if isinstance(self.things[0], Unit) else "SHPLG-S"
        words = {"id": self.name, "model": model, "mac": hardware_address(self.name), "new_fw": False}
        return [("shellies/announce", encode(words), False)]

    def _said(self, part: str, thing: Thing, at: float) -> list[Line]:
        thing.settle(at)
        if isinstance(thing, Unit):
            return [(f"{self._head}/info", encode({"thermostats": [_valve(thing)], "calibrated": True}), False)]
        if isinstance(thing, Meter):
            total = f"{thing.counter_kwh * 1000.0:.1f}"
            return [self._power(part, thing), (f"{self._head}/{part}/total", total.encode(), False)]
        minutes = max(0.0, thing.counter_kwh - self._booted_kwh[self.things.index(thing)]) * 60_000.0
        energy = (f"{self._head}/{part}/energy", f"{minutes:.0f}".encode(), False)
        return [self._state(part, thing), self._power(part, thing), energy]

    def _state(self, part: str, thing: Thing) -> Line:
        return (f"{self._head}/{part}", b"on" if isinstance(thing, Plug) and thing.relay_on else b"off", False)

    def _power(self, part: str, thing: Thing) -> Line:
        return (f"{self._head}/{part}/power", f"{thing.watts:.2f}".encode(), False)


def _valve(unit: Unit) -> dict[str, object]:
    return {
        "pos": 50.0 if unit.compressor_runs else 0.0,
        "target_t": {"enabled": True, "value": unit.heating_celsius if unit.is_on else OFF_CELSIUS, "units": "C"},
        "tmp": {"value": round(unit.room.celsius, 1), "units": "C", "is_valid": True},
        "schedule": False,
        "boost_minutes": 0,
    }

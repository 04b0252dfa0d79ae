"""A Sparkplug B edge node with its devices: a group and a node are its address, the device is the channel.

It tells only what changed, by alias; a birth says everything with its names. Each birth deals the same aliases out
anew, so that whoever gets by with those of an older one takes one metric for another. It answers `Node Control/Rebirth` and nothing else on NCMD. Every message of a
node has the next `seq`, a birth of the node has 0, and NBIRTH and NDEATH share `bdSeq`. One node a group. Source: Eclipse
Sparkplug 3.0, sections 5 and 6.
"""

import random
from collections.abc import Mapping, Sequence

from sensors.errors import PayloadError
from sensors.families.sparkplug_wire import Metric, Value, read
from sensors.virtual.days import Days
from sensors.virtual.faults import Faults
from sensors.virtual.said import Line
from sensors.virtual.speaks_sparkplug_wire import BOOLEAN, DOUBLE, STRING, WHOLE, metric, payload
from sensors.virtual.things import Plug, Thing, What
from sensors.virtual.units import Unit
from sensors.virtual.voice import Refusal, Voice

REBIRTH = "Node Control/Rebirth"


class Sparkplug(Voice):
    """One node; its devices are its things."""

    def __init__(self, things: Sequence[Thing], days: Days, faults: Faults, chance: random.Random) -> None:
        super().__init__(things, days, faults, chance)
        self._group, _, self._node = things[0].planned.device.address.name.partition("/")
        self._devices = {thing.planned.device.address.channel: thing for thing in things}
        self._aliases: dict[str, Mapping[str, int]] = {}
        self._told: dict[str, dict[str, Value]] = {}
        self._session = self._birth = -1
        self._sequence = -1

    @property
    def roots(self) -> Sequence[str]:
        """Its devices' commands, and those of the group's only node."""
        return (f"spBv1.0/{self._group}/DCMD/{self._node}", f"spBv1.0/{self._group}/NCMD")

    @property
    def filters(self) -> Sequence[str]:
        """DCMD and NCMD."""
        return (f"spBv1.0/{self._group}/DCMD/{self._node}/+", f"spBv1.0/{self._group}/NCMD/{self._node}")

    def hello(self, at: float) -> list[Line]:
        """A session begins: the births."""
        self._session = (self._session + 1) % 256
        return self._births(at)

    def goodbye(self) -> list[Line]:
        """The last will; it carries no `seq`."""
        death = payload([metric("bdSeq", None, WHOLE, self._session)], None)
        return [(f"spBv1.0/{self._group}/NDEATH/{self._node}", death, False)]

    def report(self, at: float) -> list[Line]:
        """What changed since it was told, device by device."""
        return [line for name, thing in self._devices.items() for line in self._data(name, thing, at)]

    def seconds_to_report(self) -> float:
        """Ten seconds: how often it looks whether anything has changed."""
        return 10.0

    def changed(self, thing: Thing, at: float, what: What) -> list[Line]:
        """A setting and a relay at once."""
        if what not in {"setting", "relay"}:
            return []
        return self._data(thing.planned.device.address.channel, thing, at)

    def target(self, topic: str, payload: bytes) -> Thing | None:
        """The device that is the topic's last level; a node's command only asks."""
        del payload
        return self._devices.get(topic.rpartition("/")[2]) if "/DCMD/" in topic else None

    def obey(self, topic: str, payload: bytes, at: float) -> list[Line]:
        """Takes one metric in the type of its birth. A rebirth is a birth without a new session."""
        try:
            (told,) = read(payload)
        except (PayloadError, ValueError):
            raise Refusal from None
        if "/NCMD/" in topic:
            if (told.name, told.datatype, told.value) != (REBIRTH, BOOLEAN, True):
                raise Refusal
            return self._births(at)
        thing = self.target(topic, payload)
        if isinstance(thing, Unit):
            _take(thing, told, at)
        elif isinstance(thing, Plug) and (told.name, told.datatype, told.value) == ("Relay", BOOLEAN, False):
            thing.switch(False, at, "command")
        else:
            raise Refusal
        return []

    def _births(self, at: float) -> list[Line]:
        self._sequence = -1
        self._birth += 1
        node = [metric("bdSeq", None, WHOLE, self._session), metric(REBIRTH, None, BOOLEAN, False)]
        lines = [(f"spBv1.0/{self._group}/NBIRTH/{self._node}", payload(node, self._next()), False)]
        for name, thing in self._devices.items():
            said = _said(thing, at)
            self._aliases[name] = {each: 1 + (self._birth + place) % len(said) for place, each in enumerate(said)}
            self._told[name] = said
            born = [metric(each, self._aliases[name][each], _type(value), value) for each, value in said.items()]
            lines.append((f"spBv1.0/{self._group}/DBIRTH/{self._node}/{name}", payload(born, self._next()), False))
        return lines

    def _data(self, name: str, thing: Thing, at: float) -> list[Line]:
        before = self._told.get(name)
        if before is None:
            return []
        said = _said(thing, at)
        changed = [
            metric("", self._aliases[name][each], 0, value) for each, value in said.items() if before.get(each) != value
        ]
        self._told[name] = said
        if not changed:
            return []
        return [(f"spBv1.0/{self._group}/DDATA/{self._node}/{name}", payload(changed, self._next()), False)]

    def _next(self) -> int:
        self._sequence = (self._sequence + 1) % 256
        return self._sequence


def _said(thing: Thing, at: float) -> dict[str, Value]:
    thing.settle(at)
    if isinstance(thing, Unit):
        room_celsius = round(thing.room.celsius * 10.0) / 10.0
        mode = thing.mode if thing.is_on else "off"
        return {"Room/Temp": room_celsius, "Set": float(thing.target_celsius), "Run": thing.is_on, "Mode": mode}
    is_on = isinstance(thing, Plug) and thing.relay_on
    return {"Relay": is_on, "Power/W": round(thing.watts, 1), "Energy/Wh": float(round(thing.counter_kwh * 1000.0))}


def _type(value: Value) -> int:
    return BOOLEAN if isinstance(value, bool) else STRING if isinstance(value, str) else DOUBLE


def _take(unit: Unit, told: Metric, at: float) -> None:
    if (told.name, told.datatype, told.value) == ("Run", BOOLEAN, False):
        unit.set(at, "command", on=False)
    elif told.name == "Set" and told.datatype == DOUBLE and isinstance(told.value, float):
        unit.set(at, "command", celsius=told.value)
    else:
        raise Refusal

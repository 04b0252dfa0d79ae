"""Homie 5: a description, a state, a value a topic, all retained; a command to `set`, answered by `$target`, then by the value."""

import random
from collections.abc import Mapping, Sequence

from sensors.virtual.days import Days
from sensors.virtual.faults import Faults
from sensors.virtual.said import Line, encode
from sensors.virtual.things import Plug, Thing, What
from sensors.virtual.units import Unit, UnitMode
from sensors.virtual.voice import Refusal, Voice

_BOOLEANS = {"true": True, "false": False}
_MODES: Mapping[str, UnitMode] = {"cool": "cool", "heat": "heat", "dry": "dry", "fan_only": "fan_only"}


class Homie(Voice):
    """One device. Each body is a node, called what its channel says."""

    def __init__(self, things: Sequence[Thing], days: Days, faults: Faults, chance: random.Random) -> None:
        super().__init__(things, days, faults, chance)
        address = things[0].planned.device.address
        domain = address.base.rstrip("/") or "homie"
        self._root = self.root_of(domain, address.name)
        self._nodes = {thing.planned.device.address.channel.partition("/")[0]: thing for thing in things}
        self._told: dict[str, str] = {}

    def root_of(self, domain: str, name: str) -> str:
        """Where it speaks."""
        return f"{domain if domain.endswith('/5') else f'{domain}/5'}/{name}"

    @property
    def roots(self) -> Sequence[str]:
        """Below the device."""
        return (self._root,)

    @property
    def filters(self) -> Sequence[str]:
        """Every property's `set`."""
        return (f"{self._root}/+/+/set",)

    def hello(self, at: float) -> list[Line]:
        """In the order of the convention: on its way, its description and values, ready."""
        self._told.clear()
        nodes = {node: {"properties": properties_of(thing)} for node, thing in self._nodes.items()}
        description = encode({"homie": "5.0", "version": 1, "nodes": nodes})
        return [
            (f"{self._root}/$state", b"init", True),
            (f"{self._root}/$description", description, True),
            *self.report(at),
            (f"{self._root}/$state", b"ready", True),
        ]

    def goodbye(self) -> list[Line]:
        """The last will."""
        return [(f"{self._root}/$state", b"lost", True)]

    def report(self, at: float) -> list[Line]:
        """What changed since it was told last."""
        fresh = [line for line in self._all(at) if self._told.get(line[0]) != line[1].decode()]
        self._told.update({topic: payload.decode() for topic, payload, _ in fresh})
        return fresh

    def seconds_to_report(self) -> float:
        """Measurements are looked at each minute."""
        return 60.0

    def changed(self, thing: Thing, at: float, what: What) -> list[Line]:
        """What switches and what is set, at once."""
        del thing
        return self.report(at) if what in {"relay", "setting"} else []

    def target(self, topic: str, payload: bytes) -> Thing | None:
        """The node in the topic."""
        del payload
        return self._nodes.get(topic.removeprefix(f"{self._root}/").partition("/")[0])

    def obey(self, topic: str, payload: bytes, at: float) -> list[Line]:
        """Says what it intends, and does it. A value that does not fit its datatype is ignored, as the convention asks."""
        thing = self.target(topic, payload)
        value = topic.removesuffix("/set")
        words = payload.decode("utf-8", "replace")
        if thing is None or not topic.endswith("/set") or not _take(thing, value.rpartition("/")[2], words, at):
            raise Refusal
        return [(f"{value}/$target", payload, True), *self.report(at)]

    def _all(self, at: float) -> list[Line]:
        lines = []
        for node, thing in self._nodes.items():
            thing.settle(at)
            lines += [(f"{self._root}/{node}/{key}", word.encode(), True) for key, word in _values(thing).items()]
        return lines


def properties_of(thing: Thing) -> dict[str, dict[str, object]]:
    """What a body's properties are."""
    watts: dict[str, object] = {"datatype": "float", "unit": "W"}
    power: dict[str, object] = {"datatype": "boolean", "settable": True}
    if isinstance(thing, Unit):
        device = thing.planned.device
        limits = f"{device.minimum_celsius:g}:{device.maximum_celsius:g}:{device.step_celsius:g}"
        return {
            "power": power,
            "mode": {"datatype": "enum", "format": ",".join(_MODES), "settable": True},
            "target": {"datatype": "float", "unit": "°C", "format": limits, "settable": True},
            "temperature": {"datatype": "float", "unit": "°C"},
            "swing": {"datatype": "boolean", "settable": True},
        }
    energy: dict[str, object] = {"datatype": "float", "unit": "kWh"}
    measured = {"watts": watts, "energy": energy}
    return {"power": power, **measured} if isinstance(thing, Plug) else measured


def _values(thing: Thing) -> dict[str, str]:
    if isinstance(thing, Unit):
        return {
            "power": str(thing.is_on).lower(),
            "mode": thing.mode,
            "target": f"{thing.target_celsius:.1f}",
            "temperature": f"{thing.room.celsius:.1f}",
            "swing": "false",
        }
    measured = {"watts": f"{thing.watts:.1f}", "energy": f"{thing.counter_kwh:.3f}"}
    return {"power": str(thing.relay_on).lower(), **measured} if isinstance(thing, Plug) else measured


def _take(thing: Thing, key: str, words: str, at: float) -> bool:
    wanted = _BOOLEANS.get(words)
    if isinstance(thing, Plug) and key == "power" and wanted is not None:
        thing.switch(wanted, at, "command")
        return True
    if not isinstance(thing, Unit):
        return False
    if key == "power" and wanted is not None:
        thing.set(at, "command", on=wanted)
    elif key == "mode" and words in _MODES:
        thing.set(at, "command", mode=_MODES[words], on=True)
    elif key == "target" and words.replace(".", "", 1).isdecimal():
        thing.set(at, "command", celsius=float(words))
    else:
        return False
    return True

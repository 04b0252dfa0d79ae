"""Home Assistant discovery: a device announces its topics and templates, then speaks by them. Two makers' ways of doing so.

A unit writes a config of its own with short keys, a `~` and templates into one JSON state. A plug writes a whole device, with its
sensors as further components, a child lock that looks like a switch, and bare values, energy in Wh.
"""

import random
from collections.abc import Mapping, Sequence

from sensors.virtual.days import Days
from sensors.virtual.faults import Faults
from sensors.virtual.said import Line, encode
from sensors.virtual.things import Meter, Plug, Thing, What
from sensors.virtual.units import Unit, UnitMode
from sensors.virtual.voice import Refusal, Voice, hardware_address

_MODES: Mapping[str, UnitMode] = {"cool": "cool", "heat": "heat", "dry": "dry", "fan_only": "fan_only"}
_SWITCHED = {b"ON": True, b"OFF": False}
_ORIGIN = {"name": "virtual"}


class HomeAssistant(Voice):
    """One device; its address is the unique_id of its unit or switch."""

    def __init__(self, things: Sequence[Thing], days: Days, faults: Faults, chance: random.Random) -> None:
        super().__init__(things, days, faults, chance)
        address = things[0].planned.device.address
        self._id = address.name
        self._prefix = address.base.rstrip("/") or "homeassistant"
        self._root = f"devices/{address.name}"
        self._told: dict[str, bytes] = {}

    @property
    def roots(self) -> Sequence[str]:
        """Where its config says that it is commanded."""
        return (self._root,)

    @property
    def filters(self) -> Sequence[str]:
        """Every part's `set`."""
        return (f"{self._root}/+/set",)

    def hello(self, at: float) -> list[Line]:
        """Its announcement and its availability, both retained, then its state."""
        self._told.clear()
        (thing,) = self.things
        platform, words = ("climate", self._unit(thing)) if isinstance(thing, Unit) else ("device", self._whole(thing))
        config = (f"{self._prefix}/{platform}/{self._id}/config", encode(words), True)
        return [config, (f"{self._root}/availability", b"online", True), *self.report(at)]

    def goodbye(self) -> list[Line]:
        """The last will."""
        return [(f"{self._root}/availability", b"offline", True)]

    def report(self, at: float) -> list[Line]:
        """Everything, changed or not."""
        (thing,) = self.things
        thing.settle(at)
        self._told = dict(self._values(thing))
        return [(topic, payload, False) for topic, payload in self._told.items()]

    def seconds_to_report(self) -> float:
        """Half a minute."""
        return 30.0

    def changed(self, thing: Thing, at: float, what: What) -> list[Line]:
        """What switches, what is set and what is drawn, at once; a topic whose value is the same stays silent."""
        del thing
        if what not in {"relay", "setting", "power"}:
            return []
        before = self._told
        return [line for line in self.report(at) if before.get(line[0]) != line[1]]

    def target(self, topic: str, payload: bytes) -> Thing | None:
        """Its only body; a child lock is none."""
        del payload
        return None if topic == f"{self._root}/lock/set" else self.things[0]

    def obey(self, topic: str, payload: bytes, at: float) -> list[Line]:
        """Does what it is told, and tells its state by `changed`."""
        thing = self.target(topic, payload)
        part = topic.removeprefix(f"{self._root}/")
        if isinstance(thing, Plug) and part == "relay/set" and payload in _SWITCHED:
            thing.switch(_SWITCHED[payload], at, "command")
        elif not isinstance(thing, Unit) or not _take(thing, part, payload.decode("utf-8", "replace"), at):
            raise Refusal
        return []

    def _unit(self, unit: Unit) -> dict[str, object]:
        device = unit.planned.device
        words: dict[str, object] = {
            "~": self._root,
            "uniq_id": self._id,
            "name": None,
            "dev": {"ids": [hardware_address(self._id)], "mf": "Virtual", "mdl": "Split"},
            "o": _ORIGIN,
            "avty": [{"t": "~/availability"}],
            "modes": ["off", *_MODES],
            "mode_stat_t": "~/state",
            "mode_stat_tpl": "{{ value_json.mode if value_json.power else 'off' }}",
            "mode_cmd_t": "~/mode/set",
            "curr_temp_t": "~/state",
            "curr_temp_tpl": "{{ value_json['room'] | float / 10 }}",
            "min_temp": device.minimum_celsius,
            "max_temp": device.maximum_celsius,
            "temp_step": device.step_celsius,
            "temp_unit": "C",
        }
        for short, key in (("temp", "cooling"),) if unit.planned.one_setpoint else _BOTH:
            words[f"{short}_stat_t"] = "~/state"
            words[f"{short}_stat_tpl"] = f"{{{{ value_json.targets.{key} }}}}"
            words[f"{short}_cmd_t"] = f"~/{key}/set"
            words[f"{short}_cmd_tpl"] = '{"celsius": {{ value }}}'
        return words

    def _whole(self, thing: Thing) -> dict[str, object]:
        parts: dict[str, object] = {
            "watts": self._sensor("watts", "power", "W"),
            "counted": self._sensor("counted", "energy", "Wh"),
        }
        if isinstance(thing, Plug):
            places = {"state_topic": f"{self._root}/relay", "command_topic": f"{self._root}/relay/set"}
            parts["relay"] = {"platform": "switch", "unique_id": self._id, "name": None, **places}
            places = {"state_topic": f"{self._root}/lock", "command_topic": f"{self._root}/lock/set"}
            parts["lock"] = {"platform": "switch", "unique_id": f"{self._id}_lock", "name": "Child lock", **places}
        return {
            "device": {"identifiers": [hardware_address(self._id)], "manufacturer": "Virtual", "model": "Outlet"},
            "origin": _ORIGIN,
            "availability_topic": f"{self._root}/availability",
            "components": parts,
        }

    def _sensor(self, part: str, told: str, unit: str) -> dict[str, object]:
        name = self._id if isinstance(self.things[0], Meter) and told == "power" else f"{self._id}_{part}"
        words = {"platform": "sensor", "unique_id": name, "state_topic": f"{self._root}/{part}"}
        return {**words, "device_class": told, "unit_of_measurement": unit}

    def _values(self, thing: Thing) -> Mapping[str, bytes]:
        root = self._root
        if isinstance(thing, Unit):
            targets = {"cooling": thing.cooling_celsius, "heating": thing.heating_celsius}
            told = {
                "power": thing.is_on,
                "mode": thing.mode,
                "targets": targets,
                "room": round(thing.room.celsius * 10),
            }
            return {f"{root}/state": encode(told)}
        values = {
            f"{root}/watts": f"{thing.watts:.1f}".encode(),
            f"{root}/counted": f"{thing.counter_kwh * 1000.0:.0f}".encode(),
        }
        if isinstance(thing, Plug):
            values = {f"{root}/relay": b"ON" if thing.relay_on else b"OFF", f"{root}/lock": b"OFF", **values}
        return values


_BOTH = (("temp_hi", "cooling"), ("temp_lo", "heating"))


def _take(unit: Unit, part: str, words: str, at: float) -> bool:
    number = words.removeprefix('{"celsius": ').removesuffix("}")
    if part == "mode/set" and words == "off":
        unit.set(at, "command", on=False)
    elif part == "mode/set" and words in _MODES:
        unit.set(at, "command", mode=_MODES[words], on=True)
    elif part.removesuffix("/set") in {"cooling", "heating"} and number.replace(".", "", 1).isdecimal():
        celsius = float(number)
        if unit.planned.one_setpoint or part == "cooling/set":
            unit.set(at, "command", cooling_celsius=celsius)
        if unit.planned.one_setpoint or part == "heating/set":
            unit.set(at, "command", heating_celsius=celsius)
    else:
        return False
    return True

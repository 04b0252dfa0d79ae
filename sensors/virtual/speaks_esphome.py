"""ESPHome: one scalar a topic below the node's prefix, all of it retained, with Home Assistant's configs for the units.

A unit that has one setpoint says `target_temperature`, one that has two says a low and a high one.
"""

import random
from collections.abc import Callable, Mapping, Sequence

import msgspec

from sensors.virtual.days import Days
from sensors.virtual.faults import Faults
from sensors.virtual.said import Line, encode
from sensors.virtual.things import Air, Meter, Plug, Thing, What
from sensors.virtual.units import Unit, UnitMode
from sensors.virtual.voice import Refusal, Voice, hardware_address

_MODES: Mapping[str, UnitMode] = {"cool": "cool", "heat": "heat", "dry": "dry", "fan_only": "fan_only"}


class EspHome(Voice):
    """One node. What its parts are called stands in the channel: `switch/relay,sensor/power,sensor/total=kWh`."""

    def __init__(self, things: Sequence[Thing], days: Days, faults: Faults, chance: random.Random) -> None:
        super().__init__(things, days, faults, chance)
        self.name = things[0].planned.device.address.name
        channels = [thing.planned.device.address.channel.split(",") for thing in things]
        self._parts = {
            part.partition("=")[0]: thing for thing, told in zip(things, channels, strict=True) for part in told
        }
        self._counters = {part.partition("=")[0] for told in channels for part in told if part.endswith("=kWh")}

    @property
    def roots(self) -> Sequence[str]:
        """Below the prefix."""
        return (self.name,)

    @property
    def filters(self) -> Sequence[str]:
        """A part's command; a climate has one level more."""
        return (f"{self.name}/+/+/command", f"{self.name}/climate/+/+/command")

    def hello(self, at: float) -> list[Line]:
        """Birth, discovery, the configs, every state: all retained."""
        node = {"name": self.name, "mac": hardware_address(self.name).lower(), "board": "esp32", "version": "2026.8.0"}
        born = [(f"{self.name}/status", b"online", True), (f"esphome/discover/{self.name}", encode(node), True)]
        return [*born, *(self._config(part) for part in self._parts), *self.report(at)]

    def goodbye(self) -> list[Line]:
        """The last will."""
        return [(f"{self.name}/status", b"offline", True)]

    def report(self, at: float) -> list[Line]:
        """Every state."""
        return [line for part, thing in self._parts.items() for line in self._states(part, thing, at)]

    def seconds_to_report(self) -> float:
        """The usual `update_interval`."""
        return 60.0

    def changed(self, thing: Thing, at: float, what: What) -> list[Line]:
        """What switches and what is set, at once; measurements wait for their interval."""
        if what not in {"relay", "setting"}:
            return []
        parts = [part for part, one in self._parts.items() if one is thing and not part.startswith("sensor/")]
        return [line for part in parts for line in self._states(part, thing, at)]

    def target(self, topic: str, payload: bytes) -> Thing | None:
        """The part in the topic."""
        del payload
        return self._parts.get("/".join(topic.removeprefix(f"{self.name}/").split("/")[:2]))

    def obey(self, topic: str, payload: bytes, at: float) -> list[Line]:
        """A bare word, for a lamp JSON. What is not understood is written to the log only, which nobody reads."""
        thing = self.target(topic, payload)
        words = payload.decode("utf-8", "replace").strip()
        key = topic.removesuffix("/command").rpartition("/")[2]
        if isinstance(thing, Plug):
            if topic.startswith(f"{self.name}/light/"):
                words = _state_in(payload)
            wanted = {"ON": True, "OFF": False, "TOGGLE": not thing.relay_on}.get(words.upper())
            if wanted is None:
                raise Refusal
            thing.switch(wanted, at, "command")
        elif not isinstance(thing, Unit) or not self._set(thing, key, words, at):
            raise Refusal
        return []

    def _set(self, unit: Unit, key: str, words: str, at: float) -> bool:
        if key == "mode":
            mode = _MODES.get(words.lower())
            if mode is None and words.lower() != "off":
                return False
            unit.set(at, "command", on=mode is not None, mode=mode)
            return True
        try:
            celsius = float(words)
        except ValueError:
            return False
        one = unit.planned.one_setpoint
        keys: dict[str, Callable[[], bool]] = (
            {"target_temperature": lambda: unit.set(at, "command", celsius=celsius)}
            if one
            else {
                "target_temperature_high": lambda: unit.set(at, "command", cooling_celsius=celsius),
                "target_temperature_low": lambda: unit.set(at, "command", heating_celsius=celsius),
            }
        )
        device = unit.planned.device
        if key not in keys or not device.minimum_celsius <= celsius <= device.maximum_celsius:
            return False
        keys[key]()
        return True

    def _states(self, part: str, thing: Thing, at: float) -> list[Line]:
        thing.settle(at)
        if isinstance(thing, Unit):
            return [(f"{self.name}/{part}/{key}/state", word.encode(), True) for key, word in _climate(thing).items()]
        if part.startswith("sensor/"):
            value = thing.room.celsius if isinstance(thing, Air) else thing.watts
            words = f"{thing.counter_kwh:.3f}" if part in self._counters else f"{value:.1f}"
        else:
            words = "ON" if isinstance(thing, Plug) and thing.relay_on else "OFF"
            if part.startswith("light/"):
                words = encode({"state": words, "brightness": 255}).decode()
        return [(f"{self.name}/{part}/state", words.encode(), True)]

    def _config(self, part: str) -> Line:
        component, _, identifier = part.partition("/")
        thing = self._parts[part]
        told: dict[str, object] = {"name": identifier, "stat_t": f"{self.name}/{part}/state"}
        if isinstance(thing, Unit):
            device = thing.planned.device
            limits = {"min_temp": device.minimum_celsius, "max_temp": device.maximum_celsius}
            told = {"modes": ["off", *_MODES], **limits, "temp_step": device.step_celsius}
        elif component == "sensor":
            metered = isinstance(thing, Plug | Meter)
            told["unit_of_meas"] = "kWh" if part in self._counters else "W" if metered else "°C"
        return (f"homeassistant/{component}/{self.name}/{identifier}/config", encode(told), True)


def _climate(unit: Unit) -> dict[str, str]:
    targets = (
        {"target_temperature": unit.target_celsius}
        if unit.planned.one_setpoint
        else {"target_temperature_high": unit.cooling_celsius, "target_temperature_low": unit.heating_celsius}
    )
    does = {"cool": "cooling", "heat": "heating", "dry": "drying", "fan_only": "fan"}[unit.mode]
    action = "off" if not unit.is_on else does if unit.compressor_runs else "idle"
    numbers = {"current_temperature": unit.room.celsius, **targets}
    return {
        "mode": unit.mode if unit.is_on else "off",
        "action": action,
        **{key: f"{value:.1f}" for key, value in numbers.items()},
    }


def _state_in(payload: bytes) -> str:
    try:
        return str(msgspec.json.decode(payload, type=dict[str, object]).get("state", ""))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""

"""Zigbee2MQTT, as its state cache speaks: whole JSON states, `/set`, `/get`, availability, errors only in the log."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from sensors.virtual.days import Days
from sensors.virtual.exposes import definition
from sensors.virtual.faults import Faults
from sensors.virtual.outside import Outside
from sensors.virtual.plan import LastSeen
from sensors.virtual.said import Line, encode
from sensors.virtual.things import Air, Eye, Plug, Thing, What, WindowContact
from sensors.virtual.units import Unit, UnitMode
from sensors.virtual.voice import Refusal, Voice, below, hardware_address
from sensors.virtual.zigbee2mqtt_state import ELECTRIC, state_of

_MODES: dict[object, UnitMode] = {"cool": "cool", "heat": "heat", "fan_only": "fan_only", "dry": "dry"}
_OFF_ON = {"OFF": False, "ON": True}


class Zigbee2Mqtt(Voice):
    """One Zigbee device; several bodies are its endpoints (`state_l1`)."""

    tells_changes = True

    def __init__(
        self, things: Sequence[Thing], days: Days, faults: Faults, chance: random.Random, last_seen: LastSeen
    ) -> None:
        super().__init__(things, days, faults, chance)
        address = things[0].planned.device.address
        self.gateway = address.base or "zigbee2mqtt"
        self.name = address.name
        self.topic = f"{self.gateway}/{self.name}"
        self._last_seen = last_seen
        self._said: dict[str, object] = {}
        self._last_at = 0.0
        self._keys = [f"_{thing.planned.device.address.channel}" if len(things) > 1 else "" for thing in things]
        self._battery = chance.randint(55, 100)

    @property
    def roots(self) -> Sequence[str]:
        """By friendly name and by IEEE address, as the real one."""
        return (self.topic, f"{self.gateway}/{self.ieee_address}")

    @property
    def filters(self) -> Sequence[str]:
        """Names with a slash need filters of their own."""
        between = "+" if "/" not in self.name else self.name
        return tuple(f"{self.gateway}/{between}/{verb}" for verb in ("set", "set/+", "get"))

    @property
    def ieee_address(self) -> str:
        """64 bits, made from the name."""
        return f"0x{hardware_address(self.topic).lower()}{random.Random(self.topic).getrandbits(16):04x}"

    def entry(self) -> dict[str, object]:
        """Its object in `bridge/devices`."""
        asleep = isinstance(self.things[0], Eye | WindowContact | Air | Outside)
        return {
            "ieee_address": self.ieee_address,
            "type": "EndDevice" if asleep else "Router",
            "network_address": random.Random(self.topic).randrange(1, 65000),
            "supported": True,
            "disabled": False,
            "friendly_name": self.name,
            "definition": definition(self.things),
            "power_source": "Battery" if asleep else "Mains (single phase)",
            "interview_completed": True,
            "interviewing": False,
            "endpoints": {},
        }

    def hello(self, at: float) -> list[Line]:
        """Availability (retained) and the first state."""
        return [(f"{self.topic}/availability", b'{"state":"online"}', True), self._state(at)]

    def goodbye(self) -> list[Line]:
        """The gateway found it missing."""
        return [(f"{self.topic}/availability", b'{"state":"offline"}', True)]

    def replay(self) -> list[Line]:
        """The cached state once more, as after a restart of the gateway: not retained, and no news."""
        return [(self.topic, encode(self._said), False)] if self._said else []

    def report(self, at: float) -> list[Line]:
        """All it knows."""
        return [self._state(at)]

    def seconds_to_report(self) -> float:
        """Plugs and units every five to ten minutes, battery devices about hourly."""
        if isinstance(self.things[0], Eye | WindowContact):
            return self.chance.uniform(3000.0, 3600.0)
        return self.chance.uniform(300.0, 600.0)

    def changed(self, thing: Thing, at: float, what: What) -> list[Line]:
        """Relays, settings and sensors at once; power by 5 W and 10 %; temperatures by 0.2 K."""
        if what == "room":  # every minute, and seldom worth it
            told = self._said.get("local_temperature" if isinstance(thing, Unit) else "temperature")
            air_celsius = thing.celsius if isinstance(thing, Outside) else thing.room.celsius
            return [self._state(at)] if isinstance(told, float) and abs(air_celsius - told) >= 0.2 else []
        worth = what != "power"
        if isinstance(thing, ELECTRIC) and not worth:
            told = self._said.get("power" + self._suffix(thing))
            delta = abs(thing.watts - told) if isinstance(told, int | float) else thing.watts
            worth = delta >= 5.0 and delta >= 0.1 * thing.watts and at - self._last_at >= 3.0
        return [self._state(at)] if worth else []

    def obey(self, topic: str, payload: bytes, at: float) -> list[Line]:
        """`/set` with JSON, `/set/<key>` with a bare word, `/get`. A change publishes the state by itself."""
        _, verb, key = topic.rpartition("/set") if "/set" in topic else (topic, "/get", "")
        if verb == "/get":
            return [self._state(at)]
        key = key.lstrip("/")
        values: object = {key: payload.decode("utf-8", "replace")} if key else _json(payload)
        if not isinstance(values, dict):
            raise Refusal(self._error(f"Invalid JSON '{payload.decode('utf-8', 'replace')[:80]}', skipping..."))
        said_at = self._last_at
        for name, value in values.items():
            self._set(str(name), value, at)
        return [] if self._last_at == at and said_at != at else [self._state(at)]

    def target(self, topic: str, payload: bytes) -> Thing | None:
        """The endpoint that the first key names."""
        if topic.endswith("/get"):
            return None
        values = _json(payload)
        names = list(values) if isinstance(values, dict) else [topic.rpartition("/")[2]]
        for suffix, thing in zip(self._keys, self.things, strict=True):
            if suffix and any(str(name).endswith(suffix) for name in names):
                return thing
        return self.things[0]

    def _set(self, name: str, value: object, at: float) -> None:
        for suffix, thing in zip(self._keys, self.things, strict=True):
            if not name.endswith(suffix):
                continue
            key = name.removesuffix(suffix) if suffix else name
            if isinstance(thing, Plug) and key == "state":
                wanted = (not thing.relay_on) if str(value).upper() == "TOGGLE" else _OFF_ON.get(str(value).upper())
                if wanted is not None:
                    thing.switch(wanted, at, "command")
                    return
            elif isinstance(thing, Unit) and self._set_unit(thing, key, value, at):
                return
        raise Refusal(self._error(f"Publish 'set' '{name}' to '{self.name}' failed: 'No converter or invalid value'"))

    def _set_unit(self, unit: Unit, key: str, value: object, at: float) -> bool:
        one = unit.planned.one_setpoint
        if key == "system_mode" and value in _MODES:
            unit.set(at, "command", mode=_MODES[value], on=True)
        elif (key == "system_mode" and value == "off" and not one) or (key == "state" and value == "OFF" and one):
            unit.set(at, "command", on=False)
        elif key == "state" and value == "ON" and one:
            unit.set(at, "command", on=True)
        else:
            return self._set_setpoint(unit, key, value, at)
        return True

    def _set_setpoint(self, unit: Unit, key: str, value: object, at: float) -> bool:
        try:
            celsius = float(str(value))
        except ValueError:
            return False
        device = unit.planned.device
        if not device.minimum_celsius <= celsius <= device.maximum_celsius:
            return False
        celsius = round(celsius / device.step_celsius) * device.step_celsius
        keys: dict[str, Callable[[], bool]] = (
            {"current_heating_setpoint": lambda: unit.set(at, "command", celsius=celsius)}
            if unit.planned.one_setpoint
            else {
                "occupied_cooling_setpoint": lambda: unit.set(at, "command", cooling_celsius=celsius),
                "occupied_heating_setpoint": lambda: unit.set(at, "command", heating_celsius=celsius),
            }
        )
        if key not in keys:
            return False
        keys[key]()
        return True

    def _suffix(self, thing: Thing) -> str:
        return self._keys[self.things.index(thing)] if len(self.things) > 1 else ""

    def _error(self, words: str) -> Line:
        line = {"level": "error", "message": f"z2m: {words}", "namespace": "z2m"}
        return (f"{self.gateway}/bridge/logging", encode(line), False)

    def _state(self, at: float) -> Line:
        state: dict[str, object] = {"linkquality": 40 + below(self.chance, 181)}
        for suffix, thing in zip(self._keys, self.things, strict=True):
            thing.settle(at)
            said = state_of(thing, self.chance, self._battery)
            state.update({key + suffix: value for key, value in said.items()} if suffix else said)
        match self._last_seen:
            case "ISO_8601":
                state["last_seen"] = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
            case "ISO_8601_local":
                local = datetime.fromtimestamp(at, self.days.timezone)
                state["last_seen"] = local.isoformat(timespec="seconds")
            case "epoch":
                state["last_seen"] = int(at * 1000)
            case "disable":
                pass
        self._said = state
        self._last_at = at
        if self.faults.null_share and self.chance.random() < self.faults.null_share:
            state = {**state, self.chance.choice([key for key in state if key != "linkquality"]): None}
        return (self.topic, encode(state), False)


def _json(payload: bytes) -> object:
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None

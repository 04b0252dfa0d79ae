"""Air conditioners behind the known gateways, each in the topics and words of its own documentation or code.

Written from the same sources as `sensors/families/gateways.py`, and independent of it. Nobody here has a mode command: officed
sends none.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from sensors.virtual.days import Days
from sensors.virtual.faults import Faults
from sensors.virtual.said import Line, encode
from sensors.virtual.things import Thing, What
from sensors.virtual.units import Unit
from sensors.virtual.voice import Refusal, Voice

Said = Callable[[Unit], Mapping[str, object]]
"""Topics (`~`: the device's root) and what is published there: a dict as JSON, anything else as its bare word."""
Wish = tuple[bool | None, float | None]
"""On or off, and degrees; None: not said."""


class Gateway(NamedTuple):
    """`takes`: from a topic and its words to what is wanted; None: not understood. `online`: topics with `online`, `offline`."""

    says: Said
    takes: Callable[[str, str], Wish | None]
    root: str = "~"
    commands: str = "~"
    retains: bool = False
    online: Sequence[str] = ()


class GatewayUnit(Voice):
    """One unit; the preset its device is configured with names the gateway."""

    def __init__(
        self, things: Sequence[Thing], days: Days, faults: Faults, chance: random.Random, gateway: str
    ) -> None:
        super().__init__(things, days, faults, chance)
        self._gateway = GATEWAYS[gateway]
        address = things[0].planned.device.address.name
        self._root = self._gateway.root.replace("~", address)
        self._commands = self._gateway.commands.replace("~", address)

    @property
    def roots(self) -> Sequence[str]:
        """Below its command topics."""
        return (self._commands,)

    @property
    def filters(self) -> Sequence[str]:
        """All of them."""
        return (f"{self._commands}/#",)

    def hello(self, at: float) -> list[Line]:
        """Availability (retained), where it has any, and the state."""
        return [*self._will(b"online"), *self.report(at)]

    def goodbye(self) -> list[Line]:
        """The last will."""
        return self._will(b"offline")[-1:]

    def report(self, at: float) -> list[Line]:
        """All there is."""
        del at
        (unit,) = self.things
        told = self._gateway.says(unit) if isinstance(unit, Unit) else {}
        return [(self._at(topic), _written(value), self._gateway.retains) for topic, value in told.items()]

    def seconds_to_report(self) -> float:
        """Half a minute."""
        return 30.0

    def changed(self, thing: Thing, at: float, what: What) -> list[Line]:
        """A setting at once."""
        del thing
        return self.report(at) if what == "setting" else []

    def obey(self, topic: str, payload: bytes, at: float) -> list[Line]:
        """Does what it is told; what is not understood stays unanswered."""
        (unit,) = self.things
        part = topic.removeprefix(f"{self._commands}/")
        wish = self._gateway.takes(part, payload.decode("utf-8", "replace"))
        if wish is None or not isinstance(unit, Unit):
            raise Refusal
        unit.set(at, "command", on=wish[0], celsius=wish[1])
        return []

    def _will(self, word: bytes) -> list[Line]:
        return [(self._at(topic), word, True) for topic in self._gateway.online]

    def _at(self, topic: str) -> str:
        return topic.replace("~", self._root)


def _written(value: object) -> bytes:
    return encode(value) if isinstance(value, dict) else str(value).encode()


def _mode(unit: Unit) -> str:
    return unit.mode if unit.is_on else "off"


def _number(words: str) -> float | None:
    return float(words) if words.replace(".", "", 1).isdecimal() else None


def _words(power: str, off: str, setpoint: str, *, whole: bool = False) -> Callable[[str, str], Wish | None]:
    """Two topics with bare words. `whole`: degrees without a decimal."""

    def takes(part: str, words: str) -> Wish | None:
        celsius = _number(words)
        if part == power and words == off:
            return False, None
        return (None, celsius) if part == setpoint and celsius is not None and not (whole and "." in words) else None

    return takes


def _json(part_of_it: str, power: str, off: object, setpoint: str) -> Callable[[str, str], Wish | None]:
    """One topic with a JSON object of one key."""

    def takes(part: str, words: str) -> Wish | None:
        try:
            told = msgspec.json.decode(words, type=dict[str, bool | float | str])
        except msgspec.MsgspecError:
            return None
        if part != part_of_it:
            return None
        celsius = told.get(setpoint)
        if power in told and told[power] == off:
            return False, None
        return (None, float(celsius)) if isinstance(celsius, int | float) and not isinstance(celsius, bool) else None

    return takes


def _midea(part: str, words: str) -> Wish | None:
    return _words("", "", "set/targetTemperature")(part, words) or _json("set", "power", False, "")(part, words)


GATEWAYS: Mapping[str, Gateway] = {
    "swicago": Gateway(
        lambda unit: {
            "~": {
                "power": "ON" if unit.is_on else "OFF",
                "mode": unit.mode.upper(),
                "temperature": unit.target_celsius,
            },
            "~/status": {"roomTemperature": round(unit.room.celsius, 1), "operating": unit.compressor_runs},
        },
        _json("set", "power", "OFF", "temperature"),
    ),
    "wmp2mqtt": Gateway(
        lambda unit: {
            "~/onoff": "on" if unit.is_on else "off",
            "~/mode": unit.mode.removesuffix("_only"),
            "~/setptemp": unit.target_celsius,
            "~/ambtemp": round(unit.room.celsius, 1),
        },
        _words("ONOFF", "OFF", "SETPTEMP"),
        root="/stat/hvac/intesis/~/settings",
        commands="/cmnd/hvac/intesis/~/settings",
    ),
    "coolmaster": Gateway(
        lambda unit: {
            "~/state": {
                "temperature": unit.target_celsius,
                "current_temperature": round(unit.room.celsius, 1),
                "hvac_mode": _mode(unit),
                "status": "OK",
                "state": "cooling" if unit.compressor_runs else "idle",
            }
        },
        _words("mode", "off", "temperature"),
        root="homeassistant/climate/coolmaster_~",
        commands="homeassistant/climate/coolmaster_~/set",
        retains=True,
        online=("homeassistant/climate/coolmaster/status",),
    ),
    "daikin2mqtt": Gateway(
        lambda unit: {
            "~/controls": {
                "power": unit.is_on,
                "mode": {"cool": "COOL", "heat": "HEAT", "dry": "DEHUMIDIFY", "fan_only": "FAN"}[unit.mode],
                "set_temp": round(unit.target_celsius),
                "Set_humidity": 0,
                "timestamp": "10:00:00",
            },
            "~/sensors": {"unit_temp": round(unit.room.celsius, 1), "unit_humidity": 0, "ext_temp": -99.0, "error": 0},
        },
        _json("controls", "power", False, "set_temp"),
        root="daikin2mqtt/~",
        commands="daikin2mqtt/~/set",
    ),
    "faikin": Gateway(
        lambda unit: {
            "~/state/ha": {
                "temp": round(unit.room.celsius, 1),
                "target": unit.target_celsius,
                "mode": _mode(unit),
                "fan": "auto",
            }
        },
        _words("power", "0", "temp"),
        commands="~/command",
    ),
    "midea2mqtt": Gateway(
        lambda unit: {
            "~/state": {
                "power": unit.is_on,
                "mode": {"cool": 2, "dry": 3, "heat": 4, "fan_only": 5}[unit.mode],
                "targetTemperature": unit.target_celsius,
                "indoorTemperature": round(unit.room.celsius, 1),
            }
        },
        _midea,
        root="midea2mqtt/~",
        commands="midea2mqtt/~",
        retains=True,
        online=("midea2mqtt/bridge/status", "~/availability"),
    ),
    "gree": Gateway(
        lambda unit: {
            "~/power/get": int(unit.is_on),
            "~/mode/get": unit.mode,
            "~/temperature/get": round(unit.target_celsius),
        },
        _words("power/set", "0", "temperature/set", whole=True),
    ),
}
"""By the name of the preset. mitsubishi2MQTT has a file of its own (`speaks_mapped.py`)."""

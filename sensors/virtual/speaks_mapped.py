"""What speaks no dialect: a Mitsubishi unit behind mitsubishi2MQTT, and an outlet behind a Modbus bridge that somebody made.

The unit's `temperature` is what it is set to; only `state` tells, and it is not retained. The bridge publishes a list of registers:
the coil, tenths of a watt, hundredths of a kWh. Sources: gysmo38/mitsubishi2MQTT for the unit; the bridge is invented.
"""

import random
from collections.abc import Mapping, Sequence

import msgspec

from sensors.virtual.days import Days
from sensors.virtual.faults import Faults
from sensors.virtual.said import Line, encode
from sensors.virtual.things import Plug, Thing, What
from sensors.virtual.units import Unit, UnitMode
from sensors.virtual.voice import Refusal, Voice

_MODES: Mapping[str, UnitMode] = {"cool": "cool", "heat": "heat", "dry": "dry", "fan_only": "fan_only"}


class _Write(msgspec.Struct, forbid_unknown_fields=True):
    coil: int
    value: bool


_WRITE = msgspec.json.Decoder(_Write)


class Mapped(Voice):
    """One device; everything is below its address."""

    def __init__(self, things: Sequence[Thing], days: Days, faults: Faults, chance: random.Random) -> None:
        super().__init__(things, days, faults, chance)
        self._root = things[0].planned.device.address.name

    @property
    def roots(self) -> Sequence[str]:
        """Below its address."""
        return (self._root,)

    @property
    def filters(self) -> Sequence[str]:
        """The gateway's `…/set`, the bridge's `write`."""
        return (f"{self._root}/+/set", f"{self._root}/write")

    def hello(self, at: float) -> list[Line]:
        """Availability (retained) and the state."""
        return [(f"{self._root}/availability", b"online", True), *self.report(at)]

    def goodbye(self) -> list[Line]:
        """The last will."""
        return [(f"{self._root}/availability", b"offline", True)]

    def report(self, at: float) -> list[Line]:
        """All there is."""
        (thing,) = self.things
        thing.settle(at)
        if isinstance(thing, Unit):
            return [(f"{self._root}/state", encode(_unit(thing)), False)]
        is_on = isinstance(thing, Plug) and thing.relay_on
        registers = [int(is_on), round(thing.watts * 10.0), round(thing.counter_kwh * 100.0)]
        return [(f"{self._root}/registers", encode({"ok": True, "values": registers}), False)]

    def seconds_to_report(self) -> float:
        """Half a minute."""
        return 30.0

    def changed(self, thing: Thing, at: float, what: What) -> list[Line]:
        """The unit tells a setting at once; the bridge asks its slave every half minute, and after a write."""
        del thing
        return self.report(at) if what in {"setting", "relay"} else []

    def obey(self, topic: str, payload: bytes, at: float) -> list[Line]:
        """Does what it is told; what is not understood stays unanswered."""
        (thing,) = self.things
        part = topic.removeprefix(f"{self._root}/")
        if isinstance(thing, Unit):
            _take(thing, part, payload.decode("utf-8", "replace"), at)
        elif isinstance(thing, Plug) and part == "write":
            thing.switch(_written(payload).value, at, "command")
        else:
            raise Refusal
        return []


def _unit(unit: Unit) -> dict[str, object]:
    doing = "cooling" if unit.mode == "cool" else "heating"
    return {
        "roomTemperature": round(unit.room.celsius * 2.0) / 2.0,
        "temperature": unit.target_celsius,
        "fan": "AUTO",
        "vane": "AUTO",
        "wideVane": "|",
        "mode": unit.mode if unit.is_on else "off",
        "action": "off" if not unit.is_on else doing if unit.compressor_runs else "idle",
        "compressorFrequency": 40 if unit.compressor_runs else 0,
    }


def _take(unit: Unit, part: str, words: str, at: float) -> None:
    """A mode switches the unit on, as with the real one; a temperature does not."""
    if part == "mode/set" and words == "off":
        unit.set(at, "command", on=False)
    elif part == "mode/set" and words in _MODES:
        unit.set(at, "command", mode=_MODES[words], on=True)
    elif part == "temp/set" and words.replace(".", "", 1).isdecimal():
        unit.set(at, "command", celsius=float(words))
    else:
        raise Refusal


def _written(payload: bytes) -> _Write:
    try:
        told = _WRITE.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Refusal from None
    if told.coil != 0:
        raise Refusal
    return told

"""A split unit behind a Tasmota infrared blaster: an open loop. What is told is that a code was sent, never that it was seen.

Fields left out of a command take the protocol's defaults, not the last state; a remote control is seen most of the time.
"""

import random
from collections.abc import Mapping, Sequence

import msgspec

from sensors.virtual.days import Days
from sensors.virtual.faults import Faults
from sensors.virtual.said import Line, encode
from sensors.virtual.speaks_tasmota import Tasmota
from sensors.virtual.things import Thing, What
from sensors.virtual.units import Unit, UnitMode
from sensors.virtual.voice import Values

SEEN_SHARE = 0.85
_DEFAULTS: Values = {
    "Vendor": "COOLIX", "Model": -1, "Command": "Control", "Mode": "Auto", "Power": "Off", "Celsius": "On", "Temp": 21,
    "FanSpeed": "Medium", "SwingV": "Off", "SwingH": "Off", "Quiet": "Off", "Turbo": "Off", "Econo": "Off",
    "Light": "Off", "Filter": "Off", "Clean": "Off", "Beep": "Off", "Sleep": -1,
}  # fmt: skip
_MODES: Mapping[str, UnitMode] = {
    "cool": "cool", "auto": "cool", "heat": "heat", "hot": "heat", "dry": "dry", "fan": "fan_only", "fan_only": "fan_only",
}  # fmt: skip
_WORDS: Mapping[UnitMode, str] = {"cool": "Cool", "heat": "Heat", "dry": "Dry", "fan_only": "Fan"}


class TasmotaInfrared(Tasmota):
    """The blaster. It has no energy chip and no room sensor."""

    def __init__(self, things: Sequence[Thing], days: Days, faults: Faults, chance: random.Random) -> None:
        super().__init__(things, days, faults, chance)
        self._by_command = False

    def report(self, at: float) -> list[Line]:
        """STATE only."""
        return [(f"{self._prefix('tele')}/STATE", encode(self._status(at)), False)]

    def changed(self, thing: Thing, at: float, what: What) -> list[Line]:
        """A person's remote control, where the blaster saw it."""
        del at
        if what != "setting" or self._by_command or not isinstance(thing, Unit) or self.chance.random() > SEEN_SHARE:
            return []
        heard = {**_DEFAULTS, **self._settings(thing)}
        del heard["Command"]
        code = {"Protocol": "COOLIX", "Bits": 24, "Data": f"0x{self.chance.getrandbits(24):06X}", "Repeat": 0}
        return [(f"{self._prefix('tele')}/RESULT", encode({"IrReceived": {**code, "IRHVAC": heard}}), False)]

    def target(self, topic: str, payload: bytes) -> Thing | None:
        """The unit, for IRHVAC."""
        del payload
        return self.things[0] if topic.upper().endswith("/IRHVAC") else None

    def obey(self, topic: str, payload: bytes, at: float) -> list[Line]:
        """Sends the code, says so, and the unit takes it or misses it."""
        if not topic.upper().endswith("/IRHVAC"):
            return super().obey(topic, payload, at)
        stat = f"{self._prefix('stat')}/RESULT"
        asked = _json(payload)
        if not asked or not isinstance(asked.get("Vendor", asked.get("Protocol")), str):
            return [(stat, b'{"IRHVAC":"Wrong Vendor (COOLIX|GREE|MIDEA)"}', False)]
        full = {**_DEFAULTS, **asked}
        unit = self.things[0]
        if isinstance(unit, Unit) and self.chance.random() >= self.faults.infrared_missed_share:
            self._by_command = True
            self._take(unit, full, at)
            self._by_command = False
        return [(stat, encode({"IRHVAC": full}), False)]

    def _take(self, unit: Unit, full: Values, at: float) -> None:
        try:
            celsius = float(str(full["Temp"]))
        except ValueError:
            return
        if str(full["Celsius"]).lower() == "off":
            celsius = (celsius - 32) / 1.8
        mode = _MODES.get(str(full["Mode"]).lower(), "cool")
        unit.set(at, "command", on=str(full["Power"]).lower() == "on", mode=mode, celsius=round(celsius * 2) / 2)

    def _settings(self, unit: Unit) -> Values:
        power = "On" if unit.is_on else "Off"
        return {"Power": power, "Mode": _WORDS[unit.mode], "Temp": unit.target_celsius, "FanSpeed": "Auto"}

    def _sensor(self, at: float, *, period: bool) -> Values:
        del period
        return {"Time": self.days.stamp(at)}


def _json(payload: bytes) -> dict[str, object]:
    try:
        return msgspec.json.decode(payload, type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return {}

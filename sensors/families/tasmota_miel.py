"""Mitsubishi Electric units on a wire (MiElHVAC): their settings, and commands that are really confirmed.

Unlike infrared the unit answers: `HVACSETTINGS` is what it has, whoever changed it. Source: xdrv_44_miel_hvac.ino; the
names are not in Tasmota's documentation. Temperatures are Celsius.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sensors import units
from sensors.commands import Remedy, SetSetpoint
from sensors.device import Device
from sensors.liveness import Heard
from sensors.readings import Action, AnyReading, Climate, Mode
from sensors.setpoints import fitted

MEMO: Final = '{"MiElHVAC":true}'
"""The note that this device is on a wire and no infrared blaster."""

_MODES: Final[Mapping[str, Mode]] = {
    "off": "off",
    "auto": "auto",
    "cool": "cool",
    "heat": "heat",
    "dry": "dry",
    "fan": "fan_only",
    "fan_only": "fan_only",
}
_RANGE: Final = (16.0, 31.0, 1.0)


def settings_of(values: Mapping[str, object], device: Device, heard: Heard) -> Sequence[AnyReading]:
    """`HVACSETTINGS`. `HAMode` is the mode with off among its words; `Mode` stays while the unit is off."""
    # tele/ac/HVACSETTINGS -> {"HVACSettings":{"Power":"on","Mode":"cool","HAMode":"cool","Temp":24.0,"FanSpeed":"auto"}}
    inner = values.get("HVACSettings")
    told = inner if isinstance(inner, dict) else values
    is_on = units.truth(told.get("Power"))
    mode = _mode(told.get("HAMode")) or _mode(told.get("Mode"))
    if is_on is None and mode is None and "Temp" not in told:
        return ()
    return (
        Climate(
            device=device.id,
            **heard._asdict(),
            mode="off" if is_on is False else mode,
            is_on=is_on,
            setpoint_celsius=units.quantity(told.get("Temp"), units.SETPOINT_CELSIUS),
            memo=MEMO,
        ),
    )


def measured_by(
    values: Mapping[str, object], device: Device, heard: Heard, *, is_fahrenheit: bool
) -> Sequence[AnyReading]:
    """`MiElHVAC` in a SENSOR: the room, and whether the unit works."""
    # on the wire: {"MiElHVAC":{"Temperature":23.5,"Operation":"ON","Compressor":"ON"},"TempUnit":"C"}
    read = units.fahrenheit if is_fahrenheit else units.quantity
    idle: Action | None = "idle" if units.truth(values.get("Operation")) is False else None
    return (
        Climate(
            device=device.id,
            **heard._asdict(),
            action=idle,
            room_celsius=read(values.get("Temperature"), units.ROOM_CELSIUS),
            memo=MEMO,
        ),
    )


def encode_wired(remedy: Remedy) -> tuple[str, bytes]:
    """The command and its word. A target alone switches nothing on."""
    if isinstance(remedy, SetSetpoint):
        return "HVACSetTemp", f"{fitted(remedy.celsius, remedy.side, _RANGE):g}".encode()
    return "HVACSetHAMode", b"off"


def _mode(word: object) -> Mode | None:
    return _MODES.get(word.lower()) if isinstance(word, str) else None

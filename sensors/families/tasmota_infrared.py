"""Air conditioners that Tasmota reaches by infrared (IRHVAC): heard from the remote, or sent by us; never confirmed.

A command carries the unit's whole state, because every field left out takes a default (Power Off, Mode Auto, 21 °C) and not
the last value. So the last state heard is kept in `Climate.memo`, and without one no command can be made.
Source: tasmota.github.io/docs/Tasmota-IR, IRremoteESP8266.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from sensors import units
from sensors.commands import Remedy, SetSetpoint, Side
from sensors.device import Device
from sensors.family import Refused
from sensors.liveness import Heard
from sensors.readings import AnyReading, Climate, CommandReply, Mode
from sensors.setpoints import fitted

_MODES: Final[Mapping[str, Mode]] = {
    "off": "off",
    "auto": "auto",
    "cool": "cool",
    "heat": "heat",
    "hot": "heat",
    "dry": "dry",
    "fan": "fan_only",
    "fan_only": "fan_only",
}
_FIELDS: Final = (
    "Vendor",
    "Model",
    "Power",
    "Mode",
    "Celsius",
    "Temp",
    "FanSpeed",
    "SwingV",
    "SwingH",
    "Quiet",
    "Turbo",
    "Econo",
    "Light",
    "Filter",
    "Clean",
    "Beep",
    "Sleep",
)
_POWER_TOGGLES: Final = frozenset({"AIRWELL", "WHIRLPOOL_AC", "DAIKIN64", "DAIKIN128", "KELON", "PANASONIC_AC32"})
"""Protocols with one code for "on" and "off": off, sent to a unit that is off, switches it on."""
_TEXT: Final = 40
_WORDS: Final = 200


def heard_infrared(state: object, device: Device, heard: Heard) -> Sequence[AnyReading]:
    """Somebody used the remote, and the blaster saw it: a belief about the unit."""
    return (_climate(state, device, heard),) if isinstance(state, dict) else ()


def sent_infrared(state: object, device: Device, heard: Heard) -> Sequence[AnyReading]:
    """The answer to a command: sent (an object), or refused (`"Wrong Vendor …"`)."""
    if isinstance(state, dict):
        accepted = CommandReply(
            device=device.id, **heard._asdict(), accepted=True, words="sent by infrared, not confirmed"
        )
        return accepted, _climate(state, device, heard)
    words = state[:_WORDS] if isinstance(state, str) else "not understood"
    return (CommandReply(device=device.id, **heard._asdict(), accepted=False, words=words),)


def encode_infrared(remedy: Remedy, memo: str) -> bytes:
    """The whole last state with one field changed. Raises Refused where it is not known, or the protocol only toggles."""
    state = _remembered(memo)
    if str(state["Vendor"]).upper() in _POWER_TOGGLES:
        raise Refused(f"{state['Vendor']} has one code for on and off: sending it could switch the unit on")
    if isinstance(remedy, SetSetpoint):
        if units.truth(state["Power"]) is not True:
            raise Refused("the unit was last seen off, and a setpoint would be sent with its power state")
        changed: Mapping[str, object] = {"Temp": _degrees(remedy.celsius, remedy.side, state)}
    else:
        changed = {"Power": "Off"}
    return msgspec.json.encode({**state, **changed})


def _climate(state: Mapping[str, object], device: Device, heard: Heard) -> Climate:
    mode = state.get("Mode")
    is_on = units.truth(state.get("Power"))
    celsius = units.truth(state.get("Celsius", True)) is not False
    read = units.quantity if celsius else units.fahrenheit
    known = {field: state[field] for field in _FIELDS if field in state and _is_short(state[field])}
    is_whole = {"Vendor", "Power", "Mode", "Temp"} <= known.keys()
    return Climate(
        device=device.id,
        arrived_at=heard.arrived_at,
        device_at=heard.device_at,
        live=heard.live,
        mode=_MODES.get(mode.lower()) if isinstance(mode, str) else None,
        is_on=is_on,
        setpoint_celsius=read(state.get("Temp"), units.SETPOINT_CELSIUS),
        memo=msgspec.json.encode(known).decode() if is_whole else "",
    )


def _is_short(value: object) -> bool:
    return isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= _TEXT)


def _remembered(memo: str) -> dict[str, object]:
    try:
        state = msgspec.json.decode(memo, type=dict[str, object]) if memo else {}
    except msgspec.MsgspecError:
        state = {}
    if not {"Vendor", "Power", "Mode", "Temp"} <= state.keys():
        raise Refused("its last whole state is not known, and infrared sends nothing less")
    return state


def _degrees(celsius: float, side: Side, state: Mapping[str, object]) -> int | float:
    """Whole degrees of the unit's own scale, towards the legal side."""
    if units.truth(state.get("Celsius", True)) is False:
        fahrenheit = celsius * 1.8 + 32
        return math.ceil(fahrenheit - 1e-6) if side == "cooling" else math.floor(fahrenheit + 1e-6)
    return int(fitted(celsius, side, (16.0, 30.0, 1.0)))

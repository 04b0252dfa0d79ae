"""One value a topic: from a name, a unit and a bare word to a reading, for the dialects that publish scalars.

ESPHome and Homie leave it to their users which values there are, so what a value means is found out from three things, in
this order: what the configuration says (`address.channel`), the unit that discovery told, the words of its name. What none
of them tells stays unread. A channel is a list: `switch/relay,sensor/relay_power,sensor/total=kWh,sensor/air=room`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

import msgspec

from sensors import units
from sensors.device import Device, Kind
from sensors.liveness import Heard
from sensors.readings import (
    Action,
    AnyReading,
    Climate,
    Contact,
    Environment,
    Mode,
    Occupancy,
    Power,
    Water,
)

W = TypeVar("W", bound=str)


class Part(NamedTuple):
    """One value of a device: its path, what it is said to be, and its unit; "" where that was not said."""

    path: str
    quantity: str = ""
    unit: str = ""


MODES: Final[Mapping[str, Mode]] = {
    "off": "off",
    "cool": "cool",
    "cooling": "cool",
    "heat": "heat",
    "heating": "heat",
    "auto": "auto",
    "heat_cool": "heat_cool",
    "dry": "dry",
    "fan": "fan_only",
    "fan_only": "fan_only",
}
ACTIONS: Final[Mapping[str, Action]] = {
    "off": "off",
    "idle": "idle",
    "cooling": "cooling",
    "heating": "heating",
    "drying": "drying",
    "fan": "fan",
    "defrosting": "defrosting",
}
SETPOINTS: Final = ("setpoint", "cooling_setpoint", "heating_setpoint")

_CELSIUS: Final = frozenset({"°C", "℃", "C"})
_FAHRENHEIT: Final = frozenset({"°F", "℉", "F"})
_SCALES: Final[Mapping[str, tuple[units.Window, Mapping[str, float]]]] = {
    # what a unit is worth in ours; "" is there where the quantity has one natural unit
    "watts": (units.WATTS, {"": 1.0, "W": 1.0, "kW": 1000.0}),
    "energy": (units.KWH, {"kWh": 1.0, "Wh": 0.001, "MWh": 1000.0}),
    "humidity": (units.HUMIDITY_PERCENT, {"": 1.0, "%": 1.0}),
    "co2": (units.CO2_PPM, {"": 1.0, "ppm": 1.0}),
    "pm25": (units.PM25_UG_M3, {"": 1.0, "µg/m³": 1.0, "μg/m³": 1.0, "ug/m3": 1.0}),
    "illuminance": (units.LUX, {"": 1.0, "lx": 1.0, "lux": 1.0}),
    "noise": (units.NOISE_DBA, {"dB": 1.0, "dBA": 1.0, "dB(A)": 1.0}),
    "litres": (units.LITRES, {"L": 1.0, "l": 1.0, "m³": 1000.0, "m3": 1000.0}),
    "flow": (units.LITRES_PER_MINUTE, {"L/min": 1.0, "l/min": 1.0, "m³/h": 1000 / 60, "m3/h": 1000 / 60}),
}
_BY_UNIT: Final[Mapping[str, str]] = {
    unit: quantity for quantity, (_, scale) in _SCALES.items() for unit in scale if unit
} | dict.fromkeys(_CELSIUS | _FAHRENHEIT, "room")
_BY_WORD: Final = (
    # the first that the name holds; energy and counters are not here, for their names tell no unit
    ("temperature", "room"),
    ("humidity", "humidity"),
    ("co2", "co2"),
    ("carbon_dioxide", "co2"),
    ("pm25", "pm25"),
    ("pm_2_5", "pm25"),
    ("illuminance", "illuminance"),
    ("power", "watts"),
)
_BOOLEANS: Final[Mapping[Kind, str]] = {
    "plug": "switch",
    "light": "switch",
    "climate": "switch",
    "occupancy": "occupied",
    "contact": "open",
    "water": "leak",
    "environment": "smoke",
}
_NO_PLACE: Final = ("battery", "factor", "signal", "wifi")
"""Per cent and power that are no humidity and no watts."""
QUANTITIES: Final = frozenset(
    {"switch", "mode", "action", "room", "outdoor", "smoke", "occupied", "open", "leak", *SETPOINTS, *_SCALES}
)


def parts(channel: str) -> Sequence[Part]:
    """The parts in a channel. What stands behind `=` is a quantity (`room`, `setpoint`, …) or else a unit (`kWh`)."""
    found = []
    for one in channel.split(","):
        path, _, word = one.strip().partition("=")
        if path:
            found.append(Part(path, word) if word in QUANTITIES else Part(path, "", word))
    return found


def quantity_of(part: Part, kind: Kind, name: str, *, boolean: bool = False, settable: bool = False) -> str:
    """What this value is; "" where nobody can know. `name` in small letters."""
    if part.quantity:
        return part.quantity
    if boolean:
        return _BOOLEANS.get(kind, "")
    if any(word in name for word in _NO_PLACE):
        return ""
    found = _BY_UNIT.get(part.unit, "")
    if not found and not part.unit:
        found = next((quantity for word, quantity in _BY_WORD if word in name), "")
    if found == "room":
        if kind == "climate" and (settable or "setpoint" in name or "target" in name):
            return "cooling_setpoint" if "cool" in name else "heating_setpoint" if "heat" in name else "setpoint"
        return "outdoor" if "outdoor" in name or "outside" in name else "room"
    return found


def reading_of(
    device: Device, quantity: str, unit: str, word: str, heard: Heard, truth: Callable[[str], bool | None] = units.truth
) -> Sequence[AnyReading]:
    """The reading of one value; one in which nothing is said where the word means nothing (`nan`, `unavailable`)."""
    make = _MAKERS.get(device.kind)
    common = {"device": device.id, "arrived_at": heard.arrived_at, "device_at": heard.device_at, "live": heard.live}
    if quantity in ("watts", "energy") or (quantity == "switch" and device.kind != "climate"):
        said = Power(**common)  # type: ignore[arg-type]  # the marks of a reading, above
        if quantity == "switch":
            return (msgspec.structs.replace(said, is_on=truth(word)),)
        field = "watts" if quantity == "watts" else "energy_kwh_total"
        return (msgspec.structs.replace(said, **{field: _number(quantity, unit, word)}),)
    return make(common, quantity, unit, word, truth) if make is not None else ()


def celsius(unit: str, word: object, window: units.Window) -> float | None:
    """A temperature in its unit, "" being Celsius; None for a unit that is neither."""
    if unit in _FAHRENHEIT:
        return units.fahrenheit(word, window)
    return units.quantity(word, window) if not unit or unit in _CELSIUS else None


def is_fahrenheit(unit: str) -> bool:
    """Whether a temperature with this unit is told, and taken, in Fahrenheit."""
    return unit in _FAHRENHEIT


def vocabulary(words: Mapping[str, W], word: str) -> W | None:
    """The meaning of a word, whatever its case; None for one that is not known."""
    return words.get(word.strip().lower())


def _number(quantity: str, unit: str, word: str) -> float | None:
    window, scale = _SCALES[quantity]
    factor = scale.get(unit)
    told = units.quantity(word, (-1e12, 1e12))
    return None if factor is None or told is None else units.quantity(round(told * factor, 6), window)


Marks = Mapping[str, object]
Truth = Callable[[str], bool | None]


def _climate(marks: Marks, quantity: str, unit: str, word: str, truth: Truth) -> Sequence[AnyReading]:
    fields: dict[str, object]
    if quantity in SETPOINTS:
        fields = {f"{quantity}_celsius": celsius(unit, word, units.SETPOINT_CELSIUS)}
    elif quantity == "room":
        fields = {"room_celsius": celsius(unit, word, units.ROOM_CELSIUS)}
    elif quantity == "humidity":
        fields = {"humidity_percent": _number(quantity, unit, word)}
    elif quantity == "mode":
        fields = {"mode": vocabulary(MODES, word)}
    elif quantity == "action":
        fields = {"action": vocabulary(ACTIONS, word)}
    elif quantity == "switch":
        fields = {"is_on": truth(word)}
    else:
        return ()
    return (Climate(**marks, **fields),)  # type: ignore[arg-type]  # each field above has its own type


_AIR: Final[Mapping[str, str]] = {
    "humidity": "humidity_percent",
    "co2": "co2_ppm",
    "pm25": "pm25_ug_m3",
    "illuminance": "illuminance_lux",
    "noise": "noise_dba",
}


def _air(marks: Marks, quantity: str, unit: str, word: str, truth: Truth) -> Sequence[AnyReading]:
    fields: dict[str, object]
    if quantity in _AIR:
        fields = {_AIR[quantity]: _number(quantity, unit, word)}
    elif quantity == "room":
        fields = {"room_celsius": celsius(unit, word, units.ROOM_CELSIUS)}
    elif quantity == "outdoor":
        fields = {"outdoor_celsius": celsius(unit, word, units.OUTDOOR_CELSIUS)}
    elif quantity == "smoke":
        fields = {"smoke": truth(word)}
    else:
        return ()
    return (Environment(**marks, **fields),)  # type: ignore[arg-type]  # each field above has its own type


def _occupancy(marks: Marks, quantity: str, unit: str, word: str, truth: Truth) -> Sequence[AnyReading]:
    if quantity != "occupied":
        return _air(marks, quantity, unit, word, truth)
    occupied = truth(word)
    return () if occupied is None else (Occupancy(**marks, occupied=occupied),)  # type: ignore[arg-type]  # the marks


def _contact(marks: Marks, quantity: str, unit: str, word: str, truth: Truth) -> Sequence[AnyReading]:
    del unit
    is_open = truth(word) if quantity == "open" else None
    return () if is_open is None else (Contact(**marks, open=is_open),)  # type: ignore[arg-type]  # the marks


def _water(marks: Marks, quantity: str, unit: str, word: str, truth: Truth) -> Sequence[AnyReading]:
    fields: dict[str, object]
    if quantity == "leak":
        fields = {"leak": truth(word)}
    elif quantity in ("litres", "flow"):
        fields = {"litres_total" if quantity == "litres" else "litres_per_minute": _number(quantity, unit, word)}
    else:
        return ()
    return (Water(**marks, **fields),)  # type: ignore[arg-type]  # each field above has its own type


_MAKERS: Final[Mapping[Kind, Callable[[Marks, str, str, str, Truth], Sequence[AnyReading]]]] = {
    "climate": _climate,
    "environment": _air,
    "occupancy": _occupancy,
    "contact": _contact,
    "water": _water,
}

"""From a number in a unit that somebody wrote down to our unit: for devices whose unit is told, not fixed by their dialect.

A unit that is not listed is not guessed: the value is unknown. Sources: Home Assistant 2026.2 `const.py` for the spellings.
"""

from collections.abc import Mapping
from typing import Final

from sensors import units
from sensors.units import Window, quantity

Factor = tuple[float, float]
"""Ours = theirs x first + second."""

_SAME: Final[Factor] = (1.0, 0.0)
_WIDEST: Final[Window] = (-1e15, 1e15)
_TEMPERATURE: Final[Mapping[str, Factor]] = {
    "": _SAME,
    "°C": _SAME,
    "C": _SAME,
    "℃": _SAME,
    "°F": (1 / 1.8, -32 / 1.8),
    "F": (1 / 1.8, -32 / 1.8),
    "℉": (1 / 1.8, -32 / 1.8),
    "K": (1.0, -273.15),
}
_POWER: Final[Mapping[str, Factor]] = {
    "W": _SAME,
    "mW": (0.001, 0.0),
    "kW": (1000.0, 0.0),
    "MW": (1e6, 0.0),
}
_ENERGY: Final[Mapping[str, Factor]] = {
    "kWh": _SAME,
    "Wh": (0.001, 0.0),
    "mWh": (1e-6, 0.0),
    "MWh": (1000.0, 0.0),
    "Wmin": (1 / 60_000, 0.0),
    "Ws": (1 / 3_600_000, 0.0),
    "J": (1 / 3_600_000, 0.0),
    "kJ": (1 / 3600, 0.0),
    "MJ": (1 / 3.6, 0.0),
    "GJ": (1000 / 3.6, 0.0),
}
_VOLUME: Final[Mapping[str, Factor]] = {
    "L": _SAME,
    "l": _SAME,
    "mL": (0.001, 0.0),
    "m³": (1000.0, 0.0),
    "m3": (1000.0, 0.0),
    "gal": (3.785411784, 0.0),
    "ft³": (28.316846592, 0.0),
}
_FLOW: Final[Mapping[str, Factor]] = {
    "L/min": _SAME,
    "L/h": (1 / 60, 0.0),
    "L/s": (60.0, 0.0),
    "m³/h": (1000 / 60, 0.0),
    "m3/h": (1000 / 60, 0.0),
    "gal/min": (3.785411784, 0.0),
}

NUMBERS: Final[Mapping[str, tuple[Window, Mapping[str, Factor]]]] = {
    "setpoint_celsius": (units.SETPOINT_CELSIUS, _TEMPERATURE),
    "cooling_setpoint_celsius": (units.SETPOINT_CELSIUS, _TEMPERATURE),
    "heating_setpoint_celsius": (units.SETPOINT_CELSIUS, _TEMPERATURE),
    "room_celsius": (units.ROOM_CELSIUS, _TEMPERATURE),
    "outdoor_celsius": (units.OUTDOOR_CELSIUS, _TEMPERATURE),
    "humidity_percent": (units.HUMIDITY_PERCENT, {"": _SAME, "%": _SAME}),
    "watts": (units.WATTS, {"": _SAME, **_POWER}),
    "energy_kwh_total": (units.KWH, {"": _SAME, **_ENERGY}),
    "co2_ppm": (units.CO2_PPM, {"": _SAME, "ppm": _SAME}),
    "noise_dba": (units.NOISE_DBA, {"": _SAME, "dBA": _SAME, "dB(A)": _SAME, "dB": _SAME}),
    "pm25_ug_m3": (units.PM25_UG_M3, {"": _SAME, "µg/m³": _SAME, "μg/m³": _SAME, "ug/m3": _SAME}),
    "illuminance_lux": (units.LUX, {"": _SAME, "lx": _SAME, "lux": _SAME}),
    "litres_total": (units.LITRES, {"": _SAME, **_VOLUME}),
    "litres_per_minute": (units.LITRES_PER_MINUTE, {"": _SAME, **_FLOW}),
}
"""The fields that hold a number: what is plausible there, and the units that are understood. The empty unit is ours."""


def is_known(field: str, unit: str) -> bool:
    """Whether a number of this field may come in this unit."""
    return field in NUMBERS and unit in NUMBERS[field][1]


def converted(value: object, field: str, unit: str, scale: float = 1.0, offset: float = 0.0) -> float | None:
    """The value in our unit, where it is a number, the unit is known, and the result is plausible; else None."""
    told = quantity(value, _WIDEST)
    window, factors = NUMBERS[field]
    factor = factors.get(unit)
    if told is None or factor is None:
        return None
    return quantity(round((told * scale + offset) * factor[0] + factor[1], 6), window)


def as_fahrenheit(celsius: float) -> float:
    """For commands to devices that count in Fahrenheit."""
    return celsius * 1.8 + 32


def as_celsius(fahrenheit: float) -> float:
    """The other way."""
    return (fahrenheit - 32) / 1.8

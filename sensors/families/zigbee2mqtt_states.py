"""The keys of a Zigbee2MQTT state, as readings of the kind that the device is configured to be.

Zigbee2MQTT publishes every property that it does not know yet as null: null is unknown. The same builders serve whole
states (`output: json`) and single keys (`output: attribute`), which are a state of one key. Temperatures are always Celsius.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final, TypeVar

import msgspec

from sensors import units
from sensors.device import Device
from sensors.messages import Message
from sensors.readings import Action, AnyReading, Climate, Contact, Environment, Mode, Occupancy, Power, Water
from sensors.setpoints import COOLING_KEY, HEATING_KEYS, Words

W = TypeVar("W", bound=str)
Values = Mapping[str, object]
Builder = Callable[[Values, Message, datetime | None, bool], Sequence[AnyReading]]
"""(values, message, device_at, live) to the readings of one device."""

_MODES: Final[Mapping[str, Mode]] = {
    "off": "off",
    "cool": "cool",
    "heat": "heat",
    "emergency_heating": "heat",
    "auto": "auto",
    "heat_cool": "heat_cool",
    "dry": "dry",
    "fan_only": "fan_only",
}
_ACTIONS: Final[Mapping[str, Action]] = {
    "off": "idle",
    "idle": "idle",
    "cool": "cooling",
    "heat": "heating",
    "fan_only": "fan",
    "dry": "drying",
}
_POWER_KEYS: Final = ("state", "power", "energy")
_AIR_KEYS: Final = (
    "temperature",
    "humidity",
    "co2",
    "noise",
    "smoke",
    "pm25",
    "illuminance_lux",
    "illuminance",
)
_CLIMATE_KEYS: Final = (
    "system_mode",
    "operating_mode",
    "running_state",
    "running_mode",
    "state",
    "local_temperature",
    "humidity",
    COOLING_KEY,
    *HEATING_KEYS,
)
KEYS: Final[Mapping[str, Sequence[str]]] = {
    "plug": _POWER_KEYS,
    "light": _POWER_KEYS,
    "meter": _POWER_KEYS,
    "printer": (),
    "climate": (*_CLIMATE_KEYS, "power", "energy"),
    "occupancy": ("occupancy", "presence", *_AIR_KEYS),
    "environment": _AIR_KEYS,
    "water": ("water_leak", "flow", "water_consumed"),
    "contact": ("contact",),
}
"""The keys that say something, by kind; with an endpoint each is followed by `_<endpoint>`."""


def builder(device: Device, litres_by_unit: Callable[[], float | None]) -> Builder:
    """What turns this device's state into readings. `litres_by_unit`: how many litres its water counter counts by."""
    suffix = f"_{device.address.channel}" if device.address.channel else ""
    if device.kind in ("plug", "light", "meter"):
        return _power(device, suffix)
    if device.kind == "climate":
        return _climate(device, suffix)
    if device.kind == "occupancy":
        return _occupancy(device, suffix)
    if device.kind == "environment":
        return _environment(device, suffix)
    if device.kind == "water":
        return _water(device, suffix, litres_by_unit)
    if device.kind == "contact":
        return _contact(device, suffix)
    return lambda _values, _message, _at, _live: ()


def _power(device: Device, suffix: str) -> Builder:
    name, state, power, energy = device.id, f"state{suffix}", f"power{suffix}", f"energy{suffix}"
    truth, quantity, watts_window, kwh_window = units.truth, units.quantity, units.WATTS, units.KWH

    def build(values: Values, message: Message, device_at: datetime | None, live: bool) -> Sequence[AnyReading]:
        return (
            Power(
                device=name,
                arrived_at=message.arrived_at,
                device_at=device_at,
                live=live,
                is_on=truth(values.get(state)),
                watts=quantity(values.get(power), watts_window),
                energy_kwh_total=quantity(values.get(energy), kwh_window),
            ),
        )

    return build


def _climate(device: Device, suffix: str) -> Builder:
    mode_key, state_key, room_key = f"system_mode{suffix}", f"state{suffix}", f"local_temperature{suffix}"
    humidity_key, power_key, energy_key = f"humidity{suffix}", f"power{suffix}", f"energy{suffix}"
    meter = _power(device, suffix)

    def build(values: Values, message: Message, device_at: datetime | None, live: bool) -> Sequence[AnyReading]:
        cooling_key, heating_key = _setpoint_keys(values, suffix)
        has_mode = mode_key in values
        mode = _word(_MODES, values.get(mode_key))
        if values.get("operating_mode") == "pause":  # seen at Bosch room thermostats, whose system_mode stays `heat`
            mode = "off"
        action = _word(_ACTIONS, values.get(f"running_state{suffix}"))
        said = Climate(
            device=device.id,
            arrived_at=message.arrived_at,
            device_at=device_at,
            live=live,
            mode=mode,
            action=action or _word(_ACTIONS, values.get(f"running_mode{suffix}")),
            is_on=units.truth(values.get(state_key)),
            cooling_setpoint_celsius=units.quantity(values.get(cooling_key), units.SETPOINT_CELSIUS),
            heating_setpoint_celsius=units.quantity(values.get(heating_key), units.SETPOINT_CELSIUS),
            room_celsius=units.quantity(values.get(room_key), units.ROOM_CELSIUS),
            humidity_percent=units.quantity(values.get(humidity_key), units.HUMIDITY_PERCENT),
            memo=_memo(
                cooling_key, heating_key, mode_key if has_mode else "", state_key if state_key in values else ""
            ),
        )
        if values.get(power_key) is None and values.get(energy_key) is None:
            return (said,)
        return said, *(msgspec.structs.replace(one, is_on=None) for one in meter(values, message, device_at, live))

    return build


def _setpoint_keys(values: Values, suffix: str) -> tuple[str, str]:
    """The keys of the targets in force: the unoccupied ones where the thermostat says that it counts as unoccupied."""
    cooling = f"{COOLING_KEY}{suffix}"
    heating = next((key for name in HEATING_KEYS if (key := f"{name}{suffix}") in values), "")
    occupancy = values.get(f"thermostat_occupancy{suffix}", values.get(f"occupancy{suffix}"))
    if occupancy in ("unoccupied", False):
        away_cooling, away_heating = f"unoccupied_cooling_setpoint{suffix}", f"unoccupied_heating_setpoint{suffix}"
        cooling = away_cooling if values.get(away_cooling) is not None else cooling
        heating = away_heating if values.get(away_heating) is not None else heating
    return cooling if cooling in values else "", heating


@lru_cache(maxsize=256)
def _memo(cooling: str, heating: str, mode: str, state: str) -> str:
    """The words to answer in before discovery has told better. A lone heating setpoint beside a mode serves both sides."""
    if not cooling and not heating:
        return ""
    cool = cooling or (heating if mode else "")
    off: dict[str, str | bool | int | float] = {mode: "off"} if mode else {state: "OFF"} if state else {}
    return msgspec.json.encode(Words(cool=cool, heat=heating, off=off)).decode()


def _occupancy(device: Device, suffix: str) -> Builder:
    air = _environment(device, suffix)

    def build(values: Values, message: Message, device_at: datetime | None, live: bool) -> Sequence[AnyReading]:
        readings: list[AnyReading] = []
        # mmWave `presence` holds while people sit still, the infrared `occupancy` falls: either is somebody
        seen = [units.truth(values.get(f"{key}{suffix}")) for key in ("presence", "occupancy")]
        if True in seen or False in seen:
            readings.append(
                Occupancy(
                    device=device.id,
                    arrived_at=message.arrived_at,
                    device_at=device_at,
                    live=live,
                    occupied=True in seen,
                )
            )
        if any(values.get(f"{key}{suffix}") is not None for key in _AIR_KEYS):
            readings.extend(air(values, message, device_at, live))
        return readings

    return build


def _environment(device: Device, suffix: str) -> Builder:
    def build(values: Values, message: Message, device_at: datetime | None, live: bool) -> Sequence[AnyReading]:
        # before Zigbee2MQTT 2.0 `illuminance` was a raw logarithm and `illuminance_lux` the lux
        lux = values.get(f"illuminance_lux{suffix}")
        lux = values.get(f"illuminance{suffix}") if lux is None else lux
        return (
            Environment(
                device=device.id,
                arrived_at=message.arrived_at,
                device_at=device_at,
                live=live,
                room_celsius=units.quantity(values.get(f"temperature{suffix}"), units.ROOM_CELSIUS),
                humidity_percent=units.quantity(values.get(f"humidity{suffix}"), units.HUMIDITY_PERCENT),
                co2_ppm=units.quantity(values.get(f"co2{suffix}"), units.CO2_PPM),
                noise_dba=units.quantity(values.get(f"noise{suffix}"), units.NOISE_DBA),
                smoke=units.truth(values.get(f"smoke{suffix}")),
                pm25_ug_m3=units.quantity(values.get(f"pm25{suffix}"), units.PM25_UG_M3),
                illuminance_lux=units.quantity(lux, units.LUX),
            ),
        )

    return build


def _water(device: Device, suffix: str, litres_by_unit: Callable[[], float | None]) -> Builder:
    def build(values: Values, message: Message, device_at: datetime | None, live: bool) -> Sequence[AnyReading]:
        flow = units.quantity(values.get(f"flow{suffix}"), units.LITRES_PER_MINUTE)  # m³/h
        litres = litres_by_unit()
        counted = units.quantity(values.get(f"water_consumed{suffix}"), units.LITRES)
        return (
            Water(
                device=device.id,
                arrived_at=message.arrived_at,
                device_at=device_at,
                live=live,
                litres_total=None
                if counted is None or litres is None
                else units.quantity(counted * litres, units.LITRES),
                litres_per_minute=None if flow is None else units.quantity(flow * 1000 / 60, units.LITRES_PER_MINUTE),
                leak=units.truth(values.get(f"water_leak{suffix}")),
            ),
        )

    return build


def _contact(device: Device, suffix: str) -> Builder:
    def build(values: Values, message: Message, device_at: datetime | None, live: bool) -> Sequence[AnyReading]:
        touching = units.truth(values.get(f"contact{suffix}"))
        if touching is None:
            return ()
        return (
            Contact(device=device.id, arrived_at=message.arrived_at, device_at=device_at, live=live, open=not touching),
        )

    return build


def _word(vocabulary: Mapping[str, W], value: object) -> W | None:
    return vocabulary.get(value.strip().lower()) if isinstance(value, str) else None

"""The keys of a Zigbee2MQTT state, as readings of the kind that the device is configured to be.

Zigbee2MQTT publishes every property that it does not know yet as null: null is unknown. The same builders serve whole
states (`output: json`) and single keys (`output: attribute`), which are a state of one key. Temperatures are always Celsius.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from sensors import units
from sensors.device import Device
from sensors.families.zigbee2mqtt_bridge import Inventory
from sensors.families.zigbee2mqtt_climate import CLIMATE_KEYS, CLIMATE_STATE_KEYS, climate_builder
from sensors.families.zigbee2mqtt_power import Builder, Values, power_builder
from sensors.messages import Message
from sensors.readings import AnyReading, Contact, Environment, Occupancy, Water

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
KEYS: Final[Mapping[str, Sequence[str]]] = {
    "plug": _POWER_KEYS,
    "light": _POWER_KEYS,
    "meter": _POWER_KEYS,
    "printer": (),
    "climate": (*CLIMATE_KEYS, *_POWER_KEYS),
    "occupancy": ("occupancy", "presence", *_AIR_KEYS),
    "environment": _AIR_KEYS,
    "water": ("water_leak", "flow", "water_consumed"),
    "contact": ("contact",),
}
"""The keys that say something, by kind; with an endpoint each is followed by `_<endpoint>`."""
STATE_KEYS: Final[Mapping[str, Sequence[str]]] = {
    "plug": ("state",),
    "light": ("state",),
    "meter": ("state",),
    "printer": (),
    "climate": CLIMATE_STATE_KEYS,
    "occupancy": ("occupancy", "presence", "smoke"),
    "environment": ("smoke",),
    "water": ("water_leak",),
    "contact": ("contact",),
}
"""Those of them that are not measured, and those that decide how they are read."""


def builder(device: Device, base: str, inventory: Inventory) -> Builder:
    """What turns this device's state into readings. What the inventory tells of it is asked for with every state."""
    name, channel = device.address.name, device.address.channel
    suffix = f"_{device.address.channel}" if device.address.channel else ""
    if device.kind in ("plug", "light", "meter"):
        return power_builder(device, suffix)
    if device.kind == "climate":
        return climate_builder(device, suffix, partial(inventory.presets.__contains__, (base, name, channel)))
    if device.kind == "occupancy":
        return _occupancy(device, suffix)
    if device.kind == "environment":
        return _environment(device, suffix)
    if device.kind == "water":
        return _water(device, suffix, lambda: inventory.litres.get((base, name)))
    if device.kind == "contact":
        return _contact(device, suffix)
    return lambda _values, _message, _at, _live: ()


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

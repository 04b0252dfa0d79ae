"""What Tasmota's JSON says beside its relays: energy, sensors, counters of pulses."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sensors import units
from sensors.device import Device
from sensors.liveness import Heard
from sensors.readings import AnyReading, Climate, Environment, Occupancy, Power, Water

_NO_ROOM: Final = frozenset({"ESP32", "ENERGY", "ZbReceived", "ZbInfo", "Wifi", "MiElHVAC"})
"""Objects whose Temperature is no room's: the chip's own among them."""


def is_relay_key(leaf: str) -> bool:
    """`POWER`, `POWER1` … `POWER32`; not `POWER_LOW`."""
    return leaf.startswith("POWER") and (leaf == "POWER" or leaf[5:].isdecimal())


def energy_of(metered: Mapping[str, object], device: Device, heard: Heard, *, alone: bool) -> Sequence[AnyReading]:
    """ENERGY: numbers, arrays per phase or channel, or `{"Phase1":…}`. Total is kWh; Period (Wh) is not read.

    A relay of several takes its own member of an array; a single number belongs to it only where it is the only one.
    """
    channel = device.address.channel
    return (
        Power(
            device=device.id,
            arrived_at=heard.arrived_at,
            device_at=heard.device_at,
            live=heard.live,
            watts=_share(metered.get("Power"), units.WATTS, channel, alone=alone),
            energy_kwh_total=_share(metered.get("Total"), units.KWH, channel, alone=alone),
        ),
    )


def sensed(values: Mapping[str, object], device: Device, heard: Heard) -> Sequence[AnyReading]:
    """Room sensors and switches, for the kinds that want them. `address.channel` picks one sensor or switch by its name."""
    if device.kind == "occupancy":
        switch = values.get(f"Switch{device.address.channel or 1}")
        occupied = units.truth(switch.get("Action") if isinstance(switch, dict) else switch)
        return () if occupied is None else (Occupancy(device=device.id, **heard._asdict(), occupied=occupied),)
    if device.kind not in ("environment", "climate"):
        return ()
    chosen = list(_sensors(values, device.address.channel))
    read = units.fahrenheit if values.get("TempUnit") == "F" else units.quantity
    room = _first(read(one.get("Temperature"), units.ROOM_CELSIUS) for one in chosen)
    humidity = _first(units.quantity(one.get("Humidity"), units.HUMIDITY_PERCENT) for one in chosen)
    if device.kind == "climate":
        if room is None and humidity is None:
            return ()
        return (Climate(device=device.id, **heard._asdict(), room_celsius=room, humidity_percent=humidity),)
    if not chosen:
        return ()
    return (
        Environment(
            device=device.id,
            **heard._asdict(),
            room_celsius=room,
            humidity_percent=humidity,
            co2_ppm=_first(units.quantity(one.get("CarbonDioxide"), units.CO2_PPM) for one in chosen),
            pm25_ug_m3=_first(units.quantity(one.get("PM2.5"), units.PM25_UG_M3) for one in chosen),
            illuminance_lux=_first(units.quantity(one.get("Illuminance"), units.LUX) for one in chosen),
        ),
    )


def counted(pulses: Mapping[str, object], device: Device, heard: Heard) -> Sequence[AnyReading]:
    """{"COUNTER":{"C1":12345}}. The channel says which counter, and what a pulse is: `C1=10` litres of a water meter, or

    `C2=0.001` kWh of an energy meter. Without that a pulse is not read: no device tells it.
    """
    name, _, worth = device.address.channel.partition("=")
    each = units.quantity(worth, (1e-9, 1e6))
    count = units.quantity(pulses.get(name), (0.0, 1e12))
    if each is None or count is None:
        return ()
    total = round(count * each, 6)
    if device.kind == "water":
        return (Water(device=device.id, **heard._asdict(), litres_total=units.quantity(total, units.LITRES)),)
    if device.kind in ("meter", "plug", "light"):
        return (Power(device=device.id, **heard._asdict(), energy_kwh_total=units.quantity(total, units.KWH)),)
    return ()


def _share(value: object, window: units.Window, channel: str, *, alone: bool) -> float | None:
    kind = type(value)
    if kind is not list and kind is not dict:
        return units.quantity(value, window) if alone or not channel else None
    members = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    if channel:
        index = int(channel) - 1 if channel.isdecimal() else -1
        return units.quantity(members[index], window) if 0 <= index < len(members) else None
    numbers = [units.quantity(member, window) for member in members]
    known = [number for number in numbers if number is not None]
    # a sum with a phase missing would be a wrong number, not a smaller one
    return units.quantity(sum(known), window) if known and len(known) == len(numbers) else None


def _sensors(values: Mapping[str, object], channel: str) -> Iterator[Mapping[str, object]]:
    """The sensor objects of a SENSOR message; the top level last (old Sonoff SC, whose Light and Noise are relative)."""
    for key, value in values.items():
        if isinstance(value, dict) and key not in _NO_ROOM and channel in ("", key):
            yield value
    if not channel and ("Temperature" in values or "Humidity" in values):
        yield values


def _first(numbers: Iterator[float | None]) -> float | None:
    return next((number for number in numbers if number is not None), None)

"""The components of a Shelly (`switch:0`, `em:0`, `temperature:100`), as readings of the kind a device is configured to be."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from sensors import stamps, units
from sensors.device import Device
from sensors.liveness import STALE_AFTER, Heard
from sensors.readings import AnyReading, Climate, Environment, Occupancy, Power, Water

Component = Mapping[str, object]

_DEFAULTS: Final[Mapping[str, str]] = {
    "plug": "switch:0",
    "light": "light:0",
    "meter": "pm1:0",
    "climate": "thermostat:0",
    "occupancy": "presence:0",
    "water": "flood:0",
}
_DATA_OF: Final[Mapping[str, str]] = {"em": "emdata", "em1": "em1data"}
"""A meter's counters stand in a component of their own."""


def default_component(device: Device) -> str:
    """The component a device means that names none."""
    return _DEFAULTS.get(device.kind, "")


def said_by(components: Mapping[str, object], device: Device, heard: Heard) -> Sequence[AnyReading]:
    """What these components say about this device; one reading, however many of them it takes."""
    if device.kind == "environment":
        return _environment(components, device, heard)
    wanted = device.address.channel or default_component(device)
    kind, _, number = wanted.partition(":")
    component = components.get(wanted)
    if device.kind in ("plug", "light", "meter"):
        data = components.get(f"{_DATA_OF[kind]}:{number}") if kind in _DATA_OF else None
        return _power(_object(component), _object(data), device, heard)
    build = _BUILDERS.get(device.kind)
    return build(component, device, heard) if build is not None and isinstance(component, dict) else ()


def _power(component: Component | None, data: Component | None, device: Device, heard: Heard) -> Sequence[AnyReading]:
    if component is None and data is None:
        return ()
    state, counted = component or {}, data or {}
    watts = next((state[key] for key in ("apower", "act_power", "total_act_power") if state.get(key) is not None), None)
    energy = _object(state.get("aenergy"))
    counter = counted.get("total_act", counted.get("total_act_energy")) if energy is None else energy.get("total")
    return (
        Power(
            device=device.id,
            arrived_at=heard.arrived_at,
            device_at=heard.device_at,
            live=heard.live,
            is_on=units.truth(state.get("output")),
            watts=units.quantity(watts, units.WATTS),
            energy_kwh_total=units.watt_hours(counter),
        ),
    )


def _climate(component: Component, device: Device, heard: Heard) -> Sequence[AnyReading]:
    """`thermostat:N` of a wall display, `blutrv:N` of a valve behind a gateway. Only its configuration tells heat from cool."""
    is_valve = device.address.channel.startswith("blutrv")
    enabled = units.truth(component.get("enable"))
    target = units.quantity(component.get("target_C"), units.SETPOINT_CELSIUS)
    if is_valve:
        # the gateway repeats a valve's last words; how old they are stands in them only
        at = stamps.believed(stamps.epoch(component.get("last_updated_ts")), heard.arrived_at)
        is_old = at is not None and heard.arrived_at - at > STALE_AFTER
        heard = Heard(heard.arrived_at, at or heard.device_at, heard.live and not is_old)
    return (
        Climate(
            device=device.id,
            **heard._asdict(),
            mode="off" if enabled is False else None,
            action="idle" if units.truth(component.get("output")) is False else None,
            is_on=enabled,
            setpoint_celsius=None if is_valve else target,
            heating_setpoint_celsius=target if is_valve else None,
            room_celsius=units.quantity(component.get("current_C"), units.ROOM_CELSIUS),
        ),
    )


def _environment(components: Mapping[str, object], device: Device, heard: Heard) -> Sequence[AnyReading]:
    """Temperature, humidity, light and smoke; a channel picks one component, an empty one takes the built-in ones (below 100)."""
    found: dict[str, float | bool | None] = {}
    for name, component in components.items():
        kind, _, number = name.partition(":")
        picked = name == device.address.channel or (not device.address.channel and len(number) < 3)  # noqa: PLR2004  ids of add-ons have three digits
        if not picked or not number or not isinstance(component, dict):
            continue
        if kind == "temperature":
            found["room_celsius"] = units.quantity(component.get("tC"), units.ROOM_CELSIUS)
        elif kind == "humidity":
            found["humidity_percent"] = units.quantity(component.get("rh"), units.HUMIDITY_PERCENT)
        elif kind == "illuminance":
            found["illuminance_lux"] = units.quantity(component.get("lux"), units.LUX)
        elif kind == "smoke":
            found["smoke"] = units.truth(component.get("alarm"))
    if not found:
        return ()
    bare = Environment(device=device.id, **heard._asdict())
    return (msgspec.structs.replace(bare, **found),)


def _occupancy(component: Component, device: Device, heard: Heard) -> Sequence[AnyReading]:
    people = units.quantity(component.get("num_objects"), (0.0, 1000.0))
    return () if people is None else (Occupancy(device=device.id, **heard._asdict(), occupied=people > 0),)


def _water(component: Component, device: Device, heard: Heard) -> Sequence[AnyReading]:
    return (Water(device=device.id, **heard._asdict(), leak=units.truth(component.get("alarm"))),)


def _object(value: object) -> Component | None:
    return value if isinstance(value, dict) else None


_BUILDERS: Final[Mapping[str, Callable[[Component, Device, Heard], Sequence[AnyReading]]]] = {
    "climate": _climate,
    "occupancy": _occupancy,
    "water": _water,
}

"""The components of a Shelly (`switch:0`, `em:0`, `temperature:100`), as readings of the kind a device is configured to be."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from sensors import stamps, units
from sensors.device import Address, Device, Traits
from sensors.families.shelly_calls import OFF_CELSIUS
from sensors.families.shelly_virtual import MODELS, virtual_of
from sensors.liveness import STALE_AFTER, Heard
from sensors.readings import Action, AnyReading, Climate, Contact, Environment, Mode, Occupancy, Power, Water

Component = Mapping[str, object]
Types = dict[Address, Mode]
"""Whether a thermostat heats or cools, as its configuration told."""

_DEFAULTS: Final[Mapping[str, str]] = {
    "plug": "switch:0",
    "light": "light:0",
    "meter": "pm1:0",
    "climate": "thermostat:0",
    "occupancy": "presence:0",
    "water": "flood:0",
    "contact": "window:0",
}
_STATES: Final[Mapping[str, bool]] = {"open": True, "opened": True, "close": False, "closed": False}
_TYPES: Final[Mapping[str, Mode]] = {"heating": "heat", "cooling": "cool"}
_DOES: Final[Mapping[str, Action]] = {"heat": "heating", "cool": "cooling"}
_WORD: Final = 40
_DATA_OF: Final[Mapping[str, str]] = {"em": "emdata", "em1": "em1data"}
"""A meter's counters stand in a component of their own."""


def wanted_by(device: Device) -> str:
    """The component that a device means: the one it names, or its kind's first."""
    return device.address.channel or _DEFAULTS.get(device.kind, "")


def thermostat_type(configuration: Mapping[str, object], device: Device, types: Types) -> Traits | None:
    """What `Shelly.GetConfig` tells of a thermostat, remembered in `types` too; None where it tells nothing."""
    # on the wire: {"thermostat:0":{"id":0,"type":"cooling","enable":true,"target_C":24}}
    wanted = wanted_by(device)
    component = configuration.get(wanted)
    side = component.get("type") if isinstance(component, dict) else None
    mode = _TYPES.get(side) if isinstance(side, str) else None
    if mode is None or device.kind != "climate":
        return None
    types[device.address] = mode
    return Traits(can_cool=mode == "cool", can_heat=mode == "heat", can_switch_off=True)


def configured(configuration: Mapping[str, object], device: Device) -> Mapping[str, Component]:
    """What a thermostat's configuration tells of its state too: then it has a mode, whichever answer came first."""
    wanted = wanted_by(device)
    component = _object(configuration.get(wanted)) or {}
    return {wanted: {key: component[key] for key in ("enable", "target_C") if key in component}}


def said_by(
    components: Mapping[str, object], device: Device, heard: Heard, types: Mapping[Address, Mode]
) -> Sequence[AnyReading]:
    """What these components say about this device; one reading, however many of them it takes."""
    if device.kind == "environment":
        return _environment(components, device, heard)
    wanted = wanted_by(device)
    model = MODELS.get(wanted)
    if model is not None and device.kind == "climate":
        return virtual_of(model, components, device, heard)
    kind, _, number = wanted.partition(":")
    component = components.get(wanted)
    if device.kind in ("plug", "light", "meter"):
        data = components.get(f"{_DATA_OF[kind]}:{number}") if kind in _DATA_OF else None
        return _power(_object(component), _object(data), device, heard)
    if device.kind == "climate" and isinstance(component, dict):
        return _climate(component, device, heard, types.get(device.address))
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
            is_on=(is_on := units.truth(state.get("output"))),
            watts=units.quantity(watts, units.WATTS),
            energy_kwh_total=units.watt_hours(counter),
            memo=source[:_WORD] if is_on is not None and isinstance(source := state.get("source"), str) else "",
        ),
    )


def _climate(component: Component, device: Device, heard: Heard, side: Mode | None) -> Sequence[AnyReading]:
    """`thermostat:N` of a wall display, `blutrv:N` of a valve behind a gateway. `side`: what its configuration told."""
    is_valve = device.address.channel.startswith("blutrv")
    enabled, output = units.truth(component.get("enable")), units.truth(component.get("output"))
    target = units.quantity(component.get("target_C"), units.SETPOINT_CELSIUS)
    mode: Mode | None = "off" if enabled is False else side if enabled else None
    action: Action | None = "idle" if output is False else _DOES.get(side or "") if output else None
    if is_valve:
        # the gateway repeats a valve's last words; how old they are stands in them only
        at = stamps.believed(stamps.epoch(component.get("last_updated_ts")), heard.arrived_at)
        is_old = at is not None and heard.arrived_at - at > STALE_AFTER
        heard = Heard(heard.arrived_at, at or heard.device_at, heard.live and not is_old)
        mode = None if target is None else "off" if target <= OFF_CELSIUS else "heat"
        position = units.quantity(component.get("pos"), (0.0, 100.0))
        action = None if position is None else "heating" if position > 0 else "idle"
    return (
        Climate(
            device=device.id,
            **heard._asdict(),
            mode=mode,
            action=action,
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


def _contact(component: Component, device: Device, heard: Heard) -> Sequence[AnyReading]:
    """`window:N`; a word (`open`, `closed`) or a truth value, by firmware."""
    told = component.get("state", component.get("open"))
    is_open = _STATES.get(told.lower()) if isinstance(told, str) else units.truth(told)
    return () if is_open is None else (Contact(device=device.id, **heard._asdict(), open=is_open),)


def _object(value: object) -> Component | None:
    return value if isinstance(value, dict) else None


_BUILDERS: Final[Mapping[str, Callable[[Component, Device, Heard], Sequence[AnyReading]]]] = {
    "occupancy": _occupancy,
    "water": _water,
    "contact": _contact,
}

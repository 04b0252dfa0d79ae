"""A climate of Home Assistant discovery as a Mapping.

Off is the mode `off` where the config lists it, else the power topic. A setpoint command never carries a mode. Without
`temperature_unit` Home Assistant assumes its own system's unit, which nobody tells us: Celsius.
"""

from collections.abc import Mapping as Pairs
from typing import Final

from sensors import units
from sensors.device import Traits
from sensors.families.homeassistant_discovery import Component
from sensors.families.homeassistant_words import topic, word
from sensors.families.mapped_commands import limits_in_celsius
from sensors.mapping import Instruction, Instructions, Mapping, Signal, Source
from sensors.units import Window, quantity

_STATES: Final[Pairs[str, tuple[str, str]]] = {
    "mode": ("mode_state_topic", "mode_state_template"),
    "action": ("action_topic", "action_template"),
    "setpoint_celsius": ("temperature_state_topic", "temperature_state_template"),
    "cooling_setpoint_celsius": ("temperature_high_state_topic", "temperature_high_state_template"),
    "heating_setpoint_celsius": ("temperature_low_state_topic", "temperature_low_state_template"),
    "room_celsius": ("current_temperature_topic", "current_temperature_template"),
    "humidity_percent": ("current_humidity_topic", "current_humidity_template"),
}
_ACTION_WORDS: Final = {
    "off": "off",
    "idle": "idle",
    "cooling": "cooling",
    "heating": "heating",
    "preheating": "heating",
    "drying": "drying",
    "fan": "fan",
    "defrosting": "defrosting",
}
_DEFAULT_MODES: Final = frozenset({"auto", "off", "cool", "heat", "dry", "fan_only"})
_DEFAULT_STEP: Final = 1.0
_LIMIT: Final[Window] = (-50.0, 150.0)
_STEP: Final[Window] = (0.01, 10.0)


def climate_mapping(component: Component) -> Mapping:
    """Its states and commands; without availability, which is the same for all components."""
    config = component.config
    unit = "°F" if word(config, "temperature_unit").upper().startswith("F") else ""
    signals = []
    for field, (at, template_key) in _STATES.items():
        place = topic(config, at)
        if place:
            template = word(config, template_key) or word(config, "value_template")
            told = unit if field.endswith("_celsius") else ""
            words = _ACTION_WORDS if field == "action" else {}
            signals.append(Signal(field, Source(place, template=template), unit=told, words=words))
    single, high, low = (_setpoint(config, name, unit) for name in ("", "high_", "low_"))
    instructions = Instructions(
        off=_off(config),
        setpoint=single,
        cooling_setpoint=high,
        heating_setpoint=low,
        ranged=single is not None and (high is not None or low is not None),
    )
    return Mapping(tuple(signals), instructions)


def climate_traits(component: Component, mapping: Mapping) -> Traits:
    """What it says it can do. Its limits are Home Assistant's: in its own unit, here in Celsius."""
    listed = component.config.get("modes")
    modes = frozenset(str(mode) for mode in listed) if isinstance(listed, list) else _DEFAULT_MODES
    instructions = mapping.instructions
    settable = instructions.setpoint or instructions.cooling_setpoint or instructions.heating_setpoint
    low, high, step = (None, None, None) if settable is None else limits_in_celsius(settable)
    return Traits(
        model=component.model,
        minimum_celsius=quantity(low, units.SETPOINT_CELSIUS),
        maximum_celsius=quantity(high, units.SETPOINT_CELSIUS),
        step_celsius=quantity(step, _STEP),
        can_cool=bool(modes & {"cool", "heat_cool"}),
        can_heat=bool(modes & {"heat", "heat_cool"}),
        can_switch_off=instructions.off is not None,
        kind="climate",
    )


def _setpoint(config: Pairs[str, object], name: str, unit: str) -> Instruction | None:
    place = topic(config, f"temperature_{name}command_topic")
    if not place:
        return None
    low, high = (quantity(config.get(key), _LIMIT) for key in ("min_temp", "max_temp"))
    if low is not None and high is not None and low > high:
        low = high = None
    return Instruction(
        place,
        template=word(config, f"temperature_{name}command_template") or "{{ value }}",
        minimum=low,
        maximum=high,
        step=quantity(config.get("temp_step"), _STEP) or _DEFAULT_STEP,
        unit=unit,
    )


def _off(config: Pairs[str, object]) -> Instruction | None:
    modes = config.get("modes")
    by_mode, by_power = topic(config, "mode_command_topic"), topic(config, "power_command_topic")
    is_listed = isinstance(modes, list) and "off" in modes
    if by_mode and (is_listed or (modes is None and not by_power)):
        template = word(config, "mode_command_template")
        return Instruction(by_mode, template=template, mode="off") if template else Instruction(by_mode, payload="off")
    if by_power:
        payload = word(config, "payload_off", "OFF")
        template = word(config, "power_command_template")
        if not template:
            return Instruction(by_power, payload=payload)
        return Instruction(by_power, template=template, mode=payload)
    return None

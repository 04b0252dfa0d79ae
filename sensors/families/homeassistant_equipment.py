"""Switches, lights, fans and sensors of Home Assistant discovery as Mappings.

Many a `switch` is a setting in a switch's clothes (child lock, display, window detection): it is heard, never switched.
"""

import re
from collections.abc import Mapping as Pairs
from typing import Final

from sensors.conversion import is_known
from sensors.device import Kind, Traits
from sensors.families.homeassistant_discovery import Component
from sensors.families.homeassistant_words import topic, word
from sensors.mapping import Instruction, Instructions, Mapping, Signal, Source

NUMBERS: Final[Pairs[str, tuple[str, Kind]]] = {
    "temperature": ("room_celsius", "environment"),
    "humidity": ("humidity_percent", "environment"),
    "carbon_dioxide": ("co2_ppm", "environment"),
    "sound_pressure": ("noise_dba", "environment"),
    "pm25": ("pm25_ug_m3", "environment"),
    "illuminance": ("illuminance_lux", "environment"),
    "power": ("watts", "meter"),
    "energy": ("energy_kwh_total", "meter"),
    "water": ("litres_total", "water"),
    "volume_flow_rate": ("litres_per_minute", "water"),
}
FLAGS: Final[Pairs[str, tuple[str, Kind]]] = {
    "occupancy": ("occupied", "occupancy"),
    "presence": ("occupied", "occupancy"),
    "motion": ("occupied", "occupancy"),
    "smoke": ("smoke", "environment"),
    "moisture": ("leak", "water"),
    "window": ("open", "contact"),
    "door": ("open", "contact"),
    "opening": ("open", "contact"),
    "garage_door": ("open", "contact"),
}
_BY_UNIT: Final = {"W": "power", "kW": "power", "MW": "power", "Wh": "energy", "kWh": "energy", "MWh": "energy"}
_WITHOUT_UNIT: Final = frozenset({"room_celsius", "humidity_percent"})
_SETTING: Final = re.compile(
    r"lock|away|window|valve|freeze|frost|display|led\b|light_indicator|beep|buzz|mute|calibrat|schedule|boost|\beco\b"
    r"|turbo|quiet|permit|enable|calend|swing|health|ioni[sz]|update|automat|vacation|holiday|detection|reporting",
    re.IGNORECASE,
)


def equipment_mapping(component: Component, *, beside_climate: bool) -> Mapping:
    """A switch, a light or a fan. `beside_climate`: a climate is part of the same device, so its switches are settings."""
    config = component.config
    on, off = word(config, "payload_on", "ON"), word(config, "payload_off", "OFF")
    template = word(config, "value_template") or word(config, "state_value_template")
    source = Source(topic(config, "state_topic"), template=template)
    words = {word(config, "state_on", on): "on", word(config, "state_off", off): "off"}
    rendered = word(config, "command_template")
    place = topic(config, "command_topic")
    instruction = Instruction(place, template=rendered, mode=off) if rendered else Instruction(place, payload=off)
    schema = word(config, "schema", "basic") if component.platform == "light" else "basic"
    if schema == "json":
        source, words = Source(source.topic, path="state"), {"ON": "on", "OFF": "off"}
        instruction = Instruction(instruction.topic, payload='{"state":"OFF"}')
    elif schema == "template":
        source, words = Source(source.topic, template=word(config, "state_template")), {"on": "on", "off": "off"}
        instruction = Instruction(instruction.topic, template=word(config, "command_off_template"))
    signals = (Signal("is_on", source, words=words),) if source.topic else ()
    if is_setting(component) or (beside_climate and component.platform == "switch"):
        return Mapping(signals, Instructions(refusal="it looks like a setting of the device, not like its power"))
    can = bool(instruction.topic and (instruction.payload or instruction.template))
    return Mapping(signals, Instructions(off=instruction if can else None))


def equipment_traits(component: Component, mapping: Mapping) -> Traits:
    """A light, or a plug for all else that is switched."""
    kind: Kind = "light" if component.platform == "light" else "plug"
    return Traits(model=component.model, can_switch_off=mapping.instructions.off is not None, kind=kind)


def is_setting(component: Component) -> bool:
    """Whether this switch is better left alone: marked so by its publisher, or named like a setting."""
    about = f"{word(component.config, 'name')} {component.object_id} {component.part}".replace("-", "_")
    return component.is_setting or (component.platform == "switch" and _SETTING.search(about) is not None)


def sensor_signal(component: Component) -> tuple[Signal, Kind] | None:
    """What a sensor or binary sensor says, and the kind of device that says so; None where it is nothing of ours."""
    config = component.config
    place = topic(config, "state_topic")
    source = Source(place, template=word(config, "value_template"))
    told = word(config, "device_class")
    if not place:
        return None
    if component.platform == "binary_sensor":
        if told not in FLAGS:
            return None
        field, kind = FLAGS[told]
        words = {word(config, "payload_on", "ON"): "on", word(config, "payload_off", "OFF"): "off"}
        return Signal(field, source, words=words), kind
    unit = word(config, "unit_of_measurement")
    told = told or _BY_UNIT.get(unit, "")
    if told not in NUMBERS:
        return None
    field, kind = NUMBERS[told]
    if not is_known(field, unit) or (not unit and field not in _WITHOUT_UNIT):
        return None  # a unit that nobody knows is not guessed
    return Signal(field, source, unit=unit), kind

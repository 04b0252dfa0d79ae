"""What the messages of a `mapped` device mean, as the value of its key `mapped` in office.yaml: a known gateway, or signal by signal."""

from collections.abc import Iterator

from sensors.families.gateways import PRESETS, preset
from sensors.mapping import Instruction, Mapping, Signal
from sensors.virtual.said import encode


def preset_of(mapping: Mapping | None, address: str) -> str:
    """The name of the preset that this mapping is; empty: none of them."""
    return next((name for name in PRESETS if preset(name, address) == mapping), "")


def mapping_yaml(mapping: Mapping, address: str) -> str:
    """One line; a preset by its name. Of several sources of one quantity it writes down the last, for office.yaml has room for one."""
    known = preset_of(mapping, address)
    if known:
        return encode({"preset": known}).decode()
    told = mapping.instructions
    commands = {
        "switch_off": (told.off, ("is_on", "mode")),
        "setpoint": (told.setpoint, ("setpoint_celsius", "cooling_setpoint_celsius")),
        "cooling_setpoint": (told.cooling_setpoint, ("cooling_setpoint_celsius",)),
        "heating_setpoint": (told.heating_setpoint, ("heating_setpoint_celsius",)),
    }
    said = {signal.field for signal in mapping.signals}
    words = {
        "availability": mapping.availability,
        "signals": {signal.field: dict(_signal(signal)) for signal in mapping.signals},
        "commands": {
            name: dict(_instruction(one, next(field for field in shows if field in said)))
            for name, (one, shows) in commands.items()
            if one is not None
        },
    }
    return encode(words).decode()  # JSON is YAML


def _signal(signal: Signal) -> Iterator[tuple[str, object]]:
    yield "topic", signal.source.topic
    if signal.source.path:
        yield "path", signal.source.path
    if signal.source.template:
        yield "template", signal.source.template
    if signal.unit:
        yield "unit", signal.unit
    if (signal.scale, signal.offset) != (1.0, 0.0):
        yield "scale", signal.scale
        yield "offset", signal.offset
    if signal.words:
        yield "words", signal.words


def _instruction(instruction: Instruction, shown_by: str) -> Iterator[tuple[str, object]]:
    yield "topic", instruction.topic
    yield ("template", instruction.template) if instruction.template else ("payload", instruction.payload)
    for key, limit in (("min", instruction.minimum), ("max", instruction.maximum), ("step", instruction.step)):
        if limit is not None:
            yield key, limit
    yield "confirm", shown_by

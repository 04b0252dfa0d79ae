"""From a command to a payload by Instructions: what is written down is sent, and nothing besides."""

from collections.abc import Sequence

import msgspec

from sensors.commands import Command, SetSetpoint, Side
from sensors.conversion import as_celsius, as_fahrenheit
from sensors.device import Device
from sensors.families.templates import UNKNOWN, Templates
from sensors.family import Refused
from sensors.mapping import Instruction, Instructions
from sensors.messages import Outgoing
from sensors.setpoints import Limits, fitted

SWITCHED = ("plug", "light", "climate")
"""The kinds of devices that can be switched off at all."""


def encoded(
    command: Command, device: Device, instructions: Instructions, templates: Templates, memo: str
) -> Sequence[Outgoing]:
    """The one message that carries the command out. Raises Refused where nothing is written down for it."""
    remedy = command.remedy
    if isinstance(remedy, SetSetpoint):
        instruction = _for_side(instructions, remedy.side, memo)
        if instruction is None:
            raise Refused(f"no command is known that sets its {remedy.side} setpoint")
        value: object = _on_the_wire(remedy.celsius, remedy.side, instruction, device)
    else:
        if device.kind not in SWITCHED:
            raise Refused(f"a {device.kind} is not switched off")
        if instructions.off is None:
            raise Refused(instructions.refusal or "no command is known that switches it off")
        instruction = instructions.off
        value = instruction.mode
    payload: object = instruction.payload
    if instruction.template:
        payload = templates.render(instruction.template, {"value": value}, command.issued_at)
    if payload is UNKNOWN or payload == "":
        raise Refused("its command template cannot be rendered")
    return (Outgoing(topic=instruction.topic, payload=str(payload).encode()),)


def instructions_from(words: str) -> Instructions | None:
    """What `Traits.words` holds; None where it is empty or not ours."""
    try:
        return msgspec.json.decode(words, type=Instructions) if words else None
    except msgspec.MsgspecError:
        return None


def limits_in_celsius(instruction: Instruction) -> Limits:
    """Minimum, maximum and step that this instruction takes, in Celsius."""
    low, high, step = instruction.minimum, instruction.maximum, instruction.step
    if instruction.unit != "°F":
        return low, high, step
    return (
        None if low is None else as_celsius(low),
        None if high is None else as_celsius(high),
        None if step is None else step / 1.8,
    )


def _for_side(instructions: Instructions, side: Side, memo: str) -> Instruction | None:
    own = instructions.cooling_setpoint if side == "cooling" else instructions.heating_setpoint
    if instructions.ranged and memo != "range":
        return instructions.setpoint
    return own or instructions.setpoint


def _on_the_wire(celsius: float, side: Side, instruction: Instruction, device: Device) -> int | float:
    own = (device.minimum_celsius, device.maximum_celsius, device.step_celsius)
    told = limits_in_celsius(instruction)
    low, high, step = (of if of is not None else otherwise for of, otherwise in zip(told, own, strict=True))
    if instruction.unit == "°F":
        fitted(celsius, side, (low, high, None))  # refuses, in Celsius, what the range has nothing for
        step = instruction.step or 1.0
        limits = (as_fahrenheit(low), as_fahrenheit(high), step)
        value = fitted(as_fahrenheit(celsius), side, limits)
    else:
        value = fitted(celsius, side, (low, high, step))
    return int(value) if float(value).is_integer() else value

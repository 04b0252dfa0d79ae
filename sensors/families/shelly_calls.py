"""What we ask and tell a Shelly by RPC: the method, its parameters, and the number under which it answers."""

from collections.abc import Mapping, Sequence
from typing import Final
from zlib import crc32

import msgspec

from sensors.commands import Command, CommandId, SetSetpoint
from sensors.device import Device, Traits
from sensors.families.shelly_virtual import MODELS, virtual_call
from sensors.family import Refused
from sensors.messages import Outgoing
from sensors.setpoints import fitted

OURS: Final = "officed"
"""The `src` of our calls: replies come on `officed/rpc`."""
OFF_CELSIUS: Final = 4
"""A radiator valve has no off; its lowest target closes it."""

_SETTERS: Final[Mapping[str, str]] = {
    "switch": "Switch.Set",
    "light": "Light.Set",
    "rgbw": "RGBW.Set",
    "cct": "CCT.Set",
}
_VALVE: Final = (4.0, 30.0, 0.5)
_31_BITS: Final = 0x7FFFFFFF


def rpc_id(command: CommandId) -> int:
    """The number of a call: the same command gives the same number, in 31 bits."""
    return crc32(command.encode()) & _31_BITS


def question_id(prefix: str, method: str) -> int:
    """The number of a question, which tells on arrival whom and what was asked."""
    return crc32(f"ask {method} {prefix}".encode()) & _31_BITS


def question(prefix: str, method: str) -> Outgoing:
    """One question to one device."""
    return call(prefix, question_id(prefix, method), method, {})


def call(prefix: str, number: int, method: str, parameters: Mapping[str, object]) -> Outgoing:
    """One call."""
    words = {"id": number, "src": OURS, "method": method, "params": parameters}
    return Outgoing(topic=f"{prefix}/rpc", payload=msgspec.json.encode(words))


def commanded(command: Command, device: Device, component: str, traits: Traits | None) -> Sequence[Outgoing]:
    """The command as a call to this component. Raises Refused."""
    model = MODELS.get(component)
    kind, _, number = component.partition(":")
    if model is not None:
        method, parameters = virtual_call(model, command.remedy, device)
    elif not number.isdecimal():
        raise Refused(f"{component or device.kind} is not a component that takes commands")
    else:
        method, parameters = _call(command, device, traits, kind, int(number))
    return (call(device.address.name, rpc_id(command.id), method, parameters),)


def _call(
    command: Command, device: Device, traits: Traits | None, kind: str, number: int
) -> tuple[str, Mapping[str, object]]:
    remedy = command.remedy
    if isinstance(remedy, SetSetpoint):
        told = traits or Traits()
        if remedy.side == "cooling" and (kind == "blutrv" or told.can_cool is False):
            raise Refused("it only heats")
        if remedy.side == "heating" and told.can_heat is False:
            raise Refused("it only cools")
        own = (device.minimum_celsius, device.maximum_celsius, device.step_celsius)
        limits = _VALVE if kind == "blutrv" else (told.minimum_celsius, told.maximum_celsius, told.step_celsius)
        low, high, step = (of if of is not None else otherwise for of, otherwise in zip(limits, own, strict=True))
        celsius = fitted(remedy.celsius, remedy.side, (low, high, step))
        wire = int(celsius) if celsius.is_integer() else celsius
        if kind == "thermostat":
            return "Thermostat.SetConfig", {"config": {"id": number, "target_C": wire}}
        if kind == "blutrv":
            return _valve(number, wire)
        raise Refused(f"{kind} has no setpoint")
    if kind == "thermostat":
        return "Thermostat.SetConfig", {"config": {"id": number, "enable": False}}
    if kind == "blutrv":
        return _valve(number, OFF_CELSIUS)
    if kind not in _SETTERS:
        raise Refused(f"{kind} is not switched off")
    return _SETTERS[kind], {"id": number, "on": False}


def _valve(number: int, celsius: float) -> tuple[str, Mapping[str, object]]:
    return "BluTRV.Call", {"id": number, "method": "TRV.SetTarget", "params": {"id": 0, "target_C": celsius}}

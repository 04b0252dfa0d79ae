"""Thermostats that LinkedGo makes with Shelly's software: one unit made of virtual components (`number:203`, `enum:201`).

`address.channel` names the model (`st802` a fan coil, `st1820` a floor heating), because what the numbers mean is the model's
own affair. Which number is what is from published statuses of both
models; the fan coil's power key (`boolean:201`) was seen in one place only.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from sensors import units
from sensors.commands import Remedy, SetSetpoint
from sensors.device import Device
from sensors.family import Refused
from sensors.liveness import Heard
from sensors.readings import AnyReading, Climate, Mode
from sensors.setpoints import fitted


class Model(NamedTuple):
    """Which component is what; "" where the model has none. Without a mode it does what `only` says."""

    power: str
    setpoint: str
    room: str
    humidity: str
    mode: str
    only: Mode | None


MODELS: Final[Mapping[str, Model]] = {
    "st802": Model("boolean:201", "number:203", "number:201", "number:200", "enum:201", None),
    "st1820": Model("boolean:202", "number:202", "number:201", "number:200", "", "heat"),
}
_MODES: Final[Mapping[str, Mode]] = {"cool": "cool", "heat": "heat", "dry": "dry", "ventilation": "fan_only"}


def virtual_of(model: Model, components: Mapping[str, object], device: Device, heard: Heard) -> Sequence[AnyReading]:
    """What these components say; none where none of them is the unit's."""
    # on the wire: {"boolean:201":{"value":true},"enum:201":{"value":"cool"},"number:203":{"value":24.0}}
    values = {name: one.get("value") for name, one in components.items() if isinstance(one, dict)}
    if not values.keys() & set(model[:5]):
        return ()
    is_on = units.truth(values.get(model.power))
    word = values.get(model.mode)
    mode = _MODES.get(word) if isinstance(word, str) else model.only if model.power in values else None
    return (
        Climate(
            device=device.id,
            **heard._asdict(),
            mode=mode,
            is_on=is_on,
            setpoint_celsius=units.quantity(values.get(model.setpoint), units.SETPOINT_CELSIUS),
            room_celsius=units.quantity(values.get(model.room), units.ROOM_CELSIUS),
            humidity_percent=units.quantity(values.get(model.humidity), units.HUMIDITY_PERCENT),
        ),
    )


def virtual_call(model: Model, remedy: Remedy, device: Device) -> tuple[str, Mapping[str, object]]:
    """The method and its parameters. Raises Refused."""
    if not isinstance(remedy, SetSetpoint):
        return "Boolean.Set", {"id": _number(model.power), "value": False}
    if model.only == "heat" and remedy.side == "cooling":
        raise Refused("it only heats")
    celsius = fitted(remedy.celsius, remedy.side, (device.minimum_celsius, device.maximum_celsius, device.step_celsius))
    return "Number.Set", {"id": _number(model.setpoint), "value": int(celsius) if celsius.is_integer() else celsius}


def _number(component: str) -> int:
    return int(component.partition(":")[2])

"""A state that is about one device, from its bytes to its readings. A plug's comes most often, and is read at half the cost.

The quick way says what the usual one says, and hands over to it wherever it stumbles. Of keys that nobody asks for it only
sees that they are JSON.
"""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Literal

import msgspec

from sensors import units
from sensors.device import Device, DeviceId
from sensors.families.zigbee2mqtt_plain_climate import plain_climate
from sensors.families.zigbee2mqtt_power import Builder
from sensors.families.zigbee2mqtt_seen import seen_at
from sensors.family import Decoder
from sensors.liveness import is_live
from sensors.messages import Message
from sensors.readings import AnyReading, Power


def _otherwise(usual: Decoder, _name: DeviceId, /) -> Decoder:
    return usual


try:
    from sensors.families.fast_zigbee2mqtt import plug, unit
except ImportError:  # no compiler was at hand
    plug = unit = _otherwise


def plain(device: Device, build: Builder) -> Decoder:
    """The decoder of a topic on which this device alone speaks."""
    usual = partial(_usual, build)
    if device.address.channel:
        return usual
    if device.kind in ("plug", "light", "meter"):
        return plug(partial(_plug, build, device.id), device.id)
    if device.kind == "climate":
        return unit(partial(plain_climate, usual, device.id), device.id)
    return usual


class _Plug(msgspec.Struct, gc=False):
    """What is asked of a plug's state, as nearly all of them say it."""

    state: Literal["ON", "OFF"] | None = None
    power: Annotated[float, units.inside(units.WATTS)] | None = None
    energy: Annotated[float, units.inside(units.KWH)] | None = None
    last_seen: object = None


_READ = msgspec.json.Decoder(_Plug).decode


# on the wire: {"state":"ON","power":61.2,"energy":12.05,"last_seen":"2026-03-02T08:15:00.000Z"}
def _usual(build: Builder, message: Message) -> Sequence[AnyReading]:
    values = units.json_object(message.payload)
    device_at = seen_at(values.get("last_seen"), message.arrived_at)
    return build(values, message, device_at, is_live(message, device_at))


def _plug(build: Builder, name: DeviceId, message: Message) -> Sequence[AnyReading]:
    payload = message.payload
    if len(payload) > units.STATE_BYTES:
        return _usual(build, message)
    try:
        said = _READ(payload)
    except (RecursionError, msgspec.DecodeError, ValueError):
        return _usual(build, message)  # which reads more, or says what is wrong with it
    device_at = None if said.last_seen is None else seen_at(said.last_seen, message.arrived_at)
    return (
        Power(
            device=name,
            arrived_at=message.arrived_at,
            device_at=device_at,
            live=is_live(message, device_at),
            is_on=None if said.state is None else said.state == "ON",
            watts=said.power,
            energy_kwh_total=said.energy,
        ),
    )

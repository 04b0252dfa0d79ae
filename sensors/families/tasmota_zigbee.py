"""Devices behind Tasmota's Zigbee bridge. `address.channel` is a device's short address (`0x7120`) or its name there.

In `ZbReceived` the word `Power` is on or off and `ActivePower` is watts: the opposite of ENERGY. A zone's status (water,
smoke, movement, a contact) has its alarm in the lowest bit. Source: tasmota.github.io/docs/Zigbee.
"""

from collections.abc import Mapping, Sequence

import msgspec

from sensors import units
from sensors.device import Device
from sensors.liveness import Heard
from sensors.readings import AnyReading, Contact, Environment, Occupancy, Power, Water


def is_zigbee(channel: str) -> bool:
    """Whether a channel is a short address."""
    return channel.startswith("0x")


def encode_zigbee(channel: str) -> bytes:
    """The off command for `ZbSend`. What confirms it is the next `Power` that the device reports."""
    return msgspec.json.encode({"Device": channel, "Send": {"Power": "Off"}})


def zigbee_of(received: Mapping[str, object], device: Device, heard: Heard) -> Sequence[AnyReading]:
    """What the bridge received from this device."""
    # on the wire: {"ZbReceived":{"0x7120":{"Device":"0x7120","Name":"Desk","Power":1,"ActivePower":61}}}
    channel = device.address.channel
    for key, one in received.items():
        if channel and isinstance(one, dict) and channel in (key, one.get("Name"), one.get("Device")):
            return _said(one, device, heard)
    return ()


def _said(one: Mapping[str, object], device: Device, heard: Heard) -> Sequence[AnyReading]:
    marks = heard._asdict()
    alarm = _alarm(one.get("ZoneStatusChange"))
    if device.kind in ("plug", "light", "meter"):
        watts = units.quantity(one.get("ActivePower"), units.WATTS)
        return (Power(device=device.id, **marks, is_on=units.truth(one.get("Power")), watts=watts),)
    if device.kind == "occupancy":
        seen = units.truth(one.get("Occupancy"))
        occupied = alarm if seen is None else seen
        return () if occupied is None else (Occupancy(device=device.id, **marks, occupied=occupied),)
    if device.kind == "environment":
        room = units.quantity(one.get("Temperature"), units.ROOM_CELSIUS)
        humidity = units.quantity(one.get("Humidity"), units.HUMIDITY_PERCENT)
        return (Environment(device=device.id, **marks, room_celsius=room, humidity_percent=humidity, smoke=alarm),)
    if device.kind == "water":
        return () if alarm is None else (Water(device=device.id, **marks, leak=alarm),)
    if device.kind == "contact":
        return () if alarm is None else (Contact(device=device.id, **marks, open=alarm),)
    return ()


def _alarm(status: object) -> bool | None:
    return bool(status & 1) if type(status) is int else None

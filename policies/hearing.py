"""How a batch of readings becomes part of the office: one copy of the map a batch, however many readings."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from policies.office.heard import NOTHING, Heard, hear
from policies.office.office import Office
from sensors.device import Device, DeviceId
from sensors.readings import Announced, AnyReading, CommandReply, Contact, Environment, Gateway, Occupancy

UNCLAIMED_AT_MOST = 2000


class Heed:
    """An office being listened to: mutable for one batch, then handed back immutable.

    `dirty`: the devices whose verdict may have changed. `replies`: answers to commands, in order.
    """

    def __init__(self, office: Office) -> None:
        self.office = office
        self.heard: dict[DeviceId, Heard] | None = None
        self.dirty: set[DeviceId] = set()
        self.replies: list[CommandReply] = []

    def done(self) -> Office:
        """The office after the batch."""
        return self.office if self.heard is None else replace(self.office, heard=self.heard)


def heed(into: Heed, readings: Sequence[AnyReading]) -> None:
    """Take the readings in, in order."""
    devices = into.office.site.devices
    for reading in readings:
        if isinstance(reading, CommandReply):
            into.replies.append(reading)
        elif isinstance(reading, Gateway):
            into.office = replace(into.office, gateways={**into.office.gateways, reading.device: reading.online})
        elif isinstance(reading, Announced):
            _announced(into, reading)
        else:
            device = devices.get(reading.device)
            if device is not None:
                _device(into, device, reading)


def _device(into: Heed, device: Device, reading: AnyReading) -> None:
    if into.heard is None:
        into.heard = dict(into.office.heard)
    before = into.heard.get(device.id)
    if before is None:
        before = _first(device)
    into.heard[device.id] = hear(before, reading)
    into.dirty.add(device.id)
    for measured in into.office.site.measured_by.get(device.id, ()):
        into.dirty.add(measured)
    if isinstance(reading, Occupancy | Environment | Contact):
        into.dirty.update(neighbour.id for neighbour in into.office.site.in_zone[device.zone])


def _first(device: Device) -> Heard:
    if device.silent_after_seconds is None:
        return NOTHING
    return Heard(silent_after=timedelta(seconds=device.silent_after_seconds))


def _announced(into: Heed, reading: Announced) -> None:
    office = into.office
    if reading.device in office.site.devices:
        into.office = replace(office, traits={**office.traits, reading.device: reading.traits})
        into.dirty.add(reading.device)
    elif len(office.unclaimed) < UNCLAIMED_AT_MOST:
        into.office = replace(office, unclaimed={**office.unclaimed, reading.address: reading})

"""How a batch of readings becomes part of the office: one copy of the map a batch, however many readings."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from policies.office.averages import STILL, Air, breathe
from policies.office.heard import NOTHING, Heard, hear
from policies.office.office import Office
from policies.office.outdoor import hear_outdoor
from sensors.device import Device, DeviceId
from sensors.readings import (
    Announced,
    AnyReading,
    Climate,
    CommandReply,
    Contact,
    Environment,
    Gateway,
    Occupancy,
    PrintJob,
)

UNCLAIMED_AT_MOST = 2000


class Heed:
    """An office being listened to: mutable for one batch, then handed back immutable.

    `dirty`: the devices whose verdict may have changed. `replies`: answers to commands, in order.
    """

    def __init__(self, office: Office) -> None:
        self.office = office
        self.heard: dict[DeviceId, Heard] | None = None
        self.air: dict[DeviceId, Air] | None = None
        self.dirty: set[DeviceId] = set()
        self.replies: list[CommandReply] = []

    def done(self) -> Office:
        """The office after the batch."""
        if self.heard is None:
            return self.office
        return replace(self.office, heard=self.heard, air=self.office.air if self.air is None else self.air)


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
    if isinstance(reading, PrintJob):  # it may repeat another printer's job, or be repeated there
        into.dirty.update(printer.id for printer in into.office.site.by_kind.get("printer", ()))
    if isinstance(reading, Occupancy | Environment | Contact):
        into.dirty.update(neighbour.id for neighbour in into.office.site.in_zone[device.zone])
    if isinstance(reading, Climate | Environment) and reading.live:
        _air(into, device, reading, before.silent_after)


def _air(into: Heed, device: Device, reading: Climate | Environment, silent_after: timedelta) -> None:
    """What needs more than the last value: the room's quarter of an hour, and the days outside.

    The weather concerns every unit of the site.
    """
    if reading.room_celsius is not None or reading.humidity_percent is not None:
        if into.air is None:
            into.air = dict(into.office.air)
        into.air[device.id] = breathe(
            into.air.get(device.id, STILL),
            reading.room_celsius,
            reading.humidity_percent,
            reading.arrived_at,
            silent_after,
        )
    outdoor_celsius = reading.outdoor_celsius if isinstance(reading, Environment) else None
    if outdoor_celsius is not None:
        site = into.office.site
        outdoor = hear_outdoor(
            into.office.outdoor,
            outdoor_celsius,
            site.calendar.local(reading.arrived_at),
            southern=site.seasons.southern,
        )
        into.office = replace(into.office, outdoor=outdoor)
        into.dirty.update(unit.id for unit in site.by_kind.get("climate", ()))


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

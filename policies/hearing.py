"""How a batch of readings becomes part of the office: one copy of the map a batch, however many readings."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from policies.office.averages import STILL, Air, breathe
from policies.office.folding import hear_all
from policies.office.heard import NOTHING, Heard
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
_OF_ZONES = frozenset({Occupancy, Environment, Contact})
"""What is about a zone: it may change the verdict on everything that stands there."""
_AIR_KINDS = (Climate, Environment)
_AIRY = frozenset(_AIR_KINDS)
_OF_MORE = _OF_ZONES | _AIRY | {PrintJob}
"""What is about more than the device and its last word."""
_OF_NO_DEVICE = frozenset({CommandReply, Gateway, Announced})


class Heed:
    """An office being listened to: mutable for one batch, then handed back immutable.

    `dirty`: the devices whose verdict may have changed. `replies`: answers to commands, in order.
    """

    def __init__(self, office: Office) -> None:
        self.office = office
        self.heard: dict[DeviceId, Heard] | None = None
        self.air: dict[DeviceId, Air] | None = None
        self.dirty: set[DeviceId] = set()
        self.has_printed = False
        self.replies: list[CommandReply] = []

    def done(self) -> Office:
        """The office after the batch."""
        if self.heard is None:
            return self.office
        return replace(self.office, heard=self.heard, air=self.office.air if self.air is None else self.air)


def heed(into: Heed, readings: Sequence[AnyReading]) -> None:
    """Take the readings in: in order for each device, the devices in the order in which they first spoke."""
    devices = into.office.site.devices
    said: dict[DeviceId, list[AnyReading]] = {}
    for reading in readings:
        kind = type(reading)
        if kind not in _OF_NO_DEVICE:
            name = reading.device
            if name in said:
                said[name].append(reading)
            elif name in devices:
                said[name] = [reading]
        elif isinstance(reading, CommandReply):
            into.replies.append(reading)
        elif isinstance(reading, Gateway):
            into.office = replace(into.office, gateways={**into.office.gateways, reading.device: reading.online})
        elif isinstance(reading, Announced):
            _announced(into, reading)
    if said:
        if into.heard is None:
            into.heard = dict(into.office.heard)
        for name, all_said in said.items():
            _device(into, into.heard, devices[name], all_said)
        if into.has_printed:  # a job may repeat another printer's, or be repeated there
            into.dirty.update(printer.id for printer in into.office.site.by_kind.get("printer", ()))


def _device(into: Heed, heard: dict[DeviceId, Heard], device: Device, readings: Sequence[AnyReading]) -> None:
    name, site = device.id, into.office.site
    before = heard.get(name)
    if before is None:
        before = _first(device)
    heard[name] = hear_all(before, readings)
    into.dirty.add(name)
    if name in site.measured_by:
        into.dirty.update(site.measured_by[name])
    kinds = set(map(type, readings))
    if kinds.isdisjoint(_OF_MORE):
        return
    if not kinds.isdisjoint(_AIRY):
        airy = [reading for reading in readings if isinstance(reading, _AIR_KINDS) and reading.live]
        if airy:
            _air(into, device, airy, before.silent_after)
    if PrintJob in kinds:
        into.has_printed = True
    if not kinds.isdisjoint(_OF_ZONES):
        into.dirty.update(neighbour.id for neighbour in site.in_zone[device.zone])


def _air(into: Heed, device: Device, readings: Sequence[Climate | Environment], silent_after: timedelta) -> None:
    """What needs more than the last value: the room's quarter of an hour, and the days outside.

    The weather concerns every unit of the site.
    """
    before = (into.office.air if into.air is None else into.air).get(device.id, STILL)
    air = breathe(before, readings, silent_after)
    if air is not before:
        if into.air is None:
            into.air = dict(into.office.air)
        into.air[device.id] = air
    for reading in readings:
        if type(reading) is Environment and reading.outdoor_celsius is not None:
            site = into.office.site
            outdoor = hear_outdoor(
                into.office.outdoor,
                reading.outdoor_celsius,
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

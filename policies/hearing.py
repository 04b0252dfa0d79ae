"""How a batch of readings becomes part of the office: one copy of the map a batch, however many readings."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from policies.office.averages import STILL, Air, breathe
from policies.office.heard import NOTHING, Heard
from policies.office.office import Office
from policies.office.outdoor import hear_outdoor
from sensors.device import Device, DeviceId
from sensors.readings import (
    Announced,
    AnyReading,
    Climate,
    CommandReply,
    Environment,
    Gateway,
    PrintJob,
)

try:
    from policies.office.fast_folding import grouped, hear_all
except ImportError:  # no compiler was at hand
    from policies.office.folding import hear_all
    from policies.office.grouping import grouped

UNCLAIMED_AT_MOST = 2000
_AIRY = frozenset({Climate, Environment})


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
    said, of_more, apart = grouped(readings, into.office.site.devices)
    for reading in apart:
        if isinstance(reading, CommandReply):
            into.replies.append(reading)
        elif isinstance(reading, Gateway):
            into.office = replace(into.office, gateways={**into.office.gateways, reading.device: reading.online})
        elif isinstance(reading, Announced):
            _announced(into, reading)
    if said:
        _hear(into, said)
    for reading in of_more:
        _more(into, reading)
    if into.has_printed:  # a job may repeat another printer's, or be repeated there
        into.dirty.update(printer.id for printer in into.office.site.by_kind.get("printer", ()))


def _hear(into: Heed, said: Mapping[DeviceId, Sequence[AnyReading]]) -> None:
    site = into.office.site
    heard = into.heard = dict(into.office.heard) if into.heard is None else into.heard
    for name, readings in said.items():
        before = heard.get(name)
        after = heard[name] = hear_all(_first(site.devices[name]) if before is None else before, readings)
        if not _AIRY.isdisjoint(map(type, readings)):
            _air(into, name, [one for one in readings if type(one) in _AIRY and one.live], after.silent_after)
    into.dirty.update(said)
    for meter in site.measured_by.keys() & said.keys():
        into.dirty.update(site.measured_by[meter])


def _air(into: Heed, name: DeviceId, said: Sequence[Any], silent_after: timedelta) -> None:
    """What needs more than the last value: the room's quarter of an hour."""
    before = (into.office.air if into.air is None else into.air).get(name, STILL)
    air = breathe(before, said, silent_after)
    if air is not before:
        if into.air is None:
            into.air = dict(into.office.air)
        into.air[name] = air


def _more(into: Heed, reading: AnyReading) -> None:
    """What a reading says beyond its own device."""
    if type(reading) is PrintJob:
        into.has_printed = True
        return
    zone = into.office.site.devices[reading.device].zone
    into.dirty.update(neighbour.id for neighbour in into.office.site.in_zone[zone])
    if type(reading) is Environment and reading.live and reading.outdoor_celsius is not None:
        _weather(into, reading.outdoor_celsius, reading.arrived_at)


def _weather(into: Heed, celsius: float, at: datetime) -> None:
    """The days outside concern every unit of the site."""
    site = into.office.site
    outdoor = hear_outdoor(into.office.outdoor, celsius, site.calendar.local(at), southern=site.seasons.southern)
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

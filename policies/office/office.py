"""Everything last heard, per device and zone, beside what is configured. Immutable.

A policy asks the office; it never reads a message. `within` narrows what the office *offers for judgement* (the devices
that changed) while everything stays there to be looked up: so one rule serves both the quick step and the full one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain

from msgspec import Struct, field
from msgspec.structs import replace

from policies.office.averages import Air
from policies.office.desk import Desk
from policies.office.heard import NOTHING, Heard, Signal
from policies.office.outdoor import Outdoor, Season
from policies.office.season import SeasonNow, season_on
from policies.office.site import Site
from sensors.device import Address, Device, DeviceId, Kind, Traits, ZoneId
from sensors.readings import Announced


class Office(Struct, frozen=True):
    """One immutable picture. `gateways`: bridges by name, and whether they are online. `offered`: see `within`."""

    site: Site
    heard: Mapping[DeviceId, Heard] = field(default_factory=dict)
    traits: Mapping[DeviceId, Traits] = field(default_factory=dict)
    gateways: Mapping[str, bool] = field(default_factory=dict)
    unclaimed: Mapping[Address, Announced] = field(default_factory=dict)
    desk: Desk = field(default_factory=Desk)
    offered: Mapping[Kind, Sequence[tuple[Device, Heard]]] | None = None
    air: Mapping[DeviceId, Air] = field(default_factory=dict)
    outdoor: Outdoor = field(default_factory=Outdoor)

    def within(self, scope: Iterable[DeviceId] | None) -> "Office":
        """The same office, offering only these devices for judgement, or all: looked up once for all policies."""
        if scope is None:
            return replace(self, offered={kind: self._heard(kind) for kind in self.site.by_kind})
        offered: dict[Kind, list[tuple[Device, Heard]]] = {}
        every, said = self.site.devices, self.heard
        for name in scope:
            device, heard = every.get(name), said.get(name)
            if device is not None and heard is not None:
                offered.setdefault(device.kind, []).append((device, heard))
        return replace(self, offered=offered)

    def devices(self, *kinds: Kind) -> Iterator[tuple[Device, Heard]]:
        """The devices of these kinds that were heard at least once, within the scope."""
        if self.offered is None:
            return chain.from_iterable(map(self._heard, kinds))
        return chain.from_iterable([self.offered.get(kind, ()) for kind in kinds])

    def _heard(self, kind: Kind) -> list[tuple[Device, Heard]]:
        said = self.heard
        return [
            (device, heard) for device in self.site.by_kind.get(kind, ()) if (heard := said.get(device.id)) is not None
        ]

    def of(self, device: DeviceId) -> Heard:
        """What was heard of a device; an empty record if nothing was."""
        return self.heard.get(device, NOTHING)

    def metered(self, device: Device) -> Heard:
        """The record that holds this device's watts: its own, or that of the meter it names."""
        return self.of(device.meter) if device.meter is not None else self.of(device.id)

    def is_open(self, zone: ZoneId, now: datetime) -> bool:
        """Whether the zone is within its hours."""
        return self.site.calendar.is_open(self.site.zones[zone].hours, now)

    def next_change(self, zone: ZoneId, now: datetime) -> datetime | None:
        """When the zone next opens or closes."""
        return self.site.calendar.next_change(self.site.zones[zone].hours, now)

    def season(self, now: datetime) -> SeasonNow:
        """The season of the local day."""
        return season_on(self.site.seasons, self.outdoor, self.site.calendar.local(now).date())

    def outdoor_celsius(self, now: datetime) -> tuple[DeviceId, Signal[float]] | None:
        """The outdoor sensor that spoke last, and what it said; None where none can be believed."""
        believed = [
            (device.id, heard.outdoor_celsius)
            for device in self.site.by_kind.get("environment", ())
            if (heard := self.of(device.id)).outdoor_celsius is not None
            and heard.outdoor_celsius.live
            and not heard.is_silent(now)
        ]
        return max(believed, key=lambda one: one[1].at, default=None)

    def is_occupied(self, zone: ZoneId, now: datetime) -> bool | None:
        """True if any sensor sees somebody, False if all that speak see nobody, None where none can be believed."""
        answers = [
            heard.occupied.value
            for device in self.site.in_zone.get(zone, ())
            if (heard := self.of(device.id)).occupied is not None and heard.occupied.live and not heard.is_silent(now)
        ]
        return any(answers) if answers else None


def season_of(office: Office, now: datetime) -> Season | None:
    """Its name alone: what rules ask for where a unit's mode does not tell its side."""
    return office.season(now).season

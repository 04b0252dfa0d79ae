"""The slots of a whole site: what was last heard goes in after each step, quarters of an hour come out.

Looks at states, not at messages, so a step that was missed costs resolution and no truth: counters tell the sum.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import compress
from operator import is_not
from typing import Final

import msgspec

from policies.accounting.day_types import slot_start
from policies.accounting.metering import cut
from policies.accounting.slots import DeviceSlots, Slot
from policies.office.heard import Heard
from policies.office.office import Office
from policies.office.same_keys import same_keys
from policies.office.site import Site
from sensors.device import Device, DeviceId, Load, ZoneId

_PRESENCE_KEPT: Final = timedelta(days=2)


class SiteSlot(msgspec.Struct, frozen=True, gc=False):
    """A device's slot, and how long somebody was seen in its zone; None where nobody looked."""

    slot: Slot
    occupied_seconds: float | None


class Books:
    """One site. One thread: it remembers what was last heard."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._devices: dict[DeviceId, DeviceSlots] = {}
        self._presence = {zone: _Presence() for zone in site.zones}
        self._heard: Mapping[DeviceId, Heard] = {}
        self._violating: frozenset[DeviceId] = frozenset()
        self._controlled: frozenset[DeviceId] = frozenset()

    def configure(self, site: Site) -> None:
        """A new configuration: devices that stayed as they were go on, the others begin anew."""
        self._site = site
        kept = {}
        for name, slots in self._devices.items():
            device = site.devices.get(name)
            if device is not None and device == slots.device and load_behind(site, device) == slots.load:
                kept[name] = slots
        self._devices = kept
        self._presence = {zone: self._presence.get(zone) or _Presence() for zone in site.zones}

    def note(
        self, office: Office, now: datetime, violating: frozenset[DeviceId], controlled: frozenset[DeviceId]
    ) -> None:
        """The office after a step at `now`: whose rule is broken, and where a command of ours holds."""
        before, after = self._heard, office.heard
        if after is not before:
            self._heard = after
            for name, heard in _news(before, after):
                self._hear(office, name, heard, now)
        if violating != self._violating or controlled != self._controlled:
            for name in (violating ^ self._violating) | (controlled ^ self._controlled):
                self.judge(name, now, violating=name in violating, controlled=name in controlled)
            self._violating, self._controlled = violating, controlled

    def judge(self, name: DeviceId, at: datetime, *, violating: bool, controlled: bool) -> None:
        """From `at` on, of one device."""
        slots = self._of(name)
        if slots is not None:
            slots.judge(at, violating=violating, controlled=controlled)

    def mark(self, name: DeviceId, since: datetime, until: datetime) -> None:
        """A rule was broken in that time: for books that are made again."""
        slots = self._of(name)
        if slots is not None:
            slots.mark(since, until)

    def hear(self, name: DeviceId, heard: Heard) -> None:
        """One device after one reading."""
        slots = self._of(name)
        if slots is not None:
            slots.hear(heard)

    def see(self, zone: ZoneId, at: datetime, occupied: bool | None) -> None:
        """From `at` on somebody is seen in the zone, nobody, or nobody can say."""
        self._presence[zone].see(at, occupied)

    def ready(self, now: datetime) -> Iterator[SiteSlot]:
        """All slots that are complete at `now`; of each device oldest first."""
        for presence in self._presence.values():
            presence.to(now)
        for slots in self._devices.values():
            for slot in slots.ready(now):
                yield SiteSlot(slot, self._presence[slot.zone].seconds(slot.at))

    def _hear(self, office: Office, name: DeviceId, heard: Heard, now: datetime) -> None:
        self.hear(name, heard)
        device = self._site.devices.get(name)
        if device is not None and heard.occupied is not None:
            self.see(device.zone, min(heard.heard_at or now, now), office.is_occupied(device.zone, now))

    def _of(self, name: DeviceId) -> DeviceSlots | None:
        slots = self._devices.get(name)
        if slots is None:
            device = self._site.devices.get(name)
            if device is None:
                return None
            slots = self._devices[name] = DeviceSlots(device, load_behind(self._site, device))
        return slots


def _news(before: Mapping[DeviceId, Heard], after: Mapping[DeviceId, Heard]) -> Iterable[tuple[DeviceId, Heard]]:
    """What was heard since. A step's map is a copy of the one before, so as a rule both have one order."""
    if same_keys(before, after):
        return compress(after.items(), map(is_not, before.values(), after.values()))
    return [(name, heard) for name, heard in after.items() if before.get(name) is not heard]


def load_behind(site: Site, device: Device) -> Load:
    """What the energy of this device is used for: a meter's is that of what it measures."""
    measured = {site.devices[name].load for name in site.measured_by.get(device.id, ())}
    if not measured:
        return device.load
    return measured.pop() if len(measured) == 1 else "mixed"


def totals(slots: Iterable[Slot]) -> dict[DeviceId, float]:
    """KWh by device, of those that were measured."""
    sums: dict[DeviceId, float] = {}
    for slot in slots:
        if slot.energy_kwh is not None:
            sums[slot.device] = sums.get(slot.device, 0.0) + slot.energy_kwh
    return sums


class _Presence:
    """Seconds with somebody in a zone, by slot; the last two days of them."""

    def __init__(self) -> None:
        self._at: datetime | None = None
        self._occupied: bool | None = None
        self._sums: dict[datetime, float] = {}

    def see(self, at: datetime, occupied: bool | None) -> None:
        self.to(at)
        self._occupied = occupied

    def to(self, at: datetime) -> None:
        if self._at is None or at <= self._at:
            self._at = at if self._at is None else self._at
            return
        if self._occupied is not None:
            for slot, start, end in cut(self._at, at):
                seconds = (end - start).total_seconds() if self._occupied else 0.0
                self._sums[slot] = self._sums.get(slot, 0.0) + seconds
        self._at = at
        oldest = slot_start(at - _PRESENCE_KEPT)
        while self._sums and (first := next(iter(self._sums))) < oldest:
            del self._sums[first]

    def seconds(self, slot: datetime) -> float | None:
        return self._sums.get(slot)

"""Slots: what one device did in each quarter of an hour, summed up while it is heard.

    energy_kwh         None: nobody measures it, or not known (yet); see metering.py
    on_seconds         on by its own word; where it has none, by watts above its standby ceiling
    violation_seconds  a rule about it is broken: for climate devices its setting, for the others power after hours
    coverage_seconds   something believable is known of it
    controlled         a command of ours holds

Seconds count only while the device is believed: silence is unknown, never off. The same readings make the same slots, in one
go or piecemeal; a slot whose energy comes to light late is given out again, whole, and takes the place of the first.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from policies.accounting.day_types import SLOT
from policies.accounting.metering import Metering, cut
from policies.office.heard import Heard
from policies.office.running import is_running
from sensors.device import Device, DeviceId, Load, ZoneId

LATE: Final = timedelta(hours=2)
"""So long after its end a slot waits for its energy; then it is given out without."""
KEPT: Final = timedelta(days=31)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Slot(msgspec.Struct, frozen=True, gc=False):
    """One device from `at` for 15 minutes."""

    device: DeviceId
    zone: ZoneId
    at: datetime
    load: Load
    energy_kwh: float | None
    on_seconds: float
    violation_seconds: float
    coverage_seconds: float
    controlled: bool


class _Sums(msgspec.Struct, gc=False):
    energy_kwh: float | None = None
    on_seconds: float = 0.0
    violation_seconds: float = 0.0
    coverage_seconds: float = 0.0
    controlled: bool = False
    is_out: bool = False


class DeviceSlots:
    """One device through time. `load` is what hangs on it: for a meter, the load of what it measures."""

    def __init__(self, device: Device, load: Load) -> None:
        self.device = device
        self.load = load
        self._metering = Metering()
        self._measured_elsewhere = device.meter is not None
        self._sums: dict[datetime, _Sums] = {}
        self._at: datetime | None = None
        self._is_on: bool | None = None
        self._believed_until: datetime | None = None
        self._total_at: datetime | None = None
        self._heard_at: datetime | None = None
        self._is_violating = False
        self._is_controlled = False
        self._marks: list[tuple[datetime, datetime]] = []
        self._now: _Sums | None = None
        self._ends_at = _NEVER

    def hear(self, heard: Heard) -> None:
        """The device after a live reading at `heard.heard_at`; what is no evidence, or not newer, changes nothing."""
        at = heard.heard_at
        if at is None or (self._heard_at is not None and at < self._heard_at):
            return
        self._heard_at = at
        self.to(at)
        until = self._believed_until = at + heard.silent_after
        self._is_on = _on(self.device, heard, at)
        if not self._measured_elsewhere:
            self._measure(heard, at, until)

    def judge(self, at: datetime, *, violating: bool, controlled: bool) -> None:
        """From `at` on a rule is broken, a command holds, or not."""
        if violating == self._is_violating and controlled == self._is_controlled:
            return
        self.to(at)
        self._is_violating, self._is_controlled = violating, controlled

    def mark(self, since: datetime, until: datetime) -> None:
        """A rule was broken in [since, until), known before the readings of that time are heard again."""
        self._marks.append((since, until))

    def to(self, at: datetime) -> None:
        """Time goes on to `at`."""
        since = self._at
        if since is None or at <= since:
            self._at = at if since is None else since
            return
        if self._now is not None and at <= self._ends_at:
            self._book(self._now, since, at)
        else:
            ends_at = self._ends_at
            known = ends_at - SLOT if since < ends_at < _NEVER else None
            for slot, start, end in cut(since, at, known):
                self._now, self._ends_at = self._of(slot), slot + SLOT
                self._book(self._now, start, end)
        self._at = at

    def ready(self, now: datetime) -> Iterator[Slot]:
        """The slots that are complete at `now`, oldest first; they are forgotten, except those that lack their energy."""
        self.to(now)
        if not self._measured_elsewhere:
            self._metering.to(now)
            self._add(self._metering.by_watts())
        settled = self._metering.settled_before
        for at in sorted(self._sums):
            sums = self._sums[at]
            end = at + SLOT
            if end > now:
                break
            if settled is None or at < settled:
                self._forget(at)
                yield self._slot(at, sums)
            elif now - end >= LATE and not sums.is_out:
                sums.is_out = True
                yield self._slot(at, sums)
            if now - end >= KEPT:
                self._forget(at)

    def _book(self, sums: _Sums, start: datetime, end: datetime) -> None:
        if self._is_controlled:
            sums.controlled = True
        until = self._believed_until
        if until is None or until <= start:
            return
        seconds = (min(end, until) - start).total_seconds()
        sums.coverage_seconds += seconds
        if self._is_on:
            sums.on_seconds += seconds
        if self._is_violating:
            sums.violation_seconds += seconds
        elif self._marks:
            end = min(end, until)
            overlaps = ((min(end, to) - max(start, since)).total_seconds() for since, to in self._marks)
            sums.violation_seconds += min(seconds, sum(each for each in overlaps if each > 0))

    def _measure(self, heard: Heard, at: datetime, until: datetime) -> None:
        total, watts, metering = heard.energy_kwh_total, heard.watts, self._metering
        if total is not None and total.live and (self._total_at is None or total.at > self._total_at):
            metering.to(total.at)
            self._total_at = total.at
            self._add(metering.say_total(total.value))
        metering.to(at)
        if watts is not None and watts.live:
            metering.say_watts(watts.value, until)

    def _add(self, shares: dict[datetime, float]) -> None:
        every = self._sums
        for slot, kwh in shares.items():
            sums = every.get(slot) or self._of(slot)
            sums.energy_kwh = (sums.energy_kwh or 0.0) + kwh

    def _of(self, slot: datetime) -> _Sums:
        sums = self._sums.get(slot)
        if sums is None:
            sums = self._sums[slot] = _Sums()
        return sums

    def _forget(self, at: datetime) -> None:
        if self._sums.pop(at, None) is self._now:
            self._now = None

    def _slot(self, at: datetime, sums: _Sums) -> Slot:
        return Slot(
            self.device.id,
            self.device.zone,
            at,
            self.load,
            sums.energy_kwh,
            sums.on_seconds,
            sums.violation_seconds,
            sums.coverage_seconds,
            sums.controlled,
        )


def _on(device: Device, heard: Heard, at: datetime) -> bool | None:
    if device.kind == "climate":
        return is_running(heard, at)
    power, watts = heard.is_on, heard.watts
    if power is not None and power.live:
        return power.value
    return watts.value > device.standby_watts if watts is not None and watts.live else None

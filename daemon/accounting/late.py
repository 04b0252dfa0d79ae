"""What came late: slots that lack something are made again out of the history, and those that know more now are written.

Level-triggered: nobody has to say that something came. A slot that is complete is never touched, one that is still as
incomplete is not written again, so doing this twice changes nothing. Only the devices and times that lack something are
read: in an office that is heard well that is next to nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from daemon.accounting.replay import rebuilt
from policies.accounting.baseline import ENOUGH_COVERAGE
from policies.accounting.books import SiteSlot
from policies.accounting.day_types import SLOT, SLOT_SECONDS, slot_start
from policies.history import History, SlotRow
from policies.office.site import Site
from sensors.device import Device, DeviceId

_MORE_SECONDS: Final = 1.0
_MORE_KWH: Final = 1e-6
_MOST_BELIEVED: Final = timedelta(hours=2)
_KINDS: Final = frozenset({"plug", "light", "meter", "printer", "climate"})
"""Those that are read again. Who was seen by sensors of presence is told to their zone's slots of the time."""


def late_slots(site: Site, history: History, start: datetime, end: datetime, setpoint: Iterable[str]) -> list[SiteSlot]:
    """The slots of [start, end) about which more is known than was written. `setpoint`: names of setpoint policies.

    Raises StoreUnavailable.
    """
    start, end = slot_start(start), slot_start(end)
    written: dict[str, dict[datetime, SlotRow]] = {}
    for row in history.slots(start, end):
        written.setdefault(row.device, {})[row.at] = row
    gaps: dict[tuple[datetime, datetime, datetime], list[DeviceId]] = {}
    for device in site.devices.values():
        if device.kind in _KINDS:
            for since, until in _spans(device, written.get(device.id, {}), start, end):
                first = slot_start(since - min(_MOST_BELIEVED, _believed(device)) - SLOT)
                gaps.setdefault((first, since, until), []).append(device.id)
    names = tuple(setpoint)
    found: list[SiteSlot] = []
    for (first, since, until), devices in gaps.items():
        made: dict[DeviceId, list[SiteSlot]] = {}
        for each in rebuilt(site, history, first, until, names, only=devices):
            made.setdefault(each.slot.device, []).append(each)
        for name, slots in made.items():
            found += _news(slots, written.get(name, {}), since)
    return found


def _news(made: Sequence[SiteSlot], rows: Mapping[datetime, SlotRow], since: datetime) -> Iterator[SiteSlot]:
    """What is to be written of one device's gap that began at `since`; nothing, where nothing in it is known now."""
    if any(_knows_more(each, rows.get(each.slot.at)) for each in made if each.slot.at >= since):
        for each in made:
            old = rows.get(each.slot.at)
            if _knows_more(each, old) or _has_moved(each, old):
                yield _with_presence(each, old)


def _believed(device: Device) -> timedelta:
    """So long the last word before a gap held, and so far back reaches the energy that was laid over the gap."""
    return timedelta(seconds=device.silent_after_seconds or 0.0)


def _has_moved(each: SiteSlot, old: SlotRow | None) -> bool:
    """Energy that bridged the gap belongs elsewhere now."""
    slot = each.slot
    if old is None or slot.energy_kwh is None or old.energy_kwh is None:
        return False
    is_as_covered = slot.coverage_seconds > (old.coverage_seconds or 0.0) - _MORE_SECONDS
    return is_as_covered and abs(slot.energy_kwh - old.energy_kwh) > _MORE_KWH


def _spans(
    device: Device, rows: Mapping[datetime, SlotRow], start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """From the first slot that lacks something to the last of that run; what a counter bridges is told anew around it."""
    measures = device.meter is None and any(row.energy_kwh is not None for row in rows.values())
    begin: datetime | None = None
    at = start
    while at < end:
        row = rows.get(at)
        lacks = (
            row is None
            or (row.coverage_seconds or 0.0) < ENOUGH_COVERAGE * SLOT_SECONDS
            or (measures and row.energy_kwh is None)
        )
        if lacks and begin is None:
            begin = at
        if not lacks and begin is not None:
            yield begin, at + SLOT
            begin = None
        at += SLOT
    if begin is not None:
        yield begin, end


def _knows_more(each: SiteSlot, old: SlotRow | None) -> bool:
    slot = each.slot
    if old is None:
        return slot.coverage_seconds > _MORE_SECONDS or slot.energy_kwh is not None
    if slot.energy_kwh is None and old.energy_kwh is not None:
        return False
    more = slot.coverage_seconds > (old.coverage_seconds or 0.0) + _MORE_SECONDS
    return more or (slot.energy_kwh is not None and old.energy_kwh is None)


def _with_presence(each: SiteSlot, old: SlotRow | None) -> SiteSlot:
    if each.occupied_seconds is not None or old is None or old.occupied_seconds is None:
        return each
    return replace(each, occupied_seconds=old.occupied_seconds)

"""Slots summed up by device, local day and type of time: what a month, a comparison or a league is made of.

A thousand devices have three million slots a month and a hundred thousand of these; a day that is over is summed once.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Protocol

import msgspec

from policies.accounting.day_types import SLOT, DayType, day_type, local_slot, slots_between
from policies.accounting.tariff import Period, PeriodPrice
from policies.history import History, SlotSum
from policies.office.calendar import Hours
from policies.office.site import Site
from sensors.device import DeviceId, Load, ZoneId


class SlotLike(Protocol):
    """A slot from memory or from the database (`policies.history.SlotRow`)."""

    @property
    def at(self) -> datetime:
        """Its start."""

    @property
    def device(self) -> str:
        """Whose."""

    @property
    def energy_kwh(self) -> float | None:
        """None: not known."""

    @property
    def on_seconds(self) -> float | None:
        """Seconds on."""

    @property
    def violation_seconds(self) -> float | None:
        """Seconds with a rule broken."""

    @property
    def coverage_seconds(self) -> float | None:
        """Seconds that are believed."""


class DaySum(msgspec.Struct, gc=False):
    """One device, one local day, one type of time. `energy_slots`: slots whose energy is known; `cost` None: no tariff."""

    device: DeviceId
    zone: ZoneId
    load: Load
    day: date
    type: DayType
    kwh: float = 0.0
    cost: float | None = 0.0
    on_seconds: float = 0.0
    violation_seconds: float = 0.0
    coverage_seconds: float = 0.0
    slots: int = 0
    energy_slots: int = 0
    kwh_by_period: dict[Period, float] = {}


PriceAt = Callable[[datetime], PeriodPrice | None]


def day_sums(slots: Iterable[SlotLike], site: Site, loads: Mapping[DeviceId, Load], price: PriceAt) -> list[DaySum]:
    """In the order of device, day, type. Slots of devices that are no longer configured are left out.

    One pass; the calendar and the price are asked once an instant and kind of opening hours, not once a row.
    """
    sums: dict[tuple[str, date, DayType], DaySum] = {}
    times: dict[tuple[Hours, datetime], tuple[date, DayType]] = {}
    prices: dict[datetime, PeriodPrice | None] = {}
    for slot in slots:
        device = site.devices.get(DeviceId(slot.device))
        if device is None or device.zone not in site.zones:
            continue
        hours = site.zones[device.zone].hours
        when = (hours, slot.at)
        if when not in times:
            times[when] = (local_slot(site.calendar, slot.at).day, day_type(site.calendar, hours, slot.at))
        if slot.at not in prices:
            prices[slot.at] = price(slot.at)
        day, kind = times[when]
        found = sums.get((slot.device, day, kind))
        if found is None:
            load = loads.get(device.id, device.load)
            found = sums[slot.device, day, kind] = DaySum(device.id, device.zone, load, day, kind)
        _add(found, slot, prices[slot.at])
    return [sums[key] for key in sorted(sums)]


def _add(into: DaySum, slot: SlotLike, price: PeriodPrice | None) -> None:
    into.slots += 1
    into.on_seconds += slot.on_seconds or 0.0
    into.violation_seconds += slot.violation_seconds or 0.0
    into.coverage_seconds += slot.coverage_seconds or 0.0
    kwh = slot.energy_kwh
    if kwh is None:
        return
    into.energy_slots += 1
    into.kwh += kwh
    if price is None or into.cost is None:
        into.cost = None
        return
    into.cost += kwh * price.price
    into.kwh_by_period[price.period] = into.kwh_by_period.get(price.period, 0.0) + kwh


def sums_of(
    history: History, site: Site, loads: Mapping[DeviceId, Load], price: PriceAt, start: datetime, end: datetime
) -> list[DaySum]:
    """The same out of the store, which adds up what is alike: local day, type of time, price. Raises StoreUnavailable.

    `start` and `end` on quarters of an hour.
    """
    by_hours: dict[Hours, list[DeviceId]] = {}
    for device in site.devices.values():
        if device.zone in site.zones:
            by_hours.setdefault(site.zones[device.zone].hours, []).append(device.id)
    quarters = [start + number * SLOT for number in range(slots_between(start, end))]
    local = [(local_slot(site.calendar, at).day, price(at)) for at in quarters]
    sums: dict[tuple[str, date, DayType], DaySum] = {}
    for hours, devices in by_hours.items():
        numbers: dict[tuple[date, DayType, PeriodPrice | None], int] = {}
        kinds = [
            numbers.setdefault((day, day_type(site.calendar, hours, at), each), len(numbers))
            for at, (day, each) in zip(quarters, local, strict=True)
        ]
        meaning = list(numbers)
        for found in history.slot_sums(devices, start, kinds):
            day, kind, each = meaning[found.kind]
            device = site.devices[DeviceId(found.device)]
            into = sums.get((found.device, day, kind))
            if into is None:
                load = loads.get(device.id, device.load)
                into = sums[found.device, day, kind] = DaySum(device.id, device.zone, load, day, kind)
            _add_sum(into, found, each)
    return [sums[key] for key in sorted(sums)]


def _add_sum(into: DaySum, found: SlotSum, price: PeriodPrice | None) -> None:
    into.slots += found.slots
    into.on_seconds += found.on_seconds
    into.violation_seconds += found.violation_seconds
    into.coverage_seconds += found.coverage_seconds
    if not found.energy_slots:
        return
    into.energy_slots += found.energy_slots
    into.kwh += found.energy_kwh
    if price is None or into.cost is None:
        into.cost = None
        return
    into.cost += found.energy_kwh * price.price
    into.kwh_by_period[price.period] = into.kwh_by_period.get(price.period, 0.0) + found.energy_kwh

"""Writes the ledger: for every command that was proved, what it avoided, as soon as its time is over.

Level-triggered: asks for the commands of a range and writes all of their entries; done again, with late data, it writes the
same points to the same places. Runs in a thread of its own: it reads three months of slots of each device that was told
something, one device at a time.
"""

import zlib
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from daemon.accounting.driving import Driving
from daemon.accounting.past import PastSlot, Told, slots_of, told
from daemon.accounting.settings import settings_of
from daemon.accounting.weather import Weather
from daemon.history.points import Points
from daemon.history.schema import Value
from policies.accounting.avoided import SUPERSEDED
from policies.accounting.baseline import EXPIRES_AFTER, Baseline, Places, free_days
from policies.accounting.basis import basis_of
from policies.accounting.claims import DIGITS
from policies.accounting.interval import Interval, interval
from policies.accounting.ledger import Entry, Price, in_order, switch_off
from policies.accounting.setpoints import correction
from policies.history import History, SavingRow
from policies.office.site import Site
from sensors.device import Device, DeviceId, Load

_BACK: Final = EXPIRES_AFTER + timedelta(days=2)
_AFTER: Final = timedelta(hours=2)
_SETTINGS_BACK: Final = timedelta(days=35)
"""From hours of the last weeks a slope is learned: a unit says its setting a thousand times a day, and that is to be read."""
_QUARTER_HOURS: Final = 0.25 / 1000
_CYCLES: Final[frozenset[Load]] = frozenset({"water_dispenser"})


@dataclass(frozen=True, slots=True)
class Ledger:
    """Of a range: its entries in order, and the interval of what is measured."""

    entries: tuple[Entry, ...]
    interval: Interval | None


def ledger(
    site: Site,
    history: History,
    start: datetime,
    end: datetime,
    *,
    price: Price = lambda _: None,
    only: Container[str] | None = None,
) -> Ledger:
    """The entries of the commands that were proved (or given up) in [start, end). Raises StoreUnavailable.

    Days of another season are no baseline for an air conditioner. `only`: of these devices.
    """
    by_device: dict[DeviceId, list[Told]] = {}
    for each in told(site, history.commands(start, end), end + timedelta(days=4)):
        if only is None or each.action.device in only:
            by_device.setdefault(each.action.device, []).append(each)
    weather: Weather | None = None
    entries: list[Entry] = []
    baselines: dict[DeviceId, Baseline] = {}
    places: Places = {}
    for name, actions in sorted(by_device.items()):
        device = site.devices[name]
        last = max(each.action.until for each in actions)
        slots = slots_of(history, device, start - _BACK, last + _AFTER)
        if device.kind == "climate" and weather is None:
            weather = Weather(site, history, start - _BACK, end + _AFTER)
        if any(slot.energy_kwh is not None for slot in slots.values()):
            free = free_days(slots.values(), site.calendar, site.zones[device.zone].hours, places)
            climate = device.kind == "climate" and weather is not None
            baselines[name] = Baseline(free, season=weather.season) if climate and weather else Baseline(free)
        past = DevicePast(site, history, device, slots, last, weather)
        entries += _of_device(past, actions, baselines.get(name), price)
    ordered = in_order(entries)
    return Ledger(tuple(ordered), interval(ordered))


def saving_lines(points: Points, entries: Iterable[Entry], before: Iterable[SavingRow] = ()) -> list[bytes]:
    """One point an entry, at the instant of its action.

    `before`: what is written already. Where late data moved an entry to another ledger, the old point is put to nothing.
    """
    lines: list[bytes] = []
    now: dict[tuple[str, str, datetime], str] = {}
    for entry in entries:
        action = entry.action
        now[action.device, action.case_id, action.at] = entry.ledger
        tags = {"device": action.device, "zone": action.zone, "ledger": entry.ledger, "policy": action.policy}
        lines.append(_line(points, tags, amounts(entry), action.case_id, action.at))
    for row in before:
        ledger_now = now.get((row.device, row.case_id or "", row.at))
        if ledger_now is not None and ledger_now != row.ledger:
            tags = {"device": row.device, "zone": row.zone, "ledger": row.ledger, "policy": row.policy}
            nothing: dict[str, Value | None] = {"avoided_kwh": 0.0, "avoided_cost": 0.0, "method": SUPERSEDED}
            lines.append(_line(points, tags, nothing, row.case_id or "", row.at))
    return lines


def amounts(entry: Entry) -> dict[str, Value | None]:
    """The figures of an entry as fields of its point."""
    return {
        "avoided_kwh": round(entry.avoided_kwh, DIGITS),
        "avoided_cost": None if entry.avoided_cost is None else round(entry.avoided_cost, DIGITS),
        "method": entry.method,
        "basis": basis_of(entry),
    }


def _line(
    points: Points, tags: Mapping[str, str], fields: Mapping[str, Value | None], case: str, at: datetime
) -> bytes:
    tie = zlib.crc32(case.encode()) % 1000
    line = points.record_line("saving", tags, {**fields, "case_id": case or None}, at, tie=tie)
    assert line is not None, "a saving has a figure"  # noqa: S101  for the type checker
    return line


@dataclass(frozen=True, slots=True)
class DevicePast:
    """What the entries of one device are made of. `weather` None: no air conditioner."""

    site: Site
    history: History
    device: Device
    slots: dict[datetime, PastSlot]
    end: datetime
    weather: Weather | None


def _of_device(past: DevicePast, actions: Iterable[Told], baseline: Baseline | None, price: Price) -> list[Entry]:
    """Switch-offs first: what they claim, no setpoint claims again."""
    entries: list[Entry] = []
    taken: set[datetime] = set()
    ordered = list(actions)
    driving = _driving(past, ordered)
    for each in ordered:
        if each.is_switch_off:
            entry = _switched_off(past, each, baseline, driving, price, frozenset(taken))
            taken.update(entry.claimed)
            entries.append(entry)
    corrections = [each for each in ordered if not each.is_switch_off and each.celsius is not None]
    return entries + (_corrections(past, driving, corrections, price, taken) if driving is not None else [])


def _switched_off(
    past: DevicePast,
    each: Told,
    baseline: Baseline | None,
    driving: Driving | None,
    price: Price,
    taken: frozenset[datetime],
) -> Entry:
    """Of a unit in the weather of its day; what the slopes' errors would make of the figure is in its interval."""
    action = each.action
    make = partial(
        switch_off, action, past.slots, calendar=past.site.calendar, standby_kwh=_asleep_kwh(past.device), taken=taken
    )
    if baseline is None or driving is None:
        return make(baseline=baseline, price=price)
    entry = make(baseline=baseline.shifted(driving.shift(action.at)), price=price)
    if entry.ledger != "measured":
        return entry
    steeper = make(baseline=baseline.shifted(driving.shift(action.at, errors=1.0)))
    error = abs(steeper.avoided_kwh - entry.avoided_kwh)
    return replace(entry, slope_errors=((past.site.calendar.local(action.at).hour, error),) if error else ())


def _asleep_kwh(device: Device) -> float:
    """No more than this in a quarter of an hour is off or asleep. What heats now and then rests between, and is neither."""
    return 0.0 if device.load in _CYCLES else device.standby_watts * _QUARTER_HOURS


def _corrections(
    past: DevicePast, driving: Driving, corrections: Sequence[Told], price: Price, taken: set[datetime]
) -> list[Entry]:
    entries: list[Entry] = []
    for each in corrections:
        action, celsius = each.action, each.celsius or 0.0
        side = driving.side(action.at, celsius)
        before = driving.settings.before(action.at, side, celsius)
        degrees = 0.0 if before is None else (celsius - before if side == "cooling" else before - celsius)
        # A correction is worth something until somebody sets another value.
        until = driving.settings.leaves(action.at, side, celsius, action.until)
        entry = correction(
            replace(action, until=until),
            degrees,
            past.slots,
            driving.slopes(side, action.at),
            past.site.calendar,
            price=price,
            taken=frozenset(taken),
        )
        taken.update(entry.claimed)
        entries.append(entry)
    return entries


def _driving(past: DevicePast, actions: Sequence[Told]) -> Driving | None:
    """None: no air conditioner."""
    if past.weather is None or past.device.kind != "climate":
        return None
    calendar = past.site.calendar
    first = min(each.action.at for each in actions) - _SETTINGS_BACK
    settings = settings_of(past.history, past.device, first, past.end, calendar, past.weather.season)
    return Driving(settings, past.weather, list(past.slots.values()), calendar)

"""Slots out of the history: the same books, fed with what was stored instead of what is heard.

For a restart (the last hours) and for late data (any range): the slots come out as they would have then, and are written to
the same places. What a slot was held to (`controlled`, violations) comes from the cases and slots of that time.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, cast

from msgspec.structs import replace

from policies.accounting.books import Books, SiteSlot
from policies.accounting.slots import LATE
from policies.history import History, SlotRow
from policies.office.heard import NOTHING, Heard, hear
from policies.office.site import Site
from sensors.device import Device, DeviceId
from sensors.readings import Action, Climate, Mode, Occupancy, Power, Reading

LOOK_BACK: Final = timedelta(days=31)
_BEFORE: Final = timedelta(hours=3)
_POWER: Final = ("is_on", "watts", "energy_kwh_total")
_CLIMATE: Final = ("mode", "action", "is_on", "room_celsius")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def since_when(history: History, now: datetime) -> datetime | None:
    """Where the books have to be taken up: a little before the last slot that was written; None where there is none.

    Raises StoreUnavailable.
    """
    last = history.last("slot", "coverage_seconds", now - LOOK_BACK, now + timedelta(minutes=1))
    newest = max((sample.at for sample in last.values()), default=None)
    return None if newest is None else newest - _BEFORE


def replay(
    books: Books,
    site: Site,
    history: History,
    start: datetime,
    end: datetime,
    only: Collection[DeviceId] | None = None,
) -> None:
    """Feed [start, end) into the books; `only` these devices, where given. Raises StoreUnavailable."""
    for device in site.devices.values():
        if only is not None and device.id not in only:
            continue
        occupied: list[tuple[datetime, bool]] = []
        heard = _first(device)
        for reading in _readings(history, device, start, end):
            heard = hear(heard, reading)
            if isinstance(reading, Occupancy):
                occupied.append((reading.arrived_at, reading.occupied))
            books.hear(device.id, heard)
        for at, somebody in occupied:
            books.see(device.zone, at, somebody)


def rebuilt(
    site: Site,
    history: History,
    start: datetime,
    end: datetime,
    setpoint: Iterable[str],
    only: Collection[DeviceId] | None = None,
) -> list[SiteSlot]:
    """The slots of [start, end) as the history tells them now, late data included. `setpoint`: names of setpoint policies.

    Whole slots: `start` and `end` on quarters of an hour. A command that held then still does. Raises StoreUnavailable.
    """
    books = Books(site)
    old = {(row.device, row.at): row for row in history.slots(start, end)}
    marks = _violations(history, site, frozenset(setpoint), start, end)
    for name, spans in marks.items():
        for since, until in spans:
            if only is None or name in only:
                books.mark(name, since, until)
    replay(books, site, history, start - _BEFORE, end + LATE, only)
    slots = [each for each in books.ready(end + LATE) if start <= each.slot.at < end]
    return [_as_then(each, old.get((each.slot.device, each.slot.at))) for each in slots]


def _as_then(each: SiteSlot, old: SlotRow | None) -> SiteSlot:
    if old is None or not old.controlled:
        return each
    return replace(each, slot=replace(each.slot, controlled=True))


def _first(device: Device) -> Heard:
    seconds = device.silent_after_seconds
    return NOTHING if seconds is None else Heard(silent_after=timedelta(seconds=seconds))


def _readings(history: History, device: Device, start: datetime, end: datetime) -> Sequence[Reading]:
    """What was stored of one device, oldest first."""
    match device.kind:
        case "plug" | "light" | "meter" | "printer":
            rows = _fields(history, device, "power", _POWER, start, end)
            return [_power(device.id, at, values) for at, values in rows]
        case "climate":
            rows = _fields(history, device, "climate", _CLIMATE, start, end)
            readings: list[Reading] = [_climate(device.id, at, values) for at, values in rows]
            if device.meter is None:
                rows = _fields(history, device, "power", _POWER, start, end)
                readings += [_power(device.id, at, values) for at, values in rows]
            return sorted(readings, key=lambda reading: reading.arrived_at)
        case "occupancy":
            rows = _fields(history, device, "occupancy", ("occupied",), start, end)
            return [
                Occupancy(device=device.id, arrived_at=at, occupied=bool(values["occupied"])) for at, values in rows
            ]
        case _:
            return ()


def _fields(
    history: History, device: Device, measurement: str, fields: Sequence[str], start: datetime, end: datetime
) -> list[tuple[datetime, dict[str, object]]]:
    rows: dict[datetime, dict[str, object]] = {}
    for name in fields:
        for sample in history.series(device.id, measurement, name, start, end):
            rows.setdefault(sample.at, {})[name] = sample.value
    return sorted(rows.items())


def _power(device: DeviceId, at: datetime, values: Mapping[str, object]) -> Power:
    return Power(
        device=device,
        arrived_at=at,
        is_on=cast("bool | None", values.get("is_on")),
        watts=cast("float | None", values.get("watts")),
        energy_kwh_total=cast("float | None", values.get("energy_kwh_total")),
    )


def _climate(device: DeviceId, at: datetime, values: Mapping[str, object]) -> Climate:
    return Climate(
        device=device,
        arrived_at=at,
        mode=cast("Mode | None", values.get("mode")),
        action=cast("Action | None", values.get("action")),
        is_on=cast("bool | None", values.get("is_on")),
        room_celsius=cast("float | None", values.get("room_celsius")),
    )


def _violations(
    history: History, site: Site, setpoint: frozenset[str], start: datetime, end: datetime
) -> dict[DeviceId, list[tuple[datetime, datetime]]]:
    """From when to when a case was there, by device; of climate devices only those of the setpoint rule."""
    spans: dict[str, tuple[DeviceId, datetime, datetime]] = {}
    for row in history.cases(start - LOOK_BACK, end):
        device = site.devices.get(DeviceId(row.device))
        if device is None or not row.case_id or (device.kind == "climate" and row.policy not in setpoint):
            continue
        opened = row.at if row.opened_at_us is None else _EPOCH + timedelta(microseconds=row.opened_at_us)
        since = spans[row.case_id][1] if row.case_id in spans else opened
        spans[row.case_id] = (device.id, since, row.at if row.state == "closed" else end)
    found: dict[DeviceId, list[tuple[datetime, datetime]]] = {}
    for name, since, until in sorted(spans.values()):
        if until > start:
            found.setdefault(name, []).append((since, until))
    return found

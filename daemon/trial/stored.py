"""Readings out of the history, as they arrived: what a backtest is fed with, and what an explanation is rebuilt from.

Stored is what was measured. Not stored: whether a value was live, busy signs, what a device announced about itself, and
gateways that came and went. A reading from here counts as live; whoever needs the traits takes those of the journal.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Final

import msgspec

from policies.history import CommandRow, History
from sensors.commands import Remedy, SetSetpoint, SwitchOff
from sensors.device import Device, DeviceId, Kind
from sensors.readings import Climate, Contact, Environment, Occupancy, Power, Reading, Water

_TYPES: Final[Mapping[str, type[Reading]]] = {
    "climate": Climate,
    "power": Power,
    "occupancy": Occupancy,
    "environment": Environment,
    "water": Water,
    "contact": Contact,
}
_SAID_BY: Final[Mapping[Kind, tuple[str, ...]]] = {
    "climate": ("climate", "power"),
    "plug": ("power",),
    "light": ("power",),
    "meter": ("power",),
    "printer": ("power",),
    "occupancy": ("occupancy", "environment"),
    "environment": ("environment", "occupancy"),
    "water": ("water",),
    "contact": ("contact",),
}
_STATES: Final[Mapping[str, tuple[str, ...]]] = {
    "climate": ("mode", "action", "is_on", "setpoint_celsius", "cooling_setpoint_celsius", "heating_setpoint_celsius"),
    "power": ("is_on", "watts", "energy_kwh_total"),
    "occupancy": ("occupied",),
    "contact": ("open",),
}
_BETWEEN_CELSIUS: Final = 23.0
_COMMON: Final = frozenset(Reading.__struct_fields__) | {"memo"}

Arrival = tuple[datetime, tuple[Reading, ...]]
"""What one read of the socket brought: the readings that bear one instant."""


def arrivals(history: History, devices: Iterable[Device], start: datetime, end: datetime) -> Iterator[Arrival]:
    """What these devices said in [start, end), instant by instant. Raises StoreUnavailable.

    Fields that one device said at one instant are one reading, as they were; two readings of one kind, one device and one
    instant come back as one with the later word.
    """
    found = sorted(
        (reading for device in devices for reading in readings_of(history, device, start, end)),
        key=attrgetter("arrived_at"),
    )
    for at, group in groupby(found, key=attrgetter("arrived_at")):
        yield at, tuple(group)


def readings_of(history: History, device: Device, start: datetime, end: datetime) -> Sequence[Reading]:
    """What was stored of one device, oldest first. Print jobs are asked for by `History.jobs`. Raises StoreUnavailable."""
    found: list[Reading] = []
    for measurement in _SAID_BY[device.kind]:
        kind = _TYPES[measurement]
        rows: dict[datetime, dict[str, object]] = {}
        for name in kind.__struct_fields__:
            if name not in _COMMON:
                for sample in history.series(device.id, measurement, name, start, end):
                    rows.setdefault(sample.at, {})[name] = sample.value
        found += [
            msgspec.convert({"device": device.id, "arrived_at": at, **said}, kind) for at, said in _typed(rows, kind)
        ]
    return sorted(found, key=attrgetter("arrived_at"))


def last_words(history: History, devices: Iterable[Device], start: datetime, end: datetime) -> Iterator[Arrival]:
    """The latest value of each state in [start, end), at its own instant: what a device that rests said long ago.

    Since when it had been so is not known from this. Raises StoreUnavailable.
    """
    chosen = {str(device.id): device for device in devices}
    found: dict[tuple[datetime, str, str], dict[str, object]] = {}
    for measurement, names in _STATES.items():
        if any(measurement in _SAID_BY[device.kind] for device in chosen.values()):
            for name in names:
                for device, sample in history.last(measurement, name, start, end).items():
                    if device in chosen:
                        found.setdefault((sample.at, device, measurement), {})[name] = sample.value
    for (at, device, measurement), said in sorted(found.items(), key=itemgetter(0)):
        kind = _TYPES[measurement]
        tagged = {"type": kind.__name__, "device": device, "arrived_at": at, **said}
        yield at, (msgspec.convert(tagged, kind),)


def remedy_of(row: CommandRow) -> Remedy | None:
    """What a stored command told its device; None for a row without a remedy.

    The side of a setpoint is not stored: no cooling limit is below 23 °C in any pack, and no heating limit above.
    """
    device = DeviceId(row.device)
    if row.remedy == "SwitchOff":
        return SwitchOff(device)
    if row.remedy == "SetSetpoint" and row.celsius is not None:
        return SetSetpoint(device, row.celsius, "cooling" if row.celsius > _BETWEEN_CELSIUS else "heating")
    return None


def _typed(
    rows: Mapping[datetime, dict[str, object]], kind: type[Reading]
) -> Iterator[tuple[datetime, dict[str, object]]]:
    """With the struct's own tag, which `convert` wants to see."""
    for at, said in rows.items():
        yield at, {"type": kind.__name__, **said}

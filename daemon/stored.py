"""Readings out of the history, as they arrived: what a backtest is fed with, and what an explanation is rebuilt from.

Stored is what was measured. Not stored: whether a value was live, busy signs, what a device announced about itself, and
gateways that came and went. A reading from here counts as live; whoever needs the traits takes those of the journal.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Final

import msgspec

from policies.history import History
from sensors.device import Device, Kind
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


def _typed(
    rows: Mapping[datetime, dict[str, object]], kind: type[Reading]
) -> Iterator[tuple[datetime, dict[str, object]]]:
    """With the struct's own tag, which `convert` wants to see."""
    for at, said in rows.items():
        yield at, {"type": kind.__name__, **said}

"""What was last heard of one device: a value, when it was said, since when it has been so, and whether that is evidence."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Generic, TypeVar

import msgspec
from msgspec.structs import replace

from sensors.readings import (
    Action,
    Availability,
    Busy,
    Climate,
    Contact,
    Environment,
    Mode,
    Occupancy,
    Power,
    PrintJob,
    Reading,
    Water,
)

T = TypeVar("T")

_AFTER = timedelta(microseconds=1)


class Signal(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """One quantity. `at`: last said; `since`: first said without a change in between; `live`: evidence or last known."""

    value: T
    at: datetime
    since: datetime
    live: bool

    def is_news(self, than: datetime) -> bool:
        """Evidence, and said after that instant."""
        return self.live and self.at > than


JOBS_KEPT = timedelta(hours=4)
JOBS_AT_MOST = 200
"""Of one printer; what is older is asked of the history."""


class Heard(msgspec.Struct, frozen=True, gc=False):
    """One device. `heard_at` is the last *live* reading; None: nothing but last-known values so far.

    `jobs`: what a printer has printed lately, in the order of arrival, each once. A job is a fact with its own time: it
    needs no liveness, and a restart or a late agent changes nothing about it.
    """

    heard_at: datetime | None = None
    silent_after: timedelta = timedelta(minutes=10)
    available: bool | None = None
    memo: str = ""
    mode: Signal[Mode] | None = None
    action: Signal[Action] | None = None
    is_on: Signal[bool] | None = None
    setpoint_celsius: Signal[float] | None = None
    cooling_setpoint_celsius: Signal[float] | None = None
    heating_setpoint_celsius: Signal[float] | None = None
    room_celsius: Signal[float] | None = None
    humidity_percent: Signal[float] | None = None
    watts: Signal[float] | None = None
    energy_kwh_total: Signal[float] | None = None
    occupied: Signal[bool] | None = None
    open: Signal[bool] | None = None
    co2_ppm: Signal[float] | None = None
    noise_dba: Signal[float] | None = None
    smoke: Signal[bool] | None = None
    pm25_ug_m3: Signal[float] | None = None
    illuminance_lux: Signal[float] | None = None
    outdoor_celsius: Signal[float] | None = None
    litres_total: Signal[float] | None = None
    litres_per_minute: Signal[float] | None = None
    leak: Signal[bool] | None = None
    busy: Signal[bool] | None = None
    jobs: tuple[PrintJob, ...] = ()

    def is_silent(self, now: datetime) -> bool:
        """True when nothing live has come for too long: then nothing about it is evidence."""
        return self.heard_at is None or now - self.heard_at > self.silent_after

    def silent_at(self) -> datetime | None:
        """The first instant at which `is_silent` becomes true, if it is not already."""
        return None if self.heard_at is None else self.heard_at + self.silent_after + _AFTER


NOTHING = Heard()

_FIELDS: dict[type[Reading], tuple[str, ...]] = {
    Climate: (
        "mode",
        "action",
        "is_on",
        "setpoint_celsius",
        "cooling_setpoint_celsius",
        "heating_setpoint_celsius",
        "room_celsius",
        "humidity_percent",
    ),
    Power: ("is_on", "watts", "energy_kwh_total"),
    Occupancy: ("occupied",),
    Busy: ("busy",),
    Contact: ("open",),
    Environment: (
        "room_celsius",
        "humidity_percent",
        "co2_ppm",
        "noise_dba",
        "smoke",
        "pm25_ug_m3",
        "illuminance_lux",
        "outdoor_celsius",
    ),
    Water: ("litres_total", "litres_per_minute", "leak"),
}


SAID: dict[type[Reading], tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]] = {
    kind: (names, attrgetter(*names) if len(names) > 1 else lambda of, name=names[0]: (getattr(of, name),))  # type: ignore[misc]
    for kind, names in _FIELDS.items()
}
"""The names of a reading's quantities, and what takes all their values out of a reading, or out of a Heard, at once."""


_NOTHING_SAID: tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]] = ((), lambda _: ())


def hear(heard: Heard, reading: Reading) -> Heard:
    """The same device after one more reading.

    A value that is no evidence (retained, queued, replayed) confirms nothing; where it contradicts one that was, nothing is
    known any more until the device speaks.
    """
    changes: dict[str, object] = {}
    kind, at, live = type(reading), reading.arrived_at, reading.live
    names, said = SAID.get(kind, _NOTHING_SAID)
    for name, value, old in zip(names, said(reading), said(heard), strict=False):  # of one length, and seen to be cheap
        if value is None:
            continue
        if live:
            is_same = old is not None and old.live and old.value == value
            changes[name] = Signal(value, at, old.since if is_same else at, True)
        elif old is None:
            changes[name] = Signal(value, at, at, False)
        elif not old.live:
            changes[name] = Signal(value, at, old.since if old.value == value else at, False)
        elif old.value != value:
            changes[name] = Signal(value, at, at, False)
    if kind is PrintJob:
        changes["jobs"] = with_jobs(heard.jobs, (reading,))  # type: ignore[arg-type]  # it is one
    if kind is Availability:
        changes["available"] = reading.online  # type: ignore[attr-defined]  # it is one
    elif live:
        changes["heard_at"] = at
    if (kind is Climate or kind is Power) and reading.memo:  # type: ignore[attr-defined]  # both have it
        changes["memo"] = reading.memo  # type: ignore[attr-defined]  # as above
    return replace(heard, **changes) if changes else heard


def last_known(heard: Heard) -> Heard:
    """The same values, none of them evidence: what a restart may still show, but not act on."""
    changes: dict[str, object] = {"heard_at": None}
    for names in _FIELDS.values():
        for name in names:
            signal = getattr(heard, name)
            if signal is not None:
                changes[name] = replace(signal, live=False)
    return replace(heard, **changes)


_NAME = attrgetter("job")


def with_jobs(jobs: tuple[PrintJob, ...], told: Sequence[PrintJob]) -> tuple[PrintJob, ...]:
    """The jobs that are still young, and these, each unless it is there already: an agent may tell a job twice."""
    kept = list(jobs)
    names = set(map(_NAME, kept))
    first = 0
    for job in told:
        if job.job in names:
            continue
        while first < len(kept) and job.arrived_at - kept[first].arrived_at >= JOBS_KEPT:
            names.discard(kept[first].job)
            first += 1
        kept.append(job)
        names.add(job.job)
        if len(kept) - first > JOBS_AT_MOST:
            names.discard(kept[first].job)
            first += 1
    return tuple(kept[first:]) if len(kept) > len(jobs) else jobs

"""Readings and records as lines of the database's protocol, at a cost that does not matter.

A line is `measurement,tags fields stamp`. The part before the first space is made once a device and remembered; the stamp
is `arrived_at` in nanoseconds. Two readings of one device that came in one read of the socket have one `arrived_at` and would
overwrite each other: the second one is a nanosecond later, and is so again when the journal is replayed. A print job
stands at its own end, whenever it was told, so that it is in its own day and is never counted twice; what came late, with a
stamp of its own, stands there.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zlib import crc32

from daemon.history.escaping import tag
from daemon.history.fields import KINDS, Fields, by_kind, field, is_storable
from daemon.history.schema import MEASUREMENTS, Value
from sensors.device import Device, DeviceId
from sensors.readings import AnyReading, Power, PrintCounter, PrintJob, Reading

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DEPARTMENTS = 4096
"""Beginnings of lines of print jobs that are remembered, by printer and department."""


_LATEST = timedelta(days=7)
_Ends = tuple[Sequence[str], Sequence[str]]
"""What stands before the fields, and what stands behind them."""


class Points:
    """Lines for one site. Engine thread only (it remembers)."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._fields = {kind: Fields(kind, measurement) for kind, measurement in KINDS.items()}
        self._series: dict[type[Reading], dict[DeviceId, _Series]] = {kind: {} for kind in KINDS}
        self._of_jobs: dict[tuple[str, str], tuple[Device, str]] = {}

    def line(self, reading: AnyReading, device: Device) -> bytes | None:
        """One point; None for kinds that are not stored, and where nothing was said."""
        return self.lines((reading,), {reading.device: device})[0] or None

    def lines(self, readings: Iterable[AnyReading], devices: Mapping[DeviceId, Device]) -> tuple[bytes, int]:
        """A point for each reading of one of these devices, kind by kind, in their order; and how many they are.

        None where nothing was said.
        """
        made: list[str] = []
        for kind, of_kind in by_kind(readings, devices).items():
            telling, columns = self._fields[kind].said(of_kind)
            ends = self._ends_of_jobs if kind is PrintJob else self._ends
            heads, stamps = ends(kind, telling, devices)
            made += map("".join, zip(heads, *columns, stamps, strict=True))
        return "\n".join(made).encode(), len(made)

    def _ends(self, kind: type[Reading], telling: Iterable[AnyReading], devices: Mapping[DeviceId, Device]) -> _Ends:
        """What is no news and has a stamp of the last week lands at its own time; everything else when it arrived."""
        heads: list[str] = []
        stamps: list[str] = []
        all_series, last_at, at_us = self._series[kind], _EPOCH, 0
        for reading in telling:
            at = reading.arrived_at if reading.live else _own_time(reading)
            if at is not last_at:
                past = at - last_at  # of one read and so microseconds apart, as a rule: two divisions less
                at_us = microseconds(at) if past.seconds or past.days else at_us + past.microseconds
                last_at = at
            series, device = all_series.get(reading.device), devices[reading.device]
            if series is None or series.device is not device:
                series = all_series[reading.device] = self._remember(kind, device)
            heads.append(series.head)
            if series.at_us == at_us:
                series.tie += 1
                stamps.append(f" {at_us * 1000 + series.tie}")
            else:
                series.at_us, series.tie = at_us, 0
                stamps.append(f" {at_us}000")
        return heads, stamps

    def record_line(
        self,
        measurement: str,
        tags: Mapping[str, str],
        fields: Mapping[str, Value | None],
        at: datetime,
        *,
        tie: int = 0,
    ) -> bytes | None:
        """A point of any measurement of the schema; `site` is added. None where no field has a value.

        `tie`: nanoseconds that keep two records of one instant apart, the same again when the step is done again.

        Raises KeyError for a tag or field that the schema does not have and TypeError for a value of another type:
        that is a mistake of ours, not of the world.
        """
        known = MEASUREMENTS[measurement]
        if unknown := tags.keys() - set(known.tags):
            raise KeyError(f"{measurement} has no tag {sorted(unknown)}")
        said = ",".join(
            f"{name}={field(known.fields[name], value)}" for name, value in fields.items() if is_storable(value)
        )
        if not said:
            return None
        return f"{_prefix(measurement, {'site': self._site, **tags})} {said} {microseconds(at) * 1000 + tie}".encode()

    def case_line(
        self,
        *,
        at: datetime,
        policy: str,
        device: str,
        zone: str,
        case_id: str,
        state: str,
        was: str = "",
        remedy: str = "",
        reason: str = "",
        detail: str = "",
        opened_at: datetime | None = None,
        counts: bool | None = None,
        tie: int = 0,
    ) -> bytes:
        """A case changed: `was` → `state`, for this `reason`; `detail` is free text (JSON)."""
        fields: dict[str, Value | None] = {
            "case_id": case_id,
            "state": state,
            "was": was,
            "remedy": remedy,
            "reason": reason,
            "detail": detail,
            "opened_at_us": None if opened_at is None else microseconds(opened_at),
            "counts": counts,
        }
        return self._surely("case", {"policy": policy, "device": device, "zone": zone}, fields, at, tie)

    def command_line(
        self,
        *,
        at: datetime,
        policy: str,
        device: str,
        zone: str,
        command_id: str,
        state: str,
        case_id: str = "",
        remedy: str = "",
        celsius: float | None = None,
        reason: str = "",
        proof: str = "",
        tie: int = 0,
    ) -> bytes:
        """A command went out, was refused, accepted, proved or given up (`state`)."""
        fields: dict[str, Value | None] = {
            "command_id": command_id,
            "case_id": case_id,
            "state": state,
            "remedy": remedy,
            "celsius": celsius,
            "reason": reason,
            "proof": proof,
        }
        return self._surely("command", {"policy": policy, "device": device, "zone": zone}, fields, at, tie)

    def _surely(
        self, measurement: str, tags: Mapping[str, str], fields: Mapping[str, Value | None], at: datetime, tie: int
    ) -> bytes:
        line = self.record_line(
            measurement, tags, {name: None if value == "" else value for name, value in fields.items()}, at, tie=tie
        )
        if line is None:
            raise ValueError(f"a {measurement} without a single field")
        return line

    def _ends_of_jobs(
        self, _: type[Reading], telling: Iterable[AnyReading], devices: Mapping[DeviceId, Device]
    ) -> _Ends:
        """At the end of the job, and the same point again when an agent that fell between sending and noting tells it twice."""
        heads: list[str] = []
        stamps: list[str] = []
        for job in telling:
            assert isinstance(job, PrintJob)  # noqa: S101  for the type checker
            heads.append(self._of_job(devices[job.device], job.department))
            stamps.append(f" {microseconds(job.ended_at) * 1000 + crc32(job.job.encode()) % 1000}")
        return heads, stamps

    def _of_job(self, device: Device, department: str) -> str:
        known = self._of_jobs.get((device.id, department))
        if known is None or known[0] is not device:
            tags = {
                "device": str(device.id),
                "zone": str(device.zone),
                "site": self._site,
                "printer": device.address.name,
                "department": department,
            }
            if len(self._of_jobs) >= _DEPARTMENTS:
                self._of_jobs.clear()
            known = self._of_jobs[device.id, department] = (device, _prefix("print_job", tags) + " ")
        return known[1]

    def _remember(self, kind: type[Reading], device: Device) -> "_Series":
        tags = {"device": str(device.id), "zone": str(device.zone), "site": self._site}
        if kind is PrintCounter:
            tags["printer"] = device.address.name
        else:
            tags["family"] = device.address.family
        if kind is Power:
            tags["load"] = device.load
        return _Series(device, _prefix(KINDS[kind], tags) + " ")


class _Series:
    """What is written before the fields, and the stamp of the last line."""

    __slots__ = ("at_us", "device", "head", "tie")

    def __init__(self, device: Device, head: str) -> None:
        self.device = device
        self.head = head
        self.at_us = -1
        self.tie = 0


def microseconds(at: datetime) -> int:
    """The instant (aware) in microseconds since 1970, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def _own_time(reading: AnyReading) -> datetime:
    """Of a late reading. A clock that is a week behind is wrong, not late."""
    said, came = reading.device_at, reading.arrived_at
    return said if said is not None and came - said <= _LATEST else came


def _prefix(measurement: str, tags: Mapping[str, str]) -> str:
    return "".join((measurement, *[f",{name}={_tag(value)}" for name, value in sorted(tags.items()) if value]))


_tag = lru_cache(maxsize=1024)(tag)
"""Departments and printers come again and again."""

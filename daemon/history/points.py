"""Readings and records as lines of the database's protocol, at a cost that does not matter.

A line is `measurement,tags fields stamp`. The part before the first space is made once a device and remembered; the stamp
is `arrived_at` in nanoseconds. Two readings of one device that came in one read of the socket have one `arrived_at` and would
overwrite each other: the second one is a nanosecond later, and is so again when the journal is replayed. A print job
stands at its own end, whenever it was told, so that it is in its own day and is never counted twice; what came late, with a
stamp of its own, stands there.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache, partial
from zlib import crc32

from daemon.history.escaping import tag
from daemon.history.fields import KINDS, by_kind, field, is_storable
from daemon.history.rows import microseconds
from daemon.history.schema import MEASUREMENTS, Value
from sensors.device import Device, DeviceId
from sensors.readings import AnyReading, Power, PrintCounter, PrintJob, Reading

try:
    from daemon.history.fast_rows import Rows
except ImportError:  # no compiler was at hand
    from daemon.history.rows import Rows

_DEPARTMENTS = 4096
"""Beginnings of lines of print jobs that are remembered, by printer and department."""


class Points:
    """Lines for one site. One thread at a time (it remembers)."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._rows = {
            kind: Rows(kind, measurement, partial(self._head, kind), self._ends_of_job if kind is PrintJob else None)
            for kind, measurement in KINDS.items()
        }
        self._of_jobs: dict[tuple[str, str], tuple[Device, str]] = {}

    def line(self, reading: AnyReading, device: Device) -> bytes | None:
        """One point; None for kinds that are not stored, and where nothing was said."""
        return self.lines((reading,), {reading.device: device})[0] or None

    def lines(self, readings: Iterable[AnyReading], devices: Mapping[DeviceId, Device]) -> tuple[bytes, int]:
        """A point for each reading of one of these devices, kind by kind, in their order; and how many they are.

        None where nothing was said.
        """
        made: list[bytes] = []
        count = 0
        for kind, of_kind in by_kind(readings, devices).items():
            block, lines = self._rows[kind].lines(of_kind, devices)
            if lines:
                made.append(block)
                count += lines
        return b"\n".join(made), count

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

    def _ends_of_job(self, job: AnyReading, printer: Device) -> tuple[str, datetime, int]:
        """At the end of the job, and the same point again when an agent that fell between sending and noting tells it twice."""
        assert isinstance(job, PrintJob)  # noqa: S101  for the type checker
        return self._of_job(printer, job.department), job.ended_at, crc32(job.job.encode()) % 1000

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

    def _head(self, kind: type[Reading], device: Device) -> str:
        tags = {"device": str(device.id), "zone": str(device.zone), "site": self._site}
        if kind is PrintCounter:
            tags["printer"] = device.address.name
        else:
            tags["family"] = device.address.family
        if kind is Power:
            tags["load"] = device.load
        return _prefix(KINDS[kind], tags) + " "


def _prefix(measurement: str, tags: Mapping[str, str]) -> str:
    return "".join((measurement, *[f",{name}={_tag(value)}" for name, value in sorted(tags.items()) if value]))


_tag = lru_cache(maxsize=1024)(tag)
"""Departments and printers come again and again."""

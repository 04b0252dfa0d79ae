"""The past of a simulated office, kept in memory: what a report asks of a database, without three million points in one.

Kept are slots, records, print jobs, the outdoor temperature, and of air conditioners each change of mode and setpoint. Watts
and counters are in the slots; whoever asks for those series gets none.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final

from msgspec.structs import asdict

from daemon.history.questions import QUARTER, check_edges, check_windows, summed, totalled
from daemon.simulation.windows import windowed
from policies.control.effects import Effect, Record
from policies.history import CaseRow, CommandRow, JobRow, Sample, SavingRow, SlotRow, SlotSum, Total, Window
from policies.office.site import Site
from policies.state import State
from sensors.commands import SetSetpoint
from sensors.device import DeviceId
from sensors.readings import AnyReading, Climate, Environment, PrintJob

_CLIMATE: Final = (
    "mode", "action", "is_on", "setpoint_celsius", "cooling_setpoint_celsius", "heating_setpoint_celsius",
)  # fmt: skip
_JOB: Final = frozenset(JobRow.__struct_fields__)
_COMMANDED: Final = frozenset({"commanded", "failed", "proved", "stuck"})


class MemoryHistory:
    """A `History` (policies/history.py) of one run. Not for several threads."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._series: dict[tuple[str, str, str], list[Sample]] = {}
        self._slots: dict[str, dict[datetime, SlotRow]] = {}
        self._ordered: list[SlotRow] | None = None
        self._by_device: dict[str, list[SlotRow]] = {}
        self._jobs: list[JobRow] = []
        self._cases: list[CaseRow] = []
        self._commands: list[CommandRow] = []
        self._savings: list[SavingRow] = []

    def note(self, now: datetime, state: State, readings: Sequence[AnyReading], effects: Sequence[Effect]) -> None:
        """One step."""
        del now, state
        for reading in readings:
            if isinstance(reading, Climate):
                self._set(reading)
            elif isinstance(reading, Environment):
                self._feel(reading)
            elif isinstance(reading, PrintJob):
                self._jobs.append(self._job(reading))
        for effect in effects:
            if isinstance(effect, Record):
                self._record(effect)

    def keep(self, slot: SlotRow) -> None:
        """A slot that is given out again takes the place of the first."""
        self._slots.setdefault(slot.device, {})[slot.at] = slot
        self._ordered = None
        self._by_device.pop(slot.device, None)

    def drop_from(self, end: datetime) -> None:
        """Slots that begin at `end` or later."""
        for rows in self._slots.values():
            for at in [at for at in rows if at >= end]:
                del rows[at]
        self._ordered = None
        self._by_device = {}

    def save(self, rows: Iterable[SavingRow]) -> None:
        """Entries of the ledger."""
        self._savings = sorted([*self._savings, *rows], key=attrgetter("at", "device"))

    def series(self, device: str, measurement: str, field: str, start: datetime, end: datetime) -> Sequence[Sample]:
        """What is kept of one device, oldest first."""
        if measurement == "slot":
            rows = self._of(device)
            low = bisect_left(rows, start, key=attrgetter("at"))
            said = ((row.at, getattr(row, field)) for row in rows[low : bisect_left(rows, end, key=attrgetter("at"))])
            return [Sample(at, value) for at, value in said if value is not None]
        samples = self._series.get((device, measurement, field), [])
        return [sample for sample in samples if start <= sample.at < end]

    def windows(
        self, measurement: str, field: str, start: datetime, end: datetime, step: timedelta, by: Sequence[str] = ()
    ) -> Sequence[Window]:
        """Of what is kept: slots, and the outdoor temperature. Raises ValueError for a question that makes no sense."""
        check_windows(measurement, field, start, end, step, by)
        devices = self._slots if measurement == "slot" else {name for name, *_ in self._series}
        return windowed(
            ((self._key(name, by), self.series(name, measurement, field, start, end)) for name in sorted(devices)),
            start,
            end,
            step,
        )

    def totals(self, measurement: str, field: str, edges: Sequence[datetime]) -> Sequence[Total]:
        """Of what is kept."""
        check_edges(measurement, field, edges)
        devices = sorted(self._slots) if measurement == "slot" else sorted({name for name, *_ in self._series})
        said = (self.series(name, measurement, field, edges[0], edges[-1]) for name in devices if edges)
        return totalled(((each.at, float(each.value)) for samples in said for each in samples), edges)

    def last(self, measurement: str, field: str, start: datetime, end: datetime) -> Mapping[str, Sample]:
        """The latest sample of what is kept."""
        found: dict[str, Sample] = {}
        devices = self._slots if measurement == "slot" else {name for name, *_ in self._series}
        for device in devices:
            samples = self.series(device, measurement, field, start, end)
            if samples:
                found[device] = samples[-1]
        return found

    def jobs(self, start: datetime, end: datetime) -> Sequence[JobRow]:
        """Print jobs."""
        return sorted((row for row in self._jobs if start <= row.at < end), key=attrgetter("at", "device"))

    def slots(self, start: datetime, end: datetime) -> Sequence[SlotRow]:
        """Slots that begin in the range."""
        if self._ordered is None:
            rows = [row for each in self._slots.values() for row in each.values()]
            self._ordered = sorted(rows, key=attrgetter("at", "device"))
        low = bisect_left(self._ordered, start, key=attrgetter("at"))
        return self._ordered[low : bisect_left(self._ordered, end, key=attrgetter("at"))]

    def slot_sums(self, devices: Sequence[str], start: datetime, kinds: Sequence[int]) -> Sequence[SlotSum]:
        """Slots added up by kind."""
        return summed(self.slots(start, start + len(kinds) * QUARTER), devices, start, kinds)

    def cases(self, start: datetime, end: datetime) -> Sequence[CaseRow]:
        """Changes of cases."""
        return [row for row in self._cases if start <= row.at < end]

    def commands(self, start: datetime, end: datetime) -> Sequence[CommandRow]:
        """What became of commands."""
        return [row for row in self._commands if start <= row.at < end]

    def savings(self, start: datetime, end: datetime) -> Sequence[SavingRow]:
        """Entries of the ledger."""
        return [row for row in self._savings if start <= row.at < end]

    def _of(self, device: str) -> list[SlotRow]:
        rows = self._by_device.get(device)
        if rows is None:
            rows = self._by_device[device] = sorted(self._slots.get(device, {}).values(), key=attrgetter("at"))
        return rows

    def _key(self, device: str, by: Sequence[str]) -> tuple[str, ...]:
        known = self._site.devices[DeviceId(device)]
        tags = {"device": device, "zone": known.zone, "site": self._site.id, "load": known.load}
        return tuple(tags.get(tag, "") for tag in by)

    def _feel(self, reading: Environment) -> None:
        if reading.outdoor_celsius is not None:
            samples = self._series.setdefault((reading.device, "environment", "outdoor_celsius"), [])
            samples.append(Sample(reading.arrived_at, reading.outdoor_celsius))

    def _set(self, reading: Climate) -> None:
        for field in _CLIMATE:
            value = getattr(reading, field)
            if value is None:
                continue
            samples = self._series.setdefault((reading.device, "climate", field), [])
            if not samples or samples[-1].value != value:
                samples.append(Sample(reading.arrived_at, value))

    def _job(self, job: PrintJob) -> JobRow:
        device = self._site.devices[DeviceId(job.device)]
        said = {name: value for name, value in asdict(job).items() if name in _JOB}
        return JobRow(**{**said, "at": job.ended_at, "zone": device.zone, "site": self._site.id})

    def _record(self, record: Record) -> None:
        case = record.case
        opened_us = round(case.since.timestamp() * 1e6)
        remedy = case.finding.remedy
        self._cases.append(
            CaseRow(
                at=record.at,
                device=case.device,
                zone=case.zone,
                site=self._site.id,
                policy=case.policy,
                case_id=case.id,
                state=case.phase,
                remedy=None if remedy is None else type(remedy).__name__,
                reason=None if case.refusal is None else case.refusal.reason,
                detail=str(record.words),
                opened_at_us=opened_us,
            )
        )
        if case.command is None or record.what not in _COMMANDED:
            return
        told = case.command.remedy
        self._commands.append(
            CommandRow(
                at=record.at,
                device=case.device,
                zone=case.zone,
                site=self._site.id,
                policy=case.policy,
                command_id=case.command.id,
                case_id=case.id,
                state=record.what,
                remedy=type(told).__name__,
                celsius=told.celsius if isinstance(told, SetSetpoint) else None,
            )
        )

"""What officed found during a simulation, in the units of the truth it is held against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from policies.control.case import Case
from policies.control.effects import Effect, Publish, Record
from policies.office.same_keys import same_keys
from policies.policy import CaseKey
from policies.rules.after_hours_power import AfterHoursPower
from policies.rules.setpoint_limit import SetpointLimit
from policies.state import State
from sensors.device import DeviceId
from sensors.energy import used_kwh
from sensors.readings import AnyReading, Power, PrintJob


@dataclass
class Findings:
    """Sums over one run. Seconds are those during which a case of the kind was there."""

    violation_seconds: dict[DeviceId, float] = field(default_factory=dict)
    after_hours_seconds: dict[DeviceId, float] = field(default_factory=dict)
    kwh: dict[DeviceId, float] = field(default_factory=dict)
    sheets: int = 0
    jobs: int = 0
    unknown_jobs: int = 0
    readings: int = 0
    steps: int = 0
    commands: int = 0
    turns: dict[str, int] = field(default_factory=dict)
    _before: tuple[datetime, State] | None = None
    _counters: dict[DeviceId, tuple[datetime, float]] = field(default_factory=dict)
    _jobs_seen: set[str] = field(default_factory=set)
    _kinds: tuple[object, dict[str, type]] = field(default_factory=lambda: ((), {}))
    _open: tuple[Mapping[CaseKey, Case] | None, list[DeviceId], list[DeviceId]] = (None, [], [])

    def note(self, now: datetime, state: State, readings: Sequence[AnyReading], effects: Sequence[Effect]) -> None:
        """One step."""
        self.steps += 1
        self.readings += len(readings)
        if self._before is not None:
            self._add_time(now, *self._before)
        self._before = (now, state)
        for reading in readings:
            if isinstance(reading, Power):
                if reading.energy_kwh_total is not None and reading.live:
                    self._add_energy(reading.device, reading.arrived_at, reading.energy_kwh_total)
            elif isinstance(reading, PrintJob):
                self._add_job(reading)
        for effect in effects:
            if isinstance(effect, Publish):
                self.commands += 1
            elif isinstance(effect, Record):
                self.turns[effect.what] = self.turns.get(effect.what, 0) + 1

    def _add_time(self, now: datetime, since: datetime, state: State) -> None:
        """Cases stay as they are for many steps: their time is added when they change."""
        if self._kinds[0] is not state.policies:
            self._kinds = (state.policies, {policy.name: type(policy) for policy in state.policies})
        if not same_keys(self._open[0], state.cases):
            kinds = self._kinds[1]
            setpoint = [case.device for case in state.cases.values() if kinds.get(case.policy) is SetpointLimit]
            after = [case.device for case in state.cases.values() if kinds.get(case.policy) is AfterHoursPower]
            self._open = (state.cases, setpoint, after)
        seconds = (now - since).total_seconds()
        for device in self._open[1]:
            self.violation_seconds[device] = self.violation_seconds.get(device, 0.0) + seconds
        for device in self._open[2]:
            self.after_hours_seconds[device] = self.after_hours_seconds.get(device, 0.0) + seconds

    def _add_energy(self, device: DeviceId, at: datetime, total_kwh: float) -> None:
        before = self._counters.get(device)
        self._counters[device] = (at, total_kwh)
        if before is None:
            self.kwh.setdefault(device, 0.0)
            return
        since, before_kwh = before
        if total_kwh != before_kwh:
            hours = max((at - since).total_seconds(), 1.0) / 3600
            self.kwh[device] += used_kwh(before_kwh, total_kwh, hours) or 0.0

    def _add_job(self, job: PrintJob) -> None:
        key = f"{job.device}/{job.job}"
        if key in self._jobs_seen or job.state != "completed":
            return
        self._jobs_seen.add(key)
        self.jobs += 1
        if job.sheets is None:
            self.unknown_jobs += 1
        else:
            self.sheets += job.sheets

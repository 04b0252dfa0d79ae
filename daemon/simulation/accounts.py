"""The books of a simulated office: the slots that officed would have written, kept in memory for a report or a test."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from daemon.accounting.in_force import InForce
from daemon.simulation.memory import MemoryHistory
from policies.accounting.books import Books
from policies.accounting.day_types import SLOT, slot_start
from policies.accounting.slots import LATE
from policies.control.case import Case
from policies.control.effects import Effect
from policies.history import SlotRow
from policies.office.same_keys import same_keys
from policies.office.site import Site
from policies.policy import CaseKey
from policies.rules.setpoint_limit import SetpointLimit
from policies.state import State
from sensors.device import DeviceId
from sensors.readings import AnyReading


class SimulatedBooks:
    """Keeps the slots in `history`."""

    def __init__(self, site: Site, history: MemoryHistory) -> None:
        self._history = history
        self._site = site
        self._books = Books(site)
        self._in_force = InForce()
        self._slot: datetime | None = None
        self._cases: tuple[Mapping[CaseKey, Case] | None, frozenset[DeviceId]] = (None, frozenset())
        self._climate = {device.id for device in site.by_kind.get("climate", ())}

    def note(self, now: datetime, state: State, _readings: Sequence[AnyReading], _effects: Sequence[Effect]) -> None:
        """One step."""
        if not same_keys(self._cases[0], state.cases):
            setpoint = {policy.name for policy in state.policies if isinstance(policy, SetpointLimit)}
            broken = (
                case.device
                for case in state.cases.values()
                if case.device not in self._climate or case.policy in setpoint
            )
            self._cases = (state.cases, frozenset(broken))
        self._books.note(state.office, now, self._cases[1], self._in_force.after(state, now))
        slot = slot_start(now)
        if slot != self._slot:
            self._slot = slot
            self._take(now)

    def close(self, now: datetime) -> None:
        """Everything up to `now`, whether its energy has settled or not."""
        self._take(now + LATE + SLOT)
        self._history.drop_from(now)

    def _take(self, now: datetime) -> None:
        for each in self._books.ready(now):
            slot = each.slot
            row = SlotRow(
                at=slot.at,
                device=slot.device,
                zone=slot.zone,
                site=self._site.id,
                load=slot.load,
                energy_kwh=slot.energy_kwh,
                on_seconds=slot.on_seconds,
                violation_seconds=slot.violation_seconds,
                occupied_seconds=each.occupied_seconds,
                coverage_seconds=slot.coverage_seconds,
                controlled=slot.controlled,
            )
            self._history.keep(row)

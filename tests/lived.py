"""A virtual office lived through by the real step, with its readings and records stored as the daemon stores them.

What one read of the socket brings bears one instant, as with the daemon: the instant of the step that hears it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from daemon.configuration.build import build_policies, build_site
from daemon.configuration.load import parse
from daemon.engine.records import Ledger
from daemon.history.sqlite import SqliteHistory
from daemon.history.sqlite_file import HistoryFile
from daemon.history.sqlite_writer import SqliteWriter
from daemon.silence import with_silence
from policies.control.effects import Decided, Effect, Publish, Record
from policies.inputs import Asked, Input, NotSent, Readings, Tick
from policies.office.office import Office
from policies.policy import Policy
from policies.state import State
from policies.step import step
from sensors.family import Refused
from sensors.messages import Message, Outgoing
from sensors.readings import AnyReading
from sensors.registry import Registry
from sensors.virtual.building import VirtualOffice
from sensors.virtual.faults import NO_FAULTS, Faults
from sensors.virtual.office_yaml import office_yaml
from sensors.virtual.plan import Plan
from sensors.virtual.said import Said

SLICE = timedelta(seconds=30)
TICK = timedelta(minutes=5)


def fresh(plan: Plan, policies: Sequence[Policy] | None = None) -> tuple[State, Registry]:
    """A state that has heard nothing, and who decodes for it."""
    configuration = parse(office_yaml(plan), file="virtual office", directory=Path())
    registry = Registry(list(build_site(configuration).devices.values()), ZoneInfo(plan.timezone))
    site = with_silence(build_site(configuration), registry)
    chosen = build_policies(configuration) if policies is None else tuple(policies)
    return State(Office(site), chosen), registry


class Store:
    """The embedded store in a folder, and what writes into it."""

    def __init__(self, folder: Path) -> None:
        self._file = HistoryFile(folder / "history.sqlite", tell=_refuse)
        self._writer = SqliteWriter(self._file, now=lambda: datetime.fromtimestamp(0).astimezone())
        self.history = SqliteHistory(self._file)
        self.records: list[bytes] = []

    def advance(
        self,
        decoded_row: int,
        lines: bytes,
        count: int,
        records: Sequence[bytes],
        snapshot: object,
        reads: object = None,
    ) -> None:
        """What the journal would pass on."""
        assert self._writer.write(lines) == []
        self.records += records

    def close(self) -> None:
        self._file.close()


@dataclass
class Life:
    """A run. `effects` in their order; `kept`: the state before the step at `keep_at`."""

    plan: Plan
    store: Store | None = None
    policies: Sequence[Policy] | None = None
    faults: Faults = NO_FAULTS
    seed: int = 1
    asked: Sequence[tuple[datetime, Asked]] = ()
    effects: list[Effect] = field(default_factory=list)
    readings: int = 0
    keep_at: datetime | None = None
    kept: State | None = None

    def run(self, start: datetime, end: datetime) -> "Life":
        """Live through [start, end)."""
        self.state, self._registry = fresh(self.plan, self.policies)
        self._office = VirtualOffice(self.plan, self.seed, self.faults)
        self._ledger = None if self.store is None else Ledger(self.state.office.site, 0)
        self._pending: list[Said] = []
        self._not_sent: list[Input] = []
        asked = list(self.asked)
        now, tick_at = start, start
        wake_at = end
        while now < end:
            if now == self.keep_at:
                self.kept = self.state
            inputs, self._not_sent = self._not_sent, []
            readings = self._heard(now)
            if readings:
                inputs.append(Readings(readings))
            while asked and asked[0][0] <= now:
                inputs.append(asked.pop(0)[1])
            if now >= tick_at:
                tick_at = now + TICK
                inputs.append(Tick())
            if inputs or now >= wake_at:
                wake_at = self._turn(inputs, readings, now)
            later = [now + SLICE, tick_at, *([asked[0][0]] if asked else [])]
            now = min([*later, wake_at] if now < wake_at else later)
        if self._ledger is not None and self.store is not None:
            self._ledger.write(self.store, self.state)
        return self

    @property
    def turns(self) -> list[Record]:
        return [effect for effect in self.effects if isinstance(effect, Record)]

    @property
    def decided(self) -> list[Record | Decided]:
        return [effect for effect in self.effects if isinstance(effect, Record | Decided)]

    def said(self) -> list[Outgoing]:
        """What went to devices, in their words."""
        office, sent = self.state.office, [one.command for one in self.effects if isinstance(one, Publish)]
        return [
            message
            for command in sent
            for message in self._registry.encode(
                command,
                office.site.devices[command.device],
                office.traits.get(command.device),
                office.of(command.device).memo,
            )
        ]

    def _turn(self, inputs: Sequence[Input], readings: Sequence[AnyReading], now: datetime) -> datetime:
        outcome = step(self.state, inputs, now)
        self.state = outcome.state
        self.effects += outcome.effects
        self.readings += len(readings)
        if self._ledger is not None and self.store is not None:
            self._ledger.hear(readings)
            for effect in outcome.effects:
                if isinstance(effect, Record):
                    self._ledger.note(effect)
            if self._ledger.is_due(0.0, 1e9, 800):
                self._ledger.write(self.store, self.state)
        for effect in outcome.effects:
            if isinstance(effect, Publish):
                self._carry_out(effect, now)
        return outcome.wake_at

    def _heard(self, now: datetime) -> list[AnyReading]:
        said = [*self._pending, *self._office.advance(now)]
        self._pending = []
        return [reading for one in said for reading in self._registry.decode(Message(one.topic, one.payload, now))]

    def _carry_out(self, effect: Publish, now: datetime) -> None:
        command, office = effect.command, self.state.office
        device = office.site.devices[command.device]
        try:
            messages = self._registry.encode(command, device, office.traits.get(device.id), office.of(device.id).memo)
        except Refused as refusal:
            self._not_sent.append(NotSent(command.id, str(refusal), final=True))
            return
        for message in messages:
            self._pending += self._office.hear(message.topic, message.payload, now)


def _refuse(text: str) -> None:
    raise AssertionError(text)

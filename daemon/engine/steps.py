"""One step after another: what is known, what was decided of it, on the disk, and then out.

The order within one step: decode, step, *journal* (points, records, cases, and the mark up to which raw bytes are used), and
only then publish. A crash before the journal repeats the step with the same command ids; a crash after it finds the case
waiting for its proof. Neither switches anything twice. What presses has a shorter way to the same end: journal a promise, publish,
and the rest when there is time for it (`promise.py`).
"""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from daemon.clock import Clock
from daemon.engine.gathering import decoded
from daemon.engine.inbox import Item, Remark
from daemon.engine.intake import Intake
from daemon.engine.kept_office import KeptOffice
from daemon.engine.promise import Promise, Unexplained
from daemon.engine.records import EngineJournal, Ledger
from daemon.engine.snapshot import resume
from daemon.engine.speaking import Send, Speaker
from daemon.errors import StoreUnavailable
from daemon.mqtt.batch import Batch, Decoded
from daemon.ports import CrashPoint, Reads, Tell
from policies.control.effects import Decided, Notify, Publish, Record
from policies.hearing import Heed, heed
from policies.inputs import Readings
from policies.state import State
from policies.step import Outcome, step
from sensors.commands import Command
from sensors.readings import AnyReading
from sensors.registry import Registry

_log = logging.getLogger(__name__)

FLUSH_AFTER = 0.2
LINES_AT_ONCE = 5000
RETRY_AFTER = 1.0
_SOON = timedelta(seconds=FLUSH_AFTER)
"""What begins to wait for less than that is over before it is written down by itself."""

Watcher = Callable[[State], None]


class Steps:
    """One thread at a time; `state` may be read by any thread at any time: it is immutable."""

    def __init__(
        self,
        state: State,
        registry: Registry,
        journal: EngineJournal,
        clock: Clock,
        *,
        send: Send | None,
        tell: Tell,
        notify: Callable[[Notify], None],
        decoded_row: int,
        kept_rows: Collection[str],
        crash: CrashPoint,
        put: Callable[[Item], None],
    ) -> None:
        self.state = state
        self.count = 0
        self.speaker = Speaker(registry, clock, send)
        self.watchers: list[Watcher] = []
        self._is_ahead = False
        self._journal = journal
        self._clock = clock
        self._tell = tell
        self._notify = notify
        self._crash = crash
        self._put = put
        self._ledger = Ledger(state.office.site, decoded_row, kept_rows)
        self._owed: list[Command] = []
        self._wake_at = clock.now()
        self._office = KeptOffice(journal)
        self.intake = Intake(registry, self._ledger, self._office, self.speaker, self._wake_at)
        self._is_failing = False

    @property
    def next_at(self) -> datetime:
        """When to think although nothing comes."""
        return min(self._wake_at, self.intake.tick_at)

    @property
    def is_waiting(self) -> bool:
        """Is something not on the disk yet?"""
        return self._ledger.is_waiting

    @property
    def may_promise(self) -> bool:
        """Would a restart, which makes the same step again, begin where we do?

        Not while something was decided without a promise that is not written down yet, or nothing can be written down.
        """
        return not (self._is_ahead or self._is_failing)

    def is_due(self) -> bool:
        """Is there something to be done although nothing has come?"""
        is_due = self._ledger.is_due(time.monotonic(), FLUSH_AFTER, LINES_AT_ONCE)
        return is_due or self._clock.now() >= self.next_at

    def take(self, items: Sequence[Item], *, since: float) -> None:
        """One step over these items, the first of which came at `since` (monotonic seconds).

        Where a command depends on it we wait for the journal as long as it takes.
        """
        commands = self._decide(items, since, self._clock.now())
        commands[:0], self._owed = self._owed, []
        if self._is_ahead or commands or self._ledger.is_due(time.monotonic(), FLUSH_AFTER, LINES_AT_ONCE):
            self.make_durable(must=bool(commands))
        self._carry_out(commands)

    def promise(self, reads: Reads, first: Sequence[Decoded]) -> Outcome:
        """Decide about these, and keep the bytes they came from with the promise to do so. Nothing else has changed then.

        Raises StoreUnavailable, or whatever deciding raises: then nothing is kept.
        """
        now = self._clock.now()
        outcome = step(self.state, [Readings(_said(first))], now)
        commands = _commands(outcome)
        if commands:
            self._crash("after_decision")
        self._journal.promise(reads, Promise(now, tuple(command.id for command in commands)).written())
        return outcome

    def keep(self, outcome: Outcome, first: Sequence[Decoded], rest: Sequence[Item], *, row: int, since: float) -> None:
        """Do what was promised about the first; then take the rest, up to this row.

        It is written down when `is_due`: after a crash the promises make the same steps again, one after the other. At once where
        the rest, of which nothing was promised, says more than that it was heard.
        """
        self._publish(_commands(outcome), outcome.state)
        self._ledger.hear(_said(first), since=since)
        self._believe(outcome)
        self._office.uses(sum(len(item.batch.messages) for item in first))
        commands: list[Command] = []
        try:
            if rest:
                commands = self._decide(rest, since, self._clock.now())
        finally:
            self._ledger.use(row, since=since)
        if self._is_ahead or self._ledger.is_due(time.monotonic(), FLUSH_AFTER, LINES_AT_ONCE):
            try:
                self._write()
            except StoreUnavailable:
                self._owed += commands
                return
        self._carry_out(commands)

    def redo(self, batches: Sequence[Batch], promise: Promise) -> None:
        """After a crash, the step that a promise was made of: at its instant, and nothing is commanded twice."""
        commands = self._decide(batches, time.monotonic(), promise.at)
        known = {command.id for command in commands}
        others = tuple(each for each in promise.commands if each not in known)
        if others:
            _log.warning(
                "these commands may have left before the crash, and are not decided again: %s", ", ".join(others)
            )
            self._ledger.remark(Remark(Unexplained(promise.at, others)))
        self.make_durable(must=True)
        self._carry_out([command for command in commands if command.id not in promise.commands])

    def hear_again(self, batch: Batch) -> None:
        """Complete what is known with a row that an earlier run has stored and judged: before the first step."""
        heard = Heed(self.state.office)
        heed(heard, decoded(batch, self.intake.registry.decode_all).readings)
        self.state = replace(self.state, office=heard.done())

    def resume(self, until: datetime | None) -> None:
        """We were away since then."""
        self._wake_at = self._clock.now()
        self.state = resume(self.state, until, self._wake_at)

    def make_durable(self, *, must: bool) -> None:
        """Write what is pending; `must`: until that has succeeded."""
        while True:
            try:
                self._write()
            except StoreUnavailable as trouble:
                if not self._is_failing:
                    self._tell(f"The journal does not take anything: {trouble}. Nothing is commanded until it does.")
                self._is_failing = True
                if not must:
                    return
                time.sleep(RETRY_AFTER)
            else:
                return

    def keep_office(self, *, at_once: bool) -> None:
        """Now and then: what was heard."""
        if (at_once or self._office.is_due()) and not self._ledger.is_waiting:
            self._office.keep(self._ledger.row, self.state)

    def _write(self) -> None:
        self._ledger.write(self._journal, self.state)
        self._is_ahead = self._is_failing = False

    def _decide(self, items: Sequence[Item], since: float, now: datetime) -> list[Command]:
        outcome = step(self.state, self.intake.inputs(items, self.state.office, now, since), now)
        self._believe(outcome)
        self._is_ahead = self._is_ahead or bool(outcome.effects) or outcome.wake_at < now + _SOON
        commands = _commands(outcome)
        if commands:
            self._crash("after_decision")
        return commands

    def _believe(self, outcome: Outcome) -> None:
        self.state, self._wake_at = outcome.state, outcome.wake_at
        self.count += 1
        for effect in outcome.effects:
            if isinstance(effect, Record):
                self._ledger.note(effect)
                _log.info("%s: %s: %s (%s)", effect.case.device, effect.what, effect.words, effect.case.policy)
            elif isinstance(effect, Notify):
                self._notify(effect)
            elif isinstance(effect, Decided):
                self._ledger.decided(effect)
                _log.info("%s: %s", effect.who, effect.request)

    def _carry_out(self, commands: Sequence[Command]) -> None:
        self._publish(commands, self.state)
        for watcher in self.watchers:
            watcher(self.state)
        self.speaker.keep_in_touch()

    def _publish(self, commands: Sequence[Command], state: State) -> None:
        for command in commands:
            self._crash("after_journal")
            not_sent = self.speaker.carry_out(command, state.office)
            if not_sent is not None:
                self._put(not_sent)
            self._crash("after_publish")


def _commands(outcome: Outcome) -> list[Command]:
    return [effect.command for effect in outcome.effects if isinstance(effect, Publish)]


def _said(items: Sequence[Decoded]) -> list[AnyReading]:
    return [reading for item in items for reading in item.readings]

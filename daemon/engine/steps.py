"""One step after another: what is known, what was decided of it, on the disk, and then out.

The order within one step is the promise: decode, step, *journal* (points, records, cases, and the mark up to which raw bytes
are used), and only then publish. A crash before the journal repeats the step with the same command ids; a crash after it
finds the case waiting for its proof. Neither switches anything twice.
"""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from daemon.clock import Clock
from daemon.engine.gathering import decoded
from daemon.engine.inbox import HearRequest, Item, Reconfigured, Remark, Stop
from daemon.engine.records import EngineJournal, Ledger
from daemon.engine.snapshot import pack_office
from daemon.engine.speaking import Send, Speaker
from daemon.errors import StoreUnavailable
from daemon.mqtt.batch import Batch, Decoded
from daemon.ports import CrashPoint, Reads, Tell
from policies.control.effects import Decided, Effect, Notify, Publish, Record
from policies.hearing import Heed, heed
from policies.inputs import Input, Readings, Tick
from policies.state import State
from policies.step import step
from sensors.commands import Command
from sensors.readings import AnyReading
from sensors.registry import Registry

_log = logging.getLogger(__name__)

FLUSH_AFTER = 0.2
LINES_AT_ONCE = 5000
OFFICE_KEPT_EVERY = 60.0
UNKEPT_MESSAGES = 100_000
"""The journal holds the raw bytes of so many messages beyond what waits to be sent, not more."""
RETRY_AFTER = 1.0
TICK = timedelta(seconds=30)

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
        self.registry = registry
        self.count = 0
        self.speaker = Speaker(registry, clock, send)
        self.watchers: list[Watcher] = []
        self.requests_topic = ""
        self.requests: HearRequest = lambda *_: ()
        self._journal = journal
        self._clock = clock
        self._tell = tell
        self._notify = notify
        self._crash = crash
        self._put = put
        self._ledger = Ledger(state.office.site, decoded_row, kept_rows)
        self._owed: list[Command] = []
        self._wake_at = self._tick_at = clock.now()
        self._office_kept = time.monotonic()
        self._unkept = 0
        self._is_failing = False

    @property
    def next_at(self) -> datetime:
        """When to think although nothing comes."""
        return min(self._wake_at, self._tick_at)

    @property
    def is_waiting(self) -> bool:
        """Is something not on the disk yet?"""
        return self._ledger.is_waiting

    def is_due(self) -> bool:
        """Is there something to be done although nothing has come?"""
        is_due = self._ledger.is_due(time.monotonic(), FLUSH_AFTER, LINES_AT_ONCE)
        return is_due or self._clock.now() >= self.next_at

    def take(self, items: Sequence[Item], *, since: float) -> None:
        """One step over these items, the first of which came at `since` (monotonic seconds).

        Where a command depends on it we wait for the journal as long as it takes.
        """
        effects, commands = self._decide(items, since)
        commands[:0], self._owed = self._owed, []
        if effects or commands or self._ledger.is_due(time.monotonic(), FLUSH_AFTER, LINES_AT_ONCE):
            self.make_durable(must=bool(commands))
        self._carry_out(commands)

    def take_with(self, reads: Reads, items: Sequence[Item], *, since: float) -> None:
        """The same, in one transaction with the bytes that the last of the items came from.

        Raises StoreUnavailable when the journal takes neither; what was decided waits then for the next `take`.
        """
        _, commands = self._decide(items, since)
        try:
            self._ledger.write(self._journal, self.state, reads)
        except StoreUnavailable:
            self._owed += commands
            raise
        self._carry_out(commands)

    def hear_again(self, batch: Batch) -> None:
        """Complete what is known with a row that an earlier run has stored and judged: before the first step."""
        heard = Heed(self.state.office)
        heed(heard, decoded(batch, self.registry.decode_all).readings)
        self.state = replace(self.state, office=heard.done())

    def make_durable(self, *, must: bool) -> None:
        """Write what is pending; `must`: until that has succeeded."""
        while True:
            try:
                self._ledger.write(self._journal, self.state)
            except StoreUnavailable as trouble:
                if not self._is_failing:
                    self._tell(f"The journal does not take anything: {trouble}. Nothing is commanded until it does.")
                self._is_failing = True
                if not must:
                    return
                time.sleep(RETRY_AFTER)
            else:
                self._is_failing = False
                return

    def keep_office(self, *, at_once: bool) -> None:
        """Now and then: what was heard, so that the journal may let go of the bytes it came from."""
        is_due = time.monotonic() - self._office_kept > OFFICE_KEPT_EVERY or self._unkept >= UNKEPT_MESSAGES
        if (at_once or is_due) and not self._ledger.is_waiting:
            self._office_kept, self._unkept = time.monotonic(), 0
            try:
                self._journal.keep_office(self._ledger.row, pack_office(self.state))
            except StoreUnavailable as trouble:
                _log.warning("journal: last known values not kept: %s", trouble)

    def _decide(self, items: Sequence[Item], since: float) -> tuple[Sequence[Effect], list[Command]]:
        now = self._clock.now()
        outcome = step(self.state, self._inputs(items, now, since), now)
        self.state, self._wake_at = outcome.state, outcome.wake_at
        self.count += 1
        commands = [effect.command for effect in outcome.effects if isinstance(effect, Publish)]
        for effect in outcome.effects:
            if isinstance(effect, Record):
                self._ledger.note(effect)
                _log.info("%s: %s: %s (%s)", effect.case.device, effect.what, effect.words, effect.case.policy)
            elif isinstance(effect, Notify):
                self._notify(effect)
            elif isinstance(effect, Decided):
                self._ledger.decided(effect)
                _log.info("%s: %s", effect.who, effect.request)
        if commands:
            self._crash("after_decision")
        return outcome.effects, commands

    def _carry_out(self, commands: Sequence[Command]) -> None:
        for command in commands:
            self._crash("after_journal")
            not_sent = self.speaker.carry_out(command, self.state.office)
            if not_sent is not None:
                self._put(not_sent)
            self._crash("after_publish")
        for watcher in self.watchers:
            watcher(self.state)
        self.speaker.keep_in_touch()

    def _inputs(self, items: Sequence[Item], now: datetime, since: float) -> list[Input]:
        inputs: list[Input] = []
        readings: list[AnyReading] = []
        for item in items:
            if isinstance(item, Batch | Decoded):
                batch, said = decoded(item, self.registry.decode_all)
                readings += said
                for message in batch.messages if self.requests_topic else ():
                    if message.topic == self.requests_topic:
                        inputs += self.requests(message, self.state.office, now)
                self._ledger.row = batch.row
                self._unkept += len(batch.messages)
            elif isinstance(item, Reconfigured):
                self._take_readings(readings, inputs, since)
                readings = []
                self._reconfigure(item)
                inputs.append(item.configured)
            elif isinstance(item, Remark):
                self._ledger.remark(item)
            elif not isinstance(item, Stop):
                inputs.append(item)
        self._take_readings(readings, inputs, since)
        if now >= self._tick_at or now < self._tick_at - 2 * TICK:
            self._tick_at = now + TICK
            inputs.append(Tick())
        return inputs

    def _take_readings(self, readings: list[AnyReading], inputs: list[Input], since: float) -> None:
        if readings:
            self._ledger.hear(readings, since=since)
            inputs.append(Readings(readings))

    def _reconfigure(self, item: Reconfigured) -> None:
        """What came before is known in the old words; what comes after, in the new ones."""
        self._ledger.configure(item.configured.site)
        self._ledger.remark(item.remark)
        if item.registry is not None:
            self.registry = item.registry
            self.speaker.learn_anew(item.registry)

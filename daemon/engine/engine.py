"""The engine thread: owns the state, thinks in steps, hands the effects out. Everything else only puts into its inbox.

The order within one turn is the promise: decode, step, *journal* (points, records, cases, and the mark up to which raw bytes
are used), and only then publish. A crash before the journal repeats the step with the same command ids; a crash after it
finds the case waiting for its proof. Neither switches anything twice.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from daemon.clock import Clock
from daemon.engine.gathering import LONGEST, Gathering, decoded
from daemon.engine.inbox import Decoded, HearRequest, Inbox, Item, Reconfigured, Remark, Stop
from daemon.engine.records import EngineJournal, Ledger
from daemon.engine.snapshot import pack_office
from daemon.engine.speaking import Line, Send, Speaker
from daemon.errors import StoreUnavailable
from daemon.mqtt.batch import Batch
from daemon.ports import CrashPoint, Tell
from policies.control.effects import Decided, Notify, Publish, Record
from policies.hearing import Heed, heed
from policies.inputs import Input, Readings, Tick
from policies.state import State
from policies.step import step
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


class Engine:
    """`start`, `put`, `stop` from any thread; `state` may be read by any thread at any time: it is immutable."""

    def __init__(
        self,
        state: State,
        registry: Registry,
        journal: EngineJournal,
        clock: Clock,
        *,
        send: Send | None = None,
        tell: Tell,
        notify: Callable[[Notify], None] = lambda _: None,
        watchers: Iterable[Watcher] = (),
        decoded_row: int = 0,
        kept_rows: Collection[str] = (),
        crash: CrashPoint = lambda _: None,
        longest_wait: timedelta = LONGEST,
    ) -> None:
        self.state = state
        self._requests_topic = ""
        self._requests: HearRequest = lambda *_: ()
        self.inbox = Inbox(registry.unchanged())
        self._gathering = Gathering(self.inbox, longest_wait)
        self.steps = 0
        self.failures = 0
        self.late_seconds = 0.0
        self.last_turn_at = time.monotonic()
        self._registry = registry
        self._journal = journal
        self._clock = clock
        self._speaker = Speaker(registry, clock, send)
        self._tell = tell
        self._notify = notify
        self._crash = crash
        self._watchers = list(watchers)
        self._ledger = Ledger(state.office.site, decoded_row, kept_rows)
        self._wake_at = self._tick_at = clock.now()
        self._office_kept = time.monotonic()
        self._unkept = 0
        self._is_failing = False
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def start(self) -> None:
        """Begin to think."""
        self._thread.start()

    def put(self, item: Item) -> None:
        """Something to think about; never blocks."""
        self.inbox.put(item)

    def speak_through(self, line: Line) -> None:
        """Where commands go: the network, which needs our inbox before it exists. Before `start`."""
        self._speaker.speak_through(line)

    def hear_requests(self, topic: str, hear: HearRequest) -> None:
        """People's requests come in on this topic too; whoever subscribes knows it. Before `start`."""
        self._requests_topic, self._requests = topic, hear
        self._speaker.also = (topic,)
        self._gathering.at_once = topic

    def watch(self, watcher: Watcher) -> None:
        """Call with every new state, on the engine thread: it must return at once."""
        self._watchers.append(watcher)

    @property
    def is_alive(self) -> bool:
        """For the watchdog."""
        return self._thread.is_alive()

    def stop(self, timeout_seconds: float) -> bool:
        """Use up what is in the inbox, make it durable, end. False if that did not succeed in time."""
        last = Stop()
        self.inbox.put(last)
        done = last.done.wait(timeout_seconds)
        self._thread.join(0.1)
        return done

    def turn(self, items: Sequence[Item]) -> None:
        """One step over these items. The thread calls it; so do a restart, for the journal's rows, and tests."""
        now = self._clock.now()
        inputs = self._inputs(items, now)
        outcome = step(self.state, inputs, now)
        self.state, self._wake_at = outcome.state, outcome.wake_at
        self.steps += 1
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
        if outcome.effects or self._ledger.is_due(time.monotonic(), FLUSH_AFTER, LINES_AT_ONCE):
            self._make_durable(must=bool(commands))
        for command in commands:
            self._crash("after_journal")
            not_sent = self._speaker.carry_out(command, self.state.office)
            if not_sent is not None:
                self.inbox.put(not_sent)
            self._crash("after_publish")
        for watcher in self._watchers:
            watcher(self.state)
        self._speaker.keep_in_touch()

    def hear_again(self, batch: Batch) -> None:
        """Complete what is known with a row that an earlier run has stored and judged: before the first turn."""
        heard = Heed(self.state.office)
        heed(heard, decoded(batch, self._registry.decode_all).readings)
        self.state = replace(self.state, office=heard.done())

    def _inputs(self, items: Sequence[Item], now: datetime) -> list[Input]:
        inputs: list[Input] = []
        readings: list[AnyReading] = []
        for item in items:
            if isinstance(item, Batch | Decoded):
                batch, said = decoded(item, self._registry.decode_all)
                readings += said
                for message in batch.messages if self._requests_topic else ():
                    if message.topic == self._requests_topic:
                        inputs += self._requests(message, self.state.office, now)
                self._ledger.row = batch.row
                self._unkept += len(batch.messages)
            elif isinstance(item, Reconfigured):
                self._take_readings(readings, inputs)
                readings = []
                self._reconfigure(item)
                inputs.append(item.configured)
            elif isinstance(item, Remark):
                self._ledger.remark(item)
            elif not isinstance(item, Stop):
                inputs.append(item)
        self._take_readings(readings, inputs)
        if now >= self._tick_at or now < self._tick_at - 2 * TICK:
            self._tick_at = now + TICK
            inputs.append(Tick())
        return inputs

    def _take_readings(self, readings: list[AnyReading], inputs: list[Input]) -> None:
        if readings:
            self._ledger.hear(readings, since=self._gathering.began)
            inputs.append(Readings(readings))

    def _reconfigure(self, item: Reconfigured) -> None:
        """What came before is known in the old words; what comes after, in the new ones."""
        self._ledger.configure(item.configured.site)
        self._ledger.remark(item.remark)
        if item.registry is not None:
            self._registry = item.registry
            self.inbox.unchanged = item.registry.unchanged()
            self._speaker.learn_anew(item.registry)

    def _make_durable(self, *, must: bool) -> None:
        """Write what is pending. Where a command depends on it we wait for the journal as long as it takes."""
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

    def _run(self) -> None:
        last: Stop | None = None
        while last is None:
            items = self._wait()
            self.last_turn_at = time.monotonic()
            last = next((item for item in items if isinstance(item, Stop)), None)
            try:
                self.turn(items)
                self._keep_office(at_once=False)
            except Exception:  # noqa: BLE001  the thread must outlive any mistake of ours
                _log.exception("engine: a step failed; its readings are stored, but not judged")
                self.failures += 1
        self._make_durable(must=False)
        self._keep_office(at_once=True)
        last.done.set()

    def _wait(self) -> list[Item]:
        """What there is, or nothing when it is time to think anyway. Waits in real seconds, by the monotonic clock."""
        pause = min(self._clock.seconds_until(min(self._wake_at, self._tick_at)), 30.0)
        if self._ledger.is_waiting:
            pause = min(pause, FLUSH_AFTER)
        due = time.monotonic() + pause
        items = self._gathering.next(max(0.001, pause), self._registry.decode_all, self.state.office)
        self.late_seconds = max(0.0, time.monotonic() - due)
        return items

    def _keep_office(self, *, at_once: bool) -> None:
        is_due = time.monotonic() - self._office_kept > OFFICE_KEPT_EVERY or self._unkept >= UNKEPT_MESSAGES
        if (at_once or is_due) and not self._ledger.is_waiting:
            self._office_kept, self._unkept = time.monotonic(), 0
            try:
                self._journal.keep_office(self._ledger.row, pack_office(self.state))
            except StoreUnavailable as trouble:
                _log.warning("journal: last known values not kept: %s", trouble)

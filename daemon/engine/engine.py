"""The engine: owns the state, thinks in steps, hands the effects out. Everything else only puts into its inbox.

A thread of its own takes what has gathered, and writes down what was decided. What presses is judged by the network thread
itself, at once, and only a promise is made durable with its bytes before the command leaves, unless the engine is thinking: all
that a step leaves behind and waking a thread would be two thirds of the time from a reading to its command. Whoever thinks holds
`_turn`.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from daemon.clock import Clock
from daemon.engine.gathering import LONGEST, Gathering, decoded, in_order
from daemon.engine.inbox import MANY, HearRequest, Inbox, Item, Stop
from daemon.engine.promise import Promise
from daemon.engine.records import EngineJournal
from daemon.engine.speaking import Line, Send
from daemon.engine.steps import FLUSH_AFTER, Steps, Watcher
from daemon.errors import StoreUnavailable
from daemon.mqtt.batch import Batch, Handed
from daemon.ports import CrashPoint, Reads, Tell
from policies.control.effects import Notify
from policies.state import State
from sensors.registry import Registry

_log = logging.getLogger(__name__)

PATIENCE_SECONDS = 0.002
"""What presses waits so long for a step that has begun: a few of them take longer, and then it goes the usual way."""


class Engine:
    """`start`, `put`, `stop` from any thread, `judge` from the network's; `state` may be read by any thread at any time."""

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
        decoded_row: int = 0,
        kept_rows: Collection[str] = (),
        crash: CrashPoint = lambda _: None,
        longest_wait: timedelta = LONGEST,
    ) -> None:
        self._turn = threading.Lock()
        self.inbox = Inbox(registry.unchanged())
        self._gathering = Gathering(self.inbox, longest_wait, _LetGo(self._turn))
        self._steps = Steps(
            state,
            registry,
            journal,
            clock,
            send=send,
            tell=tell,
            notify=notify,
            decoded_row=decoded_row,
            kept_rows=kept_rows,
            crash=crash,
            put=self.inbox.put,
        )
        self.failures = 0
        self.late_seconds = 0.0
        self.last_turn_at = time.monotonic()
        self._clock = clock
        self._sleeps_until = clock.now()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def start(self) -> None:
        """Begin to think."""
        self._thread.start()

    def put(self, item: Item) -> None:
        """Something to think about; never blocks."""
        self.inbox.put(item)

    def speak_through(self, line: Line) -> None:
        """Where commands go: the network, which needs our inbox before it exists. Before `start`."""
        self._steps.speaker.speak_through(line)

    def hear_requests(self, topic: str, hear: HearRequest) -> None:
        """People's requests come in on this topic too; whoever subscribes knows it. Before `start`."""
        self._steps.intake.requests_topic, self._steps.intake.requests = topic, hear
        self._steps.speaker.also = (topic,)
        self._gathering.at_once = topic

    def watch(self, watcher: Watcher) -> None:
        """Call with every new state, by whoever thinks: it must return at once."""
        self._steps.watchers.append(watcher)

    @property
    def state(self) -> State:
        """The state of the last step."""
        return self._steps.state

    @property
    def steps(self) -> int:
        """Since the start."""
        return self._steps.count

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
        before = self._steps.intake.registry
        self._steps.take(items, since=self._gathering.began)
        if self._steps.intake.registry is not before:
            self.inbox.unchanged = self._steps.intake.registry.unchanged()

    def put_all(self, batches: Sequence[Handed], /) -> None:
        """What came together and is durable. Never blocks."""
        self.inbox.put_all(batches)

    def hear_again(self, batch: Batch) -> None:
        """Complete what is known with a row that an earlier run has stored and judged: before the first turn."""
        self._steps.hear_again(batch)

    def redo(self, batches: Sequence[Batch], promise: Promise) -> None:
        """Before the first turn: the step that ended between its command and the rest, over all unused rows up to its own."""
        self._steps.redo(batches, promise)

    def resume(self, until: datetime | None) -> None:
        """Before the first turn: we were away since `until` (None: nothing is known of before)."""
        self._steps.resume(until)

    def judge(self, batches: Sequence[Batch], reads: Reads) -> Sequence[Handed]:
        """Judge at once what presses: keep its bytes and the promise, command, then judge all that had gathered.

        Gives what is still to be kept and handed over: all of it, or nothing. Raises StoreUnavailable: nothing has happened. Network thread.
        """
        if sum(len(batch.messages) for batch in batches) >= MANY or not self._turn.acquire(timeout=PATIENCE_SECONDS):
            return batches
        try:
            return self._judge(batches, reads)
        finally:
            self._turn.release()

    def _judge(self, batches: Sequence[Batch], reads: Reads) -> Sequence[Handed]:
        looked, presses = self._gathering.look(batches, self._steps.intake.registry.decode_all, self.state.office)
        waiting = self._gathering.everything() if presses and self._steps.may_promise else None
        if waiting is None:
            return looked
        since = time.monotonic()
        was_waiting = self._steps.is_waiting
        ahead, rest = in_order(waiting, looked, self.state.office.site.devices)
        try:
            first = [decoded(item, self._steps.intake.registry.decode_all) for item in ahead]
            outcome = self._steps.promise(reads, first)
        except StoreUnavailable:
            self._gathering.put_back(waiting)
            raise
        except Exception:  # noqa: BLE001  the thread must outlive any mistake of ours, and the engine meets it again
            _log.exception("engine: a step failed; what it was about is kept, and judged the usual way")
            self._gathering.put_back(waiting)
            return batches
        try:
            self._steps.keep(outcome, first, rest, row=batches[-1].row, since=since)
        except Exception:  # noqa: BLE001  the bytes are kept, whatever happens now
            _log.exception("engine: a step failed; its readings are stored, but not judged")
            self.failures += 1
        if (self._steps.is_waiting and not was_waiting) or self._steps.next_at < self._sleeps_until:
            self.inbox.ring()
        return ()

    def _run(self) -> None:
        with self._turn:
            last: Stop | None = None
            while last is None:
                items = self._wait()
                self.last_turn_at = time.monotonic()
                last = next((item for item in items if isinstance(item, Stop)), None)
                try:
                    if items or self._steps.is_due():  # else the network thread has judged it
                        self.turn(items)
                    self._steps.keep_office(at_once=False)
                except Exception:  # noqa: BLE001  the thread must outlive any mistake of ours
                    _log.exception("engine: a step failed; its readings are stored, but not judged")
                    self.failures += 1
            self._steps.make_durable(must=False)
            self._steps.keep_office(at_once=True)
            last.done.set()

    def _wait(self) -> list[Item]:
        """What there is, or nothing when it is time to think anyway. Waits in real seconds, by the monotonic clock."""
        self._sleeps_until = self._steps.next_at
        pause = min(self._clock.seconds_until(self._sleeps_until), 30.0)
        if self._steps.is_waiting:
            pause = min(pause, FLUSH_AFTER)
        due = time.monotonic() + pause
        items = self._gathering.next(max(0.001, pause), self._steps.intake.registry.decode_all, self.state.office)
        self.late_seconds = max(0.0, time.monotonic() - due)
        return items


class _LetGo:
    """A lock that is held is free within."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        self._lock.release()

    def __exit__(self, *_: object) -> None:
        self._lock.acquire()

"""What one turn of the engine does, in which order, and what it does when the journal or the broker will not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from offices import EVENING, SHANGHAI, office, plug
from still_clock import StillClock

from daemon.engine.engine import Engine
from daemon.engine.inbox import Reconfigured, Reloaded, Remark
from daemon.engine.kept_rows import STATE, Rows, whole
from daemon.engine.snapshot import Cases
from daemon.errors import BrokerUnavailable, StoreUnavailable
from daemon.mqtt.batch import Batch
from daemon.ports import Reads
from policies.inputs import Configured, NotSent
from policies.rules.after_hours_power import AfterHoursPower
from sensors.device import Address, Device, DeviceId
from sensors.messages import Message, Outgoing
from sensors.registry import Registry

LEFT_ON = AfterHoursPower(
    name="evenings", mode="enforce", grace="0s", warn="0s", command_expiry="5s", confirm_within="10s", retry_after="1s"
)
NIGHT = EVENING + timedelta(hours=1)


@dataclass
class Bench:
    """An engine without a thread, with its journal and its way out; `did` is what happened, in order."""

    clock: StillClock = field(default_factory=lambda: StillClock(NIGHT))
    did: list[str] = field(default_factory=list)
    sent: list[Outgoing] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    snapshots: list[bytes] = field(default_factory=list)
    rows: dict[str, bytes | None] = field(default_factory=dict)
    on_advance: Callable[[], None] = lambda: None
    broker_is_away: bool = False

    def __post_init__(self) -> None:
        device = plug()
        registry = Registry([device], ZoneInfo(SHANGHAI))
        self.engine = Engine(
            office(device, policies=[LEFT_ON]),
            registry,
            self,
            self.clock,
            send=self.send,
            tell=self.told.append,
            crash=self.did.append,
        )

    def advance(
        self,
        decoded_row: int,
        lines: bytes,
        count: int,
        records: Sequence[bytes],
        snapshot: Rows | None,
    ) -> None:
        self.on_advance()
        self.did.append("journal")
        if snapshot is not None:
            self.rows.update(snapshot)
            state = self.rows[STATE]
            self.snapshots.append(whole(state, {name: body for name, body in self.rows.items() if body}) or b"")

    def promise(self, reads: Reads, promise: bytes) -> None:
        self.did.append("promise")

    def keep(self, kind: str, snapshot: bytes) -> None:
        pass

    def keep_office(self, row: int, snapshot: bytes) -> None:
        pass

    def send(self, outgoing: Outgoing) -> None:
        if self.broker_is_away:
            raise BrokerUnavailable("not connected to the broker")
        self.did.append("publish")
        self.sent.append(outgoing)

    def hear(self, payload: bytes, row: int = 1) -> None:
        message = Message("stat/plug/RESULT", payload, self.clock.at, retained=False, backlog=False)
        self.engine.turn([Batch(row, self.clock.at, [message])])


def test_what_is_decided_is_written_down_before_it_is_sent() -> None:
    bench = Bench()
    bench.hear(b'{"POWER":"ON"}')
    assert bench.did == ["after_decision", "journal", "after_journal", "publish", "after_publish"]
    (case,) = msgspec.msgpack.decode(bench.snapshots[-1], type=Cases).cases
    assert case.phase == "acting", "a crash now would find the case waiting for its proof"


def test_a_command_that_the_journal_held_up_too_long_never_leaves() -> None:
    bench = Bench()

    def slow() -> None:
        bench.clock.at += timedelta(seconds=6)

    bench.on_advance = slow
    bench.hear(b'{"POWER":"ON"}')
    assert not bench.sent
    (refusal,) = bench.engine.inbox.take(0)
    assert isinstance(refusal, NotSent)
    assert not refusal.final


def test_a_command_one_moment_before_its_end_still_leaves() -> None:
    bench = Bench()

    def slow() -> None:
        bench.clock.at += timedelta(seconds=5) - timedelta(microseconds=1)

    bench.on_advance = slow
    bench.hear(b'{"POWER":"ON"}')
    assert [outgoing.payload for outgoing in bench.sent] == [b"OFF"]


def test_without_a_broker_the_command_is_thought_about_again_and_is_a_new_one() -> None:
    bench = Bench(broker_is_away=True)
    bench.hear(b'{"POWER":"ON"}')
    (refusal,) = bench.engine.inbox.take(0)
    assert isinstance(refusal, NotSent)
    bench.broker_is_away = False
    bench.engine.turn([refusal])
    for _ in range(120):
        bench.clock.at += timedelta(seconds=1)
        bench.hear(b'{"POWER":"ON"}')
        if bench.sent:
            break
    assert [outgoing.payload for outgoing in bench.sent] == [b"OFF"]


def test_with_a_failing_journal_nothing_is_commanded_and_it_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daemon.engine.steps.RETRY_AFTER", 0.0)
    bench = Bench()
    tries = 0

    def failing() -> None:
        nonlocal tries
        tries += 1
        assert not bench.sent
        if tries <= 3:
            raise StoreUnavailable("journal full")

    bench.on_advance = failing
    bench.hear(b'{"POWER":"ON"}')
    assert tries == 4
    assert len(bench.told) == 1
    assert len(bench.sent) == 1


def test_the_same_rows_again_give_the_same_case_with_the_same_command() -> None:
    """After a crash between decision and journal the row is used again: no second case, no second number."""
    first, second = Bench(), Bench()
    for bench in (first, second):
        bench.hear(b'{"POWER":"ON"}')
    assert first.snapshots == second.snapshots
    assert first.sent == second.sent


def test_a_mistake_of_ours_in_one_step_costs_no_thread_and_is_counted() -> None:
    bench = Bench()

    def broken() -> None:
        raise ZeroDivisionError

    bench.on_advance = broken
    bench.engine.start()
    message = Message("stat/plug/RESULT", b'{"POWER":"ON"}', NIGHT, retained=False, backlog=False)
    bench.engine.put(Batch(1, NIGHT, [message]))
    while not bench.engine.failures:
        assert bench.engine.is_alive
    bench.on_advance = lambda: None
    assert bench.engine.stop(5.0)


def test_what_is_calm_is_asked_of_the_devices_that_hold_now() -> None:
    bench = Bench()
    lamp = Device(id=DeviceId("lamp"), kind="light", zone=plug().zone, address=Address("zigbee2mqtt", "lamp"))
    messages = [Message("zigbee2mqtt/lamp", b'{"state":"ON"}', NIGHT)]

    def is_calm_the_second_time() -> bool:
        bench.engine.inbox.is_calm(messages)
        return bench.engine.inbox.is_calm(messages)

    assert not is_calm_the_second_time(), "of a device that nobody has configured nothing is known"
    configured = Configured(office(plug(), lamp).office.site, (LEFT_ON,))
    registry = Registry([plug(), lamp], ZoneInfo(SHANGHAI))
    bench.engine.turn([Reconfigured(configured, registry, Remark(Reloaded(NIGHT, ())))])
    assert is_calm_the_second_time()

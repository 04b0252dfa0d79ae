"""What presses is judged by the thread that has read it, in one transaction with its bytes; or it goes the usual way."""

import random
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from network_site import until
from offices import EVENING, SHANGHAI, office, plug
from still_clock import StillClock

from daemon.engine.engine import Engine
from daemon.engine.inbox import MANY, Item, Stop
from daemon.engine.kept_rows import whole
from daemon.engine.snapshot import restore
from daemon.errors import JudgedNotKept, StoreUnavailable
from daemon.journal.journal import Journal
from daemon.mqtt.batch import Batch, Decoded, Handed
from daemon.ports import Read, Reads
from policies.rules.after_hours_power import AfterHoursPower
from policies.state import State
from sensors.messages import Message, Outgoing
from sensors.registry import Registry

LEFT_ON = AfterHoursPower(
    name="evenings", mode="enforce", grace="0s", warn="0s", command_expiry="5s", confirm_within="10s", retry_after="1s"
)
NIGHT = EVENING + timedelta(hours=1)
ON, OFF, WATTS = b'{"POWER":"ON"}', b'{"POWER":"OFF"}', b'{"ENERGY":{"Power":80}}'
FRESH = office(plug(), policies=[LEFT_ON])


class Bench:
    """An engine on a real journal; `did` are crash points and commands, in order. `start` gives it its thread."""

    def __init__(self, path: Path, longest: timedelta = timedelta(seconds=30)) -> None:
        self.clock = StillClock(NIGHT)
        self.did: list[str] = []
        self.sent: list[Outgoing] = []
        self.told: list[str] = []
        self.journal = Journal(path / "journal.sqlite", now=self.clock.now, tell=print, crash=self.did.append)
        self.engine = Engine(
            FRESH,
            Registry([plug()], ZoneInfo(SHANGHAI)),
            self.journal,
            self.clock,
            send=self.send,
            tell=self.told.append,
            crash=self.did.append,
            longest_wait=longest,
        )

    def send(self, outgoing: Outgoing) -> None:
        self.did.append("publish")
        self.sent.append(outgoing)

    def batch(self, *payloads: bytes, is_calm: bool = False, row: int = 0) -> Batch:
        topic = "tele/plug/SENSOR" if payloads == (WATTS,) else "stat/plug/RESULT"
        messages = [Message(topic, payload, self.clock.at, retained=False, backlog=False) for payload in payloads]
        return Batch(row or self.journal.next_row, self.clock.at, messages, is_calm)

    def judge(self, *batches: Batch) -> Sequence[Handed]:
        reads = [Read(b"raw %d" % batch.row, batch.received_at) for batch in batches]
        return self.engine.judge(batches, Reads(reads, 5))

    def kept(self) -> State:
        """What a restart would know."""
        return restore(FRESH, whole(self.journal.latest_snapshot(), self.journal.kept_rows()), None, NIGHT, None)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_bytes_case_and_mark_are_one_transaction_before_the_command(bench: Bench) -> None:
    assert bench.judge(bench.batch(ON)) == ()
    assert bench.did == [
        "after_decision", "before_advance", "after_advance", "after_journal", "publish", "after_publish",
    ]  # fmt: skip
    assert bench.journal.decoded_row == 1
    assert [row.raw for row in bench.journal.since_office()] == [b"raw 1"]
    (case,) = bench.kept().cases.values()
    assert case.phase == "acting", "a crash now would find the case waiting for its proof"


def test_what_does_not_press_is_given_back_with_what_it_says_and_wakes_nobody(bench: Bench) -> None:
    bench.judge(bench.batch(OFF))
    bench.did.clear()
    (left,) = bench.judge(bench.batch(OFF))
    assert isinstance(left, Decoded)
    assert left.batch.is_calm
    assert left.readings
    assert bench.did == []
    assert bench.journal.next_row == 2, "it is not kept yet"


def test_what_has_gathered_is_judged_before_and_the_mark_is_behind_all_of_it(bench: Bench) -> None:
    bench.judge(bench.batch(OFF))
    for _ in range(2):
        calm = bench.batch(WATTS, is_calm=True)
        bench.journal.commit([Read(b"calm", NIGHT)], version=5)
        bench.engine.put_all([calm])
    bench.judge(bench.batch(ON))
    assert bench.journal.decoded_row == 4
    assert bench.engine.inbox.take(0) == []
    heard = bench.engine.state.office.of(plug().id)
    assert heard.watts is not None, "what had waited was thrown away"
    assert heard.watts.value == 80
    assert bench.engine.steps == 2


def test_several_reads_of_one_turn_are_one_transaction(bench: Bench) -> None:
    first = bench.journal.next_row
    assert bench.judge(bench.batch(OFF, row=first), bench.batch(ON, row=first + 1)) == ()
    assert bench.did.count("before_advance") == 1
    assert bench.journal.decoded_row == first + 1
    assert [outgoing.payload for outgoing in bench.sent] == [b"OFF"]


def test_a_flood_goes_the_usual_way(bench: Bench) -> None:
    flood = bench.batch(*[ON] * MANY)
    assert bench.judge(flood) == (flood,)
    assert not bench.sent


def test_while_the_engine_thinks_it_goes_the_usual_way(bench: Bench) -> None:
    pressing = bench.batch(ON)
    with bench.engine._turn:
        assert bench.judge(pressing) == (pressing,)
    assert not bench.sent


def test_what_waits_behind_the_end_stays_where_it_is(bench: Bench) -> None:
    bench.judge(bench.batch(OFF))
    last = Stop()
    bench.engine.put(last)
    (left,) = bench.judge(bench.batch(ON))
    assert isinstance(left, Decoded)
    assert not left.batch.is_calm
    assert bench.engine.inbox.take(0) == [last]
    assert not bench.sent


def test_what_cannot_be_judged_is_given_back_as_it_came_and_the_usual_way_counts_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("daemon.engine.steps.step", broken)
    pressing = bench.batch(ON)
    assert bench.judge(pressing) == (pressing,)
    assert bench.engine.failures == 0
    assert bench.engine._turn.acquire(blocking=False), "the next one would wait for ever"


def test_what_the_journal_did_not_take_is_not_judged_again_and_its_command_waits_until_it_does(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = bench.journal.advance

    def full(*_: object) -> None:
        raise StoreUnavailable("no space")

    monkeypatch.setattr(bench.journal, "advance", full)
    with pytest.raises(JudgedNotKept, match="no space"):
        bench.judge(bench.batch(ON))
    assert not bench.sent
    monkeypatch.setattr(bench.journal, "advance", right)
    row = bench.journal.commit([Read(b"raw", NIGHT)], version=5)
    bench.engine.turn([Batch(row, NIGHT, [])])  # as the receiver hands it over, once it is durable
    assert [outgoing.payload for outgoing in bench.sent] == [b"OFF"]
    assert bench.journal.decoded_row == row
    (case,) = bench.kept().cases.values()
    assert case.phase == "acting"
    bench.engine.turn([])
    assert len(bench.sent) == 1, "sent again"


def test_an_owed_command_is_sent_by_the_engine_s_thread_without_another_word(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemon.engine.steps.RETRY_AFTER", 0.01)
    right, tries = bench.journal.advance, 0

    def full_for_a_while(*arguments: object) -> None:
        nonlocal tries
        tries += 1
        if tries < 5:
            raise StoreUnavailable("no space")
        right(*arguments)  # type: ignore[arg-type]  # whatever they are

    monkeypatch.setattr(bench.journal, "advance", full_for_a_while)
    bench.engine.start()
    until(lambda: bench.engine.steps and bench.engine._turn.acquire(timeout=0.01))  # it has thought once, and waits now
    bench.engine._turn.release()
    with pytest.raises(JudgedNotKept):
        bench.judge(bench.batch(ON))
    until(lambda: bench.sent)
    assert len(bench.told) == 1
    assert bench.engine.stop(5.0)
    assert len(bench.sent) == 1


def test_the_engine_wakes_in_time_for_what_was_decided_while_it_slept(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its thread sleeps until the next tick; the command's proof is due before."""
    rung = threading.Event()
    monkeypatch.setattr(bench.engine.inbox, "ring", rung.set)
    bench.judge(bench.batch(OFF))
    bench.engine._sleeps_until = NIGHT + timedelta(seconds=30)
    rung.clear()
    bench.judge(bench.batch(ON))
    assert bench.sent
    assert rung.is_set()


def test_an_engine_that_finds_everything_judged_makes_no_step_and_still_keeps_the_office(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[bool] = []
    monkeypatch.setattr(bench.engine._steps, "keep_office", lambda *, at_once: kept.append(at_once))
    bench.judge(bench.batch(OFF))
    steps = bench.engine.steps
    bench.engine.start()
    bench.engine.inbox.ring()
    until(lambda: False in kept)
    assert bench.engine.steps == steps
    assert bench.engine.stop(5.0)


def test_whoever_judges_each_row_is_used_once_and_in_its_order(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five hundred reads, calm and pressing, through a real receiver's steps, while the engine's thread takes what it can."""
    used: list[int] = []
    right = bench.engine._steps._decide

    def noted(items: Sequence[Item], since: float) -> object:
        used.extend(batch_of(item).row for item in items if isinstance(item, Batch | Decoded))
        time.sleep(random.choice([0, 0, 0.0005, 0.004]))
        return right(items, since)

    monkeypatch.setattr(bench.engine._steps, "_decide", noted)
    bench.engine._gathering._longest = 0.003
    bench.engine.start()
    at_once = 0
    for number in range(500):
        is_calm = random.random() < 0.6
        batch = bench.batch(WATTS, is_calm=True) if is_calm else bench.batch(ON if number % 2 else OFF)
        left = [batch] if is_calm else bench.judge(batch)
        if left:
            bench.journal.commit([Read(b"raw", NIGHT)], version=5)
            bench.engine.put_all(left)
        else:
            at_once += 1
        time.sleep(random.choice([0, 0, 0.001]))
    assert bench.engine.stop(10.0)
    assert used == list(range(1, 501))
    assert bench.journal.decoded_row == 500
    assert at_once, "the network never judged"


def batch_of(item: Handed) -> Batch:
    return item if isinstance(item, Batch) else item.batch

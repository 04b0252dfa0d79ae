"""What presses is judged by the thread that has read it: a promise, the command, the rest; or it goes the usual way."""

import random
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from changed import replace
from judging import ALONE, FRESH, LAMP, NIGHT, OFF, ON, WATTS, Bench, full
from network_site import until
from offices import plug

from daemon.engine.gathering import in_order
from daemon.engine.inbox import MANY, Item, Stop
from daemon.engine.promise import Promise
from daemon.errors import StoreUnavailable
from daemon.mqtt.batch import Batch, Decoded, batch_of
from daemon.ports import Read, Reads
from policies.rules.after_hours_power import AfterHoursPower
from policies.step import Outcome
from sensors.device import DeviceId
from sensors.messages import Message
from sensors.readings import Power


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_bytes_and_promise_are_durable_before_the_command_and_the_rest_before_long(bench: Bench) -> None:
    assert bench.judge(bench.batch(ON)) == ()
    assert bench.did == [
        "after_decision", "before_promise", "after_promise", "after_journal", "publish", "after_publish",
    ]  # fmt: skip
    assert bench.journal.decoded_row == 0
    bench.flush()
    assert bench.journal.decoded_row == 1
    (row,) = bench.journal.since_office()
    assert row.raw == b"raw 1"
    promise = Promise.read(row.promise)
    assert promise is not None
    assert promise.at == NIGHT
    (case,) = bench.kept().cases.values()
    assert case.phase == "acting", "a crash now would find the case waiting for its proof"
    assert case.command is not None
    assert promise.commands == (case.command.id,)
    points = b"\n".join(row.lines for row in bench.journal.outbox.next(1000)).split(b"\n")
    assert sorted(point.split(b",")[0] for point in points) == [b"case", b"case", b"command", b"power"]


def test_the_rest_is_left_to_the_engine_which_looks_by_itself(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[bool] = []
    monkeypatch.setattr(bench.engine.inbox, "ring", lambda: rung.append(True))
    assert bench.judge(bench.batch(OFF)) == bench.judge(bench.batch(OFF, name="lamp")) == ()
    assert bench.did == ["before_promise", "after_promise"] * 2
    assert rung == [True], "it knows from then on"
    assert bench.journal.decoded_row == 0
    assert [Promise.read(row.promise) for row in bench.journal.since_office()] == [Promise(NIGHT)] * 2
    monkeypatch.undo()
    bench.engine.start()
    until(lambda: bench.journal.decoded_row == 2)
    assert bench.engine.stop(5.0)


def test_what_was_decided_without_a_promise_is_written_down_before_the_next_one(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.judge(bench.batch(ON))
    bench.clock.at += timedelta(seconds=10)  # no proof: the engine closes this attempt
    with monkeypatch.context() as broken:
        broken.setattr(bench.journal, "advance", full)
        bench.engine.turn([])
        (left,) = bench.judge(bench.batch(OFF))
        assert isinstance(left, Decoded)
        assert not left.batch.is_calm
    bench.engine.turn([])
    assert bench.judge(bench.batch(OFF)) == ()


def test_what_begins_to_wait_for_less_than_it_waits_to_be_written_is_written_at_once(bench: Bench) -> None:
    steps = bench.engine._steps
    for grace, row in ((timedelta(seconds=1), 0), (timedelta(milliseconds=100), 1)):
        policy = AfterHoursPower(name="evenings", mode="enforce", grace=grace, warn="0s")
        steps.state = replace(FRESH, policies=(policy,))
        steps.take([bench.batch(ON, row=1)], since=time.monotonic())
        assert bench.journal.decoded_row == row


def test_what_does_not_press_is_given_back_with_what_it_says_and_wakes_nobody(bench: Bench) -> None:
    bench.judge(bench.batch(OFF))
    bench.did.clear()
    (left,) = bench.judge(bench.batch(OFF))
    assert isinstance(left, Decoded)
    assert left.batch.is_calm
    assert left.readings
    assert bench.did == []
    assert bench.journal.next_row == 2, "it is not kept yet"


def test_what_the_same_device_has_said_before_is_judged_with_it(bench: Bench) -> None:
    bench.judge(bench.batch(OFF))
    for _ in range(2):
        bench.wait_calm("plug")
    bench.judge(bench.batch(ON))
    bench.flush()
    assert bench.journal.decoded_row == 4
    assert bench.engine.inbox.take(0) == []
    heard = bench.engine.state.office.of(plug().id)
    assert heard.watts is not None, "what had waited was thrown away"
    assert heard.watts.value == 80
    assert bench.engine.steps == 2


def test_what_presses_is_commanded_before_what_others_have_said_is_looked_at(bench: Bench) -> None:
    bench.judge(bench.batch(OFF))
    bench.wait_calm("lamp")
    bench.did.clear()
    bench.judge(bench.batch(ON))
    assert bench.engine.steps == 3
    bench.flush()
    assert bench.did.index("publish") < bench.did.index("before_advance")
    assert bench.did.count("before_advance") == 1
    assert bench.journal.decoded_row == 3
    heard = bench.engine.state.office.of(LAMP.id)
    assert heard.watts is not None, "what had waited was thrown away"


def test_what_is_not_calm_or_of_the_same_device_is_looked_at_before(bench: Bench) -> None:
    def of(name: str, row: int, *, is_calm: bool = False) -> Batch:
        return Batch(row, NIGHT, [Message(f"z/{name}", b"", NIGHT)], is_calm)

    def says(batch: Batch, device: str) -> Decoded:
        return Decoded(batch, [Power(device=DeviceId(device), arrived_at=NIGHT, watts=1.0)])

    pressing = says(of("plug", 9), "plug")
    other, told = of("lamp", 6, is_calm=True), says(of("lamp", 7, is_calm=True), "lamp")
    assert in_order([other, told], [pressing], ALONE) == ([pressing], [other, told])
    assert in_order([told], [other, pressing], ALONE) == ([pressing], [told, other])
    for before in (
        of("plug", 8, is_calm=True),
        says(of("plug/power", 8, is_calm=True), "plug"),
        of("lamp", 8),
        says(of("lamp", 8), "lamp"),
    ):
        assert in_order([other, before], [pressing], ALONE) == ([other, before, pressing], ())
        assert in_order([other], [told, pressing], ALONE) == ([other, told, pressing], ())
    for leaning in (plug(meter="lamp"), plug(busy_signs=("lamp",))):
        assert in_order([other], [pressing], {leaning.id: leaning}) == ([other, pressing], ())


def test_several_reads_of_one_turn_are_one_promise(bench: Bench) -> None:
    first = bench.journal.next_row
    assert bench.judge(bench.batch(OFF, row=first), bench.batch(ON, row=first + 1)) == ()
    bench.flush()
    assert bench.did.count("before_promise") == bench.did.count("before_advance") == 1
    assert bench.journal.decoded_row == first + 1
    assert [outgoing.payload for outgoing in bench.sent] == [b"OFF"]
    assert [row.promise is None for row in bench.journal.since_office()] == [True, False]


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
    bench.wait_calm("lamp")
    pressing = bench.batch(ON)
    assert bench.judge(pressing) == (pressing,)
    assert len(bench.engine._gathering.everything() or ()) == 1, "what had waited was thrown away"
    assert bench.engine.failures == 0
    assert bench.engine._turn.acquire(blocking=False), "the next one would wait for ever"


def test_what_the_journal_does_not_take_has_not_happened(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.judge(bench.batch(OFF))
    before = bench.engine.state
    bench.wait_calm("lamp")
    with monkeypatch.context() as broken:
        broken.setattr(bench.journal, "promise", full)
        with pytest.raises(StoreUnavailable, match="no space"):
            bench.judge(bench.batch(ON))
    assert bench.engine.state is before
    assert not bench.sent
    bench.judge(bench.batch(ON))
    assert len(bench.sent) == 1
    bench.flush()
    assert bench.journal.decoded_row == 3
    assert bench.engine.state.office.of(LAMP.id).watts is not None, "what had waited was thrown away"


def test_the_rest_that_the_journal_does_not_take_is_offered_again_and_no_second_promise_before(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(bench.journal, "advance", full)
        assert bench.judge(bench.batch(ON)) == ()
        assert [outgoing.payload for outgoing in bench.sent] == [b"OFF"]
        bench.flush()
        (left,) = bench.judge(bench.batch(OFF))
        assert isinstance(left, Decoded)
        assert not left.batch.is_calm
        assert bench.journal.decoded_row == 0
    assert bench.engine.inbox._bell.acquire(blocking=False), "nobody would offer it"
    bench.flush()
    assert bench.journal.decoded_row == 1
    (case,) = bench.kept().cases.values()
    assert case.phase == "acting"
    assert bench.judge(bench.batch(OFF)) == ()


def test_a_command_of_the_rest_waits_until_it_is_written_down(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The step over what was calm comes upon a case whose time has come."""
    bench.judge(bench.batch(OFF))
    bench.judge(bench.batch(ON))
    steps = bench.engine._steps
    calm = bench.batch(WATTS, is_calm=True)
    bench.clock.at += timedelta(seconds=12)  # no proof: it is commanded once more
    with monkeypatch.context() as broken:
        broken.setattr(bench.journal, "advance", full)
        steps.keep(Outcome(steps.state, (), NIGHT), [], [calm], row=calm.row, since=0.0)
        bench.clock.at += timedelta(seconds=2)
        steps.keep(Outcome(steps.state, (), NIGHT), [], [calm], row=calm.row, since=0.0)
        assert len(bench.sent) == 1
    bench.engine.turn([])
    assert len(bench.sent) == 2
    bench.engine.turn([])
    assert len(bench.sent) == 2, "sent again"


def test_a_mistake_in_what_follows_the_command_loses_neither_the_bytes_nor_the_case(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.judge(bench.batch(OFF))
    bench.wait_calm("lamp")

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as wrong:
        wrong.setattr(bench.engine._steps.intake, "inputs", broken)
        assert bench.judge(bench.batch(ON)) == ()
    assert bench.engine.failures == 1
    assert len(bench.sent) == 1
    bench.flush()
    assert bench.journal.decoded_row == 3
    assert len(bench.kept().cases) == 1


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
    bench.engine.turn([])
    steps = bench.engine.steps
    bench.engine.start()
    bench.engine.inbox.ring()
    until(lambda: False in kept)
    assert bench.engine.steps == steps
    assert bench.engine.stop(5.0)


def test_whoever_judges_each_row_is_used_once_and_in_its_order(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five hundred reads, calm and pressing, through a real receiver's steps, while the engine's thread takes what it can."""
    used: list[int] = []
    steps = bench.engine._steps
    decide, promise = steps._decide, steps.promise

    def decided(items: Sequence[Item], *more: Any) -> object:
        used.extend(batch_of(item).row for item in items if isinstance(item, Batch | Decoded))
        time.sleep(random.choice([0, 0, 0.0005, 0.004]))
        return decide(items, *more)

    def promised(reads: Reads, first: Sequence[Decoded]) -> object:
        used.extend(item.batch.row for item in first)
        return promise(reads, first)

    monkeypatch.setattr(steps, "_decide", decided)
    monkeypatch.setattr(steps, "promise", promised)
    bench.engine._gathering._longest = 0.003
    bench.engine.start()
    at_once = 0
    calm: set[int] = set()
    for number in range(500):
        is_calm = random.random() < 0.6
        batch = bench.batch(WATTS, is_calm=True) if is_calm else bench.batch(ON if number % 2 else OFF)
        if is_calm:
            calm.add(batch.row)
        left = [batch] if is_calm else bench.judge(batch)
        if left:
            bench.journal.commit([Read(b"raw", NIGHT)], version=5)
            bench.engine.put_all(left)
        else:
            at_once += 1
        time.sleep(random.choice([0, 0, 0.001]))
    assert bench.engine.stop(10.0)
    assert sorted(used) == list(range(1, 501))
    for some in (calm, set(used) - calm):
        assert [row for row in used if row in some] == sorted(some), "out of its order"
    assert bench.journal.decoded_row == 500
    assert at_once, "the network never judged"

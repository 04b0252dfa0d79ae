"""What a read becomes: one journal row, then acknowledgements, then a batch; and what does not become anything."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from receiving_desk import AT, Desk, said

from daemon.errors import StoreUnavailable
from daemon.mqtt.batch import batch_from_raw
from daemon.mqtt.dialect import Dialect
from daemon.mqtt.fence import RESEND_SECONDS, Fence
from daemon.mqtt.tick import Tick
from daemon.mqtt.wire import V5, V311, encode
from daemon.ports import Read


def test_a_read_is_committed_then_acknowledged_then_handed_over() -> None:
    desk = Desk()
    desk.pass_fence()
    desk.hear(said("a", "1", 7), said("b", "2"), said("c", "3", 9))
    assert desk.done == [
        "before_commit", "commit", "after_commit", "ack 7,9", "after_ack", "put", "after_handover",
    ]  # fmt: skip
    assert [(each.topic, each.payload) for each in desk.batches[0].messages] == [("a", b"1"), ("b", b"2"), ("c", b"3")]


def test_what_comes_while_we_leave_stays_with_the_broker() -> None:
    """Its acknowledgement would stand behind our DISCONNECT, and the next start would store it a second time."""
    desk = Desk()
    desk.pass_fence()
    desk.done.clear()
    desk.receiver.is_leaving = True
    desk.hear(said("a", "1", 7))
    assert desk.done == []


def test_messages_of_one_read_and_of_the_next_never_share_an_instant() -> None:
    desk = Desk()
    desk.pass_fence()
    desk.hear(said("a", "1", 1), said("a", "2", 2))
    desk.hear(said("a", "3", 3))
    instants = [message.arrived_at for batch in desk.batches for message in batch.messages]
    assert instants == [AT + timedelta(microseconds=n) for n in range(1, 4)]  # the fence took the first


def test_a_clock_that_was_set_back_is_believed() -> None:
    desk = Desk()
    desk.pass_fence()
    desk.hear(said("a", "1", 1))
    desk.hear(said("a", "2", 2), at=AT - timedelta(hours=1))
    assert desk.batches[1].received_at == AT - timedelta(hours=1)


@pytest.mark.parametrize("version", [V311, V5])
def test_a_journal_row_decodes_to_the_batch_that_was_handed_over(version: int) -> None:
    desk = Desk()
    desk.hear(
        said("a", "1", 1, retain=True, version=version),
        said("officed/hq/fence", desk.token.decode(), 2, version=version),
        said("空调", "", 3, version=version),
        version=version,
    )
    again = [
        batch_from_raw(raw, received_at, backlog, level, row)
        for row, (raw, received_at, backlog, level) in enumerate(desk.rows, 1)
    ]
    assert again == desk.batches
    assert [(m.topic, m.retained, m.backlog) for batch in again for m in batch.messages] == [
        ("a", True, True),
        ("空调", False, False),
    ]


def test_a_topic_that_is_no_text_does_not_stop_the_others() -> None:
    desk = Desk()
    desk.pass_fence()
    desk.hear(encode(0x30, b"\xff", b"", b"x", V5), said("a", "1", 1))
    assert [message.topic for message in desk.batches[0].messages] == ["\ufffd", "a"]


def test_everything_before_the_token_is_backlog_and_a_token_of_yesterday_opens_nothing() -> None:
    desk = Desk()
    desk.hear(said("a", "1", 1), said("officed/hq/fence", "yesterday", 2), said("a", "2", 3))
    desk.hear(said("a", "3", 4), said("officed/hq/fence", desk.token.decode(), 5), said("a", "4", 6))
    desk.hear(said("a", "5", 7))
    assert [(m.payload, m.backlog) for b in desk.batches for m in b.messages] == [
        (b"1", True), (b"2", True), (b"3", True), (b"4", False), (b"5", False),
    ]  # fmt: skip
    assert [each for each in desk.done if each.startswith("ack")] == ["ack 1,2,3", "ack 4,5", "ack 6", "ack 7"]
    instants = [message.arrived_at for batch in desk.batches for message in batch.messages]
    assert sorted(set(instants)) == instants


def test_a_token_that_was_sent_twice_is_acknowledged_twice_and_stored_never() -> None:
    desk = Desk()
    assert desk.fence.due(RESEND_SECONDS) == desk.token
    desk.pass_fence()
    desk.hear(said("officed/hq/fence", desk.token.decode(), 5), said("a", "1", 6))
    assert [m.topic for b in desk.batches for m in b.messages] == ["a"]
    assert "ack 5,6" in desk.done
    assert not desk.batches[0].messages[0].backlog


@pytest.mark.parametrize(
    ("again", "session_present", "stored"),
    [
        pytest.param(said("a", "1", 7, dup=True), True, False, id="sent again: dropped"),
        pytest.param(said("a", "1", 8, dup=True), True, True, id="other packet id: the second of two equal readings"),
        pytest.param(said("a", "2", 7, dup=True), True, True, id="other payload"),
        pytest.param(said("b", "1", 7, dup=True), True, True, id="other topic"),
        pytest.param(said("a", "1", 7), True, True, id="not marked as sent before"),
        pytest.param(said("a", "1", 7, dup=True), False, True, id="the broker forgot us: ids mean nothing"),
    ],
)
@pytest.mark.parametrize("restarted", [False, True])
def test_what_comes_twice_after_a_reconnect_is_stored_once_and_acknowledged(
    again: bytes, session_present: bool, stored: bool, restarted: bool
) -> None:
    desk = Desk()
    desk.pass_fence()
    desk.hear(said("a", "1", 7))
    if restarted:
        desk = Desk([(raw, version) for raw, _, _, version in desk.rows])
    desk.fence.raise_again()
    desk.receiver.resume(session_present=session_present)
    rows = len(desk.rows)
    desk.done.clear()
    desk.hear(again)
    assert (len(desk.rows) > rows) == stored
    assert any(each.startswith("ack") for each in desk.done)


def test_a_duplicate_mark_after_the_fence_is_no_duplicate() -> None:
    desk = Desk()
    assert desk.fence.due(RESEND_SECONDS)  # a second token is on its way: messages are looked at one by one
    desk.pass_fence()
    desk.hear(said("a", "1", 7))
    desk.receiver.resume(session_present=True)
    desk.hear(said("a", "1", 7, dup=True))
    assert len(desk.rows) == 2


@pytest.mark.parametrize("failure", [StoreUnavailable("disk full"), ZeroDivisionError("bug")])
def test_a_failing_journal_means_no_acknowledgement_and_one_sentence(failure: Exception) -> None:
    desk = Desk()
    desk.pass_fence()
    desk.failure = failure
    for mid in (1, 2, 3):
        desk.hear(said("a", "1", mid))
        assert not desk.receiver.retry(V5, desk.acknowledge)
    assert not [each for each in desk.done if each.startswith(("ack", "put"))]
    assert len(desk.told) == 1
    assert str(failure) in desk.told[0]
    assert desk.receiver.counters.refused == 2


def test_a_healed_journal_takes_what_was_held_and_asks_for_the_rest_again() -> None:
    desk = Desk()
    desk.pass_fence()
    desk.failure = StoreUnavailable("disk full")
    desk.hear(said("a", "1", 1))
    desk.hear(said("a", "2", 2))
    desk.failure = None
    assert desk.receiver.retry(V5, desk.acknowledge)
    assert [each for each in desk.done if each.startswith("ack")] == ["ack 1"]
    assert len(desk.told) == 2
    assert not desk.receiver.is_failing


def test_what_was_withheld_on_an_old_connection_is_not_acknowledged_on_the_new_one() -> None:
    desk = Desk()
    desk.failure = StoreUnavailable("disk full")
    desk.hear(said("a", "1", 1))
    desk.failure = None
    desk.receiver.resume(session_present=False)
    assert not desk.receiver.retry(V5, desk.acknowledge)
    assert "ack 1" not in desk.done
    assert not desk.rows


@pytest.mark.parametrize(
    ("most_ms", "reads", "expected_ms"),
    [
        pytest.param(20, [(0.0, 100), (0.05, 100), (0.07, 100)], [0, 2, 4], id="first at once, then growing"),
        pytest.param(20, [(n * 0.02, 9) for n in range(7)], [0, 2, 4, 8, 16, 20, 20], id="up to the bound"),
        pytest.param(20, [(0.0, 9), (0.01, 9), (0.1121, 9), (0.2, 9)], [0, 2, 0, 2], id="a pause starts again"),
        pytest.param(20, [(0.0, 9), (0.01, 9), (0.1119, 9)], [0, 2, 4], id="a pause that is just too short"),
        pytest.param(20, [(0.0, 9), (0.01, 224 * 1024), (0.02, 224 * 1024 - 1)], [0, 0, 2], id="never after much"),
        pytest.param(1, [(0.0, 9), (0.01, 9), (0.02, 9)], [0, 1, 1], id="a small bound"),
        pytest.param(0, [(0.0, 9), (0.001, 9), (0.002, 9)], [0, 0, 0], id="off"),
    ],
)
def test_the_wait_after_a_read(most_ms: int, reads: list[tuple[float, int]], expected_ms: list[int]) -> None:
    tick = Tick(timedelta(milliseconds=most_ms))
    assert [round(tick.after(size, 1, now) * 1000, 6) for now, size in reads] == expected_ms


@pytest.mark.parametrize(
    ("counts", "expected_ms"),
    [
        pytest.param([20] * 8, [0, 2, 4, 2, 2, 2, 2, 2], id="window after window, also after the short wait"),
        pytest.param([20] * 4 + [10] * 3, [0, 2, 4, 2, 2, 2, 2], id="half a window is one"),
        pytest.param([20] * 4 + [9, 20, 20, 20, 20], [0, 2, 4, 2, 8, 16, 20, 20, 20], id="a steady office"),
        pytest.param([20, 20, 19, 20, 20, 19], [0, 2, 4, 8, 16, 20], id="chance"),
        pytest.param([9] * 6, [0, 2, 4, 8, 16, 20], id="few"),
    ],
)
def test_a_broker_that_waits_for_our_acknowledgements_is_not_kept_waiting(
    counts: list[int], expected_ms: list[int]
) -> None:
    tick = Tick(timedelta(milliseconds=20))
    waits = [tick.after(100, count, index * 0.02) for index, count in enumerate(counts)]
    assert [round(wait * 1000, 6) for wait in waits] == expected_ms


def test_haste_ends_after_a_second_and_is_asked_for_again() -> None:
    tick = Tick(timedelta(milliseconds=20))
    waits = [round(tick.after(100, 20, index * 0.02) * 1000, 6) for index in range(60)]
    assert waits[5:54] == [2] * 49
    assert waits[54:58] == [8, 16, 2, 2]


def test_the_fence_is_sent_again_until_it_comes_round_and_complains_once() -> None:
    fence = Fence("hq")
    assert fence.due(0.0) is None
    fence.raise_again()
    seen = [(fence.due(now) is not None, fence.is_overdue) for now in (0.0, 4.9, 5.0, 9.9, 10.0, 15.0)]
    assert seen == [(True, False), (False, False), (True, False), (False, False), (True, True), (True, False)]


@pytest.mark.parametrize(
    ("preference", "answers", "expected"),
    [
        ("auto", ["refused"], V311),
        ("auto", ["hung_up"], V5),
        ("auto", ["hung_up", "hung_up"], V311),
        ("auto", ["hung_up", "answered", "hung_up"], V5),
        ("auto", ["hung_up"] * 4, V5),
        ("auto", ["said_nothing"], V311),
        ("auto", ["said_nothing", "said_nothing"], V5),
        ("5", ["said_nothing"], V5),
        ("5", ["refused", "hung_up", "hung_up"], V5),
        ("3.1.1", ["hung_up", "hung_up"], V311),
    ],
)
def test_the_protocol_level_follows_what_the_broker_understands(
    preference: str, answers: Sequence[str], expected: int
) -> None:
    dialect = Dialect(preference)  # type: ignore[arg-type]  # parametrised
    for answer in answers:
        step: Callable[[], None] = getattr(dialect, answer)
        step()
    assert dialect.version == expected


def test_what_storing_takes_is_remembered_for_a_while_and_a_stalled_disk_counts_no_more_than_a_slow_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk, now = Desk(), 0.0

    def kept_in(seconds: float) -> float:
        def commit(reads: Sequence[Read], *, version: int) -> int:
            nonlocal now
            now += seconds
            return 1

        monkeypatch.setattr(desk, "commit", commit)
        desk.hear(said("plug", "on", 1))
        return desk.receiver.storing_seconds

    monkeypatch.setattr("daemon.mqtt.receiver.time.monotonic", lambda: now)
    assert kept_in(0.002) == pytest.approx(0.002)
    assert 0.001 < kept_in(0.0005) < 0.002
    assert min(kept_in(0.0005) for _ in range(30)) == pytest.approx(0.0005)
    assert kept_in(0.3) < 0.005

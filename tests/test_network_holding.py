"""What says nothing new waits for what does, or for the end of the turn: one commit, the same rows, the same answers."""

from datetime import timedelta

import pytest
from receiving_desk import AT, Desk, said

from daemon.errors import StoreUnavailable
from daemon.mqtt.fence import RESEND_SECONDS
from daemon.mqtt.holding import BYTES, Group, Holding
from daemon.mqtt.wire import V5


def desk() -> Desk:
    """Live, with two calm reads that wait, of 0 and 20 ms."""
    desk = Desk()
    desk.pass_fence()
    desk.hear(said("a", "calm 1", 1), said("b", "calm 2"), at=AT)
    desk.hear(said("a", "calm 3", 3), at=AT + timedelta(milliseconds=20))
    return desk


def test_calm_reads_are_neither_stored_nor_acknowledged_before_the_turn_ends() -> None:
    held = desk()
    assert held.done == ["held", "held"]
    was_holding = held.receiver.is_holding
    held.settle()
    assert (was_holding, held.receiver.is_holding) == (True, False)
    assert held.done[2:] == ["before_commit", "commit", "after_commit", "ack 1,3", "after_ack", "put", "after_handover"]
    held.settle()
    assert held.done[9:] == []


def test_news_takes_along_what_waits_and_every_read_keeps_its_row_and_its_time() -> None:
    held = desk()
    held.hear(said("a", "news", 4), at=AT + timedelta(milliseconds=40))
    assert held.done[2:5] == ["before_commit", "commit", "after_commit"]
    assert "ack 1,3,4" in held.done
    assert [at for _, at, _, _ in held.rows] == [
        AT + timedelta(microseconds=1), AT + timedelta(milliseconds=20), AT + timedelta(milliseconds=40),
    ]  # fmt: skip
    assert [(batch.row, batch.is_calm, len(batch.messages)) for batch in held.batches] == [
        (1, True, 2), (2, True, 1), (3, False, 1),
    ]  # fmt: skip


def test_a_journal_that_takes_nothing_leaves_all_of_it_unacknowledged_and_gets_it_when_it_is_well() -> None:
    held = desk()
    held.failure = StoreUnavailable("disk full")
    held.settle()
    held.hear(said("a", "calm 5", 5))
    assert not [each for each in held.done if each.startswith(("ack", "put"))]
    held.failure = None
    assert held.receiver.retry(V5, held.acknowledge), "what came meanwhile has to come again"
    assert [each for each in held.done if each.startswith("ack")] == ["ack 1,3"]
    assert [batch.row for batch in held.batches] == [1, 2]


def test_what_waits_when_we_leave_stays_with_the_broker() -> None:
    held = desk()
    held.receiver.is_leaving = True
    held.settle()
    assert held.done == ["held", "held"]


def test_what_waited_on_an_old_connection_is_not_acknowledged_on_the_new_one() -> None:
    held = desk()
    held.receiver.resume(session_present=True)
    held.settle()
    assert held.done == ["held", "held"]


def test_what_is_looked_at_one_by_one_comes_after_what_waits() -> None:
    held = Desk()
    assert held.fence.due(RESEND_SECONDS)  # a second token is on its way
    held.pass_fence()
    held.hear(said("a", "calm 1", 1))
    assert held.fence.outstanding
    held.hear(said("officed/hq/fence", held.token.decode(), 2), said("a", "calm 3", 3))
    assert [each for each in held.done if each.startswith("ack")] == ["ack 1", "ack 2,3"]
    assert held.done.count("held") == 1


def test_a_journal_that_fails_with_both_kept_back_gets_both_in_order() -> None:
    held = Desk()
    assert held.fence.due(RESEND_SECONDS)
    held.pass_fence()
    held.hear(said("a", "calm 1", 1))
    held.failure = StoreUnavailable("disk full")
    held.hear(said("officed/hq/fence", held.token.decode(), 2), said("a", "calm 3", 3))
    held.failure = None
    held.receiver.retry(V5, held.acknowledge)
    assert [message.payload for batch in held.batches for message in batch.messages] == [b"calm 1", b"calm 3"]
    assert [each for each in held.done if each.startswith("ack")] == ["ack 1,2,3"]


def group(ids: int, *, size: int = 100, is_calm: bool = True) -> Group:
    return Group(b"x" * size, [], [b"\0\1"] * ids, backlog=False, received_at=AT, is_calm=is_calm)


def test_news_does_not_wait_and_nothing_waits_beyond_so_many_bytes() -> None:
    holding = Holding()
    assert not holding.takes(group(1, is_calm=False))
    assert holding.takes(group(1, size=BYTES))
    assert not holding.takes(group(1, size=1))
    assert len(holding.release()) == 1
    assert holding.takes(group(1, size=1))


def test_only_news_of_now_may_go_before_what_waits() -> None:
    holding = Holding()
    news = group(1, is_calm=False)
    assert not holding.lets_by(news), "nothing waits"
    holding.takes(group(1))
    assert holding.lets_by(news)
    assert not holding.lets_by(news._replace(backlog=True))
    assert not holding.lets_by(group(1))


@pytest.mark.parametrize(
    ("reads", "kept"),
    [
        pytest.param([20], [False, False], id="window after window: each is answered at once"),
        pytest.param([5, 5], [True, False], id="a read that would fill it with one like it is not held"),
        pytest.param([5, 4], [True, True], id="a few in a quiet office are no window"),
    ],
)
def test_where_nothing_comes_although_many_wait_that_many_do_not_wait_again(reads: list[int], kept: list[bool]) -> None:
    holding = Holding()
    for ids in reads:
        assert holding.takes(group(ids))
    holding.stalled()
    holding.release()
    assert [holding.takes(group(reads[0])) for _ in kept] == kept


def test_a_suspicion_is_forgotten_after_a_while() -> None:
    holding = Holding()
    holding.takes(group(20))
    holding.stalled()
    holding.release()
    tries = [holding.takes(group(20)) for _ in range(500)]
    assert tries == [False] * 499 + [True]

"""What the receiver does with a read that may be judged at once: by its answer it is kept by it, by us, or by nobody yet."""

from collections.abc import Sequence

from receiving_desk import Desk, said

from daemon.errors import StoreUnavailable
from daemon.mqtt.batch import Batch, Decoded, Handed
from daemon.mqtt.wire import V5
from daemon.ports import Reads


class Thoughtful(Desk):
    """Somebody thinks behind this inbox; `answer` is what comes of it."""

    def __init__(self, answer: str = "judged") -> None:
        super().__init__()
        self.answer = answer
        self.asked: list[tuple[Sequence[Batch], Reads]] = []
        self.handed: list[Handed] = []
        self.pass_fence()
        self.done.clear()

    def judge(self, batches: Sequence[Batch], reads: Reads) -> Sequence[Handed]:
        self.asked.append((batches, reads))
        self.done.append("judge")
        if self.answer == "judged":
            self.rows += [(*read, reads.version) for read in reads.reads]
            return ()
        if self.answer == "full":
            raise StoreUnavailable("no space")
        return [Decoded(batch, []) for batch in batches]

    def put_all(self, batches: Sequence[Handed], /) -> None:
        self.handed += batches
        self.done.append("put")


def news(mid: int = 1) -> bytes:
    return said("stat/plug", "news", mid)


def test_what_is_judged_is_acknowledged_and_neither_kept_nor_handed_over_again() -> None:
    desk = Thoughtful()
    desk.hear(news())
    assert desk.done == ["before_commit", "judge", "after_commit", "ack 1", "after_ack", "after_handover"]
    assert desk.receiver.counters.messages == 1


def test_it_is_asked_with_the_row_and_the_bytes_that_it_will_have() -> None:
    desk = Thoughtful()
    desk.hear(news())
    desk.hear(news(2))
    ((first,), _), ((second,), reads) = desk.asked
    assert (first.row, second.row) == (1, 2)
    assert reads.version == V5
    assert [read.raw for read in reads.reads] == [news(2)]


def test_what_is_left_is_kept_acknowledged_and_handed_over_as_it_was_given_back() -> None:
    desk = Thoughtful("left")
    desk.hear(news())
    assert [one for one in desk.done if "_" not in one] == ["judge", "commit", "ack 1", "put"]
    (item,) = desk.handed
    assert isinstance(item, Decoded)
    assert item.batch.row == 1


def test_what_is_calm_or_was_queued_while_we_were_away_is_not_asked_about() -> None:
    desk = Thoughtful()
    desk.hear(said("stat/plug", "calm", 1))
    desk.settle()
    desk.fence.raise_again()
    desk.hear(news(2))
    assert not desk.asked
    assert len(desk.rows) == 2


def test_what_calm_reads_had_waited_for_is_judged_with_them() -> None:
    desk = Thoughtful()
    desk.hear(said("stat/plug", "calm", 1))
    desk.hear(news(2))
    ((batches, reads),) = desk.asked
    assert [batch.is_calm for batch in batches] == [True, False]
    assert len(reads.reads) == 2


def test_what_the_journal_does_not_take_is_not_acknowledged_and_judged_when_it_does() -> None:
    desk = Thoughtful("full")
    desk.hear(news())
    assert not [one for one in desk.done if one.startswith(("ack", "put"))]
    assert not desk.receiver.retry(V5, desk.acknowledge)
    assert not desk.rows
    desk.answer = "judged"
    desk.receiver.retry(V5, desk.acknowledge)
    assert not desk.receiver.is_failing
    assert [row[0] for row in desk.rows] == [news()]
    assert [one for one in desk.done if one.startswith("ack")] == ["ack 1"]
    assert not desk.handed
    assert desk.receiver.counters.messages == 1


def test_a_new_connection_forgets_what_was_not_kept_because_it_comes_again() -> None:
    desk = Thoughtful("full")
    desk.hear(news())
    desk.receiver.resume(session_present=True)
    desk.answer = "left"
    desk.fence.passed = True
    desk.hear(news())
    assert len(desk.rows) == 1


def waiting(answer: str = "judged", topic: str = "stat/lamp") -> Thoughtful:
    """A calm read waits."""
    desk = Thoughtful(answer)
    desk.hear(said(topic, "calm", 1))
    desk.done.clear()
    return desk


def acks(desk: Desk) -> list[str]:
    return [one for one in desk.done if one.startswith("ack")]


def test_what_presses_goes_before_what_waits_and_its_answer_comes_after_theirs() -> None:
    desk = waiting()
    desk.hear(news(2))
    assert [one for one in desk.done if "_" not in one] == ["judge"]
    assert [row[0] for row in desk.rows] == [news(2)]
    assert desk.receiver.is_holding
    desk.settle()
    assert acks(desk) == ["ack 1,2"], "MQTT wants them in the order of the messages"
    assert [row[0] for row in desk.rows] == [news(2), said("stat/lamp", "calm", 1)]
    (item,) = desk.handed
    assert isinstance(item, Batch)
    assert (item.row, item.is_calm) == (2, True)
    assert desk.receiver.counters.messages == 2


def test_what_presses_without_an_answer_waits_for_nothing() -> None:
    desk = waiting()
    desk.hear(said("stat/plug", "news"))
    desk.settle()
    assert acks(desk) == ["ack 1"]


def test_what_waits_about_the_same_topic_goes_with_it() -> None:
    desk = waiting(topic="stat/plug")
    desk.hear(news(2))
    ((batches, _),) = desk.asked
    assert [batch.is_calm for batch in batches] == [True, False]
    assert acks(desk) == ["ack 1,2"]


def test_what_was_looked_at_and_does_not_press_is_kept_with_what_waits_and_not_looked_at_again() -> None:
    desk = waiting("left")
    desk.hear(news(2))
    assert len(desk.asked) == 1
    assert [one for one in desk.done if "_" not in one] == ["judge", "commit", "ack 1,2", "put"]
    first, second = desk.handed
    assert isinstance(first, Batch)
    assert isinstance(second, Decoded)
    assert (first.row, second.batch.row) == (1, 2)


def test_a_journal_that_fails_withholds_both_in_their_order() -> None:
    desk = waiting("full")
    desk.failure = StoreUnavailable("no space")
    desk.hear(news(2))
    assert not acks(desk)
    assert desk.receiver.is_failing
    desk.answer, desk.failure = "judged", None
    desk.receiver.retry(V5, desk.acknowledge)
    assert acks(desk) == ["ack 1,2"]
    assert [row[0] for row in desk.rows] == [said("stat/lamp", "calm", 1), news(2)]


def test_on_a_new_connection_what_was_judged_and_not_answered_is_known_when_it_comes_again() -> None:
    desk = waiting()
    desk.hear(news(2))
    desk.receiver.resume(session_present=True)
    desk.fence.raise_again()
    desk.done.clear()
    desk.hear(said("stat/lamp", "calm", 1, dup=True), said("stat/plug", "news", 2, dup=True))
    assert acks(desk) == ["ack 1,2"]
    assert [row[0] for row in desk.rows] == [news(2), said("stat/lamp", "calm", 1, dup=True)]
    assert desk.receiver.counters.duplicates == 1


def test_what_was_judged_is_answered_before_we_leave() -> None:
    desk = waiting()
    desk.hear(news(2))
    desk.receiver.is_leaving = True
    desk.settle()
    assert acks(desk) == ["ack 1,2"]

"""The compiled question whether messages say the same again answers, read after read, as the one in Python."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors import said_states
from sensors.messages import Message
from sensors.units import STATE_BYTES

fast = pytest.importorskip("sensors.fast_unchanged", reason="the hot loops are not compiled (Debian: gcc, python3-dev)")
NOW = datetime(2026, 7, 14, 15, 2, tzinfo=UTC)
WITHIN = timedelta(minutes=5)
UNKNOWN = "unknown"
"""A topic whose states nobody can tell."""

messages = st.builds(
    Message,
    st.sampled_from(["a", "b", UNKNOWN]),
    st.sampled_from([b"ON", b"OFF", b"", b"broken", b"none", b"x" * (STATE_BYTES + 1)]),
    st.just(NOW),
    st.sampled_from([False] * 5 + [True]),
    st.sampled_from([False] * 5 + [True]),
)
reads = st.tuples(st.integers(0, 400), st.lists(messages, min_size=1, max_size=6), st.booleans())


def said(payload: bytes) -> object:
    """What a payload says; one cannot be read, one says nothing."""
    if payload == b"broken":
        raise ValueError(payload)
    return None if payload == b"none" else payload.lower()


class Asked:
    """One of the two, with what it remembers."""

    def __init__(self, of: Any) -> None:
        self.of = of
        self.topics: dict[str, Any] = {}

    def found(self, topic: str) -> Any:
        read: Callable[[bytes], object] | None = None if topic == UNKNOWN else said
        self.topics[topic] = self.of.Topic(read, datetime.min.replace(tzinfo=UTC))
        return self.topics[topic]

    def same(self, what: list[Message], until: datetime, forgotten: int) -> bool:
        return bool(self.of.same(what, self.topics, self.found, until, forgotten))


@given(st.lists(reads, min_size=1, max_size=12))
def test_both_answer_alike_read_after_read(rows: list[tuple[int, list[Message], bool]]) -> None:
    quick, plain = Asked(fast), Asked(said_states)
    at, forgotten = NOW, 0
    for seconds, what, forget in rows:
        at += timedelta(seconds=seconds)
        forgotten += forget
        came = [Message(one.topic, one.payload, at, one.retained, one.backlog) for one in what]
        asked = (came, at + WITHIN, forgotten)
        assert quick.same(*asked) == plain.same(*asked)
        assert quick.same(*asked) == plain.same(*asked)


def test_what_is_no_message_is_refused() -> None:
    class Odd:
        arrived_at = NOW

    with pytest.raises(TypeError):
        fast.same([Odd()], {}, Asked(fast).found, NOW, 0)


def test_a_failure_of_ours_is_not_taken_for_news() -> None:
    def broken(_: bytes) -> object:
        raise KeyError

    topics = {"a": fast.Topic(broken, NOW)}
    with pytest.raises(KeyError):
        fast.same([Message("a", b"ON", NOW)], topics, lambda _: topics["a"], NOW, 0)

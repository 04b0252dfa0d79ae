"""What one read brought, as the engine gets it: made the same way from the wire and, after a crash, from the journal."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from daemon.mqtt.wire import RETAIN, Publish, split
from sensors.messages import Message

_STEP = timedelta(microseconds=1)


class Batch(msgspec.Struct, frozen=True):
    """The messages of journal row `row`, in the order of the wire.

    Message i has `arrived_at` = `received_at` + i microseconds: a store that keeps one value per instant would lose one
    of two readings that came together. `is_calm`: nothing in it says anything new about a state (`sensors.unchanged`), so
    its judgement may wait a moment.
    """

    row: int
    received_at: datetime
    messages: list[Message]
    is_calm: bool = False


def batch_from_raw(raw: bytes, received_at: datetime, backlog: bool, version: int, row: int) -> Batch:
    """The batch of a journal row: the same arguments give the same batch. Raises wire.WireError on a damaged row."""
    return Batch(row, received_at, messages_of(split(raw, version), received_at, backlog=backlog))


def messages_of(publishes: Sequence[Publish], received_at: datetime, *, backlog: bool) -> list[Message]:
    """The messages of packets that are split already.

    A topic that is no UTF-8 (forbidden, seen) keeps its replacement signs; no family will know it.
    """
    messages: list[Message] = []
    append = messages.append
    at = received_at
    for first, topic, _, payload in publishes:
        try:
            name = topic.decode()
        except UnicodeDecodeError:
            name = topic.decode("utf-8", "replace")
        append(Message(name, payload, at, bool(first & RETAIN), backlog))
        at += _STEP
    return messages

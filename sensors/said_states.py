"""What a topic has said of its states, and whether messages that came together say the same again.

Pure, and the definition of what `fast_unchanged.pyx`, where it is compiled, does the same at a third of the cost.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from sensors.messages import Message
from sensors.units import STATE_BYTES

Read = Callable[[bytes], object]
"""What a payload says of a topic's keys: equal where that is equal. Raises DecodeError, RecursionError, ValueError."""


class Topic:
    """`read` None: its states are not known, so everything is news. `forgotten`: how often all was forgotten before."""

    __slots__ = ("forgotten", "read", "states", "until")

    def __init__(self, read: Read | None, until: datetime) -> None:
        self.read = read
        self.states: object = None
        self.until = until
        self.forgotten = 0


def same(
    messages: Sequence[Message],
    topics: Mapping[str, Topic],
    found: Callable[[str], Topic],
    until: datetime,
    forgotten: int,
    /,
) -> bool:
    """Whether none of these says anything new; what they say is remembered, until then. `found` gives what is not in `topics`."""
    at = messages[0].arrived_at
    unchanged = True
    for message in messages:
        said = topics.get(message.topic)
        if said is None:
            said = found(message.topic)
        if said.read is None or message.retained or message.backlog or len(message.payload) > STATE_BYTES:
            said.states = None
            unchanged = False
            continue
        try:
            states = said.read(message.payload)
        except (msgspec.DecodeError, RecursionError, ValueError):
            states = None
        if states is None or at > said.until or states != said.states or said.forgotten != forgotten:
            unchanged = False
        said.states = states
        said.until = until
        said.forgotten = forgotten
    return unchanged

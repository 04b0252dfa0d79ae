"""Reads that say nothing new wait for the next that does, or for the end of the turn: all of them are one commit.

A commit and its acknowledgements cost as much as hearing twenty messages, and nobody waits for a watt. What waits is with
the broker as much as with us: it is not acknowledged, and after a crash it comes again.

A broker lets only so many messages be unanswered (10, 20, 32 are usual). Where nothing came although many waited, that
number is suspected, and not reached again for a while: each read is answered before it stalls.
"""

from datetime import datetime
from typing import Final, NamedTuple

from sensors.messages import Message

BYTES: Final = 128 * 1024
_MANY: Final = 10_000
_FEW: Final = 10
_SUSPICIONS: Final = 500
"""For so many reads a suspicion stands: some ten seconds at the usual pace."""


class Group(NamedTuple):
    """Packets that become one journal row, and the packet ids that are acknowledged with them."""

    raw: bytes
    messages: list[Message]
    packet_ids: list[bytes]
    backlog: bool
    received_at: datetime
    is_calm: bool = False


class Holding:
    """Belongs to the network thread."""

    def __init__(self) -> None:
        self._groups: list[Group] = []
        self._bytes = 0
        self._answers = 0
        self._most = _MANY
        self._suspected_for = 0

    def __bool__(self) -> bool:
        return bool(self._groups)

    def takes(self, group: Group) -> bool:
        """Whether this one may wait; then it does."""
        if self._suspected_for:
            self._suspected_for -= 1
            if not self._suspected_for:
                self._most = _MANY
        answers = self._answers + len(group.packet_ids)
        size = self._bytes + len(group.raw)
        if not group.is_calm or answers + len(group.packet_ids) > self._most or size > BYTES:
            return False
        self._groups.append(group)
        self._answers, self._bytes = answers, size
        return True

    def lets_by(self, group: Group) -> bool:
        """Whether this one, which may not wait, may go before what does: then that is about other topics."""
        if not self._groups or group.is_calm or group.backlog:
            return False
        topics = {message.topic for message in group.messages}
        for waiting in self._groups:
            for message in waiting.messages:
                if message.topic in topics:
                    return False
        return True

    def stalled(self) -> None:
        """Nothing came in a full wait: it may be that the broker waits for our answers."""
        if self._answers >= _FEW:
            self._most = self._answers
            self._suspected_for = _SUSPICIONS

    def release(self) -> list[Group]:
        """What waits, in the order of the wire; from now on nothing does."""
        groups, self._groups = self._groups, []
        self._answers = self._bytes = 0
        return groups

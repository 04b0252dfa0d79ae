"""The narrow openings through which the network thread reaches the rest of the daemon."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from daemon.mqtt.batch import Batch, Handed
from sensors.messages import Message

Tell = Callable[[str], None]
"""Says one sentence to a person (log, board, notice). Called from any thread; must return at once."""

CrashPoint = Callable[[str], None]
"""Called with the name of the place just reached. Does nothing, except in tests that end the process there."""


IsCalm = Callable[[Sequence[Message]], bool]
"""Is none of these news? Asked of every read, in order, before it is committed."""


class Read(NamedTuple):
    """PUBLISH packets as they came, whole. `backlog`: the broker had queued them while we were away."""

    raw: bytes
    received_at: datetime
    backlog: bool = False


class Reads(NamedTuple):
    """What becomes durable together. `version`: the protocol level of the bytes (4 is MQTT 3.1.1, 5 is MQTT 5)."""

    reads: Sequence[Read]
    version: int


class Journal(Protocol):
    """What makes a read durable."""

    @property
    def next_row(self) -> int:
        """The row that the next read will have."""

    def commit(self, reads: Sequence[Read], *, version: int) -> int:
        """Keep these reads, a row each, all of them or none; durable when this returns.

        Gives the number of the first row; the others follow it. `version` is the protocol level of the bytes (4 is MQTT
        3.1.1, 5 is MQTT 5). Called by the network thread only. Raises StoreUnavailable.
        """


class Inbox(Protocol):
    """Where the engine picks up what it has to think about."""

    def put_all(self, batches: Sequence[Handed], /) -> None:
        """Hand over what is durable, in this order; never blocks."""

    def judge(self, batches: Sequence[Batch], reads: Reads) -> Sequence[Handed]:
        """Judge these now and keep them; where that is not worth it, give back what is to be kept and handed over.

        Raises StoreUnavailable: they are neither.
        """

"""The narrow openings through which the network thread reaches the rest of the daemon."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from daemon.mqtt.batch import Batch

Tell = Callable[[str], None]
"""Says one sentence to a person (log, board, notice). Called from any thread; must return at once."""

CrashPoint = Callable[[str], None]
"""Called with the name of the place just reached. Does nothing, except in tests that end the process there."""


class Journal(Protocol):
    """What makes a read durable."""

    def commit(self, raw: bytes, received_at: datetime, *, backlog: bool, version: int) -> int:
        """Keep these PUBLISH packets as they came; durable when this returns. Gives the row's number, rising.

        `version` is the protocol level of the bytes (4 is MQTT 3.1.1, 5 is MQTT 5), `backlog` says that the broker had
        queued them while we were away. Called by the network thread only. Raises StoreUnavailable.
        """


class Inbox(Protocol):
    """Where the engine picks up what it has to think about. `queue.SimpleQueue` is one; `put` never blocks."""

    def put(self, item: Batch, /) -> None:
        """Hand over one batch."""

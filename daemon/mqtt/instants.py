"""Every message has an instant of its own: a store that keeps one value per instant would lose one of two readings."""

from datetime import datetime, timedelta

_TIE = timedelta(seconds=1)
"""A clock that stands behind the last batch by more than this was set, and is believed."""


class Instants:
    """Belongs to the network thread."""

    def __init__(self) -> None:
        self._free_at: datetime | None = None

    def untied(self, received_at: datetime, count: int) -> datetime:
        """For so many messages, a microsecond each: not before the last instant given to a message of an earlier read."""
        free_at = self._free_at
        if free_at is not None and timedelta(0) < free_at - received_at < _TIE:
            received_at = free_at
        self._free_at = received_at + timedelta(microseconds=count)
        return received_at

"""Recognise what the broker sends a second time because our acknowledgement did not reach it.

Dropped is a message with DUP = 1 that arrives before the fence of a resumed session and equals, in packet id, topic and
payload, one that is in the journal already. Each part is needed:
- A resent message carries the packet id it had (MQTT 5.0, 4.4). Topic and payload alone would also take away the second
  of two equal readings of which only the first was received.
- DUP alone says only that the broker tried before; the first try may have been lost with the connection.
- A session that is not resumed begins its ids at 1 again: then nothing is remembered.
The memory is the journal's own bytes, so that a restarted daemon, given its last rows, decides the same.
"""

from collections import deque
from collections.abc import Iterable

from daemon.mqtt.wire import Publish, split

KEPT_BYTES = 2 * 1024 * 1024
"""Brokers leave some hundred to some thousand messages unacknowledged, and ids come round after 65,535."""


class Duplicates:
    """The last committed packets. Belongs to the network thread."""

    def __init__(self, rows: Iterable[tuple[bytes, int]] = ()) -> None:
        """`rows`: the journal's last rows, oldest first, each with its protocol version."""
        self._rows: deque[tuple[bytes, int]] = deque()
        self._bytes = 0
        self._known: set[tuple[bytes, bytes, bytes]] | None = None
        for raw, version in rows:
            self.remember(raw, version)

    def remember(self, raw: bytes, version: int) -> None:
        """These packets are durable now."""
        self._rows.append((raw, version))
        self._bytes += len(raw)
        while self._bytes > KEPT_BYTES and len(self._rows) > 1:
            self._bytes -= len(self._rows.popleft()[0])

    def resume(self, *, session_present: bool) -> None:
        """A new connection begins. Without the old session there is nothing that could come twice."""
        self._known = None
        if not session_present:
            self._rows.clear()
            self._bytes = 0

    def has(self, publish: Publish) -> bool:
        """Is this message, which says DUP, in the journal?"""
        if self._known is None:
            self._known = {
                (packet_id, topic, payload)
                for raw, version in self._rows
                for _, topic, packet_id, payload in split(raw, version)
                if packet_id
            }
        _, topic, packet_id, payload = publish
        return (packet_id, topic, payload) in self._known

"""What travels over the broker, before anyone understands it."""

from datetime import datetime

import msgspec


class Message(msgspec.Struct, frozen=True, gc=False):
    """One PUBLISH as it reached us.

    `arrived_at` is our own clock, aware, UTC. `retained` is the flag of this delivery. `backlog` is True for what the
    broker had queued while we were away: it comes with `retained` False and is still no news.
    """

    topic: str
    payload: bytes
    arrived_at: datetime
    retained: bool = False
    backlog: bool = False


class Outgoing(msgspec.Struct, frozen=True, gc=False):
    """One PUBLISH for a device: QoS 1, never retained, dropped by the broker after `expiry_seconds`."""

    topic: str
    payload: bytes
    expiry_seconds: int = 60

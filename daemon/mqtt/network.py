"""The daemon's side of the broker: one thread that reads, and a door through which the engine publishes."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Literal

from daemon.mqtt import selftest
from daemon.mqtt.connection import Connection
from daemon.mqtt.counters import Counters
from daemon.mqtt.duplicates import Duplicates
from daemon.mqtt.fence import Fence
from daemon.mqtt.publish import Door
from daemon.mqtt.reading import ReadingClient
from daemon.mqtt.receiver import Receiver
from daemon.mqtt.session import BrokerSettings, introduce, subscribe
from daemon.mqtt.tick import Tick
from daemon.ports import CrashPoint, Inbox, IsCalm, Journal, Tell
from sensors.messages import Outgoing

_log = logging.getLogger(__name__)

ReceivePath = Literal["own", "stock"]

ANSWER_SECONDS = 5.0
PATIENCE = 4
"""Connections without an answer before a person hears of it: two for each protocol level."""


def _nothing(_point: str) -> None:
    """The crash point of everyday life."""


class Network:
    """Owns the client and its thread. `start` and `stop` are for the thread that made it, `publish` for the engine's.

    `also` is heard whatever `hear` says later. `recent` are the journal's last rows with their protocol version, oldest first: a message that the broker sends again
    because a crash came between commit and acknowledgement is then not taken for a second one. `receive_path` forces one
    of the two; left out, a self-test decides.
    """

    def __init__(
        self,
        settings: BrokerSettings,
        journal: Journal,
        inbox: Inbox,
        now: Callable[[], datetime],
        subscriptions: Sequence[str],
        tell: Tell,
        *,
        also: Sequence[str] = (),
        recent: Iterable[tuple[bytes, int]] = (),
        receive_path: ReceivePath | None = None,
        crash: CrashPoint = _nothing,
        is_calm: IsCalm = lambda _: False,
    ) -> None:
        self.receive_path: ReceivePath = receive_path or _tested_path()
        self._fence = Fence(settings.site)
        self._receiver = Receiver(journal, inbox, self._fence, Duplicates(recent), tell, crash, is_calm)
        tick = Tick(settings.max_ingest_delay)
        self._client = ReadingClient(settings.client_id, self._receiver, tick, now, own=self.receive_path == "own")
        introduce(self._client, settings)
        self._door = Door(self._client, settings)
        self._also = tuple(also)
        heard = [*subscriptions, *self._also]
        self._connection = Connection(settings, self._client, self._receiver, self._fence, self._door, heard, now, tell)

    def start(self) -> None:
        """Begin to connect; returns at once, and goes on trying for ever."""
        self._client.loop_start()

    def stop(self, timeout_seconds: float) -> bool:
        """Publish `offline`, disconnect, join the thread. False if the thread did not end in time.

        What comes from now on stays with the broker, unacknowledged; whoever reads the inbox stops after this.
        Publishing raises from now on.
        """
        self._receiver.is_leaving = True
        deadline = time.monotonic() + timeout_seconds
        self._door.leave(timeout_seconds / 2)
        return self._client.join(max(0.0, deadline - time.monotonic()))

    def publish(self, outgoing: Outgoing) -> None:
        """Send a command: QoS 1, not retained, expiring. Any thread. Raises BrokerUnavailable, and then nothing stays."""
        self._door.publish(outgoing)

    def publish_retained_own(self, topic: str, payload: bytes) -> None:
        """Publish what is ours to say, retained: `officed/<site>/…` or a Home Assistant discovery topic.

        Any thread. Raises ValueError for any other topic, BrokerUnavailable without a connection.
        """
        self._door.publish_retained_own(topic, payload)

    def hear(self, subscriptions: Sequence[str], *, again: bool = False) -> None:
        """Listen to these topics from now on, and to no others. `again`: hear all retained ones once more. One thread."""
        subscriptions = [*subscriptions, *self._also]
        before = set(self._connection.subscriptions)
        self._connection.subscriptions = subscriptions
        if not self._door.is_open:
            return
        added = [each for each in subscriptions if again or each not in before]
        removed = sorted(before.difference(subscriptions))
        if added:
            subscribe(self._client, added, self._client.version, replay_retained=True)
        if removed:
            self._client.unsubscribe(removed)

    @property
    def connected_since(self) -> datetime | None:
        """When the present connection was made; None without one."""
        return self._connection.since

    @property
    def is_connected(self) -> bool:
        """Can a command leave now?"""
        return self._door.is_open

    @property
    def is_live(self) -> bool:
        """Has the broker delivered all that it had queued for us?"""
        return self._door.is_open and self._fence.passed

    @property
    def is_withholding(self) -> bool:
        """Are readings left with the broker because the journal does not take them?"""
        return self._receiver.is_failing

    @property
    def is_alive(self) -> bool:
        """For the watchdog: is there a network thread?"""
        return self._client.is_alive

    @property
    def last_loop_at(self) -> float:
        """For the watchdog: monotonic seconds of the thread's last turn; at most some 12 s old when all is well."""
        return self._client.last_loop_at

    @property
    def version(self) -> int:
        """The protocol level spoken: 4 (3.1.1) or 5."""
        return self._client.version

    @property
    def counters(self) -> Counters:
        """What was received since the start."""
        return self._receiver.counters


def _tested_path() -> ReceivePath:
    reason = selftest.difference()
    if reason is None:
        return "own"
    _log.warning("own receive path differs from paho's (%s); using paho's, slower", reason)
    return "stock"

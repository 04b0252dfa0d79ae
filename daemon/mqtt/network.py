"""The daemon's side of the broker: one thread that reads, and a door through which the engine publishes."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Literal

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from daemon.mqtt import selftest
from daemon.mqtt.dialect import Dialect
from daemon.mqtt.duplicates import Duplicates
from daemon.mqtt.fence import Fence
from daemon.mqtt.publish import Door
from daemon.mqtt.reading import ReadingClient
from daemon.mqtt.receiver import Counters, Receiver
from daemon.mqtt.session import BrokerSettings, expiring, introduce, subscribe
from daemon.mqtt.tick import Tick
from daemon.ports import CrashPoint, Inbox, Journal, Tell
from sensors.messages import Outgoing

_log = logging.getLogger(__name__)

ReceivePath = Literal["own", "stock"]

ANSWER_SECONDS = 5.0
PATIENCE = 4
"""Connections without an answer before a person hears of it: two for each protocol level."""

RETRY_SECONDS = 1.0
FENCE_EXPIRY_SECONDS = 60
_BRIEF_SECONDS = 5.0
_BRIEF_TIMES = 3
_PAHO_INFLIGHT = 20


def _nothing(_point: str) -> None:
    """The crash point of everyday life."""


class Network:
    """Owns the client and its thread. `start` and `stop` are for the thread that made it, `publish` for the engine's.

    `recent` are the journal's last rows with their protocol version, oldest first: a message that the broker sends again
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
        recent: Iterable[tuple[bytes, int]] = (),
        receive_path: ReceivePath | None = None,
        crash: CrashPoint = _nothing,
    ) -> None:
        self.connected_since: datetime | None = None
        self.receive_path: ReceivePath = receive_path or _tested_path()
        self._settings = settings
        self._now = now
        self._subscriptions = list(subscriptions)
        self._tell = tell
        self._fence = Fence(settings.site)
        self._dialect = Dialect(settings.version)
        self._receiver = Receiver(journal, inbox, self._fence, Duplicates(recent), tell, crash)
        tick = Tick(settings.max_ingest_delay)
        self._client = ReadingClient(settings.client_id, self._receiver, tick, now, own=self.receive_path == "own")
        introduce(self._client, settings)
        self._door = Door(self._client, settings)
        self._client.on_pre_connect = self._before_connect
        self._client.on_socket_open = self._on_open
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_unreachable
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribed
        self._client.every_turn = self._every_turn
        self._is_waiting_for_answer = False
        self._is_first = True
        self._said = ""
        self._retry_due = 0.0
        self._connected_at = 0.0
        self._opened_at = 0.0
        self._unanswered = 0
        self._brief = 0

    def start(self) -> None:
        """Begin to connect; returns at once, and goes on trying for ever."""
        self._client.loop_start()

    def stop(self, timeout_seconds: float) -> bool:
        """Publish `offline`, disconnect, join the thread. False if the thread did not end in time.

        Messages are received until the end; whoever reads the inbox stops after this. Publishing raises from now on.
        """
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

    # Everything below runs on the network thread.

    def _before_connect(self, _client: Client, _userdata: object) -> None:
        self._door.shut()
        if self._is_waiting_for_answer:
            self._dialect.hung_up()
            self._unanswered += 1
        self._is_waiting_for_answer = False
        if self._unanswered == PATIENCE:
            self._say(f"{self._settings.host}:{self._settings.port} takes connections but does not answer as a broker.")
        self._client.speak(self._dialect.version)

    def _on_open(self, _client: Client, _userdata: object, _sock: object) -> None:
        self._is_waiting_for_answer = True
        self._opened_at = time.monotonic()

    def _on_connect(
        self, _client: Client, _userdata: object, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        self._is_waiting_for_answer = False
        if reason.is_failure:
            if reason.getName() == "Unsupported protocol version":
                self._dialect.refused()
            self._say(f"The broker at {self._settings.host} refuses us: {reason.getName()}.")
            return
        self._dialect.answered()
        self._unanswered = 0
        self._client.limit_inflight(min(_PAHO_INFLIGHT, getattr(properties, "ReceiveMaximum", _PAHO_INFLIGHT)))
        self._receiver.resume(session_present=flags.session_present)
        self._fence.raise_again()
        filters = [*self._subscriptions, self._fence.topic]
        subscribe(self._client, filters, self._client.version, replay_retained=self._is_first)
        self._client.publish_now(self._settings.status_topic, b"online", None, retain=True)
        self._connected_at = time.monotonic()
        self._send_fence(self._connected_at)
        if not self._is_first:
            self.counters.reconnects += 1
        self._is_first = False
        self._said = ""
        self.connected_since = self._now()
        self._door.open()
        _log.info("broker %s: connected, MQTT level %d", self._settings.host, self._client.version)

    def _on_unreachable(self, _client: Client, _userdata: object) -> None:
        self._is_waiting_for_answer = False
        self._say(f"The broker at {self._settings.host}:{self._settings.port} cannot be reached.")

    def _on_disconnect(
        self, _client: Client, _userdata: object, flags: DisconnectFlags, reason: ReasonCode, _properties: object
    ) -> None:
        was_connected, self.connected_since = self.connected_since is not None, None
        self._door.close()
        self._fence.lower()
        if not was_connected or not reason.is_failure:
            return
        _log.warning("broker %s: connection lost (%s)", self._settings.host, reason.getName())
        self._brief = self._brief + 1 if time.monotonic() - self._connected_at < _BRIEF_SECONDS else 0
        taken = flags.is_disconnect_packet_from_server and reason.getName() == "Session taken over"
        if taken or self._brief == _BRIEF_TIMES:
            self._tell(
                f"The broker ends our connection {'because somebody else' if taken else 'again and again; perhaps somebody'}"
                f" uses the client id {self._settings.client_id}: is a second officed running for this site?"
            )

    def _on_subscribed(
        self, _client: Client, _userdata: object, _mid: int, reasons: list[ReasonCode], _properties: object
    ) -> None:
        refused = sum(1 for reason in reasons if reason.is_failure)
        if refused:
            self._say(f"The broker refuses {refused} of {len(reasons)} subscriptions: look at the rights of our user.")

    def _every_turn(self, now: float) -> bool:
        """What is due; True asks for a new connection."""
        if self._is_waiting_for_answer:
            if now - self._opened_at < ANSWER_SECONDS:
                return False
            self._is_waiting_for_answer = False
            self._dialect.said_nothing()
            self._unanswered += 1
            return True
        self._send_fence(now)
        if now < self._retry_due:
            return False
        self._retry_due = now + RETRY_SECONDS
        return self._receiver.retry(self._client.version, self._client.acknowledge)

    def _send_fence(self, now: float) -> None:
        token = self._fence.due(now)
        if token is None:
            return
        properties = expiring(FENCE_EXPIRY_SECONDS, self._client.version)
        self._client.publish_now(self._fence.topic, token, properties, retain=False)
        if self._fence.is_overdue:
            self._say(f"Nothing counts as live: {self._fence.topic} does not come back. May our user use that topic?")

    def _say(self, text: str) -> None:
        """Once, until there is something else to say or all is well."""
        if text != self._said:
            self._said = text
            self._tell(text)


def _tested_path() -> ReceivePath:
    reason = selftest.difference()
    if reason is None:
        return "own"
    _log.warning("own receive path differs from paho's (%s); using paho's, slower", reason)
    return "stock"

"""What is done when a connection comes and goes. Everything here runs on the network thread, called by paho."""

import logging
import socket
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from daemon.mqtt.dialect import Dialect
from daemon.mqtt.fence import Fence
from daemon.mqtt.publish import Door
from daemon.mqtt.reading import ReadingClient
from daemon.mqtt.receiver import Receiver
from daemon.mqtt.session import BrokerSettings, expiring, subscribe
from daemon.ports import Tell

_log = logging.getLogger(__name__)

ANSWER_SECONDS = 5.0
PATIENCE = 4
"""Connections without an answer before a person hears of it: two for each protocol level."""

RETRY_SECONDS = 1.0
FENCE_EXPIRY_SECONDS = 60
_BRIEF_SECONDS = 5.0
_BRIEF_TIMES = 3
_PAHO_INFLIGHT = 20


class Connection:
    """One connection after another of one session. `since` and `subscriptions` may be read from any thread."""

    def __init__(
        self,
        settings: BrokerSettings,
        client: ReadingClient,
        receiver: Receiver,
        fence: Fence,
        door: Door,
        subscriptions: Sequence[str],
        now: Callable[[], datetime],
        tell: Tell,
    ) -> None:
        self.since: datetime | None = None
        self.subscriptions = list(subscriptions)
        self._settings = settings
        self._client = client
        self._receiver = receiver
        self._fence = fence
        self._door = door
        self._now = now
        self._tell = tell
        self._dialect = Dialect(settings.version)
        self._is_waiting_for_answer = False
        self._is_first = True
        self._is_half_made = False
        self._said = ""
        self._retry_due = 0.0
        self._connected_at = 0.0
        self._opened_at = 0.0
        self._unanswered = 0
        self._brief = 0
        client.on_pre_connect = self._before_connect
        client.on_socket_open = self._on_open
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_unreachable
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribed
        client.every_turn = self._every_turn

    def _before_connect(self, _client: Client, _userdata: object) -> None:
        self._door.shut()
        if self._is_waiting_for_answer:
            self._dialect.hung_up()
            self._unanswered += 1
        self._is_waiting_for_answer = False
        if self._unanswered == PATIENCE:
            self._say(f"{self._settings.host}:{self._settings.port} takes connections but does not answer as a broker.")
        self._client.speak(self._dialect.version)

    def _on_open(self, _client: Client, _userdata: object, sock: object) -> None:
        if isinstance(sock, socket.socket):
            # A command that follows an acknowledgement would wait for the peer's delayed TCP answer: 40 ms.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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
        self._is_half_made = True
        self._dialect.answered()
        self._unanswered = 0
        self._client.limit_inflight(min(_PAHO_INFLIGHT, getattr(properties, "ReceiveMaximum", _PAHO_INFLIGHT)))
        self._receiver.resume(session_present=flags.session_present)
        self._fence.raise_again()
        filters = [*self.subscriptions, self._fence.topic]
        subscribe(self._client, filters, self._client.version, replay_retained=self._is_first)
        self._client.publish_now(self._settings.status_topic, b"online", None, retain=True)
        self._connected_at = time.monotonic()
        self._send_fence(self._connected_at)
        if not self._is_first:
            self._receiver.counters.reconnects += 1
        self._is_first = False
        self._said = ""
        self.since = self._now()
        self._door.open()
        self._is_half_made = False
        _log.info("broker %s: connected, MQTT level %d", self._settings.host, self._client.version)

    def _on_unreachable(self, _client: Client, _userdata: object) -> None:
        self._is_waiting_for_answer = False
        self._say(f"The broker at {self._settings.host}:{self._settings.port} cannot be reached.")

    def _on_disconnect(
        self, _client: Client, _userdata: object, flags: DisconnectFlags, reason: ReasonCode, _properties: object
    ) -> None:
        was_connected, self.since = self.since is not None, None
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
        if self._is_half_made:
            self._is_half_made = False
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

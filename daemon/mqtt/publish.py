"""The door to the broker: open only while a message that goes through it leaves at once.

paho keeps what is published while it is away and delivers it later: an OFF was seen to arrive 15 s late. So the door is
shut before a connection is lost from sight, what is still unanswered is dropped before the next one is made, and the
engine, told BrokerUnavailable, decides again from what is true then.
"""

import logging
import threading

from paho.mqtt.client import MQTTMessageInfo, error_string
from paho.mqtt.enums import MQTTErrorCode

from daemon.errors import BrokerUnavailable
from daemon.mqtt.session import BrokerSettings, expiring
from daemon.mqtt.steady import SteadyClient
from sensors.messages import Outgoing

_log = logging.getLogger(__name__)


class Door:
    """One for a client. `publish…` from any thread; `open`, `close` and `shut` from the network thread."""

    def __init__(self, client: SteadyClient, settings: BrokerSettings) -> None:
        self.is_open = False
        self._client = client
        self._settings = settings
        self._is_leaving = False
        self._gate = threading.Lock()
        """Taken by publishers and by `shut`: a message is either before the new connection (dropped) or after it."""

    def open(self) -> None:
        """Connected, subscribed: messages may leave."""
        self.is_open = not self._is_leaving

    def close(self) -> None:
        """The connection is gone. Takes no lock: paho may hold its own here, and a publisher may wait for that one."""
        self.is_open = False

    def shut(self) -> None:
        """A new connection is about to be made: forget what the old one did not carry."""
        with self._gate:
            self.is_open = False
            dropped = self._client.drop_out_messages()
        if dropped:
            _log.info("broker: %d unanswered messages dropped before connecting again", len(dropped))

    def publish(self, command: Outgoing) -> None:
        """QoS 1, not retained, expiring. Raises BrokerUnavailable."""
        self._send(command.topic, command.payload, command.expiry_seconds, retain=False)

    def publish_retained_own(self, topic: str, payload: bytes) -> None:
        """QoS 1, retained, only on topics that are ours. Raises ValueError, BrokerUnavailable."""
        own = topic.startswith(f"officed/{self._settings.site}/")
        discovery = topic.startswith(f"{self._settings.discovery_prefix}/device/officed/") and topic.endswith("/config")
        if not own and not discovery:
            raise ValueError(f"{topic} is not ours: a retained message there would switch a device at every reconnect")
        self._send(topic, payload, None, retain=True)

    def leave(self, timeout_seconds: float) -> None:
        """Say `offline`, wait until the broker has it, disconnect. For good."""
        info: MQTTMessageInfo | None = None
        with self._gate:
            was_open, self.is_open, self._is_leaving = self.is_open, False, True
            if was_open:
                info = self._client.publish(self._settings.status_topic, b"offline", qos=1, retain=True)
        if info is not None:
            try:
                info.wait_for_publish(timeout_seconds)
            except (RuntimeError, ValueError):
                _log.warning("broker: `offline` did not leave; the last will says it")
        self._client.disconnect()

    def _send(self, topic: str, payload: bytes, expiry_seconds: int | None, *, retain: bool) -> None:
        with self._gate:
            if not self.is_open:
                raise BrokerUnavailable("not connected to the broker")
            version = self._client.version
            properties = None if expiry_seconds is None else expiring(expiry_seconds, version)
            code = self._client.publish_now(topic, payload, properties, retain=retain)
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise BrokerUnavailable(f"the broker connection did not take {topic}: {error_string(code)}")

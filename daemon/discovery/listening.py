"""Listening to a broker for some seconds, to find out what is there. Nothing is acknowledged to anybody, nothing is kept.

A client of its own, beside the daemon's: a clean session, MQTT 3.1.1 (which every broker speaks), an id that nobody else has.
"""

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from sensors.messages import Message

MOST_MESSAGES = 100_000
MOST_BYTES = 256 * 2**20
_PATIENCE_SECONDS = 10.0
_TURN_SECONDS = 0.1


class BrokerSilent(Exception):  # noqa: N818  the message says it all, to a person
    """The broker cannot be reached, or does not let us in."""


class Broker(NamedTuple):
    """Where to listen, and as whom."""

    host: str
    port: int = 1883
    username: str | None = None
    password: str | None = None
    tls: bool = False
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None


class Listener:
    """A connection for the time of a `with`. `messages` grows meanwhile; paho's thread fills it."""

    def __init__(self, broker: Broker) -> None:
        self.messages: list[Message] = []
        self.is_full = False
        self._bytes = 0
        self._broker = broker
        self._answered = threading.Event()
        self._refused = ""
        name = f"officed-discover-{secrets.token_hex(4)}"
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=MQTTProtocolVersion.MQTTv311)
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._client.on_message = self._heard
        if broker.username is not None:
            self._client.username_pw_set(broker.username, broker.password)
        if broker.tls:
            ca, certificate, key = (
                str(one) if one else None for one in (broker.ca_file, broker.certificate_file, broker.key_file)
            )
            self._client.tls_set(ca, certificate, key)

    def __enter__(self) -> Self:
        where = f"{self._broker.host}:{self._broker.port}"
        try:
            self._client.connect(self._broker.host, self._broker.port, keepalive=30)
        except (OSError, ValueError) as error:
            raise BrokerSilent(f"no broker at {where}: {error}") from error
        self._client.loop_start()
        if not self._answered.wait(_PATIENCE_SECONDS) or self._refused:
            self._client.loop_stop()
            raise BrokerSilent(f"the broker at {where} does not let us in: {self._refused or 'no answer'}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def listen(self, filters: Sequence[str], seconds: float, progress: Callable[[float], None]) -> None:
        """Subscribe, and wait; `progress` is told how many seconds have gone by."""
        for one in filters:
            self._client.subscribe(one, qos=0)
        began = time.monotonic()
        while (gone := time.monotonic() - began) < seconds and not self.is_full:
            progress(gone)
            time.sleep(min(_TURN_SECONDS, seconds))
        progress(seconds)

    def _connected(
        self, client: Client, data: object, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        del client, data, flags, properties
        self._refused = str(reason) if reason.is_failure else ""
        self._answered.set()

    def _disconnected(
        self, client: Client, data: object, flags: DisconnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        del client, data, flags, properties
        if not self._answered.is_set():
            self._refused = str(reason)
            self._answered.set()

    def _heard(self, client: Client, data: object, message: MQTTMessage) -> None:
        del client, data
        self._bytes += len(message.payload)
        if len(self.messages) >= MOST_MESSAGES or self._bytes > MOST_BYTES:
            self.is_full = True
            return
        try:
            topic = message.topic
        except UnicodeDecodeError:
            return
        self.messages.append(Message(topic, bytes(message.payload), datetime.now(UTC), retained=message.retain))

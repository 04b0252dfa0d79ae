"""Bring what waits in the ledger to the broker: QoS 1, each message until it is confirmed *and* somebody listens.

A broker confirms with "no matching subscribers" what nobody will ever get: such a message waits and is tried again.
"""

import logging
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from daemon.print_agent.ledger import Ledger

_log = logging.getLogger(__name__)
IN_FLIGHT: Final = 100
_NOBODY_LISTENS: Final = 0x10
_TRY_AGAIN_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Broker:
    """Where and as whom. `ca_file` None: in clear."""

    host: str = "127.0.0.1"
    port: int = 1883
    user: str = ""
    password: str = ""
    ca_file: Path | None = None
    client_id: str = "officed-print-agent"


class Publisher:
    """`turn` belongs to the agent's thread; paho has its own, and hands back confirmations through a deque."""

    def __init__(self, broker: Broker, ledger: Ledger) -> None:
        self._broker = broker
        self._ledger = ledger
        self._out: dict[int, int] = {}
        self._rest_until: dict[int, float] = {}
        self._confirmed: deque[tuple[int, int]] = deque()
        self._complained: set[int] = set()
        self._is_connected = False
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id=broker.client_id, protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.max_inflight_messages_set(IN_FLIGHT)
        self._client.reconnect_delay_set(1, 60)
        if broker.user:
            self._client.username_pw_set(broker.user, broker.password)
        if broker.ca_file is not None:
            self._client.tls_set(str(broker.ca_file))
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish

    def start(self) -> None:
        """Connect in the background, and keep trying."""
        self._client.connect_async(self._broker.host, self._broker.port, keepalive=30)
        self._client.loop_start()

    def stop(self) -> None:
        """What is not confirmed stays in the ledger."""
        self._is_connected = False
        self._client.disconnect()
        self._client.loop_stop()

    def turn(self, monotonic: float) -> int:
        """Note what was confirmed, send what waits; how many wait still. `monotonic` in seconds."""
        self._settle(monotonic)
        if self._is_connected:
            self._send(monotonic)
        return len(self._ledger.waiting(1))

    def _settle(self, monotonic: float) -> None:
        done: list[int] = []
        rows = {number: row for row, number in self._out.items()}
        while self._confirmed:
            number, code = self._confirmed.popleft()
            row = rows.get(number)
            if row is None:
                continue
            del self._out[row]
            if code == 0:
                done.append(row)
                continue
            self._rest_until[row] = monotonic + _TRY_AGAIN_SECONDS
            if code not in self._complained:
                self._complained.add(code)
                why = "nobody listens yet" if code == _NOBODY_LISTENS else f"the broker refused a message ({code:#04x})"
                _log.warning("%s; trying again until it is taken", why)
        if done:
            self._complained.clear()
            self._ledger.confirmed(done)

    def _send(self, monotonic: float) -> None:
        self._rest_until = {row: until for row, until in self._rest_until.items() if until > monotonic}
        for row, message in self._ledger.waiting(IN_FLIGHT + len(self._rest_until)):
            if row in self._out or row in self._rest_until or len(self._out) >= IN_FLIGHT:
                continue
            self._out[row] = self._client.publish(message.topic, message.payload, qos=1).mid

    def _on_connect(
        self, client: Client, userdata: object, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        del client, userdata, flags, properties
        self._is_connected = not reason.is_failure
        if reason.is_failure:
            _log.warning("the broker refuses us: %s", reason)
        else:
            _log.info("connected to the broker %s:%d", self._broker.host, self._broker.port)

    def _on_disconnect(
        self,
        client: Client,
        userdata: object,
        flags: DisconnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        del client, userdata, flags, properties
        if self._is_connected:
            _log.warning("the broker is away (%s); jobs are kept", reason)
        self._is_connected = False

    def _on_publish(
        self, client: Client, userdata: object, number: int, reason: ReasonCode, properties: Properties
    ) -> None:
        del client, userdata, properties
        self._confirmed.append((number, reason.value))

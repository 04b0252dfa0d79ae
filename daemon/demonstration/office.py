"""The virtual office on a real broker: it publishes what its devices say and hands them what they are told."""

import queue
import threading
from collections.abc import Sequence
from datetime import datetime

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from daemon.clock import Clock
from sensors.virtual.building import VirtualOffice
from sensors.virtual.said import Said

TURN_SECONDS = 0.05
MOMENT_SECONDS = 1.0


class OfficeOnTheWire:
    """One thread lives the office; paho's own thread only queues the commands it hears.

    `lasting` are retained messages from before: the broker is new and has to be told. `lately` is what the devices repeat a
    moment later, as devices do that find a new broker.
    """

    def __init__(
        self, office: VirtualOffice, clock: Clock, port: int, lasting: Sequence[Said] = (), lately: Sequence[Said] = ()
    ) -> None:
        self._office = office
        self._clock = clock
        self._port = port
        self._lasting = lasting
        self._lately = lately
        self._commands: queue.SimpleQueue[tuple[str, bytes, datetime]] = queue.SimpleQueue()
        self._ended = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="virtual-office")
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        self._thread = threading.Thread(target=self._live, name="virtual-office", daemon=True)

    def start(self) -> None:
        """Connect and live. Raises OSError when there is no broker."""
        self._client.connect("127.0.0.1", self._port)
        self._client.loop_start()
        self._thread.start()

    def stop(self) -> None:
        """Everybody goes home."""
        self._ended.set()
        self._thread.join(2)
        self._client.disconnect()
        self._client.loop_stop()

    def _live(self) -> None:
        self._say(self._lasting)
        self._ended.wait(MOMENT_SECONDS)
        self._say(self._lately)
        while not self._ended.wait(TURN_SECONDS):
            self._say(self._office.advance(self._clock.now()))
            while not self._commands.empty():
                topic, payload, at = self._commands.get()
                self._say(self._office.hear(topic, payload, max(at, self._clock.now())))

    def _say(self, said: Sequence[Said]) -> None:
        for one in said:
            self._client.publish(one.topic, one.payload, qos=1, retain=one.retain)

    def _on_connect(
        self,
        client: Client,
        _userdata: object,
        _flags: ConnectFlags,
        _reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        for topic in self._office.command_topics():
            client.subscribe(topic, qos=1)

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._commands.put((message.topic, bytes(message.payload), self._clock.now()))

"""A network with all that it needs, and a device to talk to it: shared by the tests against a real Mosquitto."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self

import pytest
from handed_over import HandedOver
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from real_mosquitto import Mosquitto

from daemon.mqtt.network import Network, ReceivePath
from daemon.mqtt.session import BrokerSettings
from daemon.ports import IsCalm, Read
from sensors.messages import Message

PERSISTENT = ["persistence true", "max_queued_messages 100000"]
Version = Literal["auto", "5", "3.1.1"]


class ListJournal:
    """Keeps rows in memory; fails while `failure` is set."""

    def __init__(self) -> None:
        self.rows: list[bytes] = []
        self.failure: Exception | None = None

    @property
    def next_row(self) -> int:
        return len(self.rows) + 1

    def commit(self, reads: Sequence[Read], *, version: int) -> int:
        if self.failure:
            raise self.failure
        self.rows += [read.raw for read in reads]
        return len(self.rows) - len(reads) + 1


class Site:
    """A network with what it needs, started; `messages` are all that were handed over so far."""

    def __init__(
        self,
        broker: Mosquitto,
        *,
        journal: ListJournal | None = None,
        path: ReceivePath | None = None,
        version: Version = "auto",
        is_calm: IsCalm = lambda _: False,
        **settings: object,
    ) -> None:
        self.journal = journal or ListJournal()
        self.told: list[str] = []
        self._inbox = HandedOver()
        self._messages: list[Message] = []
        self.settings = BrokerSettings(
            broker.host,
            "test",
            port=broker.port,
            version=version,
            **settings,  # type: ignore[arg-type]  # as given
        )
        self.network = Network(
            self.settings,
            self.journal,
            self._inbox,
            lambda: datetime.now(UTC),
            ["office/#"],
            self.told.append,
            receive_path=path,
            is_calm=is_calm,
        )

    def __enter__(self) -> Self:
        self.network.start()
        until(lambda: self.network.is_live)
        return self

    def __exit__(self, *_: object) -> None:
        assert self.network.stop(5)

    @property
    def messages(self) -> list[Message]:
        while not self._inbox.empty():
            self._messages += self._inbox.get().messages
        return self._messages

    def payloads(self) -> list[str]:
        return [message.payload.decode() for message in self.messages]


class Device:
    """Somebody else on the broker."""

    def __init__(self, broker: Mosquitto, hears: Sequence[str] = (), client_id: str = "") -> None:
        self.heard: list[MQTTMessage] = []
        self._client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_message = lambda _client, _userdata, message: self.heard.append(message)
        self._client.max_inflight_messages_set(1000)
        ready = threading.Event()
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()
        if hears:
            until(self._client.is_connected)
            self._client.subscribe([(each, 1) for each in hears])
            assert ready.wait(5)

    def say(self, topic: str, *payloads: str, retain: bool = False) -> None:
        for info in [self._client.publish(topic, payload, qos=1, retain=retain) for payload in payloads]:
            info.wait_for_publish(20)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def until(holds: Callable[[], object], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "did not come true in time"
        time.sleep(0.01)


def numbers(count: int, start: int = 0) -> list[str]:
    return [str(number) for number in range(start, start + count)]


@pytest.fixture
def lasting(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that survives its own restart."""
    with Mosquitto(tmp_path / "lasting", PERSISTENT) as broker:
        yield broker

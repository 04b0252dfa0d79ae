"""A whole daemon in this process, against a real broker, on free ports: what the acceptance tests drive."""

import contextlib
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from real_mosquitto import Mosquitto, free_port

from daemon.bootstrap import assemble
from daemon.clock import Clock
from daemon.configuration.load import parse
from daemon.daemon import Daemon

WAIT_SECONDS = 20.0

HEAD = """
site: {{id: test, names: Test, timezone: Asia/Shanghai}}
broker: {{host: 127.0.0.1, port: {broker}}}
board: {{bind: "127.0.0.1:{board}"}}
journal: {{path: journal.sqlite}}
{store}
"""
EMBEDDED = "store: {path: history.sqlite}"


@contextlib.contextmanager
def running(
    folder: Path,
    broker: Mosquitto,
    rest: str,
    clock: Clock | None = None,
    speed: float = 1.0,
    store: str = EMBEDDED,
) -> Iterator[Daemon]:
    """A daemon with this configuration; stopped cleanly at the end."""
    text = HEAD.format(broker=broker.port, board=free_port(), store=store) + rest
    daemon = assemble(parse(text, file="office.yaml", directory=folder), {}, clock, speed)
    daemon.start()
    try:
        wait_for(lambda: daemon.network.is_live, "the broker's queue to be heard")
        yield daemon
    finally:
        assert daemon.stop(), "a part of the daemon did not stop in time"


class Devices:
    """The other side of the broker: publishes like devices, and hears what they are told."""

    def __init__(self, broker: Mosquitto, *topics: str) -> None:
        self.heard: SimpleQueue[tuple[str, bytes, bool]] = SimpleQueue()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="devices")
        self._client.on_message = self._on_message
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()
        for topic in topics:
            self._client.subscribe(topic, qos=1)

    def say(self, topic: str, payload: str | bytes, *, retain: bool = False) -> None:
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(WAIT_SECONDS)

    def told(self, seconds: float = WAIT_SECONDS) -> tuple[str, bytes]:
        """The next command."""
        topic, payload, retained = self.heard.get(timeout=seconds)
        assert not retained, "a command was retained"
        return topic, payload

    def nothing_told(self, seconds: float = 1.0) -> bool:
        try:
            self.heard.get(timeout=seconds)
        except Empty:
            return True
        return False

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        if not message.topic.upper().endswith("/STATUS"):  # a question after a connect, which switches nothing
            self.heard.put((message.topic, bytes(message.payload), message.retain))


def wait_for(true: Callable[[], object], what: str, seconds: float = WAIT_SECONDS) -> None:
    """Until it is so; fails with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited {seconds:g} s for {what}"
        time.sleep(0.02)


def lately() -> tuple[datetime, datetime]:
    """A range that holds all that this test has stored."""
    now = datetime.now(UTC)
    return now - timedelta(minutes=10), now + timedelta(minutes=1)

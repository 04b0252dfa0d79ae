"""`officed run` as a process: what a person at a terminal, or systemd, sees of it when things around it are not well."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest
from chaos_office import METERED, ROOT, Office, numbered
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from real_mosquitto import Mosquitto, free_port, needs_mosquitto
from running_office import Devices, wait_for

pytestmark = [pytest.mark.real, needs_mosquitto]

STOP_SECONDS = 5.0


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "broker") as running:
        yield running


def officed(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """The command line, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "daemon", *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def retained(broker: Mosquitto, topic: str) -> bytes:
    """What the broker keeps there."""
    found: list[bytes] = []

    def keep(_client: Client, _userdata: object, message: MQTTMessage) -> None:
        if message.retain:
            found.append(bytes(message.payload))

    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = keep
    client.connect(broker.host, broker.port)
    client.loop_start()
    client.subscribe(topic)
    wait_for(lambda: found, "a retained message")
    client.disconnect()
    client.loop_stop()
    return found[0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_end_it_ends_in_time_with_everything_stored_and_says_offline(
    tmp_path: Path, broker: Mosquitto, number: signal.Signals
) -> None:
    office = Office(tmp_path / "office", broker.port, METERED)
    devices = Devices(broker)
    with office.start() as process:
        process.live()
        assert retained(broker, "officed/test/status") == b"online"
        for each in range(50):
            devices.say(*numbered(each))
        began = time.monotonic()
        assert process.stop(number) == 0
        assert time.monotonic() - began < STOP_SECONDS + 0.5
    devices.close()
    assert retained(broker, "officed/test/status") == b"offline"
    with office.start() as process:
        process.live()
        wait_for(lambda: len(office.stored()) >= 50, "all that waited")
        assert process.stop() == 0
    assert sorted(office.stored()) == list(range(50))
    assert "Traceback" not in process.log()


def test_a_taken_port_is_one_sentence(tmp_path: Path, broker: Mosquitto) -> None:
    office = Office(tmp_path / "office", broker.port, METERED)
    with socket.create_server(("127.0.0.1", office.board)):
        done = officed("run", "--config", str(office.file))
    assert done.returncode == 1
    assert "the port is in use" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_a_wrong_configuration_is_misuse_with_file_and_line(tmp_path: Path) -> None:
    office = Office(tmp_path / "office", 1883, METERED.replace("closed", "sometimes"))
    done = officed("run", "--config", str(office.file))
    assert done.returncode == 2
    assert f"{office.file}:" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert not (tmp_path / "office" / "journal.sqlite").exists()
    assert officed("run", "--config", str(tmp_path / "nowhere.yaml")).returncode == 2


def test_without_a_broker_it_starts_says_so_once_and_connects_when_there_is_one(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path / "broker")
    office = Office(tmp_path / "office", broker.port, METERED)
    with office.start() as process:
        process.wait_until("alive")
        time.sleep(4)
        assert office.health()["ready"] is False
        with broker:
            process.live()
            assert process.stop() == 0
    assert process.log().count("cannot be reached") == 1
    assert "Traceback" not in process.log()


def test_two_of_one_site_are_told(tmp_path: Path, broker: Mosquitto) -> None:
    first, second = (Office(tmp_path / name, broker.port, METERED) for name in ("first", "second"))
    with first.start() as one, second.start() as other:
        wait_for(lambda: "is a second officed running" in one.log() + other.log(), "the sentence", 30)
        one.stop()
        other.stop()


class Database(BaseHTTPRequestHandler):
    """Takes everything."""

    taken: ClassVar[list[bytes]] = []

    def do_GET(self) -> None:
        self._answer(b'{"buckets": []}', 200)

    def do_POST(self) -> None:
        self.taken.extend(self.rfile.read(int(self.headers["Content-Length"])).splitlines())
        self._answer(b"", 204)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that the library gave it
        pass

    def _answer(self, body: bytes, status: int) -> None:
        self.send_response(status)
        if body:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextlib.contextmanager
def database(port: int) -> Iterator[list[bytes]]:
    """On this port from now on; gives the lines that it takes."""
    Database.taken.clear()
    with ThreadingHTTPServer(("127.0.0.1", port), Database) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield Database.taken
        finally:
            server.shutdown()
            thread.join()


def test_without_a_database_it_starts_says_so_once_and_sends_when_there_is_one(
    tmp_path: Path, broker: Mosquitto
) -> None:
    port = free_port()
    (tmp_path / "token").write_text("secret-token")
    entry = f"influxdb: {{url: 'http://127.0.0.1:{port}', org: o, bucket: b, token_file: '{tmp_path}/token'}}\n"
    office = Office(tmp_path / "office", broker.port, METERED.replace("store: {path: history.sqlite}\n", entry))
    devices = Devices(broker)
    with office.start() as process:
        process.live()
        for each in range(20):
            devices.say(*numbered(each))
        process.wait_until("outbox_waiting_lines", 20.0)
        wait_for(lambda: office.health().get("store_trouble"), "the trouble in the health")
        time.sleep(2)
        with database(port) as taken:
            process.wait_until("outbox_waiting_lines", 0.0)
            assert process.stop() == 0
    devices.close()
    assert len(taken) == 20
    assert process.log().count("database does not take our points") == 1
    assert process.log().count("database takes our points again") == 1
    assert "secret-token" not in process.log()

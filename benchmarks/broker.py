"""A fresh Mosquitto on core 0 for every repetition, and a publisher that is cheaper than anything it feeds."""

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from daemon.mqtt.wire import V311, encode

CORE = 0
WINDOW = 1000
_CHUNK = 100
PID_FILE, SUBSCRIPTIONS = "mosquitto.pid", "subscriptions.log"
"""In the broker's folder: its process, and one line for each subscription that was made."""
CONFIGURATION = """
allow_anonymous true
max_queued_messages 10000000
max_queued_bytes 0
max_inflight_messages 1000
queue_qos0_messages true
set_tcp_nodelay true
log_type subscribe
"""


def program() -> str | None:
    """Where Mosquitto is."""
    return shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin")


def version() -> str:
    """As it says itself."""
    done = subprocess.run([program() or "mosquitto", "-h"], check=False, capture_output=True)  # noqa: S603  found on the PATH
    return done.stdout.decode().splitlines()[0]


@contextmanager
def broker(folder: Path) -> Iterator[int]:
    """Its port."""
    port = free_port()
    file = folder / "mosquitto.conf"
    user = "user root\n" if os.geteuid() == 0 else ""
    files = f"pid_file {folder / PID_FILE}\nlog_dest file {folder / SUBSCRIPTIONS}\n"
    file.write_text(f"listener {port} 127.0.0.1\n{user}{files}{CONFIGURATION}")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([program() or "mosquitto", "-c", str(file)], **quiet)  # type: ignore[call-overload]  # noqa: S603  found on the PATH
    os.sched_setaffinity(process.pid, {CORE})
    try:
        _wait_for(port)
        yield port
    finally:
        process.send_signal(signal.SIGCONT)  # whoever was to wake it may have failed
        process.terminate()
        process.wait()


class Publisher:
    """QoS 1 over a raw socket; packets are made beforehand. One connection, this thread."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(b"\x10\x11\x00\x04MQTT\x04\x02\x00\x00\x00\x05bench")
        self._socket.recv(4)
        self._unanswered = 0
        self._bytes = 0

    def flood(self, packets: Sequence[bytes]) -> None:
        """As fast as the broker takes them, at most WINDOW unanswered."""
        for start in range(0, len(packets), _CHUNK):
            while self._unanswered > WINDOW - _CHUNK:
                self._answers(1.0)
            chunk = packets[start : start + _CHUNK]
            self._socket.sendall(b"".join(chunk))
            self._unanswered += len(chunk)
        self.settle()

    def send(self, packets: Sequence[bytes]) -> None:
        """Now, and without waiting for answers."""
        self._socket.sendall(b"".join(packets))
        self._unanswered += len(packets)
        self._answers(0.0)

    def paced(self, packets: Sequence[bytes], per_second: int) -> None:
        """At this rate, in turns of a millisecond."""
        began = time.monotonic()
        sent = 0
        while sent < len(packets):
            due = min(len(packets), int((time.monotonic() - began) * per_second) + 1)
            if due > sent:
                self._socket.sendall(b"".join(packets[sent:due]))
                self._unanswered += due - sent
                sent = due
            self._answers(0.0)
            time.sleep(0.001)
        self.settle()

    def settle(self) -> None:
        """Until the broker has answered everything."""
        while self._unanswered:
            self._answers(1.0)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _answers(self, seconds: float) -> None:
        if not select.select([self._socket], [], [], seconds)[0]:
            return
        self._bytes += len(self._socket.recv(65_536))
        self._unanswered -= self._bytes // 4
        self._bytes %= 4


def packets(messages: Iterable[tuple[str, bytes]]) -> list[bytes]:
    """PUBLISH packets of QoS 1."""
    return [
        encode(0x32, topic.encode(), (number % 65_535 + 1).to_bytes(2, "big"), payload, V311)
        for number, (topic, payload) in enumerate(messages)
    ]


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    sys.exit("mosquitto did not start")

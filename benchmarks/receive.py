"""What it costs to receive: our read path beside stock paho, draining the same queue of a real Mosquitto in one run.

    python benchmarks/receive.py [--messages 100000] [--repeat 3]

CPU-seconds of the consumer process (user and system, all threads) per 100,000 messages, from just before connecting to
the last message; imports stay outside. Broker and publisher run on core 0, the consumer on core 1. Consumers:

- `own`: the daemon's network with an inbox that is emptied and a journal that keeps nothing (as stock paho does)
- `own+sqlite`: the same with the daemon's journal, one synced transaction a read
- `stock`: paho's client, `loop_start`, a callback that counts, automatic acknowledgement
- `stock path`: the daemon's network with paho reading, a commit and an acknowledgement for each message

Each has to have received the same messages, by count and by sum of their numbers, or there is no result.
"""

import argparse
import json
import os
import platform
import queue
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from daemon.journal.journal import Journal
from daemon.mqtt.batch import Batch
from daemon.mqtt.network import Network
from daemon.mqtt.session import BrokerSettings
from daemon.mqtt.wire import V311, encode

CONSUMERS = ("own", "own+sqlite", "stock", "stock path")
TOPICS = 200
WINDOW = 1000
CONFIGURATION = """
allow_anonymous true
max_queued_messages 10000000
max_queued_bytes 0
max_inflight_messages 1000
queue_qos0_messages true
set_tcp_nodelay true
"""


def main() -> None:
    """Run all consumers, alternating, and print the table."""
    options = argparse.ArgumentParser(description="Receive path against stock paho.")
    options.add_argument("--messages", type=int, default=100_000)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--protocol", choices=["3.1.1", "5"], default="3.1.1")
    chosen = options.parse_args()
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in CONSUMERS}
    for _ in range(chosen.repeat):
        for name in CONSUMERS:
            results[name].append(_drain(name, chosen.messages, chosen.protocol))
    print(f"{chosen.messages} messages of QoS 1, MQTT {chosen.protocol}, median of {chosen.repeat} (min-max)")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {_versions()}")
    stock = statistics.median(cost for cost, _ in results["stock"])
    print(f"{'consumer':12}{'CPU-s/100k':>24}{'stock / this':>14}{'msg/s':>12}")
    for name, runs in results.items():
        costs = [cost for cost, _ in runs]
        middle = statistics.median(costs)
        spread = f"{middle:.3f} ({min(costs):.3f}-{max(costs):.3f})"
        print(f"{name:12}{spread:>24}{stock / middle:>14.1f}{statistics.median(rate for _, rate in runs):>12.0f}")


def _drain(name: str, count: int, protocol: str) -> tuple[float, float]:
    """CPU-seconds per 100,000 and messages a second of one consumer on a fresh broker."""
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        file = Path(folder) / "mosquitto.conf"
        user = "user root\n" if os.geteuid() == 0 else ""
        file.write_text(f"listener {port} 127.0.0.1\n{user}{CONFIGURATION}")
        broker = subprocess.Popen(  # noqa: S603  found above
            [_mosquitto(), "-c", str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            os.sched_setaffinity(broker.pid, {0})
            _wait_for(port)
            arguments = [name, str(port), str(count), protocol, folder]
            _consume_in_process([*arguments, "subscribe"])
            _fill(port, count)
            return _consume_in_process([*arguments, "drain"])
        finally:
            broker.terminate()
            broker.wait()


def _consume_in_process(arguments: list[str]) -> tuple[float, float]:
    code = "import receive, sys; receive.consume(*sys.argv[1:])"
    done = subprocess.run(  # noqa: S603  ourselves
        [sys.executable, "-c", code, *arguments],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )
    cost, rate = json.loads(done.stdout)
    return float(cost), float(rate)


def consume(name: str, port: str, count: str, protocol: str, folder: str, mode: str) -> None:
    """In a process of its own: receive `count` messages (`drain`), or only make the session (`subscribe`)."""
    os.sched_setaffinity(0, {1 if (os.cpu_count() or 1) > 1 else 0})
    expected = int(count) if mode == "drain" else 0
    start = _consume_stock if name == "stock" else _consume_own
    began, cpu = time.monotonic(), time.process_time()
    seen, total = start(name, int(port), expected, protocol, Path(folder))
    cpu, took = time.process_time() - cpu, time.monotonic() - began
    if (seen, total) != (expected, expected * (expected - 1) // 2):
        sys.exit(f"{name} received {seen} messages of sum {total}, not the same work")
    print(json.dumps([cpu / max(expected, 1) * 100_000, expected / took]))


def _consume_own(name: str, port: int, expected: int, protocol: str, folder: Path) -> tuple[int, int]:
    inbox: queue.SimpleQueue[Batch] = queue.SimpleQueue()
    journal: Journal | _NoJournal = _NoJournal()
    if name == "own+sqlite" and expected:
        journal = Journal(folder / "journal.sqlite", now=_now, tell=_complain)
    network = Network(
        BrokerSettings("127.0.0.1", "bench", port=port, version="5" if protocol == "5" else "3.1.1"),
        journal,
        inbox,
        _now,
        ["bench/#"],
        _complain,
        receive_path="stock" if name == "stock path" else "own",
    )
    network.start()
    if not expected:
        while not network.is_live:
            time.sleep(0.01)
    seen = total = 0
    while seen < expected:
        batch = inbox.get()
        seen += len(batch.messages)
        total += sum(int(message.payload[-9:-1]) for message in batch.messages)
    network.stop(5)
    return seen, total


def _consume_stock(_name: str, port: int, expected: int, protocol: str, _folder: Path) -> tuple[int, int]:
    seen = total = 0
    done = threading.Event()

    def count(_client: Client, _userdata: object, message: MQTTMessage) -> None:
        nonlocal seen, total
        seen += 1
        total += int(message.payload[-9:-1])
        if seen == expected:
            done.set()

    def ready(*_: object) -> None:
        if not expected:
            done.set()

    def subscribe(*_: object) -> None:
        client.subscribe("bench/#", 1)

    level = MQTTProtocolVersion.MQTTv5 if protocol == "5" else MQTTProtocolVersion.MQTTv311
    clean = None if protocol == "5" else False
    client = Client(CallbackAPIVersion.VERSION2, "officed-bench", clean_session=clean, protocol=level)
    client.on_message = count
    client.on_subscribe = ready
    client.on_connect = subscribe
    if protocol == "5":
        lasting = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho left it out
        lasting.SessionExpiryInterval = 3600
        client.connect("127.0.0.1", port, clean_start=False, properties=lasting)
    else:
        client.connect("127.0.0.1", port)
    client.loop_start()
    done.wait()
    client.disconnect()
    client.loop_stop()
    return seen, total


def _fill(port: int, count: int) -> None:
    """Publish with a window of unanswered messages; 141 bytes of JSON on average, the number at the end."""
    os.sched_setaffinity(0, {0})
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(b"\x10\x10\x00\x04MQTT\x04\x02\x00\x00\x00\x04fill")
        sock.recv(4)
        for start in range(0, count, WINDOW):
            numbers = range(start, min(start + WINDOW, count))
            sock.sendall(b"".join(map(_message, numbers)))
            missing = 4 * len(numbers)
            while missing:
                missing -= len(sock.recv(65_536))


def _message(number: int) -> bytes:
    payload = b'{"state":"ON","power":%05d.5,"energy":123.456,"voltage":231,"current":0.27,"linkquality":%03d,' % (
        number % 99_999,
        number % 255,
    )
    payload += b'"local_temperature":23.5,"pad":"%s","n":%08d}' % (b"x" * (number % 15), number)
    packet_id = (number % WINDOW + 1).to_bytes(2, "big")
    return encode(0x32, b"bench/device%d" % (number % TOPICS), packet_id, payload, V311)


class _NoJournal:
    """Keeps nothing; only the cost of the path itself is left."""

    def commit(self, raw: bytes, received_at: datetime, *, backlog: bool, version: int) -> int:  # noqa: ARG002  a port
        return len(raw)


def _now() -> datetime:
    return datetime.now(UTC)


def _complain(text: str) -> None:
    sys.exit(text)


def _free_port() -> int:
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


def _versions() -> str:
    done = subprocess.run([_mosquitto(), "-h"], check=False, capture_output=True)  # noqa: S603  found on the PATH
    return f"{done.stdout.decode().splitlines()[0]}, paho-mqtt {paho.mqtt.__version__}"


def _mosquitto() -> str:
    program = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if program is None:
        sys.exit("mosquitto is not installed (Debian: mosquitto)")
    return program


if __name__ == "__main__":
    main()

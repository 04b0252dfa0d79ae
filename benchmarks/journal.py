"""What the journal, the lines and the sender cost: `python benchmarks/journal.py [directory]`.

CPU-s/100k is user + system CPU of this process per 100,000 readings; the directory (default: the working directory) should
be on the disk that the daemon will use, because a commit waits for that disk. The sender talks to a server in a process of
its own that stores nothing. Machines differ: compare the figures of one run.
"""

import multiprocessing
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from daemon.history.influx_writer import InfluxWriter
from daemon.history.points import Points
from daemon.history.sender import LINES, Sender
from daemon.history.sqlite_file import HistoryFile
from daemon.history.sqlite_writer import SqliteWriter
from daemon.journal.journal import Journal
from daemon.ports import Read
from sensors.device import Address, Device, DeviceId, ZoneId
from sensors.readings import AnyReading, Climate, Occupancy, Power

READINGS = 100_000
_NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
_BYTES_A_READING = 160
_ROUNDS = 5


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else ".") as name:
        directory = Path(name)
        print(
            f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
        )
        for batch in (1, 20, 100, 1000):
            _commits(directory, batch)
        lines = _lines()
        _sending(directory, lines)
        _embedded(directory, lines)


def _commits(directory: Path, batch: int) -> None:
    """Commit reads of `batch` messages, with a step of 200 ms' worth after each 50 commits, as a drain does."""
    commits = min(READINGS // batch, 3000)
    raw = b"x" * (_BYTES_A_READING * batch)
    journal = Journal(directory / f"journal-{batch}.sqlite", now=lambda: _NOW, tell=print)
    taken: list[float] = []

    def run() -> None:
        for number in range(commits):
            began = time.perf_counter()
            row = journal.commit([Read(raw, _NOW)], version=5)
            taken.append(time.perf_counter() - began)
            if number % 50 == 49:
                journal.advance(row, b"", 0, [], None)

    cpu, wall = _measured(run)
    journal.close()
    taken.sort()
    p50, p99 = (1000 * taken[int(len(taken) * share)] for share in (0.5, 0.99))
    readings = commits * batch
    print(
        f"commit, {batch:4} a read: {readings / wall:9,.0f} readings/s, {commits / wall:6,.0f} commits/s,"
        f" {cpu / readings * 100_000:6.3f} CPU-s/100k, p50 {p50:.2f} ms, p99 {p99:.2f} ms"
    )


def _lines() -> list[bytes]:
    """The lines of READINGS readings of 200 devices; prints the best of some rounds, in ns a line."""
    devices = [
        Device(DeviceId(f"f3-{number}"), "plug", Address("tasmota", f"t{number}"), ZoneId(f"room {number % 40}"))
        for number in range(200)
    ]
    # One read of the socket, one object: as the network thread hands them over.
    instants = [_NOW + number * timedelta(milliseconds=1) for number in range(READINGS // 1000)]
    readings: list[tuple[AnyReading, Device]] = []
    for number in range(READINGS // 10):
        device = devices[number % len(devices)]
        at = {"device": device.id, "arrived_at": instants[number // 100]}
        watts, celsius = number % 977 / 10, 20 + number % 83 / 10
        readings.append(
            (
                Power(**at, is_on=True, watts=watts, energy_kwh_total=float(number % 5000) / 100)  # type: ignore[arg-type]  # by name
                if number % 3 == 0
                else Climate(**at, mode="cool", setpoint_celsius=26.0, room_celsius=celsius)  # type: ignore[arg-type]  # same
                if number % 3 == 1
                else Occupancy(**at, occupied=True),  # type: ignore[arg-type]  # same
                device,
            )
        )
    points = Points("hq")
    made: list[bytes] = []
    best = float("inf")
    for _ in range(_ROUNDS):
        began = time.process_time()
        made = [points.line(reading, device) or b"" for reading, device in readings]
        best = min(best, time.process_time() - began)
    print(f"line: {best / len(readings) * 1e9:,.0f} ns a reading")
    return made * 10


def _sending(directory: Path, lines: list[bytes]) -> None:
    port: multiprocessing.Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=_serve, args=(port,), daemon=True)
    server.start()
    journal = _filled(directory / "sending.sqlite", lines)
    url = f"http://127.0.0.1:{port.get()}"
    writer = InfluxWriter(url, token="t", organisation="o", bucket="b", now=lambda: _NOW)  # noqa: S106  no server of anybody's
    sender = Sender(journal.outbox, writer, now=lambda: _NOW, tell=print)
    cpu, wall = _measured(lambda: _empty(sender))
    print(f"sender: {cpu / len(lines) * 100_000:6.3f} CPU-s/100k, {len(lines) / wall:,.0f} lines/s, {LINES} a request")
    writer.close()
    journal.close()
    server.terminate()
    server.join()


def _embedded(directory: Path, lines: list[bytes]) -> None:
    journal = _filled(
        directory / "embedded.sqlite",
        [line[:-19] + str(1_772_625_600_000_000_000 + number).encode() for number, line in enumerate(lines)],
    )
    file = HistoryFile(directory / "history.sqlite", tell=print)
    sender = Sender(journal.outbox, SqliteWriter(file, now=lambda: _NOW), now=lambda: _NOW, tell=print)
    cpu, wall = _measured(lambda: _empty(sender))
    print(
        f"sender into the embedded store: {cpu / len(lines) * 100_000:6.3f} CPU-s/100k, {len(lines) / wall:,.0f} lines/s"
    )
    file.close()
    journal.close()


def _filled(path: Path, lines: list[bytes]) -> Journal:
    journal = Journal(path, now=lambda: _NOW, tell=print)
    for first in range(0, len(lines), 500):
        part = lines[first : first + 500]
        journal.advance(0, b"\n".join(part), len(part), [], None)
    return journal


def _empty(sender: Sender) -> None:
    while sender.send_some():
        pass


def _measured(run: Callable[[], None]) -> tuple[float, float]:
    """CPU and wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    run()
    return time.process_time() - cpu, time.perf_counter() - wall


class _TakesAll(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that the library gave it
        """Say nothing."""


def _serve(port: "multiprocessing.Queue[int]") -> None:
    server = HTTPServer(("127.0.0.1", 0), _TakesAll)
    port.put(server.server_port)
    server.serve_forever()


if __name__ == "__main__":
    main()

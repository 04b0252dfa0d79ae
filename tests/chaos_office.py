"""An office whose daemon is a process of its own, to be killed by tests; and what is stored in it, read afterwards."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import urllib3
from real_mosquitto import free_port

ROOT = Path(__file__).parents[1]
WAIT_SECONDS = 30.0

HEAD = """
site: {{id: test, names: Test, timezone: Asia/Shanghai}}
broker: {{host: 127.0.0.1, port: {broker}}}
board: {{bind: "127.0.0.1:{board}"}}
journal: {{path: journal.sqlite}}
"""
METERS = 10
METERED = (
    "zones:\n  room: {names: Room, hours: {mon-sun: closed}}\ndevices:\n"
    + "".join(f"  m{n}: {{kind: meter, family: zigbee2mqtt, address: m{n}, zone: room}}\n" for n in range(METERS))
    + "store: {path: history.sqlite}\n"
)
"""Meters whose counters carry the sequence number of the reading. After its first word nothing that one says is news."""


def numbered(number: int) -> tuple[str, bytes]:
    """Topic and payload of one numbered reading."""
    return f"zigbee2mqtt/m{number % METERS}", b'{"energy":%d}' % number


class Office:
    """A folder with a configuration; the daemon in it may be started again and again."""

    def __init__(self, folder: Path, broker_port: int, rest: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.board = free_port()
        self.file = folder / "office.yaml"
        self.file.write_text(HEAD.format(broker=broker_port, board=self.board) + rest)

    def start(self, point: str = "-", passes: int = 1, *options: str) -> "Process":
        return Process(self, [str(self.file), point, str(passes), *options])

    def health(self) -> dict[str, Any]:
        """What `/healthz` says; empty where nobody answers."""
        with suppress(urllib3.exceptions.HTTPError):
            answer = urllib3.request("GET", f"http://127.0.0.1:{self.board}/healthz", retries=False, timeout=2.0)
            return dict(answer.json())
        return {}

    def stored(self, query: str = "SELECT CAST(energy_kwh_total AS INTEGER) FROM point_power") -> list[Any]:
        """The first column of a question to the embedded store; left out: the numbers of all readings."""
        with closing(sqlite3.connect(self.folder / "history.sqlite")) as store:
            return [row[0] for row in store.execute(query).fetchall()]


class Process:
    """One run of the daemon; killed at the end of the block if nothing else has ended it."""

    def __init__(self, office: Office, arguments: list[str]) -> None:
        self.office = office
        self._log = (office.folder / "daemon.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "chaos_daemon.py"), *arguments],
            stdout=self._log,
            stderr=self._log,
            cwd=office.folder,
            env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PYTHONUNBUFFERED": "1"},
        )

    def wait_until(self, fact: str, wanted: object = True, seconds: float = WAIT_SECONDS) -> None:
        """Until the health says so."""
        deadline = time.monotonic() + seconds
        while self.office.health().get(fact) != wanted:
            assert self.process.poll() is None, f"the daemon ended: {self.log()[-2000:]}"
            assert time.monotonic() < deadline, f"{fact} is not {wanted}: {self.office.health()} {self.log()[-2000:]}"
            time.sleep(0.03)

    def live(self) -> "Process":
        """Connected, and the broker's queue heard."""
        self.wait_until("broker_live")
        return self

    def live_or_ended(self) -> None:
        """Whichever comes first: a crash point may lie in the queue that is heard at the start."""
        deadline = time.monotonic() + WAIT_SECONDS
        while self.process.poll() is None and not self.office.health().get("broker_live"):
            assert time.monotonic() < deadline, self.log()[-2000:]
            time.sleep(0.03)

    def ended(self, seconds: float = WAIT_SECONDS) -> int:
        """Wait for it to end by itself; its exit code."""
        return self.process.wait(seconds)

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()
        self.process.wait(10)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end; the exit code, which is 0 where everything was brought to an end."""
        self.process.send_signal(number)
        return self.process.wait(10)

    def log(self) -> str:
        return (self.office.folder / "daemon.log").read_text(errors="replace")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.kill()
        self._log.close()


QUIET_SECONDS = 1.8
"""What came may be gathered for a second, and written a fifth of one later, before the outbox counts it."""


def settle(office: Office, process: Process) -> None:
    """Wait until the broker has nothing left for us and the outbox is empty, then end the daemon cleanly."""
    process.live()
    before = -1.0
    deadline = time.monotonic() + 60
    while True:
        health = office.health()
        assert time.monotonic() < deadline, health
        now = float(health.get("messages_total", -1))
        if now == before and health.get("outbox_waiting_lines") == 0:
            break
        before = now
        time.sleep(QUIET_SECONDS)
    assert process.stop() == 0, process.log()[-2000:]

"""A real Mosquitto on a free port of 127.0.0.1, for tests and benchmarks; stopped by its own process id."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

MOSQUITTO = shutil.which("mosquitto") or (path if (path := "/usr/sbin/mosquitto") and Path(path).exists() else None)

needs_mosquitto = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed (Debian: mosquitto)")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mosquitto:
    """`lines` are added to the configuration; with a `listener` among them, none is made (`port` is then theirs)."""

    def __init__(self, folder: Path, lines: Sequence[str] = (), *, port: int | None = None) -> None:
        self.folder = folder
        self.host = "127.0.0.1"
        self.port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None
        own = [] if any(line.startswith("listener ") for line in lines) else [f"listener {self.port} 127.0.0.1"]
        if not any(line.startswith("allow_anonymous ") for line in lines):
            own.append("allow_anonymous true")
        if os.geteuid() == 0:
            own.append("user root")
        folder.mkdir(parents=True, exist_ok=True)
        self._config = folder / f"mosquitto-{self.port}.conf"
        self._config.write_text("\n".join([*own, f"persistence_location {folder}/", *lines]) + "\n")
        self._log = folder / f"mosquitto-{self.port}.log"

    def start(self) -> None:
        """Start, and wait until it accepts connections."""
        assert MOSQUITTO is not None
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([MOSQUITTO, "-c", str(self._config)], stdout=log, stderr=log)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), timeout=1):
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        raise RuntimeError(f"mosquitto did not start: {self.log()[-800:]}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it: SIGTERM by default, SIGKILL for a crash."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=10)
            self._process = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def log(self) -> str:
        """What it has said so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker without persistence and with a long queue; import this fixture where it is wanted."""
    with Mosquitto(tmp_path / "broker", ["max_queued_messages 100000"]) as broker:
        yield broker

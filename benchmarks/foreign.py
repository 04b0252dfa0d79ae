"""A contestant that is not written in Python: held back just before its session begins, and its CPU read from outside.

Ours say themselves when to start the clock. A foreign program connects as soon as it is up, so the broker is what waits:
it is stopped (SIGSTOP) before the program starts, the kernel accepts the connection in its place, and the program stands there
with its CONNECT sent and no answer. When it has been quiet for a moment, everything that was start-up (modules, flows,
plugins) is behind it; there its CPU is read, and the broker goes on. So the clock runs from just before the connection to
the last 204, as it does for ours. What is read is user + system of the whole process from /proc/<pid>/stat: the kernel adds
up the same run times for it as for Python's `time.process_time`, in steps of a hundredth of a second.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from broker import CORE, PID_FILE, SUBSCRIPTIONS
from contest import CONSUMER_CORE
from entrant import RefusedError, Violations

_UP_SECONDS = 25.0
"""To connect, and again to subscribe; MQTT clients hang up after 30 s without an answer."""
_QUIET_SECONDS = 0.3
_TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")
_LOOK_SECONDS = 0.02
_ESTABLISHED = "01"


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, in which folder, and how it is seen that it is ready.

    `subscriptions`: how many it makes each time it connects. `violations` is asked when the clock has stopped.
    """

    command: Sequence[str]
    folder: Path
    subscriptions: int
    violations: Callable[[], Violations] = lambda: None


class ForeignRun:
    """One process of it, on the consumer's core; its output goes to a file in its folder."""

    def __init__(self, program: Program, broker: int, broker_folder: Path) -> None:
        self._program, self._broker, self._log = program, broker, broker_folder / SUBSCRIPTIONS
        self._broker_process = int((broker_folder / PID_FILE).read_text())
        self._began = 0.0
        self._subscribed = self._subscriptions()
        self._stop_broker()
        try:
            self.process = self._start()
        except OSError as error:
            self._resume_broker()
            raise RefusedError(f"it did not start: {error}") from error
        try:
            self._until(self._is_connected, "did not connect")
            self._until_quiet()
        except BaseException:
            self.end()
            raise

    def go(self) -> None:
        """The broker answers; returns when there is a subscription for everything it wants."""
        self._began = cpu_seconds(self.process.pid)
        self._resume_broker()
        self._until(
            lambda: self._subscriptions() - self._subscribed >= self._program.subscriptions, "did not subscribe"
        )

    def finish(self) -> tuple[float, Violations]:
        """What it cost, and then what it found."""
        taken = cpu_seconds(self.process.pid) - self._began
        return taken, self._program.violations()

    def end(self) -> None:
        """Let it stop by itself: the broker keeps its session."""
        self._resume_broker()
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        """The core has to be chosen before the program looks how many there are: a child inherits it."""
        here = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {CONSUMER_CORE if (os.cpu_count() or 1) > CONSUMER_CORE else CORE})
        try:
            with (self._program.folder / "output.log").open("ab") as output:
                return subprocess.Popen(  # noqa: S603  found on the PATH, with our own arguments
                    self._program.command,
                    cwd=self._program.folder,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                )
        finally:
            os.sched_setaffinity(0, here)

    def _until(self, is_so: Callable[[], bool], otherwise: str) -> None:
        until = time.monotonic() + _UP_SECONDS
        while not is_so():
            if self.process.poll() is not None:
                raise RefusedError(f"it ended by itself: {self._last_words()}")
            if time.monotonic() > until:
                raise RefusedError(f"it {otherwise} in {_UP_SECONDS:.0f} s: {self._last_words()}")
            time.sleep(_LOOK_SECONDS)

    def _until_quiet(self) -> None:
        until = time.monotonic() + _UP_SECONDS / 2
        while time.monotonic() < until:
            before = cpu_seconds(self.process.pid)
            time.sleep(_QUIET_SECONDS)
            if cpu_seconds(self.process.pid) - before <= _TICK_SECONDS:
                return

    def _is_connected(self) -> bool:
        return bool(_inodes(self.process.pid) & connections(Path("/proc/net/tcp").read_text(), self._broker))

    def _subscriptions(self) -> int:
        return self._log.read_bytes().count(b"\n") if self._log.exists() else 0

    def _stop_broker(self) -> None:
        os.kill(self._broker_process, signal.SIGSTOP)

    def _resume_broker(self) -> None:
        os.kill(self._broker_process, signal.SIGCONT)

    def _last_words(self) -> str:
        lines = (self._program.folder / "output.log").read_text(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


@contextmanager
def foreign(program: Program, broker: int, folder: Path) -> Iterator[ForeignRun]:
    """`folder` is where the broker keeps its files. Raises RefusedError when the program does not come up."""
    run = ForeignRun(program, broker, folder)
    try:
        yield run
    finally:
        run.end()


def cpu_seconds(pid: int) -> float:
    """User and system, all threads, ended ones too; children not."""
    return seconds_in(Path(f"/proc/{pid}/stat").read_text())


def seconds_in(stat: str) -> float:
    """Of one line of /proc/<pid>/stat: fields 14 and 15; the second, the program's name, may hold anything."""
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_SECONDS


def connections(table: str, port: int) -> set[str]:
    """Inodes of the sockets in /proc/net/tcp that are connected to this port."""
    rows = [line.split() for line in table.splitlines()[1:]]
    return {row[9] for row in rows if row[3] == _ESTABLISHED and int(row[2].partition(":")[2], 16) == port}


def _inodes(pid: int) -> set[str]:
    found = set()
    for file in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            target = file.readlink().name
        except OSError:  # closed meanwhile
            continue
        found.add(target.removeprefix("socket:[").removesuffix("]"))
    return found

"""One of our own scripts as a contestant: a Python process that has imported everything and waits to be told."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from entrant import RefusedError, Violations

HERE = Path(__file__).parent


class PythonRun:
    """A script that speaks as `contest.take_part` does."""

    def __init__(self, script: str, arguments: Sequence[str]) -> None:
        self.process = subprocess.Popen(  # noqa: S603  ourselves
            [sys.executable, str(HERE / script), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.rss_mb = 0.0
        self._hear()

    def go(self) -> None:
        """Connect."""
        self._tell("go")
        self._hear()

    def finish(self) -> tuple[float, Violations]:
        """What it cost and found."""
        self._tell("finish")
        said = self._hear()
        self.rss_mb = float(said["rss_mb"])
        return float(said["cpu"]), frozenset(said["violations"])

    def end(self) -> None:
        """Let it stop by itself: the broker keeps its session."""
        for word in ("finish", "stop"):
            if self.process.poll() is None:
                self._tell(word)
        try:
            self.process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _tell(self, word: str) -> None:
        assert self.process.stdin is not None  # noqa: S101  made with a pipe
        try:
            self.process.stdin.write(f"{word}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise RefusedError("it ended by itself") from None

    def _hear(self) -> Any:
        assert self.process.stdout is not None  # noqa: S101  made with a pipe
        line = self.process.stdout.readline()
        if not line:
            raise RefusedError("it ended by itself")
        return json.loads(line)


def script(name: str, *more: str) -> Callable[[int, int, Path], AbstractContextManager[PythonRun]]:
    """How to run one of our scripts."""

    @contextmanager
    def run(broker: int, sink: int, folder: Path) -> Iterator[PythonRun]:
        started = PythonRun(name, [str(broker), str(sink), str(folder), *more])
        try:
            yield started
        finally:
            started.end()

    return run

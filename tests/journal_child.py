"""A daemon in small, started by tests that kill it: commits, acknowledges, steps, sends; ends itself at a named point.

`journal_child.py <directory> <crash point> <how many times before> [ack-first]` writes `acked` (one number a line, as the
broker would know it) and `sink` (what the database got), both synced, beside the journal.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from daemon.history.answers import Answer
from daemon.history.layout import Layout
from daemon.history.sender import Sender
from daemon.journal.journal import Journal
from daemon.ports import Read

READS = 12
_NOW = datetime(2026, 3, 1, tzinfo=UTC)


class SyncedFile:
    """Lines that are there whatever happens next."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)

    def write(self, line: bytes) -> None:
        os.write(self._file, line + b"\n")
        os.fsync(self._file)


class Sink:
    """A database that takes everything."""

    def __init__(self, file: SyncedFile) -> None:
        self._file = file

    def post(self, lines: bytes) -> Answer:
        for line in lines.split(b"\n"):
            self._file.write(line)
        return Answer(status=204)

    def layout(self) -> Layout:
        return Layout()


def main(directory: Path, point: str, times: int, *, ack_first: bool) -> None:
    """Run until the crash, or to the end."""

    def crash(reached: str) -> None:
        nonlocal times
        if reached == point:
            times -= 1
            if times < 0:
                os._exit(9)

    journal = Journal(directory / "journal.sqlite", now=lambda: _NOW, tell=print, crash=crash)
    acked = SyncedFile(directory / "acked")
    sender = Sender(
        journal.outbox,
        Sink(SyncedFile(directory / "sink")),
        now=lambda: _NOW,
        tell=print,
        crash=crash,
        pause=lambda _: False,
    )
    for row in journal.undecoded():
        journal.advance(row.row, _line(row.raw), 1, [row.raw], row.raw)
    unused: list[bytes] = []
    for number in range(READS):
        raw = str(number).encode()
        if ack_first:
            acked.write(raw)
        row_number = journal.commit([Read(raw, _NOW)], version=5)
        if not ack_first:
            acked.write(raw)
        unused.append(raw)
        if number % 3 != 1:
            journal.advance(row_number, b"\n".join(map(_line, unused)), len(unused), unused, raw)
            unused = []
        if number % 4 == 3:
            sender.send_some()
    journal.close()


def _line(raw: bytes) -> bytes:
    return b"power watts=" + raw + b".0 1772323200000000000"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), ack_first="ack-first" in sys.argv)

"""The agent's own small file: how far the log was read, which jobs were told, and what the broker has not confirmed yet.

All three change in one transaction (SQLite, synchronous=FULL): killed at any moment, the agent has either not read a line or
has its message here. Names and titles are never written into it, unless the site has asked for clear names.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from daemon.print_agent.follow import Place

SAME_PRINTING: Final = timedelta(seconds=10)
"""The log's stamp of a job and the print server's own lie closer than this; printed again, a job ends later."""
_REMEMBER: Final = timedelta(days=400)
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS place (only INTEGER PRIMARY KEY CHECK (only = 1), inode INTEGER, offset INTEGER, mark TEXT, marked INTEGER);
CREATE TABLE IF NOT EXISTS told (queue TEXT, number INTEGER, ended INTEGER, PRIMARY KEY (queue, number, ended)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spool (id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT, payload BLOB);
"""


CrashPoint = Literal["before_take", "after_take", "before_confirmed"]
"""A job's line was read and not kept; kept and not sent; sent, confirmed, and that not noted."""


@dataclass(frozen=True, slots=True)
class Printing:
    """What makes one printing of one job: told once, for ever."""

    queue: str
    number: int
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """For the broker."""

    topic: str
    payload: bytes


class Ledger:
    """One thread. Raises sqlite3.Error where the disk refuses. `crash` is for tests that end the process at a point."""

    def __init__(self, path: Path, crash: Callable[[CrashPoint], None] = lambda _: None) -> None:
        self._crash = crash
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("PRAGMA synchronous=FULL")
        self._file.executescript(_SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def place(self) -> Place | None:
        """How far the log was read; None: never."""
        row = self._file.execute("SELECT inode, offset, mark, marked FROM place").fetchone()
        return None if row is None else Place(*row)

    def is_told(self, printing: Printing) -> bool:
        """Whether this printing was told before, perhaps from another source a few seconds off."""
        at, slack = int(printing.ended_at.timestamp()), int(SAME_PRINTING.total_seconds())
        found = self._file.execute(
            "SELECT 1 FROM told WHERE queue = ? AND number = ? AND ended BETWEEN ? AND ?",
            (printing.queue, printing.number, at - slack, at + slack),
        )
        return found.fetchone() is not None

    def take(self, told: Sequence[tuple[Printing, Message]], place: Place | None, more: Sequence[Message] = ()) -> None:
        """Everything of one turn, or nothing of it."""
        if told:
            self._crash("before_take")
        with self._file:
            self._file.execute("BEGIN IMMEDIATE")
            for printing, message in told:
                ended = int(printing.ended_at.timestamp())
                self._file.execute(
                    "INSERT OR IGNORE INTO told VALUES (?, ?, ?)", (printing.queue, printing.number, ended)
                )
                self._put(message)
                self._file.execute("DELETE FROM told WHERE ended < ?", (ended - int(_REMEMBER.total_seconds()),))
            for message in more:
                self._put(message)
            if place is not None:
                self._file.execute(
                    "INSERT OR REPLACE INTO place VALUES (1, ?, ?, ?, ?)",
                    (place.inode, place.offset, place.mark, place.marked),
                )
        if told:
            self._crash("after_take")

    def waiting(self, most: int, after: int = 0) -> list[tuple[int, Message]]:
        """The oldest messages that the broker has not confirmed, with an id above `after`."""
        rows = self._file.execute(
            "SELECT id, topic, payload FROM spool WHERE id > ? ORDER BY id LIMIT ?", (after, most)
        )
        return [(row, Message(topic, payload)) for row, topic, payload in rows]

    def confirmed(self, rows: Sequence[int]) -> None:
        """The broker has these, and somebody listens."""
        self._crash("before_confirmed")
        with self._file:
            self._file.execute("BEGIN IMMEDIATE")
            self._file.executemany("DELETE FROM spool WHERE id = ?", [(row,) for row in rows])

    def _put(self, message: Message) -> None:
        self._file.execute("INSERT INTO spool (topic, payload) VALUES (?, ?)", (message.topic, message.payload))

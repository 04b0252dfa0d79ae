"""Points on their way to the database: put in by a step, taken out when they are stored or set aside."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from sqlite3 import Connection
from typing import cast

from daemon.journal.audit import microseconds
from daemon.journal.database import Database, Row
from daemon.journal.schema import CrashPoint, OutboxRow, Refused

# The number is found in the transaction: `officed dead-letters replay` puts rows in from another process.
_PUT = (
    "INSERT INTO outbox (row, count, lines) SELECT 1 + max((SELECT coalesce(max(row), 0) FROM outbox),"
    " (SELECT coalesce(max(value), 0) FROM mark WHERE name = 'sent')), ?, ?"
)
_REFUSED_BYTES = "SELECT coalesce(sum(length(line) + length(reason) + 64), 0) FROM dead_letter"
_LOSE_OLDEST = "DELETE FROM dead_letter WHERE row IN (SELECT row FROM dead_letter ORDER BY row LIMIT 100)"
_COUNT_LOST = (
    "INSERT INTO mark (name, value) VALUES ('letters_lost', ?)"
    " ON CONFLICT (name) DO UPDATE SET value = value + excluded.value"
)
_SET_ASIDE = "INSERT OR IGNORE INTO dead_letter (digest, at_us, reason, line) VALUES (?, ?, ?, ?)"


class Outbox:
    """Part of the journal. `put` runs inside a step's transaction; `next` and `done` belong to the sender thread."""

    def __init__(
        self,
        database: Database,
        *,
        now: Callable[[], datetime],
        crash: Callable[[CrashPoint], None],
        refused_bytes: int,
        tell: Callable[[str], None],
    ) -> None:
        self._database = database
        self._now = now
        self.crash = crash
        self._refused_bytes = refused_bytes
        self._tell = tell
        self._has_told = False
        self.on_added: Callable[[], None] = lambda: None
        """Called after each commit that brought points, on the thread that committed; the sender sets it."""
        self._added = cast("int", database.rows("SELECT coalesce(sum(count), 0) FROM outbox")[0][0])
        self._gone = 0

    @property
    def waiting_lines(self) -> int:
        """How many points the database does not have yet."""
        return max(self._added - self._gone, 0)

    def put(self, connection: Connection, lines: bytes, count: int) -> None:
        """Inside a transaction that the caller holds; after its commit the caller says so with `added`."""
        connection.execute(_PUT, (count, lines))

    def added(self, count: int) -> None:
        """The transaction of `put` is durable."""
        self._added += count
        self.on_added()

    def next(self, limit_lines: int) -> list[OutboxRow]:
        """The oldest rows, until they hold `limit_lines` points or there are no more."""
        total = 0

        def enough(row: Row) -> bool:
            nonlocal total
            total += cast("int", row[1])
            return total >= limit_lines

        rows = self._database.some_rows("SELECT row, count, lines FROM outbox ORDER BY row", (), enough)
        return [OutboxRow(cast("int", row), cast("int", count), cast("bytes", lines)) for row, count, lines in rows]

    def done(self, rows: Sequence[OutboxRow], refused: Sequence[Refused] = ()) -> None:
        """These rows are stored, except the refused lines, which are set aside in the same transaction."""
        last = rows[-1].row
        with self._database.writing() as connection:
            self.set_aside(connection, refused)
            connection.execute("DELETE FROM outbox WHERE row <= ?", (last,))
            connection.execute("INSERT OR REPLACE INTO mark (name, value) VALUES ('sent', ?)", (last,))
        self._gone += sum(row.count for row in rows)
        self.crash("after_done")
        self._database.relieve()

    def set_aside(self, connection: Connection, refused: Sequence[Refused]) -> None:
        """Inside a transaction. The same line twice (a crash between refusal and `done`) is one dead letter.

        They take at most `refused_bytes`: beyond that the oldest go for good, which is told once and counted for ever.
        """
        if not refused:
            return
        at_us = microseconds(self._now())
        values = [(hashlib.sha256(each.line).digest(), at_us, each.reason, each.line) for each in refused]
        connection.executemany(_SET_ASIDE, values)
        lost = 0
        while connection.execute(_REFUSED_BYTES).fetchone()[0] > self._refused_bytes:
            lost += connection.execute(_LOSE_OLDEST).rowcount
        if lost:
            connection.execute(_COUNT_LOST, (lost,))
            if not self._has_told:
                self._has_told = True
                self._tell(
                    f"More than {self._refused_bytes // 1024} kB of points were refused by the database: the oldest are"
                    " thrown away from now on. See `officed dead-letters`, and what its reasons say."
                )

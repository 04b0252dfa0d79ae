"""Points that the database refused: listed, tried again or thrown away by a person (`officed dead-letters`)."""

from collections.abc import Sequence
from typing import cast

from daemon.journal.audit import instant
from daemon.journal.database import Database
from daemon.journal.outbox import Outbox
from daemon.journal.schema import DeadLetter, Refused


class DeadLetters:
    """Part of the journal; any thread."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    def set_aside(self, lines: Sequence[bytes], reason: str) -> None:
        """Keep lines out of the way."""
        with self._database.writing() as connection:
            self._outbox.set_aside(connection, [Refused(line, reason) for line in lines])

    def count(self) -> int:
        """How many there are."""
        return cast("int", self._database.rows("SELECT count(*) FROM dead_letter")[0][0])

    def lost(self) -> int:
        """How many were thrown away because there were too many."""
        found = self._database.rows("SELECT value FROM mark WHERE name = 'letters_lost'")
        return cast("int", found[0][0]) if found else 0

    def listed(self, *, after_row: int = 0, limit: int = 100) -> list[DeadLetter]:
        """Oldest first; page on with the last `row`."""
        query = "SELECT row, at_us, reason, line FROM dead_letter WHERE row > ? ORDER BY row LIMIT ?"
        rows = cast("list[tuple[int, int, str, bytes]]", self._database.rows(query, (after_row, limit)))
        return [DeadLetter(row, instant(at_us), reason, line) for row, at_us, reason, line in rows]

    def replay(self, rows: Sequence[int]) -> int:
        """Put these back into the outbox, in one transaction; says how many there were."""
        with self._database.writing() as connection:
            lines = [
                cast("bytes", found[0])
                for row in rows
                for found in connection.execute("SELECT line FROM dead_letter WHERE row = ?", (row,)).fetchall()
            ]
            connection.executemany("DELETE FROM dead_letter WHERE row = ?", [(row,) for row in rows])
            if lines:
                self._outbox.put(connection, b"\n".join(lines), len(lines))
        if lines:
            self._outbox.added(len(lines))
        return len(lines)

    def delete(self, rows: Sequence[int]) -> None:
        """Throw these away for good."""
        with self._database.writing() as connection:
            connection.executemany("DELETE FROM dead_letter WHERE row = ?", [(row,) for row in rows])

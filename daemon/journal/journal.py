"""What makes a reading durable: the network thread commits here before it acknowledges.

Threads: `commit` belongs to the network thread, the outbox's methods to the sender thread, the rest to whoever thinks (engine.py);
the command line may ask from another process. All writing goes through one connection under one lock (`Database`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from typing import cast

from daemon.errors import StoreUnavailable
from daemon.journal.audit import Entry, Record, microseconds
from daemon.journal.database import Database
from daemon.journal.dead_letters import DeadLetters
from daemon.journal.kept import Kept, keep
from daemon.journal.letting_go import LET_GO, what_may_go
from daemon.journal.outbox import Outbox
from daemon.journal.raw import Statement, insertion, rows_after
from daemon.journal.schema import CrashPoint, RawRow
from daemon.journal.trail import append, entry
from daemon.ports import Read, Reads

_PAGE_BYTES = 16_384  # rows are reads of up to 256 kB: chains of small pages cost twice as much
_MEASURE_EVERY = 64
_KEPT_FREE = 8
_FOR_REFUSED = 16
_FOR_AUDIT = 4
# The mark never goes back, or row numbers would come again.
_MARK = (
    "INSERT INTO mark (name, value) VALUES ('decoded', ?)"
    " ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)"
)
_AUDIT = "SELECT seq, at_us, kind, body, previous, hash FROM audit"


class Journal:
    """One SQLite file of at most `maximum_bytes`, of which one eighth is kept free for what empties it again.

    Points that the database refused take one sixteenth of it at most, the audit trail one quarter (`let_go_of_audit`).

    `now` stamps what has no time of its own; `tell` takes a sentence for a person; `crash` is for tests. Raises
    StoreUnavailable from every method that cannot do what it is for.
    """

    def __init__(
        self,
        path: Path,
        *,
        now: Callable[[], datetime],
        tell: Callable[[str], None],
        maximum_bytes: int = 1 << 30,
        crash: Callable[[CrashPoint], None] = lambda _: None,
        page_bytes: int = _PAGE_BYTES,
    ) -> None:
        self._database = Database(path, maximum_bytes=maximum_bytes, page_bytes=page_bytes, tell=tell)
        self._now = now
        self._tell = tell
        self._crash = crash
        self._limit_bytes = maximum_bytes - maximum_bytes // _KEPT_FREE
        self._audit_bytes = maximum_bytes // _FOR_AUDIT
        refused_bytes = maximum_bytes // _FOR_REFUSED
        self.outbox = Outbox(self._database, now=now, crash=crash, refused_bytes=refused_bytes, tell=tell)
        self.dead_letters = DeadLetters(self._database, self.outbox)
        self._full = False
        self._unmeasured = 0
        self._kept_row = self._mark("office")
        self._let_go_row = 0
        self.next_row = 1 + max(self._mark("decoded"), self._first("SELECT max(row) FROM raw"))
        with self._database.lock, self._database.failing():
            self._used_bytes = self._database.used_bytes()

    def commit(self, reads: Sequence[Read], *, version: int) -> int:
        """Keep what was read, a row each. All of it is on the disk when this returns, with the number of the first row."""
        self._crash("before_commit")
        with self._database.lock:
            first = self.next_row
            self._database.alone(*self._insertion(reads, version))
        self._crash("after_commit")
        return first

    def promise(self, reads: Reads, promise: bytes) -> None:
        """Keep what was read, and with its last row what will be done about it. The rest of that step comes with `advance`."""
        self._crash("before_promise")
        with self._database.lock:
            self._database.alone(*self._insertion(*reads, promise))
        self._crash("after_promise")

    # whoever thinks

    @property
    def decoded_row(self) -> int:
        """The last row that a step has used: nothing up to it is stored or judged a second time."""
        return self._mark("decoded")

    def since_office(self) -> Iterator[RawRow]:
        """Rows since the kept office, oldest first: used ones only complete what was heard, the others follow them."""
        return rows_after(self._database, min(self._mark("office"), self._mark("decoded")), self._set_aside)

    def undecoded(self) -> Iterator[RawRow]:
        """What was committed and never used by a step, oldest first."""
        return rows_after(self._database, self._mark("decoded"), self._set_aside)

    def _set_aside(self, row: int, raw: bytes) -> None:
        self._tell(f"journal row {row} is damaged: set aside, see `officed dead-letters`")
        self.dead_letters.set_aside([raw], f"journal row {row} is damaged")

    def advance(
        self, decoded_row: int, lines: bytes, count: int, records: Sequence[bytes | Record], snapshot: Kept
    ) -> None:
        """All that one step leaves behind, in one transaction: its points, its records, its state, and the mark.

        What does not fit into one comes in portions, whose mark is the old one (`daemon/engine/records.py`). `lines`: `count`
        points in line protocol, joined by newlines. A record that is bare bytes gets `now` and the kind `step`. Raw rows up to
        `decoded_row` are used; they go with the next kept office. For `snapshot` see `kept.py`. After a failed sync it may have
        happened all the same; doing it again writes the same points to the same places.
        """
        self._crash("before_advance")
        now = self._now()
        with self._database.writing() as connection:
            gone = self._let_go(connection, decoded_row, len(lines))
            if count:
                self.outbox.put(connection, lines, count)
            append(connection, records, now)
            keep(connection, snapshot, microseconds(now))
            connection.execute(_MARK, (decoded_row,))
        self._let_go_row = gone
        if count:
            self.outbox.added(count)
        self._crash("after_advance")

    def record(self, records: Sequence[bytes | Record], kept: tuple[str, bytes] | None = None) -> None:
        """Append to the audit trail alone; and keep, in the same transaction, one record in the place of the last of its kind."""
        now = self._now()
        with self._database.writing() as connection:
            append(connection, records, now)
            if kept is not None:
                keep(connection, {kept[0]: kept[1]}, microseconds(now))

    def latest_snapshot(self) -> bytes | None:
        """The state that belongs to the mark `decoded`; None before the first one."""
        return self.kept("state")

    def kept_rows(self) -> Mapping[str, bytes]:
        """The rows beside `state`: those whose names have several lines."""
        found = self._database.rows("SELECT kind, bytes FROM snapshot WHERE instr(kind, char(10)) ORDER BY kind")
        return dict(cast("list[tuple[str, bytes]]", found))

    def keep_office(self, row: int, snapshot: bytes) -> None:
        """Keep what was heard up to this row. Rows after it stay, used or not, until the next time."""
        with self._database.writing() as connection:
            keep(connection, {"office": snapshot}, microseconds(self._now()))
            connection.execute("INSERT OR REPLACE INTO mark (name, value) VALUES ('office', ?)", (row,))
            connection.execute("DELETE FROM raw WHERE row <= ?", (row,))
        self._kept_row = row

    def keep(self, kind: str, body: bytes) -> None:
        """Keep one record of that kind, in the place of the last one. Any thread."""
        with self._database.writing() as connection:
            keep(connection, {kind: body}, microseconds(self._now()))

    def kept(self, kind: str) -> bytes | None:
        """The last record of that kind; None before the first one."""
        found = self._database.rows("SELECT bytes FROM snapshot WHERE kind = ?", (kind,))
        return cast("bytes", found[0][0]) if found else None

    def audit(self, *, after_seq: int = 0, limit: int = 1000) -> list[Entry]:
        """The trail in order; page on with the last `seq`. `first_break` (daemon/journal/audit.py) verifies it."""
        found = self._database.rows(f"{_AUDIT} WHERE seq > ? ORDER BY seq LIMIT ?", (after_seq, limit))
        return list(map(entry, found))

    # anybody

    def let_go_of_audit(self, heads: Mapping[int, str]) -> int:
        """Where the trail has grown beyond its share, its oldest entries go (`letting_go.py`); gives the last one's number, or 0."""
        gone = what_may_go(self._database, heads, self._audit_bytes)
        if gone is None:
            return 0
        with self._database.writing() as connection:
            connection.execute("DELETE FROM audit WHERE seq <= ?", (gone.seq,))
            append(connection, [Record(self._now(), LET_GO, gone.body())], self._now())
        return gone.seq

    def last_audit(self) -> Entry | None:
        """The last entry of the trail; None before the first one."""
        found = self._database.rows(f"{_AUDIT} ORDER BY seq DESC LIMIT 1")
        return entry(found[0]) if found else None

    @property
    def bytes_used(self) -> int:
        """Bytes of the file in use; deleted rows do not count."""
        with self._database.lock, self._database.failing():
            return self._database.used_bytes()

    def make_room(self) -> None:
        """Before the first commit that should be quick."""
        self._database.make_room()

    def close(self) -> None:
        """Everything is durable already; this copies the log into the file."""
        with self._database.lock:
            self._database.close()

    def _insertion(self, reads: Sequence[Read], version: int, promise: bytes | None = None) -> Statement:
        """The caller holds the lock. Raises StoreUnavailable where there is no room.

        The rows are used up even by a failure: those whose sync failed may turn out to be there after all. They were never
        acknowledged, the broker sends them again, and the next step's `advance` removes them.
        """
        self._leave_room_for(sum(len(read.raw) for read in reads), len(reads))
        first = self.next_row
        self.next_row += len(reads)
        return insertion(reads, version, first, promise)

    def _let_go(self, connection: Connection, decoded_row: int, size: int) -> int:
        """Used rows are kept until the office is; but where there is no room, what comes and what goes out is worth more.

        Gives the row up to which they are gone.
        """
        wanted = size + size // 4
        if self._used_bytes + wanted > self._limit_bytes:  # what was only added up may be too much
            self._used_bytes = self._database.used_bytes()
        is_tight = self._full or self._used_bytes + wanted > self._limit_bytes
        self._used_bytes += wanted + _PAGE_BYTES
        if is_tight:
            connection.execute("DELETE FROM snapshot WHERE kind = 'office'")
        until = decoded_row if is_tight else min(decoded_row, self._kept_row)
        if until > self._let_go_row:
            connection.execute("DELETE FROM raw WHERE row <= ?", (until,))
        return until

    def _leave_room_for(self, size: int, rows: int) -> None:
        """Measure now and then, and on every try while full: so room that was made is found by itself."""
        if self._full or self._unmeasured >= _MEASURE_EVERY or self._used_bytes + size > self._limit_bytes:
            with self._database.failing():
                self._used_bytes = self._database.used_bytes()
            self._unmeasured = 0
        self._full = self._used_bytes + size > self._limit_bytes
        if self._full:
            raise StoreUnavailable(f"journal full: {self._used_bytes} of {self._limit_bytes} bytes wait to be sent")
        self._used_bytes += size + rows * _PAGE_BYTES // 2
        self._unmeasured += rows

    def _mark(self, name: str) -> int:
        return self._first(f"SELECT value FROM mark WHERE name = '{name}'")  # noqa: S608  our own two names

    def _first(self, query: str) -> int:
        found = self._database.rows(query)
        return int(cast("int | None", found[0][0]) or 0) if found else 0

"""The journal's file: opened, checked, set aside when it is damaged, and every error of SQLite turned into ours.

One connection writes, under one lock: the network, engine and sender threads wait for each other there, in the order of
their coming (`turns.py`) and never in SQLite's sleeping retries. A second connection, under its own lock, reads while the first one writes.

A guest looks into the file of a daemon that may be running: it checks, changes and sets aside nothing, and what only reads
is opened for reading.
"""

import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from daemon.damaged import is_damage, set_file_aside
from daemon.errors import StoreUnavailable
from daemon.journal.schema import ADD_PROMISES, PROMISES_FROM, TABLES, VERSION
from daemon.journal.turns import Turns

Value = int | float | str | bytes | None
Row = tuple[Value, ...]

_LOG_BYTES = 16 * 1024 * 1024
_LOG_AT_MOST = _LOG_BYTES * 3 // 2
"""Here a commit copies the log itself: where nothing is sent, nobody relieves it."""


class Database:
    """`tell` takes one sentence for a person. Methods may be called from any thread."""

    def __init__(
        self, path: Path, *, maximum_bytes: int, page_bytes: int, tell: Callable[[str], None], is_guest: bool = False
    ) -> None:
        self.path = path
        self.lock = Turns()
        self._reading = threading.Lock()
        self._maximum_bytes = maximum_bytes
        self._page_bytes = page_bytes
        self._reopen = False
        self._is_guest = is_guest
        self._index: int | None = None
        """The log's index, for as long as the connections are: to close it lets all their locks go (sqlite.org/howtocorrupt.html, 2.2)."""
        with _translated():
            if is_guest:
                self._open()
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._open()
            except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
                if not is_damage(error):
                    raise
                aside = set_file_aside(path)
                tell(f"journal {path.name} is damaged ({error}): set aside as {aside.name}, a fresh one was started")
                self._open()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: durable when the block has ended, without a trace when it raised."""
        with self.lock, self.failing():
            self.writer.execute("BEGIN IMMEDIATE")
            try:
                yield self.writer
                self.writer.execute("COMMIT")
            except BaseException:
                if self.writer.in_transaction:
                    self.writer.execute("ROLLBACK")
                raise

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Errors of SQLite become StoreUnavailable. The caller holds `lock`.

        After a failed read, write or sync the kernel's idea of what is on the disk can no longer be believed: before the
        next use the file is opened anew and its log is copied into it and synced.
        """
        with _translated():
            if self._reopen:
                self.close()
                self._open()
                self._reopen = False
            try:
                yield
            except sqlite3.OperationalError as error:
                self._reopen = self._reopen or error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_IOERR
                raise

    def alone(self, statement: str, values: Sequence[Value]) -> None:
        """One statement that is a transaction of its own: durable when this returns. The caller holds `lock`.

        As a block of `failing`, without what that costs while nothing fails: this is done for every read.
        """
        if self._reopen:
            with self.failing():
                pass
        try:
            self.writer.execute(statement, values)
        except (sqlite3.Error, OSError):
            with self.failing():
                raise

    def rows(self, query: str, parameters: Sequence[Value] = ()) -> list[Row]:
        """All rows of a question, as of the last commit."""
        with self._reading, _translated():
            return self._reader.execute(query, parameters).fetchall()

    def some_rows(self, query: str, parameters: Sequence[Value], enough: Callable[[Row], bool]) -> list[Row]:
        """The first rows of a question, up to and with the one that is `enough`."""
        taken: list[Row] = []
        with self._reading, _translated(), closing(self._reader.execute(query, parameters)) as cursor:
            for row in cursor:
                taken.append(row)
                if enough(row):
                    break
        return taken

    def used_bytes(self) -> int:
        """Bytes of pages in use; the log beside the file (24 MiB) comes on top. The caller holds `lock`."""
        return (_pragma(self.writer, "page_count") - _pragma(self.writer, "freelist_count")) * self._page_bytes

    def make_room(self) -> None:
        """Let the log have its length before it is needed: a commit that also makes its file longer takes a quarter more.

        What a transaction has written before it is taken back stays behind the log's end, and is written over. Where there is
        no room for it, nothing is done: this is only for speed.
        """
        with suppress(StoreUnavailable), self.lock, self.failing():
            cache = _pragma(self.writer, "cache_size")
            self.writer.execute("PRAGMA cache_size = 10")  # the rest of it is written
            self.writer.execute("BEGIN IMMEDIATE")
            try:
                self.writer.execute("CREATE TABLE room (bytes BLOB)")
                size = min(_LOG_BYTES, self._maximum_bytes // 8)
                self.writer.execute("INSERT INTO room VALUES (zeroblob(?))", (size,))
            finally:
                if self.writer.in_transaction:
                    self.writer.execute("ROLLBACK")
                self.writer.execute(f"PRAGMA cache_size = {cache}")

    def relieve(self) -> None:
        """Copy the log into the file where it is full, before a commit has to do it and a command waits.

        Most of it beside whoever writes. Then what has come meanwhile, while nobody does: only a log that is copied to its
        end begins anew, and one that does not is copied again with every commit.
        """
        if self._frames() * self._page_bytes >= _LOG_BYTES:
            self._copy_log()
            with self.lock:
                self._copy_log()

    def _copy_log(self) -> None:
        with self._reading, _translated():
            self._reader.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _frames(self) -> int:
        """Pages in the log, as its index says (sqlite.org/walformat.html, 2.1: mxFrame)."""
        index = self._index
        try:
            return 0 if index is None else int.from_bytes(os.pread(index, 4, 16), sys.byteorder)
        except OSError:  # another thread has just closed it
            return 0

    def close(self) -> None:
        """Both connections; the log is copied into the file."""
        with self._reading:
            self._reader.close()
        self.writer.close()
        if self._index is not None:
            os.close(self._index)
            self._index = None

    def _open(self) -> None:
        self.writer = self._connect("rw" if self._is_guest else "rwc")
        try:
            if self._is_guest:
                self._greet(self.writer)
            else:
                self._prepare(self.writer)
            self._reader = self._connect("ro" if self._is_guest else "rw")
        except BaseException:
            self.writer.close()
            raise
        if not self._is_guest:
            with suppress(OSError):
                self._index = os.open(self.path.with_name(f"{self.path.name}-shm"), os.O_RDONLY | os.O_CLOEXEC)

    def _connect(self, mode: str) -> sqlite3.Connection:
        address = f"{self.path.absolute().as_uri()}?mode={mode}"
        return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=5.0)

    def _greet(self, connection: sqlite3.Connection) -> None:
        """Nothing here reads the file: before its first question a connection leaves no trace of itself."""
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if _pragma(connection, "page_count") == 0:
            connection.execute(f"PRAGMA page_size = {self._page_bytes}")
        else:
            _check(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA secure_delete = OFF")  # Debian's SQLite writes zeros over all that has been sent
        connection.execute("PRAGMA synchronous = FULL")
        self._page_bytes = _pragma(connection, "page_size")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_AT_MOST // self._page_bytes}")
        connection.execute(f"PRAGMA journal_size_limit = {_LOG_AT_MOST}")
        found = _pragma(connection, "user_version")
        if found > VERSION:
            raise StoreUnavailable(
                f"journal {self.path.name} was written by a newer officed (layout {found}, ours {VERSION})"
            )
        if found < VERSION:
            for statement in TABLES:
                connection.execute(statement)
            if 0 < found < PROMISES_FROM:
                connection.execute(ADD_PROMISES)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute(f"PRAGMA max_page_count = {max(self._maximum_bytes // self._page_bytes, 64)}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _check(connection: sqlite3.Connection) -> None:
    """Before anything is changed, so that a damaged file is kept as it was found."""
    verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        damaged = sqlite3.DatabaseError(verdict)
        damaged.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise damaged


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        full = code == sqlite3.SQLITE_FULL
        raise StoreUnavailable(f"journal {'full' if full else 'failing'}: {error}") from error
    except OSError as error:
        raise StoreUnavailable(f"journal failing: {error}") from error

"""The embedded store's file: one table a measurement, its columns of the types that the schema pins.

A point is (series, instant); writing it again fills the same row, as in InfluxDB. One connection writes (sender thread),
another reads under a lock (any thread).
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from daemon.damaged import is_damage, set_file_aside
from daemon.errors import StoreUnavailable
from daemon.history.kept_days import make_room
from daemon.history.schema import MEASUREMENTS, Measurement

TAGS = tuple(sorted({tag for each in MEASUREMENTS.values() for tag in each.tags}))
"""Columns of the table `series`, beside `id` and `measurement`."""

_VERSION = 1
_CACHE_KILOBYTES = 16_000
"""One page of each of a few thousand series: whoever asks hour by hour finds the page of the hour before."""
_COLUMN = {"float": "REAL", "int": "INTEGER", "bool": "INTEGER", "str": "TEXT"}
Value = int | float | str | bytes | None


class HistoryFile:
    """Opened, and set aside when it is no database (`tell` gets a sentence for a person)."""

    def __init__(self, path: Path, *, tell: Callable[[str], None]) -> None:
        self.path = path
        self._lock = threading.Lock()
        with translated():
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self.writer = _opened(path)
            except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
                if not is_damage(error):
                    raise
                aside = set_file_aside(path)
                tell(f"store {path.name} is damaged ({error}): set aside as {aside.name}, a fresh one was started")
                self.writer = _opened(path)
            self._reader = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
            self._reader.execute(f"PRAGMA cache_size = -{_CACHE_KILOBYTES}")

    def rows(self, query: str, parameters: Sequence[Value] = ()) -> list[tuple[Value, ...]]:
        """All rows of a question, as of the last commit. Any thread."""
        with self._lock, translated():
            return self._reader.execute(query, parameters).fetchall()

    def close(self) -> None:
        """Close both connections."""
        with self._lock:
            self._reader.close()
        self.writer.close()


def table(measurement: Measurement) -> str:
    """The table's name, quoted."""
    return f'"point_{measurement.name}"'


@contextmanager
def translated() -> Iterator[None]:
    """Errors of SQLite and of the file system become StoreUnavailable."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"embedded store: {error}") from error


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
    try:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found > _VERSION:
            raise StoreUnavailable(  # noqa: TRY301  the connection is closed on every way out
                f"store {path.name} was written by a newer officed (layout {found}, ours {_VERSION})"
            )
        tags = ", ".join(f"{tag} TEXT NOT NULL" for tag in TAGS)
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, measurement TEXT NOT NULL, {tags},"
            f" UNIQUE (measurement, device, {', '.join(tag for tag in TAGS if tag != 'device')}))"
        )
        for each in MEASUREMENTS.values():
            columns = ", ".join(f'"{name}" {_COLUMN[type_name]}' for name, type_name in each.fields.items())
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS {table(each)} (series INTEGER NOT NULL, at_ns INTEGER NOT NULL, {columns},"
                " PRIMARY KEY (series, at_ns)) WITHOUT ROWID"
            )
            there = {row[1] for row in connection.execute(f"PRAGMA table_info({table(each)})")}
            for name, type_name in each.fields.items():
                if name not in there:  # a file of an older officed: its rows do not have this field
                    connection.execute(f'ALTER TABLE {table(each)} ADD COLUMN "{name}" {_COLUMN[type_name]}')
        make_room(connection)
        connection.execute(f"PRAGMA user_version = {_VERSION}")
    except BaseException:
        connection.close()
        raise
    return connection

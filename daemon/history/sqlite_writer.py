"""Points into the embedded store: each line by itself, the good ones in one durable transaction."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from daemon.errors import StoreUnavailable
from daemon.history.answers import Answer
from daemon.history.kept_days import add_up
from daemon.history.layout import Layout
from daemon.history.lines import LineError, fields, series, split
from daemon.history.schema import MEASUREMENTS, Measurement
from daemon.history.sqlite_file import TAGS, HistoryFile, Value, table, translated
from daemon.journal.schema import Refused

_TIDY_EVERY = timedelta(minutes=1)
_FORGET_PEOPLE_EVERY = timedelta(hours=1)
_ADD_UP_EVERY = timedelta(hours=1)
_ADD_UP_DAYS = 3
"""At once, each a twentieth of a second with a thousand devices: a year that nobody added up yet takes two hours."""
_STILL_COMING = timedelta(hours=3)
"""A day is added up when its last slots can be expected to be there; a later one only has it added up again."""
_STEPS = 20
_PEOPLE = ("user_hash", "title_hash", "user", "title")
_REMEMBER = f"INSERT OR IGNORE INTO series (measurement, {', '.join(TAGS)}) VALUES (?{', ?' * len(TAGS)})"  # noqa: S608  names of our schema
_RECALL = f"SELECT id FROM series WHERE measurement = ?{''.join(f' AND {tag} = ?' for tag in TAGS)}"  # noqa: S608  same
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


Point = tuple[Mapping[str, str], datetime, Mapping[str, Value | None]]
"""Tags (of all points the same ones, in the same order), instant, fields."""


class SqliteWriter:
    """A `Writer`. `retention` and `maximum_bytes` bound the file: the oldest readings go first, records last.

    `forget_people`: print jobs older than this lose who printed what. Nothing else of them is lost.
    """

    def __init__(
        self,
        file: HistoryFile,
        *,
        now: Callable[[], datetime],
        retention: timedelta | None = timedelta(days=730),
        forget_people: timedelta | None = None,
        maximum_bytes: int = 4 << 30,
    ) -> None:
        self._file = file
        self._now = now
        self._retention = retention
        self._forget_people_after = forget_people
        self._maximum_bytes = maximum_bytes
        self._series: dict[str, tuple[Measurement, int]] = {}
        self._statements = {name: _statement(each) for name, each in MEASUREMENTS.items()}
        self._tidied_at = self._people_forgotten_at = self._added_up_at = _EPOCH

    def post(self, lines: bytes) -> Answer:
        """204, with the lines that were refused; 503 while the file cannot be written."""
        try:
            refused = self.write(lines)
            if self._now() - self._tidied_at >= _TIDY_EVERY:
                self.tidy()
        except StoreUnavailable as error:
            return Answer(status=503, body=str(error))
        return Answer(status=204, refused=refused)

    def layout(self) -> Layout:
        """Retention as configured; there are no shards."""
        return Layout(retention=self._retention, shard=None)

    def write(self, lines: bytes) -> list[Refused]:
        """Store every line that the schema takes; the others are given back. Durable on return; writing twice is writing once."""
        refused: list[Refused] = []
        rows: dict[str, list[tuple[Value, ...]]] = {}
        connection = self._file.writer
        with translated():
            connection.execute("BEGIN IMMEDIATE")
            try:
                for line in filter(None, lines.split(b"\n")):
                    try:
                        name, row = self._row(line.decode())
                    except (LineError, UnicodeDecodeError) as error:
                        refused.append(Refused(line, str(error)))
                    else:
                        rows.setdefault(name, []).append(row)
                for name, values in rows.items():
                    connection.executemany(self._statements[name], values)
                connection.execute("COMMIT")
            except BaseException:
                self._series.clear()
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        return refused

    def put(self, measurement: str, points: Iterable[Point]) -> None:
        """Store points of ours that nobody has made into lines. All of one measurement, in one durable transaction."""
        known = MEASUREMENTS[measurement]
        numbers: dict[tuple[str, ...], int] = {}
        rows: list[tuple[Value | None, ...]] = []
        connection = self._file.writer
        with translated():
            connection.execute("BEGIN IMMEDIATE")
            try:
                for tags, at, fields in points:
                    key = tuple(tags.values())
                    if key not in numbers:
                        numbers[key] = self._number(measurement, tags)
                    rows.append((numbers[key], _nanoseconds(at), *map(fields.get, known.fields)))
                connection.executemany(self._statements[measurement], rows)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def tidy(self) -> None:
        """Forget what is older than the retention, then the oldest twentieth again and again while the file is too large."""
        self._tidied_at = self._now()
        with translated():
            if self._retention is not None:
                self._forget(tuple(MEASUREMENTS.values()), _nanoseconds(self._tidied_at - self._retention))
            if self._tidied_at - self._people_forgotten_at >= _FORGET_PEOPLE_EVERY:
                self._forget_people()
            for records in (False, True):
                measurements = tuple(each for each in MEASUREMENTS.values() if each.record is records)
                while self._used_bytes() > self._maximum_bytes and (oldest := self._oldest(measurements)) is not None:
                    newest = _nanoseconds(self._tidied_at)
                    self._forget(measurements, oldest + max((newest - oldest) // _STEPS, 1))
            self._file.writer.execute("PRAGMA incremental_vacuum(1000)").fetchall()
            self._add_up()

    def _row(self, line: str) -> tuple[str, tuple[Value, ...]]:
        head, text, at_ns = split(line)
        measurement, number = self._series.get(head) or self._remember(head)
        values = fields(measurement.name, text)
        return measurement.name, (number, at_ns, *(values.get(name) for name in measurement.fields))

    def _remember(self, head: str) -> tuple[Measurement, int]:
        name, tags = series(head)
        known = self._series[head] = (MEASUREMENTS[name], self._number(name, tags))
        return known

    def _number(self, measurement: str, tags: Mapping[str, str]) -> int:
        values = (measurement, *(tags.get(tag, "") for tag in TAGS))
        connection = self._file.writer
        connection.execute(_REMEMBER, values)
        return int(connection.execute(_RECALL, values).fetchone()[0])

    def _forget(self, measurements: tuple[Measurement, ...], before_ns: int) -> None:
        connection = self._file.writer
        for each in measurements:
            numbers = connection.execute("SELECT id FROM series WHERE measurement = ?", (each.name,)).fetchall()
            values = [(number, before_ns) for (number,) in numbers]
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.executemany(_before(each), values)
                connection.execute("COMMIT")
            except sqlite3.Error:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _forget_people(self) -> None:
        if self._forget_people_after is not None:
            before_ns = _nanoseconds(self._tidied_at - self._forget_people_after)
            jobs = MEASUREMENTS["print_job"]
            blank = ", ".join(f"{name} = NULL" for name in _PEOPLE)
            known = f"coalesce({', '.join(_PEOPLE)}) IS NOT NULL"
            statement = f"UPDATE {table(jobs)} SET {blank} WHERE at_ns < ? AND {known}"  # noqa: S608  names of our schema
            self._file.writer.execute(statement, (before_ns,))
        self._people_forgotten_at = self._tidied_at

    def _add_up(self) -> None:
        """Some days each time while there are any, then once an hour."""
        now = self._tidied_at
        if (
            now - self._added_up_at >= _ADD_UP_EVERY
            and add_up(self._file.writer, now - _STILL_COMING, _ADD_UP_DAYS) < _ADD_UP_DAYS
        ):
            self._added_up_at = now

    def _oldest(self, measurements: tuple[Measurement, ...]) -> int | None:
        connection = self._file.writer
        found = [connection.execute(_earliest(each), (each.name,)).fetchone()[0] for each in measurements]
        return min((at_ns for at_ns in found if at_ns is not None), default=None)

    def _used_bytes(self) -> int:
        pages, free, size = (
            self._file.writer.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)


def _statement(measurement: Measurement) -> str:
    names = [f'"{name}"' for name in measurement.fields]
    marks = ", ".join("?" * (len(names) + 2))
    kept = ", ".join(f"{name} = coalesce(excluded.{name}, {name})" for name in names)
    columns = ", ".join(names)
    new = f"INSERT INTO {table(measurement)} (series, at_ns, {columns}) VALUES ({marks})"  # noqa: S608  names of our schema
    return f"{new} ON CONFLICT (series, at_ns) DO UPDATE SET {kept}"


def _before(measurement: Measurement) -> str:
    return f"DELETE FROM {table(measurement)} WHERE series = ? AND at_ns < ?"  # noqa: S608  names of our schema


def _earliest(measurement: Measurement) -> str:
    first = f"SELECT min(at_ns) FROM {table(measurement)} WHERE series = s.id"  # noqa: S608  names of our schema
    return f"SELECT min(({first})) FROM series s WHERE measurement = ?"  # noqa: S608  same


def _nanoseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1) * 1000

"""What all slots of a day used, by quarter of an hour, kept beside them: a year of a thousand devices is 35 million slots.

A day (of UTC, which every clock's midnights cut at quarters) that is over is added up once, by the writer. Triggers in the file
itself forget it again when a slot of it comes, changes or goes, whoever writes: what is kept is always what the slots say, also
after an older officed, which knows nothing of it, has written. What is not kept is read from the slots, as ever.
"""

import sqlite3
from array import array
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import fsum, isnan, nan
from typing import Final, cast

from daemon.history.questions import QUARTER
from policies.history import Total

KEPT: Final = ("slot", "energy_kwh")
"""Of this measurement and field alone."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_QUARTERS: Final = 96
_HOUR_QUARTERS: Final = 4
_QUARTER_NS: Final = 900 * 10**9
_DAY_NS: Final = _QUARTERS * _QUARTER_NS
_TABLE: Final = "kept_day"
_SLOT: Final = f'"point_{KEPT[0]}"'
_KWH: Final = f'"{KEPT[1]}"'

Rows = Callable[[str, Sequence[int]], Sequence[tuple[int | float | str | bytes | None, ...]]]


def make_room(connection: sqlite3.Connection) -> None:
    """The table and its triggers, where they are not there yet. `quarters`: 96 doubles, NaN where nobody said anything."""
    connection.execute(f"CREATE TABLE IF NOT EXISTS {_TABLE} (day INTEGER PRIMARY KEY, quarters BLOB NOT NULL)")
    told = {
        "INSERT": f"NEW.{_KWH} IS NOT NULL",
        f"UPDATE OF at_ns, {_KWH}": f"OLD.{_KWH} IS NOT NEW.{_KWH} OR OLD.at_ns <> NEW.at_ns",
        "DELETE": f"OLD.{_KWH} IS NOT NULL",
    }
    for what, when in told.items():
        verb = what.partition(" ")[0]
        of = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}[verb]
        forget = "".join(f" DELETE FROM {_TABLE} WHERE day = {row}.at_ns / {_DAY_NS};" for row in of)  # noqa: S608  names of ours
        connection.execute(
            f"CREATE TRIGGER IF NOT EXISTS {_TABLE}_{verb.lower()} AFTER {what} ON {_SLOT} WHEN {when} BEGIN{forget} END"
        )


def add_up(connection: sqlite3.Connection, until: datetime, most: int) -> int:
    """Keep the newest `most` days that are not kept and were over at `until`; how many there were. Writer's thread.

    A transaction a day: nobody's slot comes between what is read and what is kept.
    """
    oldest = connection.execute(
        f"SELECT min((SELECT min(at_ns) FROM {_SLOT} WHERE series = s.id)) FROM series s WHERE measurement = ?",  # noqa: S608  same
        KEPT[:1],
    ).fetchone()[0]
    if oldest is None:
        return 0
    there = {day for (day,) in connection.execute(f"SELECT day FROM {_TABLE}")}  # noqa: S608  same
    over = (until - _EPOCH) // timedelta(days=1)
    missing = [day for day in range(over - 1, oldest // _DAY_NS - 1, -1) if day not in there][:most]
    for day in missing:
        connection.execute("BEGIN IMMEDIATE")
        try:
            values = array("d", _of_day(connection, day)).tobytes()
            connection.execute(f"INSERT OR REPLACE INTO {_TABLE} VALUES (?, ?)", (day, values))  # noqa: S608  same
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    return len(missing)


class KeptDays:
    """What is kept of a range, in memory: a year is 280 kB."""

    def __init__(self, rows: Rows, start: datetime, end: datetime) -> None:
        query = f"SELECT day, quarters FROM {_TABLE} WHERE day >= ? AND day <= ?"  # noqa: S608  same
        found = rows(query, (_quarter(start) // _QUARTERS, _quarter(end) // _QUARTERS))
        self._days: Mapping[int, array[float]] = {
            day: array("d", quarters) for day, quarters in cast("list[tuple[int, bytes]]", found)
        }

    def total(self, start: datetime, end: datetime) -> Total | None:
        """Of a span from quarter to quarter that is kept, `hours` 0 where nobody said anything; None: ask the slots."""
        first, after = _quarter(start), _quarter(end)
        if start != _EPOCH + first * QUARTER or end != _EPOCH + after * QUARTER:
            return None
        values: list[float] = []
        for day in range(first // _QUARTERS, (after - 1) // _QUARTERS + 1):
            quarters = self._days.get(day)
            if quarters is None:
                return None
            begins = day * _QUARTERS
            values += quarters[max(first - begins, 0) : after - begins]
        hours = {number // _HOUR_QUARTERS for number, kwh in enumerate(values) if not isnan(kwh)}
        return Total(start, end, fsum(kwh for kwh in values if not isnan(kwh)), len(hours))


def _of_day(connection: sqlite3.Connection, day: int) -> list[float]:
    values = [nan] * _QUARTERS
    found = connection.execute(
        f"SELECT (p.at_ns - ?) / {_QUARTER_NS}, total(p.{_KWH}) FROM series s CROSS JOIN {_SLOT} p"  # noqa: S608  names of ours
        f" ON p.series = s.id AND p.at_ns >= ? AND p.at_ns < ? WHERE s.measurement = ? AND p.{_KWH} IS NOT NULL GROUP BY 1",
        (day * _DAY_NS, day * _DAY_NS, (day + 1) * _DAY_NS, KEPT[0]),
    )
    for number, kwh in cast("list[tuple[int, float]]", found.fetchall()):
        values[number] = kwh
    return values


def _quarter(at: datetime) -> int:
    return (at - _EPOCH) // QUARTER

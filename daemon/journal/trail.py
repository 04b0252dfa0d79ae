"""The audit trail's rows: the next of them, each sealed with the one before, and an entry read back."""

from collections.abc import Sequence
from datetime import datetime
from sqlite3 import Connection
from typing import cast

from daemon.journal.audit import ORIGIN, Entry, Record, instant, microseconds, sealed
from daemon.journal.database import Row

_LAST = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1"
_APPEND = "INSERT INTO audit (seq, at_us, kind, body, previous, hash) VALUES (?, ?, ?, ?, ?, ?)"


def append(connection: Connection, records: Sequence[bytes | Record], now: datetime) -> None:
    """Inside a transaction that the caller holds. A record that is bare bytes gets `now` and the kind `step`."""
    if not records:
        return
    seq, previous = connection.execute(_LAST).fetchone() or (0, ORIGIN)
    for each in records:
        seq += 1
        made = sealed(each if isinstance(each, Record) else Record(now, "step", each), seq, previous)
        connection.execute(_APPEND, (seq, microseconds(made.at), made.kind, made.body, previous, made.hash))
        previous = made.hash


def entry(row: Row) -> Entry:
    """Of a row with all columns, in their order."""
    seq, stamp, kind, body, previous, digest = cast("tuple[int, int, str, bytes, bytes, bytes]", row)
    return Entry(seq, instant(stamp), kind, body, previous, digest)

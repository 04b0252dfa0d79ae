"""Rows of raw bytes: put into the journal, many of them in one statement, and read back one by one."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import cast

from daemon.journal.audit import instant, microseconds
from daemon.journal.database import Database, Value
from daemon.journal.schema import RawRow
from daemon.ports import Read

_INSERT = "INSERT INTO raw (row, received_at_us, backlog, version, crc, bytes, promise) VALUES "
_VALUES = "(?, ?, ?, ?, ?, ?, NULL)"
_PROMISED = "(?, ?, ?, ?, ?, ?, ?)"
_NEXT = "SELECT row, received_at_us, backlog, version, crc, bytes, promise FROM raw WHERE row > ? ORDER BY row LIMIT 1"


Statement = tuple[str, list[Value]]


def insertion(reads: Sequence[Read], version: int, first: int, promise: bytes | None = None) -> Statement:
    """A statement and its values: a row each, numbered from `first` on; the last of them with the promise."""
    values: list[Value] = []
    for row, (raw, at, backlog) in enumerate(reads, first):
        values += (row, microseconds(at), backlog, version, zlib.crc32(raw), raw)
    if promise is None:
        return _INSERT + ", ".join([_VALUES] * len(reads)), values
    values.append(promise)
    return _INSERT + ", ".join([*[_VALUES] * (len(reads) - 1), _PROMISED]), values


def rows_after(database: Database, row: int, damaged: Callable[[int, bytes], None]) -> Iterator[RawRow]:
    """Those with a higher number, oldest first; `damaged` gets the number and bytes of one whose checksum is wrong."""
    while found := database.rows(_NEXT, (row,)):
        row, stamp, backlog, version, crc, raw, promise = cast(
            "tuple[int, int, int, int, int, bytes, bytes | None]", found[0]
        )
        if zlib.crc32(raw) != crc:
            damaged(row, raw)
        else:
            yield RawRow(row, instant(stamp), bool(backlog), version, raw, promise)

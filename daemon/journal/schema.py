"""The journal's tables, and the typed rows that come out of them.

raw           wire bytes of one read of the socket, before validation, until a step has used them; `promise`: what was decided of
              it and all before it, where a command left before the rest was written (`daemon/engine/promise.py`)
mark          how far we are: `decoded` (last raw row a step has used), `sent` (last outbox row that is stored)
outbox        points that the database does not have yet: line protocol, joined by newlines
dead_letter   points that the database refused, with its reason; kept until somebody replays or deletes them
snapshot      the engine's state as of the mark `decoded`: `state`, and a row for each case and for what is remembered of a device
audit         who did what and why, hash-chained (`daemon/journal/audit.py`)
"""

from datetime import datetime
from typing import Literal

import msgspec

VERSION = 3
"""3: a row may have a promise; 2: the state is kept in rows. An officed that knows neither must not open the file and forget them."""
TABLES = (
    (
        "CREATE TABLE IF NOT EXISTS raw (row INTEGER PRIMARY KEY, received_at_us INTEGER NOT NULL, backlog INTEGER NOT NULL,"
        " version INTEGER NOT NULL, crc INTEGER NOT NULL, bytes BLOB NOT NULL, promise BLOB)"
    ),
    "CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS outbox (row INTEGER PRIMARY KEY, count INTEGER NOT NULL, lines BLOB NOT NULL)",
    (
        "CREATE TABLE IF NOT EXISTS dead_letter (row INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT NULL UNIQUE,"
        " at_us INTEGER NOT NULL, reason TEXT NOT NULL, line BLOB NOT NULL)"
    ),
    "CREATE TABLE IF NOT EXISTS snapshot (kind TEXT PRIMARY KEY, at_us INTEGER NOT NULL, bytes BLOB NOT NULL)",
    (
        "CREATE TABLE IF NOT EXISTS audit (seq INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, kind TEXT NOT NULL,"
        " body BLOB NOT NULL, previous BLOB NOT NULL, hash BLOB NOT NULL)"
    ),
)

PROMISES_FROM = 3
ADD_PROMISES = "ALTER TABLE raw ADD COLUMN promise BLOB"

CrashPoint = Literal[
    "before_commit",
    "after_commit",
    "before_promise",
    "after_promise",
    "before_advance",
    "after_advance",
    "after_post",
    "after_done",
]
"""Where a test may end the process, named after what has just, or not yet, been done."""


class RawRow(msgspec.Struct, frozen=True, gc=False):
    """One read of the socket: `raw` is what was handed to `commit`, `version` the MQTT version it is written in."""

    row: int
    received_at: datetime
    backlog: bool
    version: int
    raw: bytes
    promise: bytes | None = None


class OutboxRow(msgspec.Struct, frozen=True, gc=False):
    """Points of one step; `lines` without a newline at the end."""

    row: int
    count: int
    lines: bytes


class Refused(msgspec.Struct, frozen=True, gc=False):
    """A line that the database will not take, and its words for why."""

    line: bytes
    reason: str


class DeadLetter(msgspec.Struct, frozen=True, gc=False):
    """A refused line in the journal. `at`: when it was first set aside."""

    row: int
    at: datetime
    reason: str
    line: bytes

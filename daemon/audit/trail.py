"""The audit trail read from a file that nobody need be running for: a journal, a copy of one, or an exported trail.

Read-only, page by page. An exported trail is one JSON object a line, as `officed verify-audit --export` writes it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import msgspec

from daemon.errors import StoreUnavailable
from daemon.journal.audit import Entry, instant, microseconds
from policies.control.effects import Decided, Record

_MAGIC = b"SQLite format 3\x00"
_ORDERED = "SELECT seq, at_us, kind, body, previous, hash FROM audit ORDER BY seq"


class Line(msgspec.Struct, frozen=True):
    """One entry of an exported trail. Hashes are hexadecimal, the body is the text that was hashed."""

    seq: int
    at_us: int
    kind: str
    body: str
    previous: str
    hash: str


class Unreadable(msgspec.Struct, frozen=True):
    """A line of a trail that is no entry at all: a break by itself."""

    number: int
    why: str


def entries(path: Path) -> Iterator[Entry | Unreadable]:
    """The trail in its order. Raises StoreUnavailable where the file cannot be read as either kind."""
    try:
        with path.open("rb") as file:
            is_database = file.read(len(_MAGIC)) == _MAGIC
    except OSError as error:
        raise StoreUnavailable(f"{path}: {error.strerror or error}") from error
    return _of_journal(path) if is_database else _of_export(path)


def export(path: Path) -> Iterator[str]:
    """The trail as lines for an exported file, without the newline."""
    for entry in entries(path):
        if isinstance(entry, Unreadable):
            raise StoreUnavailable(f"{path}: line {entry.number}: {entry.why}")
        line = Line(
            entry.seq,
            microseconds(entry.at),
            entry.kind,
            entry.body.decode(errors="backslashreplace"),
            entry.previous.hex(),
            entry.hash.hex(),
        )
        yield msgspec.json.encode(line).decode()


def export_to(path: Path, target: Path) -> None:
    """Write the trail of `path` into `target`. Raises StoreUnavailable."""
    try:
        with target.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in export(path))
    except OSError as error:
        raise StoreUnavailable(f"{target}: {error.strerror or error}") from error


def effects(path: Path, until: datetime) -> Iterator[Record | Decided]:
    """What the engine has recorded up to that instant, oldest first. Other kinds, and its remarks, are passed over."""
    for entry in entries(path):
        if isinstance(entry, Entry) and entry.kind == "step" and _type_of(entry.body) in _EFFECTS:
            effect = msgspec.json.decode(entry.body, type=Record | Decided)
            if effect.at <= until:
                yield effect


class _Typed(msgspec.Struct, frozen=True):
    type: str = ""


_EFFECTS = frozenset({Record.__name__, Decided.__name__})


def _type_of(body: bytes) -> str:
    return msgspec.json.decode(body, type=_Typed).type


def _of_journal(path: Path) -> Iterator[Entry | Unreadable]:
    """`mode=ro`: a verifier changes nothing, not even the log beside the file."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            for number, row in enumerate(connection.execute(_ORDERED), start=1):
                yield _entry(number, *row)
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{path}: {error}") from error


def _entry(number: int, *row: object) -> Entry | Unreadable:
    match row:
        case int(seq), int(at_us), str(kind), bytes(body), bytes(previous), bytes(digest):
            try:
                return Entry(seq, instant(at_us), kind, body, previous, digest)
            except OverflowError:
                return Unreadable(number, "its instant is no instant")
        case _:
            return Unreadable(number, "a column holds another kind of value")


def _of_export(path: Path) -> Iterator[Entry | Unreadable]:
    with path.open("rb") as file:
        for number, text in enumerate(file, start=1):
            try:
                line = msgspec.json.decode(text, type=Line)
                previous, digest = bytes.fromhex(line.previous), bytes.fromhex(line.hash)
                yield Entry(line.seq, instant(line.at_us), line.kind, line.body.encode(), previous, digest)
            except (msgspec.MsgspecError, ValueError, OverflowError, UnicodeError) as error:
                yield Unreadable(number, str(error))

"""The audit trail's chain: each record carries the hash of the one before it, so a change anywhere shows at the end."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

ORIGIN = bytes(32)
"""What the first record of a trail follows."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Record(msgspec.Struct, frozen=True):
    """What is to be written: when (aware, UTC), what kind of thing, and its canonical bytes."""

    at: datetime
    kind: str
    body: bytes


class Entry(msgspec.Struct, frozen=True):
    """What stands in the trail. `seq` counts from 1 without a gap; `previous` is the hash of `seq - 1`."""

    seq: int
    at: datetime
    kind: str
    body: bytes
    previous: bytes
    hash: bytes


def sealed(record: Record, seq: int, previous: bytes) -> Entry:
    """The record as entry number `seq`. The hash is SHA-256 over length-prefixed parts, so no two entries share bytes."""
    at_us = microseconds(record.at)
    kind = record.kind.encode()
    digest = hashlib.sha256(
        b"".join(
            (
                previous,
                seq.to_bytes(8, "big"),
                at_us.to_bytes(8, "big", signed=True),
                len(kind).to_bytes(4, "big"),
                kind,
                len(record.body).to_bytes(8, "big"),
                record.body,
            )
        )
    ).digest()
    return Entry(seq, instant(at_us), record.kind, record.body, previous, digest)


def first_break(entries: Iterable[Entry], *, seq: int = 0, previous: bytes = ORIGIN) -> int | None:
    """The number of the first entry that does not follow from those before it; None where the chain holds."""
    for entry in entries:
        seq += 1
        expected = sealed(Record(entry.at, entry.kind, entry.body), seq, previous)
        if entry != expected:
            return seq
        previous = entry.hash
    return None


def microseconds(at: datetime) -> int:
    """The instant (aware) in microseconds since 1970, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def instant(at_us: int) -> datetime:
    """The instant, aware, UTC, of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=at_us)

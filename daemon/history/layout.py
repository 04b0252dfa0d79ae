"""How the database is cut by time: what it takes at all, and where a request must end.

A request that touches two shards may lose the good lines of one when the other refuses, and says so only about the
first. Cut at the borders, a refusal is exact, and a back-fill opens one shard a request. A day's border is a border of
weekly shards as well, so cutting too often is safe.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_NS = 86_400_000_000_000
_MONDAY_NS = 4 * _DAY_NS
"""1970-01-05, the first Monday: weekly shards begin on Mondays."""
_DIGITS = 19
_STAMP = re.compile(rb" (-?[0-9]{1,19})$")
_LONG = timedelta(days=180)
_SPACE = 32
EARLIEST_NS = 10**18
"""September 2001: a stamp before it was made in another unit. It would be taken, and open a shard of its own in 1970."""
AHEAD = timedelta(hours=1)
"""A stamp may be this far ahead of our clock."""


class Layout(msgspec.Struct, frozen=True):
    """`retention` None: unlimited. `shard` None: requests need not be cut."""

    retention: timedelta | None = None
    shard: timedelta | None = timedelta(days=1)

    def bounds_ns(self, now: datetime) -> tuple[int, int]:
        """The first and the last stamp that may be sent: [now - retention, now + 1 h]."""
        earliest = EARLIEST_NS if self.retention is None else max(_nanoseconds(now - self.retention), EARLIEST_NS)
        return earliest, _nanoseconds(now + AHEAD)

    def is_one_shard(self, first_ns: int, last_ns: int) -> bool:
        """Whether what lies between these stamps may be sent as it is."""
        if self.shard is None:
            return True
        width = self.shard // timedelta(microseconds=1) * 1000
        return (first_ns - _MONDAY_NS) // width == (last_ns - _MONDAY_NS) // width

    def pieces(self, lines: Sequence[bytes], stamps: Sequence[int]) -> Iterator[Sequence[bytes]]:
        """The lines, in order, one list a shard. `stamps` are theirs, in nanoseconds."""
        if self.shard is None or not lines or self.is_one_shard(min(stamps), max(stamps)):
            yield lines
            return
        width = self.shard // timedelta(microseconds=1) * 1000
        by_shard: dict[int, list[bytes]] = {}
        for line, at_ns in zip(lines, stamps, strict=True):
            by_shard.setdefault((at_ns - _MONDAY_NS) // width, []).append(line)
        yield from by_shard.values()


def shard_of(retention: timedelta | None) -> timedelta:
    """How InfluxDB cuts by default: a week's shards where points are kept for 180 days or for ever, else a day's.

    Retentions below two days have hourly shards.
    """
    if retention is None or retention >= _LONG:
        return timedelta(days=7)
    return timedelta(days=1) if retention >= timedelta(days=2) else timedelta(hours=1)


def span_ns(lines: Sequence[bytes]) -> tuple[int, int] | None:
    """The first and the last stamp, where all are of our years: texts of 19 digits are in the order of their numbers.

    None: look at each (`stamps_ns`). What lies between two stamps and is none is for the database to refuse.
    """
    tails = [line[-_DIGITS - 1 :] for line in lines]
    first, last = min(tails, default=b""), max(tails, default=b"")
    is_usual = (
        first[:1] == b" " == last[:1] and len(first) == _DIGITS + 1 and first[1:].isdigit() and last[1:].isdigit()
    )
    return (int(first), int(last)) if is_usual else None


def extent(block: bytes) -> tuple[int, int, int] | None:
    """How many lines these are, joined by newlines, and the first and the last stamp; None: look at each."""
    lines = block.split(b"\n")
    span = span_ns(lines)
    return None if span is None else (len(lines), *span)


def stamps_ns(lines: Sequence[bytes]) -> list[int]:
    """The lines' stamps; 0 where there is none. Stamps of our years have 19 digits, which makes this cheap."""
    try:
        return [int(line[-_DIGITS:]) if line[-_DIGITS - 1] == _SPACE else _stamp_ns(line) for line in lines]
    except (IndexError, ValueError):
        return [_stamp_ns(line) for line in lines]


def _stamp_ns(line: bytes) -> int:
    found = _STAMP.search(line)
    return int(found[1]) if found else 0


def _nanoseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1) * 1000

"""How the audit trail stays bounded: its oldest entries go, up to an entry whose hash was sent outside as a daily head.

That the rest is the rest of the same trail shows in two places: the first entry left follows from that head, and an entry
of the trail itself says how far officed let go. What went can no longer be read, and who kept the heads can still prove
that what is left was not written anew.
"""

from collections.abc import Iterator, Mapping
from typing import cast

import msgspec

from daemon.errors import StoreUnavailable
from daemon.journal.audit import Entry, first_break, instant
from daemon.journal.database import Database

LET_GO = "let_go"
"""Kind of the entry that says so."""

_PAGE = 1000
# Two hashes, two numbers and what SQLite needs to keep a row come on top of the text.
_TAKEN = "SELECT sum(length(body) + length(kind) + 96), min(seq), max(seq) FROM audit"
_TAKEN_AFTER = "SELECT sum(length(body) + length(kind) + 96) FROM audit WHERE seq > ?"
_NEXT = "SELECT seq, at_us, kind, body, previous, hash FROM audit WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"


class Gone(msgspec.Struct, frozen=True):
    """Number and hash (hexadecimal) of the last entry that went: the body of the entry of kind `let_go`."""

    seq: int
    hash: str

    def body(self) -> bytes:
        """Canonical."""
        return msgspec.json.encode(self)


def what_may_go(database: Database, heads: Mapping[int, str], limit_bytes: int) -> Gone | None:
    """Up to where entries have to go so that at most `limit_bytes` are left, or as many as may; None: nothing.

    `heads`: hash by number. The latest of them is never it: it may not have reached anybody yet. Raises StoreUnavailable
    where what would go is not whole: a forged trail is left for a person to look at.
    """
    used, first, last = cast("tuple[int | None, int, int]", database.rows(_TAKEN)[0])
    if used is None or used <= limit_bytes:
        return None
    chosen: Gone | None = None
    for seq in sorted(heads)[:-1]:
        if not first <= seq < last:
            continue
        chosen = Gone(seq, heads[seq])
        left = cast("int", database.rows(_TAKEN_AFTER, (seq,))[0][0])
        if left <= limit_bytes:
            break
    if chosen is not None:
        _stand(database, first, chosen)
    return chosen


def _stand(database: Database, first: int, gone: Gone) -> None:
    trail = _entries(database, first - 1, gone.seq)
    begin = next(trail)
    seq, previous, digest = begin.seq - 1, begin.previous, begin.hash

    def all_of_it() -> Iterator[Entry]:
        nonlocal digest
        yield begin
        for entry in trail:
            digest = entry.hash
            yield entry

    broken = first_break(all_of_it(), seq=seq, previous=previous)
    if broken is not None or digest.hex() != gone.hash:
        raise StoreUnavailable(
            f"audit trail: broken at entry {broken or gone.seq}, nothing is let go; see `officed verify-audit`"
        )


def _entries(database: Database, after: int, until: int) -> Iterator[Entry]:
    while rows := database.rows(_NEXT, (after, until, _PAGE)):
        for row in rows:
            match row:
                case int(seq), int(stamp), str(kind), bytes(body), bytes(previous), bytes(digest) if _is_instant(stamp):
                    yield Entry(seq, instant(stamp), kind, body, previous, digest)
                case _:
                    raise StoreUnavailable(f"audit trail: entry {row[0]!r} cannot be read, nothing is let go")
        after = cast("int", rows[-1][0])


def _is_instant(stamp: int) -> bool:
    try:
        instant(stamp)
    except OverflowError:
        return False
    return True

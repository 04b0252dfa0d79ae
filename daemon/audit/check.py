"""Whether an audit trail is whole: its chain from the first entry to the last, and the heads that were kept elsewhere.

The chain shows every change, deletion, reordering and graft inside of it. That its end was cut off it cannot show: for that
somebody else has to hold a head. A whole trail that was written anew from some entry on is caught the same way.

A trail whose beginning was let go (daemon/journal/letting_go.py) is whole where its first entry follows from a kept head and
an entry of its own says that officed let go up to there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from daemon.audit.trail import Unreadable
from daemon.journal.audit import ORIGIN, Entry, Record, sealed
from daemon.journal.letting_go import LET_GO, Gone
from policies.words import Words, say

WHOLE = Words("")


class Head(msgspec.Struct, frozen=True):
    """The end of a trail at some time: number and hash (hexadecimal) of its last entry."""

    seq: int
    hash: str
    at: datetime | None = None

    def __str__(self) -> str:
        """As it is sent out and typed in: `seq:hash`."""
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`broken_at`: the number of the first entry that is not as it was; None: all is well. `head`: the last good one.

    `let_go`: so many entries before the first one went, to make room.
    """

    count: int
    head: Head | None
    broken_at: int | None = None
    why: Words = WHOLE
    let_go: int = 0


def read_head(text: str) -> Head:
    """`seq:hash`, as it was sent out. Raises ValueError."""
    seq, _, digest = text.strip().partition(":")
    if not seq.isdecimal() or len(digest) != len(ORIGIN) * 2:
        raise ValueError(f"{text!r} is no head: it has to look like 1234:0f3a… with 64 digits")
    bytes.fromhex(digest)
    return Head(int(seq), digest.lower())


def verify(trail: Iterable[Entry | Unreadable], heads: Iterable[Head] = (), anchors: Iterable[Head] = ()) -> Verdict:
    """The first break, with its number and what is wrong there.

    `anchors`: heads that were kept beside the journal. A trail may begin after one of them, or after one of `heads`.
    """
    kept: Mapping[int, str] = {head.seq: head.hash for head in heads if head.seq}
    seq, previous, head = 0, ORIGIN, None
    gone: Gone | None = None
    is_said = False
    known = {(each.seq, each.hash) for each in anchors} | set(kept.items())
    for entry in trail:
        if (
            head is None
            and isinstance(entry, Entry)
            and entry.seq > 1
            and (entry.seq - 1, entry.previous.hex()) in known
        ):
            gone = Gone(entry.seq - 1, entry.previous.hex())
            seq, previous = gone.seq, entry.previous
        seq += 1
        if isinstance(entry, Unreadable):
            why = say("entry {number} cannot be read: {reason}", number=str(seq), reason=entry.why)
            return Verdict(seq - 1, head, seq, why)
        wrong = _wrong(entry, seq, previous)
        if wrong is None and kept.get(seq, entry.hash.hex()) != entry.hash.hex():
            wrong = say(
                "entry {number} is not the one that was sent outside as head {number}: the trail was written anew",
                number=str(seq),
            )
        if wrong is not None:
            return Verdict(seq - 1, head, seq, wrong)
        is_said = is_said or (gone is not None and entry.kind == LET_GO and entry.body == gone.body())
        previous = entry.hash
        head = Head(seq, entry.hash.hex(), entry.at)
    missing = [number for number in kept if number > seq]
    if missing:
        why = say(
            "the trail ends with entry {number}, but head {missing} was sent outside: its end was cut off",
            number=str(seq),
            missing=str(max(missing)),
        )
        return Verdict(seq, head, seq + 1, why)
    if gone is None:
        return Verdict(seq, head)
    if not is_said:
        why = say("the trail begins after entry {number}, and none of its entries says why", number=str(gone.seq))
        return Verdict(seq - gone.seq, head, 1, why)
    return Verdict(seq - gone.seq, head, let_go=gone.seq)


def _wrong(entry: Entry, seq: int, previous: bytes) -> Words | None:
    if entry.seq != seq:
        return say(
            "here should be entry {number}, and it is entry {other}: something was taken out, put in or moved",
            number=str(seq),
            other=str(entry.seq),
        )
    if entry.previous != previous:
        return say("entry {number} does not follow from the one before it", number=str(seq))
    if sealed(Record(entry.at, entry.kind, entry.body), seq, previous).hash != entry.hash:
        return say("entry {number} was changed: its hash is another one", number=str(seq))
    return None

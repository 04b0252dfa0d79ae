"""One batch to the database, whatever it answers: sent, cut, halved, held and tried again until each line is settled.

What an answer means is decided in `answers.py`; here it is done. A batch that cannot be delivered stops all others: the
outbox keeps the order and the room.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import compress

from daemon.history.answers import STORED, Doubt, Hold, Retry, SetAside, Split, Stored, Writer, verdict
from daemon.history.layout import Layout, stamps_ns
from daemon.journal.schema import CrashPoint, Refused

try:
    from daemon.history.fast_extent import extent
except ImportError:  # no compiler was at hand
    from daemon.history.layout import extent

HOLD = timedelta(seconds=30)
"""Between two tries while a person has to do something."""
BACKOFF_CAP = timedelta(seconds=60)
RETRY_AFTER_CAP = timedelta(hours=1)

_SAME_500 = 5
_ALONE_500 = 20
_WHOLE_BATCH = 20
_PATIENCE = 5
_STRAY = "no stamp, or one outside of what the database keeps"


class Stopped(Exception):  # noqa: N818  not an error: somebody asked for it
    """The thread was asked to end; the outbox keeps what is not done."""


class Delivery:
    """Sender thread only; the public attributes may be read from any.

    `pause` waits so many seconds and says whether to stop. `tell` gets a sentence when trouble begins and when it is over.
    """

    def __init__(
        self,
        writer: Writer,
        *,
        now: Callable[[], datetime],
        tell: Callable[[str], None],
        pause: Callable[[float], bool],
        crash: Callable[[CrashPoint], None],
    ) -> None:
        self._writer = writer
        self._now = now
        self._tell = tell
        self._pause = pause
        self._crash = crash
        self._refused: list[Refused] = []
        self.stored_lines = 0
        self.last_stored_at: datetime | None = None
        self.trouble = ""
        self.held = False

    def deliver(self, block: bytes) -> list[Refused]:
        """Return when every line (joined by newlines) is stored, except those that are given back. Raises Stopped."""
        self._refused = []
        layout = self._writer.layout()
        earliest, latest = layout.bounds_ns(self._now())
        count, first, last = extent(block) or (0, 0, 0)
        if count and earliest <= first and last <= latest and layout.is_one_shard(first, last):
            pieces = deque([_Piece(block, count)])
        else:
            pieces = deque(self._cut(_split(block), layout, earliest, latest))
        while pieces:
            self._attempt(pieces)
        return self._refused

    def _cut(self, lines: Sequence[bytes], layout: Layout, earliest: int, latest: int) -> Iterator["_Piece"]:
        """One piece a shard, of what the database keeps at all."""
        stamps = stamps_ns(lines)
        within = [earliest <= at_ns <= latest for at_ns in stamps]
        self._refused += [Refused(line, _STRAY) for line, good in zip(lines, within, strict=True) if not good]
        for piece in layout.pieces(list(compress(lines, within)), list(compress(stamps, within))):
            if piece:
                yield _piece(piece)

    def in_trouble(self, reason: str, *, held: bool) -> None:
        """Note it, and tell it when it is new."""
        if not self.trouble or (held and not self.held):
            self._tell(f"database does not take our points, they wait in the journal: {reason}")
        self.trouble, self.held = reason, held

    def _attempt(self, pieces: "deque[_Piece]") -> None:
        piece = pieces[0]
        answer = self._writer.post(piece.block)
        self._crash("after_post")
        match verdict(answer, () if answer.status == STORED else piece.lines):
            case Stored(refused):
                pieces.popleft()
                self._refused.extend(refused)
                self._well(piece.count - len(refused))
            case SetAside(refused) if len(refused) == piece.count >= _WHOLE_BATCH and not self._doubted(piece):
                self._hold(f"all {len(refused)} lines refused, so it is not the lines: {refused[0].reason}")
            case SetAside(refused):
                bad = {each.line for each in refused}
                self._refused.extend(refused)
                pieces[0] = _piece([line for line in piece.lines if line not in bad])
                if not pieces[0].count:
                    pieces.popleft()
            case Split(reason):
                self._split(pieces, reason)
            case Doubt(reason) if self._lets_us_in():
                self._split(pieces, reason)
            case Doubt(reason) | Hold(reason):
                self._hold(reason)
            case Retry(reason, after, could_be_the_lines):
                self._later(pieces, reason, after, could_be_the_lines=could_be_the_lines)

    def _split(self, pieces: "deque[_Piece]", reason: str) -> None:
        piece = pieces.popleft()
        if piece.count == 1:
            self._refused.append(Refused(piece.lines[0], reason))
            return
        middle = piece.count // 2
        pieces.appendleft(_piece(piece.lines[middle:]))
        pieces.appendleft(_piece(piece.lines[:middle]))

    def _later(
        self, pieces: "deque[_Piece]", reason: str, after_seconds: float | None, *, could_be_the_lines: bool
    ) -> None:
        piece = pieces[0]
        piece.tries += 1
        piece.refusals = piece.refusals + 1 if could_be_the_lines else 0
        enough = _SAME_500 if piece.count > 1 else _ALONE_500
        if piece.refusals >= enough and self._lets_us_in():
            self._split(pieces, reason)
            return
        self.in_trouble(reason, held=False)
        backoff = min(2.0 ** min(piece.tries - 1, 10), BACKOFF_CAP.total_seconds())
        self._wait(backoff if after_seconds is None else min(after_seconds, RETRY_AFTER_CAP.total_seconds()))

    def _doubted(self, piece: "_Piece") -> bool:
        """Whether a batch that was refused as a whole has been held long enough, and the way in is free."""
        piece.refusals += 1
        return piece.refusals > _PATIENCE and self._lets_us_in()

    def _lets_us_in(self) -> bool:
        return isinstance(verdict(self._writer.post(b""), ()), Stored)

    def _hold(self, reason: str) -> None:
        self.in_trouble(reason, held=True)
        self._wait(HOLD.total_seconds())

    def _wait(self, seconds: float) -> None:
        if self._pause(seconds):
            raise Stopped

    def _well(self, lines: int) -> None:
        if self.trouble:
            self._tell("database takes our points again")
        self.stored_lines += lines
        self.last_stored_at = self._now()
        self.trouble, self.held = "", False


class _Piece:
    """One request; how often it was tried, and how often it was the likely cause itself. It is split when that is asked for."""

    __slots__ = ("block", "count", "refusals", "tries")

    def __init__(self, block: bytes, count: int) -> None:
        self.block = block
        self.count = count
        self.tries = 0
        self.refusals = 0

    @property
    def lines(self) -> list[bytes]:
        """Its lines."""
        return _split(self.block)


def _piece(lines: Sequence[bytes]) -> _Piece:
    return _Piece(b"\n".join(lines), len(lines))


def _split(block: bytes) -> list[bytes]:
    return [line for line in block.split(b"\n") if line]

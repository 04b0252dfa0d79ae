"""What waits to be told: bounded, retried with growing pauses, held in quiet hours, and whole again after a crash.

Pure but for its own lists; no thread. A letter that is being handed over stays in the record until somebody has said how that
went: after a kill it is sent once more, with the word that it may be there already.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from daemon.notices.letter import Letter

MOST_WAITING = 500
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 7200))
"""After each of these it is tried again; then it is given up, and counted."""
REPEATED_WITHIN = timedelta(minutes=30)
_MOST_REMEMBERED = 2000


class Waiting(msgspec.Struct, frozen=True):
    """One letter, how often it was tried, and when it is due. `in_doubt`: an earlier run ended while it was sending it."""

    letter: Letter
    due_at: datetime
    tries: int = 0
    in_doubt: bool = False

    @property
    def body(self) -> str:
        """What is sent."""
        return f"{self.letter.body}\n{self.letter.doubt}" if self.in_doubt and self.letter.doubt else self.letter.body


class Told(msgspec.Struct, frozen=True):
    """What was said to whom, and when."""

    to: str
    case: str
    text: str
    at: datetime


class Record(msgspec.Struct, frozen=True):
    """All that a restart needs."""

    waiting: tuple[Waiting, ...] = ()
    in_hand: tuple[Waiting, ...] = ()
    told: tuple[Told, ...] = ()


class Spool:
    """One thread at a time (the caller locks). `is_over(case)`: nobody needs to hear of that case any more."""

    def __init__(self, is_over: Callable[[str], bool] = lambda _: False) -> None:
        self._is_over = is_over
        self._waiting: list[Waiting] = []
        self._in_hand: list[Waiting] = []
        self._told: dict[tuple[str, str, str], datetime] = {}
        self.dropped = 0
        self.repeated = 0
        self.is_changed = False

    def __len__(self) -> int:
        return len(self._waiting) + len(self._in_hand)

    def put(self, letter: Letter, now: datetime, quiet_until: datetime | None = None) -> bool:
        """Take it in; False where the same was said to the same recipient a short while ago."""
        key = (letter.to, letter.case, letter.text)
        said_at = self._told.get(key)
        if said_at is not None and timedelta() <= now - said_at < REPEATED_WITHIN:
            self.repeated += 1
            return False
        self._told.pop(key, None)
        self._told[key] = now
        while len(self._told) > _MOST_REMEMBERED:
            del self._told[next(iter(self._told))]
        due_at = now if letter.urgent or quiet_until is None else quiet_until
        if len(self._waiting) >= MOST_WAITING:
            least = next((one for one in self._waiting if not one.letter.urgent), self._waiting[0])
            self._waiting.remove(least)
            self.dropped += 1
        self._waiting.append(Waiting(letter, due_at))
        self.is_changed = True
        return True

    def take(self, now: datetime) -> Waiting | None:
        """The next one that is due, in hand until `done` or `failed`; what nobody needs any more is dropped on the way."""
        for one in sorted((one for one in self._waiting if one.due_at <= now), key=lambda one: not one.letter.urgent):
            self._waiting.remove(one)
            self.is_changed = True
            letter = one.letter
            if (letter.useless_at is not None and now >= letter.useless_at) or (
                letter.case and self._is_over(letter.case)
            ):
                continue
            self._in_hand.append(one)
            return one
        return None

    def done(self, one: Waiting) -> None:
        """It arrived, or its recipient is gone."""
        self._in_hand.remove(one)
        self.is_changed = True

    def failed(self, one: Waiting, now: datetime) -> bool:
        """It did not arrive: later again. False: given up."""
        self.done(one)
        if one.tries >= len(PAUSES):
            self.dropped += 1
            return False
        self._waiting.append(replace(one, tries=one.tries + 1, due_at=now + PAUSES[one.tries]))
        return True

    def pack(self, now: datetime) -> bytes:
        """The record of this moment."""
        self.is_changed = False
        told = (Told(*key, at) for key, at in self._told.items() if now - at < REPEATED_WITHIN)
        return msgspec.msgpack.encode(Record(tuple(self._waiting), tuple(self._in_hand), tuple(told)))

    def unpack(self, kept: bytes) -> None:
        """Go on from there. Raises msgspec.ValidationError for a record of another version."""
        record = msgspec.msgpack.decode(kept, type=Record)
        self._waiting = [*(replace(one, in_doubt=True) for one in record.in_hand), *record.waiting]
        self._told = {(one.to, one.case, one.text): one.at for one in record.told}

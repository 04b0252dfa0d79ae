"""What waits to be told: bounded, retried with growing pauses, held in quiet hours. Pure but for its own lists; no thread."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from daemon.notices.notice import Letter

MOST_WAITING = 500
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 7200))
"""After each of these it is tried again; then it is given up, and counted."""
REPEATED_WITHIN = timedelta(minutes=30)
_MOST_REMEMBERED = 2000


@dataclass(frozen=True, slots=True)
class Waiting:
    """One letter, how often it was tried, and when it is due."""

    letter: Letter
    due_at: datetime
    tries: int = 0


class Spool:
    """One thread at a time (the caller locks). `is_over(case)`: nobody needs to hear of that case any more."""

    def __init__(self, is_over: Callable[[str], bool] = lambda _: False) -> None:
        self._is_over = is_over
        self._waiting: list[Waiting] = []
        self._told: dict[tuple[int, str, str], datetime] = {}
        self.dropped = 0
        self.repeated = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, letter: Letter, now: datetime, quiet_until: datetime | None = None) -> bool:
        """Take it in; False where the same was said to the same recipient a short while ago."""
        key = (letter.recipient, letter.case, letter.text)
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
        return True

    def take(self, now: datetime) -> Waiting | None:
        """The next one that is due, taken out; what nobody needs any more is dropped on the way."""
        for one in sorted((one for one in self._waiting if one.due_at <= now), key=lambda one: not one.letter.urgent):
            self._waiting.remove(one)
            letter = one.letter
            if (letter.useless_at is not None and now >= letter.useless_at) or (
                letter.case and self._is_over(letter.case)
            ):
                continue
            return one
        return None

    def failed(self, one: Waiting, now: datetime) -> bool:
        """It did not arrive: later again. False: given up."""
        if one.tries >= len(PAUSES):
            self.dropped += 1
            return False
        self._waiting.append(replace(one, tries=one.tries + 1, due_at=now + PAUSES[one.tries]))
        return True

"""What a person does about points that the database refused (`officed dead-letters`): look, send again, throw away.

The daemon may run meanwhile: the journal is visited (`daemon/journal/visit.py`), and the sender looks for new rows every
ten seconds.
"""

from collections.abc import Callable, Iterator, Sequence

from daemon.clock import WallClock
from daemon.configuration.schema import Configuration
from daemon.journal.schema import DeadLetter
from daemon.journal.visit import Visit

Say = Callable[[str], None]

_PAGE = 500
_SHOWN_BYTES = 160
_RAW = "journal row "
"""How the reason of a damaged read begins: its bytes are no line, and no database would take them."""


class DeadLetterBox:
    """The dead letters of one journal. Raises StoreUnavailable."""

    def __init__(self, journal: Visit, say: Say) -> None:
        self._letters = journal.dead_letters
        self._say = say

    def show(self, limit: int) -> None:
        """The oldest `limit`, each with its number, when, why, and the line."""
        count = self._letters.count()
        if not count:
            self._say("No dead letters: the database has taken every point.")
            return
        for letter in self._letters.listed(limit=limit):
            self._say(
                f"{letter.row}  {letter.at:%Y-%m-%d %H:%M:%S} UTC  {letter.reason.splitlines()[0]}\n    {_short(letter)}"
            )
        shown = min(limit, count)
        self._say(f"{shown} of {count}, oldest first. Send again: officed dead-letters replay NUMBER… or --all")

    def replay(self, rows: Sequence[int] | None) -> int:
        """Send these again, or all (None). Gives how many went; what is no line stays."""
        sent = kept = 0
        for page in self._pages(rows):
            lines = [letter.row for letter in page if not letter.reason.startswith(_RAW)]
            kept += len(page) - len(lines)
            sent += self._letters.replay(lines)
        if kept:
            self._say(f"{kept} damaged reads are no points and stay; see the list, and delete them when you are done.")
        self._say(f"{sent} points are in the outbox again; what the database still refuses comes back here.")
        return sent

    def delete(self, rows: Sequence[int] | None) -> int:
        """Throw these away for good, or all (None). Gives how many there were."""
        gone = 0
        for page in self._pages(rows):
            self._letters.delete([letter.row for letter in page])
            gone += len(page)
        self._say(f"{gone} dead letters deleted.")
        return gone

    def _pages(self, rows: Sequence[int] | None) -> Iterator[list[DeadLetter]]:
        """What there is now, page by page; what arrives meanwhile is for the next time."""
        wanted = None if rows is None else set(rows)
        after = 0
        while page := self._letters.listed(after_row=after, limit=_PAGE):
            after = page[-1].row
            chosen = page if wanted is None else [letter for letter in page if letter.row in wanted]
            if chosen:
                yield chosen


def opened(configuration: Configuration, tell: Say) -> Visit | None:
    """The journal of this configuration; None where officed has not run yet. Raises StoreUnavailable."""
    path = configuration.journal.path
    return Visit(path, now=WallClock().now, tell=tell) if path.exists() else None


def _short(letter: DeadLetter) -> str:
    text = letter.line[:_SHOWN_BYTES].decode("utf-8", "replace")
    return text + " …" if len(letter.line) > _SHOWN_BYTES else text

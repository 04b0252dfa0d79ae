"""Notices are in the journal before the records that cause them: a kill between the two repeats one, and loses none.

What the engine keeps of a step makes it unrepeatable. So the letters of that step are made durable first; where the step has
to be repeated after all, the spool knows that it has said the same a moment ago.
"""

from collections.abc import Callable, Sequence

from daemon.engine.kept_rows import Rows
from daemon.engine.records import EngineJournal
from daemon.ports import Reads


class LettersFirst:
    """The engine's journal, with the letters kept before. For whoever thinks."""

    def __init__(self, journal: EngineJournal, keep_letters: Callable[[], None]) -> None:
        self._journal, self._keep_letters = journal, keep_letters

    def advance(
        self,
        decoded_row: int,
        lines: bytes,
        count: int,
        records: Sequence[bytes],
        snapshot: Rows | None,
    ) -> None:
        """Raises StoreUnavailable, like the journal's own."""
        self._keep_letters()
        self._journal.advance(decoded_row, lines, count, records, snapshot)

    def promise(self, reads: Reads, promise: bytes) -> None:
        """The journal's own: what a letter is about is not kept with it."""
        self._journal.promise(reads, promise)

    def keep_office(self, row: int, snapshot: bytes) -> None:
        """The journal's own."""
        self._journal.keep_office(row, snapshot)

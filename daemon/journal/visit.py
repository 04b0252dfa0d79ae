"""The dead letters of a journal that the daemon may have open: what `officed dead-letters` works on.

Nothing is checked, laid out, copied or set aside here: that is for whoever owns the file, and it is running.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from daemon.errors import StoreUnavailable
from daemon.journal.database import Database
from daemon.journal.dead_letters import DeadLetters
from daemon.journal.outbox import Outbox
from daemon.journal.schema import VERSION

_PAGE_BYTES = 4096


class Visit:
    """A guest's view of a journal that exists. One thread. Raises StoreUnavailable."""

    def __init__(self, path: Path, *, now: Callable[[], datetime], tell: Callable[[str], None]) -> None:
        self._database = Database(path, maximum_bytes=0, page_bytes=_PAGE_BYTES, tell=tell, is_guest=True)
        try:
            self._recognise()
            outbox = Outbox(self._database, now=now, crash=lambda _: None, refused_bytes=0, tell=tell)
        except BaseException:
            self.close()
            raise
        self.dead_letters = DeadLetters(self._database, outbox)

    def close(self) -> None:
        """Let go of the file."""
        with self._database.lock:
            self._database.close()

    def _recognise(self) -> None:
        found = self._database.rows("PRAGMA user_version")[0][0]
        if found != VERSION:
            raise StoreUnavailable(
                f"journal {self._database.path.name} has another layout ({found!r}, ours {VERSION}): start officed with it once"
            )

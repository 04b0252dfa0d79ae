"""What was heard is kept now and then, so that the journal may let go of the bytes it came from."""

import logging
import time

from daemon.engine.records import EngineJournal
from daemon.engine.snapshot import pack_office
from daemon.errors import StoreUnavailable
from policies.state import State

_log = logging.getLogger(__name__)

OFFICE_KEPT_EVERY = 60.0
UNKEPT_MESSAGES = 100_000
"""The journal holds the raw bytes of so many messages beyond what waits to be sent, not more."""


class KeptOffice:
    """For whoever thinks."""

    def __init__(self, journal: EngineJournal) -> None:
        self._journal = journal
        self._kept_at = time.monotonic()
        self._unkept = 0

    def uses(self, messages: int) -> None:
        """So many more were heard."""
        self._unkept += messages

    def is_due(self) -> bool:
        """Whether it is time again."""
        return time.monotonic() - self._kept_at > OFFICE_KEPT_EVERY or self._unkept >= UNKEPT_MESSAGES

    def keep(self, row: int, state: State) -> None:
        """What is known after this row, all of which is written down."""
        self._kept_at, self._unkept = time.monotonic(), 0
        try:
            self._journal.keep_office(row, pack_office(state))
        except StoreUnavailable as trouble:
            _log.warning("journal: last known values not kept: %s", trouble)

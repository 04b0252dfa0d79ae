"""Once a minute how officed itself is, as a point of the measurement `daemon`: what Grafana's page on the data path draws."""

import os
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, Protocol

from daemon.errors import StoreUnavailable
from daemon.history.points import Points

_EVERY_SECONDS: Final = 60.0
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


class DeadLetterCount(Protocol):
    """The part of the dead letters that is asked."""

    def count(self) -> int:
        """How many there are."""


class HealthJournal(Protocol):
    """The part of the journal that is needed."""

    @property
    def bytes_used(self) -> int:
        """Of its file."""

    @property
    def dead_letters(self) -> DeadLetterCount:
        """Points that the database refused."""

    def advance(self, decoded_row: int, lines: bytes, count: int, records: tuple[()], snapshot: bytes | None) -> None:
        """See Journal."""


class OwnHealth:
    """`look` from one thread, as often as one likes. `facts` are the daemon's."""

    def __init__(
        self,
        site: str,
        journal: HealthJournal,
        facts: Callable[[], Mapping[str, str | float | bool]],
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._points = Points(site)
        self._journal, self._facts = journal, facts
        self._now, self._monotonic = now, monotonic
        self._due = monotonic() + _EVERY_SECONDS

    def look(self) -> None:
        """Write what is due. What cannot be written is not missed: the next minute has its own."""
        if self._monotonic() < self._due:
            return
        self._due = self._monotonic() + _EVERY_SECONDS
        facts = self._facts()
        try:
            fields = {
                "readings_total": int(facts.get("messages_total", 0)),
                "outbox_lines": int(facts.get("outbox_waiting_lines", 0)),
                "dead_letters": self._journal.dead_letters.count(),
                "journal_bytes": self._journal.bytes_used,
                "resident_bytes": _resident_bytes(),
                "cpu_seconds_total": time.process_time(),
            }
            line = self._points.record_line("daemon", {}, fields, self._now())
            if line is not None:
                self._journal.advance(0, line, 1, (), None)
        except (StoreUnavailable, OSError):
            return


def _resident_bytes() -> int:
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123  one line of a pseudo file
        return int(statm.read().split()[1]) * _PAGE_BYTES

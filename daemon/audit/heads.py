"""The daily head of the audit trail: number and hash of its last entry, kept in a file and sent outside.

Whoever received it can prove later that nothing before it was changed and that its end was not cut off. The file lies
beside the journal for convenience; what counts are the copies that left this machine with the log and the notices.
"""

import logging
import os
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from daemon.audit.check import Head, read_head
from daemon.errors import StoreUnavailable
from daemon.journal.audit import Entry
from policies.words import Words, say

HEADS_FILE = "audit-heads.txt"
"""Its name, beside the journal."""

_log = logging.getLogger(__name__)


class Trail(Protocol):
    """What is needed of the journal; any thread."""

    def last_audit(self) -> Entry | None:
        """The last entry. Raises StoreUnavailable."""

    def let_go_of_audit(self, heads: Mapping[int, str]) -> int:
        """Keep it bounded; the last number that went, or 0. Raises StoreUnavailable."""


class DailyHead:
    """`send` gets one sentence for people outside. One thread (the scheduler's, or the main one's)."""

    def __init__(
        self, trail: Trail, file: Path, send: Callable[[Words], None], local: Callable[[datetime], date]
    ) -> None:
        self._trail = trail
        self._file = file
        self._send = send
        self._local = local
        self._sent: date | None = None

    def look(self, now: datetime) -> Head | None:
        """Send today's head if that has not been done; None where there is nothing to do. Never raises."""
        today = self._local(now)
        if self._sent == today or self._last_day() == today:
            self._sent = today
            return None
        try:
            last = self._trail.last_audit()
            if last is None:
                return None
            head = Head(last.seq, last.hash.hex(), now)
            with self._file.open("a", encoding="utf-8") as file:
                file.write(f"{now:%Y-%m-%dT%H:%M:%SZ} {head}\n")
                file.flush()
                os.fsync(file.fileno())
        except (OSError, StoreUnavailable) as trouble:
            _log.warning("audit: today's head was not kept: %s", trouble)
            return None
        self._sent = today
        self._keep_bounded()
        _log.info("audit: head of %s is %s", today, head)
        self._send(
            say(
                "Head of the audit trail on {day}: {head}. Keep this, it proves later that nothing is missing.",
                day=str(today),
                head=str(head),
            )
        )
        return head

    def _keep_bounded(self) -> None:
        try:
            gone = self._trail.let_go_of_audit({head.seq: head.hash for head in kept_heads(self._file)})
        except (OSError, ValueError, StoreUnavailable) as trouble:
            _log.warning("audit: the trail was not kept within its bound: %s", trouble)
            return
        if gone:
            _log.warning("audit: entries up to %d were let go: the trail had its share of the journal", gone)

    def _last_day(self) -> date | None:
        try:
            lines = self._file.read_text(encoding="utf-8").split("\n")
        except FileNotFoundError:
            return None
        except OSError as trouble:
            _log.warning("audit: %s cannot be read: %s", self._file, trouble)
            return None
        stamps = [line.split(" ")[0] for line in lines if line]
        return self._local(datetime.fromisoformat(stamps[-1])) if stamps else None


def kept_heads(path: Path) -> list[Head]:
    """The heads in a file of `DailyHead`, or in one that somebody kept by hand: `seq:hash`, last word of a line.

    Raises ValueError for a line without one, OSError for the file.
    """
    return [read_head(line.split()[-1]) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]

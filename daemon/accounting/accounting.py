"""The accounting of a running daemon: slots with every state, the ledger once a day at noon.

Level-triggered: the ledger's last entry says from where it has to be made up, with four days again each time for what came
late. Its thread reads the past and writes into the outbox; nobody waits for it.
"""

import logging
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from daemon.accounting.bookkeeper import Bookkeeper, slot_line
from daemon.accounting.late import late_slots
from daemon.accounting.ledger_job import ledger, saving_lines
from daemon.clock import Clock
from daemon.errors import StoreUnavailable
from daemon.history.points import Points
from policies.accounting.slots import LATE
from policies.accounting.tariff import price_of, pricing_of
from policies.history import History
from policies.rules.setpoint_limit import SetpointLimit
from policies.state import State

_log = logging.getLogger(__name__)

NOON: Final = 12
"""By then every office has opened, and the restart of its devices is over."""
AGAIN: Final = timedelta(days=4)
_DAY: Final = timedelta(days=1)
_FARTHEST: Final = timedelta(days=35)
_LOOK_EVERY_SECONDS: Final = 300.0


class AccountingJournal(Protocol):
    """What it needs of the journal; any thread."""

    def advance(self, decoded_row: int, lines: bytes, count: int, records: tuple[()], snapshot: bytes | None) -> None:
        """Lines into the outbox; row 0 uses up nothing. Raises StoreUnavailable."""


class Accounting:
    """`watch` belongs to whoever thinks (engine.py), `start` and `stop` to the main thread."""

    def __init__(
        self,
        state: Callable[[], State],
        journal: AccountingJournal,
        history: History,
        clock: Clock,
    ) -> None:
        self._state = state
        self._journal = journal
        self._history = history
        self._clock = clock
        self._done: date | None = None
        self._late_taken: date | None = None
        self._bookkeeper = Bookkeeper(state().office.site, self._write)
        self.watch = self._bookkeeper.watch
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="accounting", daemon=True)

    def start(self) -> None:
        """Hear the last hours again, then look after the ledger. Before the engine starts."""
        self._bookkeeper.begin(self._history, self._clock.now())
        self._thread.start()

    def stop(self, timeout_seconds: float) -> bool:
        """Never waits for a long question: what it was at is done again the next time."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    def catch_up(self, now: datetime) -> int:
        """Write what is due: slots that came late, then the ledger; how many entries there were. Raises StoreUnavailable."""
        state = self._state()
        site = state.office.site
        local = site.calendar.local(now)
        today = local.date()
        if local.hour < NOON or self._done == today:
            return 0
        if self._late_taken != today:
            number = self._take_late(state, now)
            self._late_taken = today
            if number:
                return 0  # they are on their way to the store; the ledger is made at the next look
        written = self._history.savings(now - _FARTHEST, now)
        start = max((row.at for row in written), default=now - _FARTHEST + AGAIN) - AGAIN
        found = ledger(site, self._history, start, now, price=price_of(pricing_of(site)))
        over = [entry for entry in found.entries if entry.action.until < now]
        lines = saving_lines(Points(site.id), over, written)
        if lines:
            self._write(b"\n".join(lines), len(lines))
        self._done = today
        return len(over)

    def _take_late(self, state: State, now: datetime) -> int:
        """Of the days that the ledger is made again for; how many slots know more now."""
        site = state.office.site
        setpoint = [policy.name for policy in state.policies if isinstance(policy, SetpointLimit)]
        points = Points(site.id)
        number = 0
        for day in range(AGAIN // _DAY, 0, -1):  # a day at a time: the slots of a thousand devices are many
            late = late_slots(site, self._history, now - day * _DAY, min(now - (day - 1) * _DAY, now - LATE), setpoint)
            lines = [line for line in (slot_line(points, each) for each in late) if line is not None]
            if lines:
                self._write(b"\n".join(lines), len(lines))
            number += len(lines)
        if number:
            _log.info("accounting: %d slots know more than they did", number)
        return number

    def _write(self, lines: bytes, count: int) -> None:
        self._journal.advance(0, lines, count, (), None)

    def _run(self) -> None:
        while not self._end.wait(_LOOK_EVERY_SECONDS):
            try:
                number = self.catch_up(self._clock.now())
            except StoreUnavailable as trouble:
                _log.warning("accounting: the ledger waits: %s", trouble)
            except Exception:  # noqa: BLE001  the thread must outlive any mistake of ours
                _log.exception("accounting: the ledger could not be made")
            else:
                if number:
                    _log.info("accounting: %d entries of the ledger written", number)

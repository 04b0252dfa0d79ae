"""Empties the outbox into the database, in order, and lets go of a row only when all of it is stored or set aside.

Own thread. 5,000 lines or 200 ms, one request at a time (`delivery.py`).
"""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from daemon.errors import StoreUnavailable
from daemon.history.answers import Writer
from daemon.history.delivery import HOLD, Delivery, Stopped
from daemon.journal.schema import CrashPoint, OutboxRow, Refused

LINES = 5_000
LINGER = timedelta(milliseconds=200)
_LOOK_AGAIN = timedelta(seconds=10)
"""Rows may come from another process (`officed dead-letters replay`), which cannot wake us."""


class Outbox(Protocol):
    """What the sender empties (daemon/journal/outbox.py)."""

    on_added: Callable[[], None]

    @property
    def waiting_lines(self) -> int:
        """Points that are not stored yet."""

    def next(self, limit_lines: int) -> Sequence[OutboxRow]:
        """The oldest rows."""

    def done(self, rows: Sequence[OutboxRow], refused: Sequence[Refused] = ()) -> None:
        """They are stored, or set aside."""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How it goes. `trouble` is the last trouble's sentence, empty when the last request was stored."""

    waiting_lines: int
    stored_lines: int
    set_aside_lines: int
    last_stored_at: datetime | None
    trouble: str
    held: bool


class Sender:
    """`start` and `stop` belong to the thread that runs the daemon; `progress` may be read from any.

    `pause` waits so many seconds and says whether to stop; tests pass their own. `tell` gets one sentence when trouble
    begins, and one when it is over.
    """

    def __init__(
        self,
        outbox: Outbox,
        writer: Writer,
        *,
        now: Callable[[], datetime],
        tell: Callable[[str], None],
        crash: Callable[[CrashPoint], None] = lambda _: None,
        pause: Callable[[float], bool] | None = None,
    ) -> None:
        self._outbox = outbox
        self._stopping = threading.Event()
        self._added = threading.Event()
        self._pause = pause or self._stopping.wait
        self._delivery = Delivery(writer, now=now, tell=tell, pause=self._pause, crash=crash)
        self._thread: threading.Thread | None = None
        self._set_aside = 0

    @property
    def progress(self) -> Progress:
        """How it goes, now."""
        return Progress(
            waiting_lines=self._outbox.waiting_lines,
            stored_lines=self._delivery.stored_lines,
            set_aside_lines=self._set_aside,
            last_stored_at=self._delivery.last_stored_at,
            trouble=self._delivery.trouble,
            held=self._delivery.held,
        )

    def start(self) -> None:
        """Begin; what was left by the last run goes first."""
        self._outbox.on_added = self._added.set
        self._added.set()
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)
        self._thread.start()

    def stop(self, timeout: timedelta = timedelta(seconds=3)) -> bool:
        """End after the request under way; says whether it has ended in time. What is not sent stays in the journal."""
        self._stopping.set()
        self._added.set()
        if self._thread is not None:
            self._thread.join(timeout.total_seconds())
            return not self._thread.is_alive()
        return True

    @property
    def is_alive(self) -> bool:
        """For the watchdog."""
        return self._thread is not None and self._thread.is_alive()

    def send_some(self) -> bool:
        """Deliver the oldest rows and be done with them; False when there are none. Raises StoreUnavailable of the journal."""
        rows = self._outbox.next(LINES)
        if not rows:
            return False
        refused = self._delivery.deliver(b"\n".join([row.lines for row in rows if row.lines]))
        self._outbox.done(rows, refused)
        self._set_aside += len(refused)
        return True

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._added.wait(_LOOK_AGAIN.total_seconds())
            self._added.clear()
            try:
                while not self._stopping.is_set():
                    if self._outbox.waiting_lines < LINES and self._pause(LINGER.total_seconds()):
                        return
                    if not self.send_some() or not self._outbox.waiting_lines:
                        break
            except Stopped:
                return
            except StoreUnavailable as error:
                self._delivery.in_trouble(f"journal: {error}", held=True)
                self._added.set()
                if self._pause(1.0):
                    return
            except Exception as error:  # noqa: BLE001  the thread must outlive whatever a library throws; told, and tried again
                self._delivery.in_trouble(f"sender: {type(error).__name__}: {error}", held=True)
                self._added.set()
                if self._pause(HOLD.total_seconds()):
                    return

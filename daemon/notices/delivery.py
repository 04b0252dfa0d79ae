"""The thread that hands letters over: an address that is slow or away delays nobody but itself and its neighbours here.

What waits is in the journal. Before a letter is handed over, the record says so; after a kill in between it goes once more,
with a word that it may be there already.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from daemon.configuration.problem import ConfigError, Problem
from daemon.errors import StoreUnavailable
from daemon.notices.letter import Letter
from daemon.notices.spool import Spool, Waiting

_log = logging.getLogger(__name__)

Send = Callable[[str, str], bool]
"""Hands title and text to one address; True where it arrived. May take its time, may raise."""
Keep = Callable[[bytes], None]
"""Makes the record of what waits durable. Raises StoreUnavailable."""
_LOOK_SECONDS = 1.0


class Delivery:
    """`put`, `addresses`, `facts` from any thread; nothing here ever blocks the engine."""

    def __init__(
        self, sends: Sequence[Send], spool: Spool, now: Callable[[], datetime], keep: Keep = lambda _: None
    ) -> None:
        self._sends, self._spool, self._now, self._keep = tuple(sends), spool, now, keep
        self._names: tuple[str, ...] = ()
        self._lock = threading.Lock()
        self._keeping = threading.Lock()
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._failing: set[int] = set()
        self._sent = 0
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)

    def start(self) -> None:
        """Begin to hand over."""
        self._thread.start()

    def stop(self, timeout_seconds: float) -> None:
        """End; what waits is in the journal, and goes on with the next start."""
        self._ended.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout_seconds)

    def addresses(self, sends: Sequence[Send], names: Sequence[str] = ()) -> None:
        """Other addresses from now on, with their fingerprints; a letter to a recipient that is gone is dropped."""
        self._sends, self._names = tuple(sends), tuple(names)

    def keep_in(self, keep: Keep, kept: bytes | None) -> None:
        """Where the record is kept, and what an earlier run has left there. Before `start`."""
        self._keep = keep
        if kept is not None:
            try:
                self._spool.unpack(kept)
            except msgspec.ValidationError:
                _log.warning("notices: what an earlier version left waiting cannot be read")

    def keep(self) -> None:
        """Make durable what was put in or has left since the last time. Raises StoreUnavailable."""
        with self._keeping:
            with self._lock:
                if not self._spool.is_changed:
                    return
                record = self._spool.pack(self._now())
            try:
                self._keep(record)
            except StoreUnavailable:
                self._spool.is_changed = True
                raise

    def put(self, letter: Letter, quiet_until: datetime | None) -> bool:
        """Take a letter in."""
        with self._lock:
            taken = self._spool.put(letter, self._now(), quiet_until)
        self._wake.set()
        return taken

    def facts(self) -> Mapping[str, str | float | bool]:
        """For the health page."""
        return {
            "notices_sent_total": float(self._sent),
            "notices_waiting": float(len(self._spool)),
            "notices_dropped_total": float(self._spool.dropped),
            "notices_repeated_total": float(self._spool.repeated),
            "notices_failing": bool(self._failing),
        }

    def turn(self) -> bool:
        """Hand one letter over; False where none is due."""
        with self._lock:
            one = self._spool.take(self._now())
        self._keep_or_say()
        if one is None:
            return False
        number, sends = self._number(one.letter), self._sends
        if number is None or number >= len(sends):
            self._settle(one)
            return True
        if self._hand_over(sends[number], one):
            self._settle(one)
            self._sent += 1
            if number in self._failing:
                _log.info("notices: recipient %d answers again", number)
                self._failing.discard(number)
            return True
        with self._lock:
            again = self._spool.failed(one, self._now())
        self._keep_or_say()
        if number not in self._failing:
            self._failing.add(number)
            _log.warning("notices: recipient %d (notices[%d]) does not take anything", number, number)
        if not again:
            _log.warning("notices: one for recipient %d was given up: %s", number, one.letter.title)
        return True

    def _number(self, letter: Letter) -> int | None:
        """Which of the present addresses it goes to."""
        if not letter.address:
            return letter.recipient
        if letter.recipient < len(self._names) and self._names[letter.recipient] == letter.address:
            return letter.recipient
        return self._names.index(letter.address) if letter.address in self._names else None

    def _settle(self, one: Waiting) -> None:
        with self._lock:
            self._spool.done(one)
        self._keep_or_say()

    def _keep_or_say(self) -> None:
        """A record that is behind costs a doubtful repetition after a kill, not the notice."""
        try:
            self.keep()
        except StoreUnavailable as trouble:
            _log.warning("notices: what waits is not in the journal: %s", trouble)

    def _hand_over(self, send: Send, one: Waiting) -> bool:
        try:
            return send(one.letter.title, one.body)
        except Exception as error:  # noqa: BLE001  whatever a client raises, the next letter must go; its text may hold the address
            _log.debug("notices: %s", type(error).__name__)
            return False

    def _run(self) -> None:
        while not self._ended.is_set():
            while not self._ended.is_set() and self.turn():
                pass
            self._wake.wait(_LOOK_SECONDS)
            self._wake.clear()


def by_apprise(urls: Sequence[str]) -> Sequence[Send]:
    """One send for each address. Raises ConfigError, without the address, for one that Apprise does not understand."""
    if not urls:
        return ()
    from apprise import Apprise  # noqa: PLC0415  slow to import, and not every office has addresses

    quiet = logging.getLogger("apprise")
    quiet.setLevel(logging.CRITICAL + 1)  # what it logs holds addresses, and these hold tokens
    sends: list[Send] = []
    for number, url in enumerate(urls):
        target = Apprise()
        if not target.add(url):
            what = "is not an address that Apprise understands (not shown: it is a secret)"
            raise ConfigError([Problem("notices", 1, f"notices[{number}]", what)])

        def send(title: str, text: str, target: "Apprise" = target) -> bool:
            return bool(target.notify(title=title, body=text))

        sends.append(send)
    return sends

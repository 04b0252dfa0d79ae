"""The thread that hands letters over: an address that is slow or away delays nobody but itself and its neighbours here."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from daemon.configuration.problem import ConfigError, Problem
from daemon.notices.notice import Letter
from daemon.notices.spool import Spool

_log = logging.getLogger(__name__)

Send = Callable[[str, str], bool]
"""Hands title and text to one address; True where it arrived. May take its time, may raise."""
_LOOK_SECONDS = 1.0


class Delivery:
    """`put`, `addresses`, `facts` from any thread; nothing here ever blocks the engine."""

    def __init__(self, sends: Sequence[Send], spool: Spool, now: Callable[[], datetime]) -> None:
        self._sends, self._spool, self._now = tuple(sends), spool, now
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._failing: set[int] = set()
        self._sent = 0
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)

    def start(self) -> None:
        """Begin to hand over."""
        self._thread.start()

    def stop(self, timeout_seconds: float) -> None:
        """End; what waits is given up, the cases that it was about are told again by their deadlines."""
        self._ended.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout_seconds)

    def addresses(self, sends: Sequence[Send]) -> None:
        """Other addresses from now on; a letter to a recipient that is gone is dropped."""
        self._sends = tuple(sends)

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
        if one is None:
            return False
        number, sends = one.letter.recipient, self._sends
        if number >= len(sends):
            return True
        arrived = self._hand_over(sends[number], one.letter)
        if arrived:
            self._sent += 1
            if number in self._failing:
                _log.info("notices: recipient %d answers again", number)
                self._failing.discard(number)
            return True
        with self._lock:
            again = self._spool.failed(one, self._now())
        if number not in self._failing:
            self._failing.add(number)
            _log.warning("notices: recipient %d (notices[%d]) does not take anything", number, number)
        if not again:
            _log.warning("notices: one for recipient %d was given up: %s", number, one.letter.title)
        return True

    def _hand_over(self, send: Send, letter: Letter) -> bool:
        try:
            return send(letter.title, letter.body)
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

"""The agent's one loop: look at the log, ask the printers, bring what waits to the broker, sleep."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from daemon.print_agent.collector import Collector
from daemon.print_agent.counters import Counters
from daemon.print_agent.follow import Follower
from daemon.print_agent.ledger import CrashPoint, Ledger, Message, Printing
from daemon.print_agent.papercut import NotPaperCut, text_of
from daemon.print_agent.papercut import jobs as papercut_jobs
from daemon.print_agent.print_server import PrintServer
from daemon.print_agent.privacy import Hashing, site_key
from daemon.print_agent.publish import Publisher
from daemon.print_agent.settings import Settings
from daemon.print_agent.telling import Teller
from daemon.print_agent.windows import NotWindows
from daemon.print_agent.windows import jobs as windows_jobs

_log = logging.getLogger(__name__)
_LAST_WORDS_SECONDS: Final = 5.0
_PUBLISH_SECONDS: Final = 0.2


class Agent:
    """Made and run by one thread; `stop` may be called from any. Raises sqlite3.Error, OSError where it cannot keep."""

    def __init__(self, settings: Settings, crash: Callable[[CrashPoint], None] = lambda _: None) -> None:
        self._settings = settings
        self._stopping = threading.Event()
        self._ledger = Ledger(settings.state, crash)
        hashing = Hashing(site_key(settings.site_key), settings.link_days, settings.clear)
        self._follower = None if settings.page_log is None else Follower(settings.page_log, self._ledger.place())
        server = PrintServer(settings.cups_host, settings.cups_port)
        self._teller = Teller(hashing, settings.departments)
        self._collector = Collector(self._ledger, self._follower, server, self._teller)
        self._counters = Counters(settings.printers)
        self._publisher = Publisher(settings.broker, self._ledger)
        self._is_troubled = False

    def stop(self) -> None:
        """End after the turn at hand."""
        self._stopping.set()

    def run(self) -> None:
        """Until `stop`."""
        self._publisher.start()
        look_at = 0.0
        while not self._stopping.is_set():
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + self._settings.poll_seconds
                self._look()
            self._publisher.turn(time.monotonic())
            self._stopping.wait(min(_PUBLISH_SECONDS, self._settings.poll_seconds))
        self._finish()

    def once(self) -> bool:
        """One look, and as long as it takes (a few seconds) to bring it away. True if nothing is left."""
        self._publisher.start()
        self._look()
        self._stopping.set()
        return self._finish()

    def tell_files(self, papercut: Sequence[Path], windows: Sequence[Path], timezone: str) -> bool:
        """Tell the jobs of these files that were not told before. True if nothing is left. Raises ValueError, OSError."""
        found: list[tuple[Printing, Message]] = []
        if papercut and not timezone:
            raise ValueError("PaperCut writes local times: say --timezone, as Asia/Shanghai")
        try:
            for path in papercut:
                found += papercut_jobs(text_of(path.read_bytes()), ZoneInfo(timezone), self._teller)
            for path in windows:
                found += windows_jobs(path.read_text(encoding="utf-8-sig"), self._teller)
        except (NotPaperCut, NotWindows, KeyError) as trouble:
            raise ValueError(str(trouble)) from trouble
        self._ledger.take([made for made in found if not self._ledger.is_told(made[0])], None)
        self._publisher.start()
        self._stopping.set()
        return self._finish()

    def _look(self) -> None:
        try:
            self._collector.turn(datetime.now(UTC))
            said = self._counters.turn(datetime.now(UTC), time.monotonic())
            if said:
                self._ledger.take([], None, said)
        except (OSError, sqlite3.Error) as trouble:
            if not self._is_troubled:
                _log.error("cannot go on, and keep trying: %s", trouble)
            self._is_troubled = True
        else:
            self._is_troubled = False

    def _finish(self) -> bool:
        until = time.monotonic() + _LAST_WORDS_SECONDS
        while (left := self._publisher.turn(time.monotonic())) and time.monotonic() < until:
            time.sleep(0.02)
        self._publisher.stop()
        self._ledger.close()
        if self._follower is not None:
            self._follower.close()
        return left == 0

"""The running whole: in which order the parts start, and in which they stop within five seconds."""

import logging
import sys
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

from daemon import memory
from daemon.accounting.accounting import Accounting
from daemon.awake import Awake
from daemon.clock import Clock
from daemon.engine.engine import Engine
from daemon.history.sender import Sender
from daemon.hot_loops import how
from daemon.journal.journal import Journal
from daemon.mqtt.network import Network
from daemon.notices.notices import Notices
from daemon.own_health import OwnHealth
from daemon.ports import Tell
from daemon.reload import Reload
from daemon.reports.reports import Reports
from daemon.schedule import Schedule
from daemon.watchdog import Part, Watchdog
from daemon.web import Web
from policies.history import History

_log = logging.getLogger(__name__)

STOP_SECONDS = 5.0
SWITCH_SECONDS = 0.0005


class Daemon:
    """`start` and `stop` belong to the main thread. `web`, `reload` and `reports` are set once, before the start."""

    web: Web
    reload: Reload | None = None
    reports: Reports | None = None

    def __init__(
        self,
        *,
        engine: Engine,
        network: Network,
        journal: Journal,
        sender: Sender,
        history: History,
        schedule: Schedule,
        accounting: Accounting,
        notices: Notices,
        clock: Clock,
        catch_up: Callable[[], None] = lambda: None,
        close_store: Callable[[], None] = lambda: None,
        awake: Awake | None = None,
        tell: Tell = _log.warning,
    ) -> None:
        self.engine = engine
        self.network = network
        self.journal = journal
        self.sender = sender
        self.history = history
        self._schedule = schedule
        self._accounting = accounting
        self._notices = notices
        self._catch_up = catch_up
        self._close_store = close_store
        self._awake = awake or Awake(wanted=False)
        self.look_at_heads: Callable[[], object] = lambda: None
        self.look_at_accounts: Callable[[], object] = lambda: None
        self._own_health = OwnHealth(engine.state.office.site.id, journal, self.facts, clock.now)
        self._watchdog = Watchdog(
            [
                Part("engine", lambda: engine.is_alive, lambda: engine.last_turn_at),
                Part("network", lambda: network.is_alive, lambda: network.last_loop_at),
                Part("sender", lambda: sender.is_alive),
            ],
            tell,
        )

    def start(self) -> None:
        """The board first (its port may be taken), then what fills it. Raises WebUnavailable.

        Threads change more often than Python's default: drawing a page for somebody makes no step late.
        """
        sys.setswitchinterval(SWITCH_SECONDS)
        self.web.start()
        self.look_at_accounts()
        self._accounting.start()
        self._catch_up()
        del self._catch_up  # and with it the rows of the journal
        if self._awake.is_wanted:
            self.journal.make_room()
        memory.settle(no_command_waits=self._awake.is_wanted)
        self._awake.hold()
        self.sender.start()
        self.engine.start()
        self.network.start()
        self._schedule.start()
        self._notices.delivery.start()
        if self.reports is not None:
            self.reports.start()

    def watch(self) -> None:
        """Every second or so while it runs: notice a part that has ended or hangs, and say so. Main thread."""
        self._watchdog.look()
        if self.reload is not None:
            self.reload.look()
        self.look_at_accounts()
        self.look_at_heads()
        self._own_health.look()

    def stop(self) -> bool:
        """Say `offline`, use up what was received, make it durable. False if a part did not end in time."""
        until = time.monotonic() + STOP_SECONDS
        self._schedule.stop()
        self._accounting.stop(0.0)
        if self.reports is not None:
            self.reports.stop(0.0)
        self._notices.delivery.stop(0.2)
        network = self.network.stop(1.5)
        engine = self.engine.stop(max(0.1, until - time.monotonic() - 1.5))
        self.web.stop(max(0.1, min(1.0, until - time.monotonic() - 0.5)))
        sender = self.sender.stop(timedelta(seconds=max(0.1, until - time.monotonic())))
        self._awake.let_go()
        self.journal.close()
        if sender:
            self._close_store()
        return network and engine and sender

    def facts(self) -> Mapping[str, str | float | bool]:
        """How the parts are, by name; numbers in the unit their name ends with."""
        progress = self.sender.progress
        counters = self.network.counters
        return {
            **self._watchdog.facts(),
            **self._notices.delivery.facts(),
            **(self.reload.facts() if self.reload is not None else {}),
            "ready": self.network.is_connected,
            "broker_connected": self.network.is_connected,
            "broker_live": self.network.is_live,
            "receive_path": self.network.receive_path,
            "hot_loops": how(),
            "processor_kept_awake": self._awake.is_held,
            "journal_withholding": self.network.is_withholding,
            "messages_total": float(counters.messages),
            "outbox_waiting_lines": float(progress.waiting_lines),
            "set_aside_lines_total": float(progress.set_aside_lines),
            "store_trouble": progress.trouble,
        }

"""From "start" to "stopped": signals, and the sentences a person at a terminal sees."""

import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daemon.daemon import Daemon

_log = logging.getLogger(__name__)

OK, TROUBLE, MISUSE = 0, 1, 2
"""Exit codes: done; something outside failed; the command or the configuration is wrong."""


def run(daemon: "Daemon", said: Callable[[str], None]) -> int:
    """Run until SIGINT or SIGTERM; then stop within five seconds. Gives the exit code."""
    ended = until_signal()
    if daemon.reload is not None:
        on_hangup(daemon.reload.ask)
    daemon.start()
    said(f"officed is running; the board is at {daemon.web.address}")
    while not ended.wait(1.0):
        daemon.watch()
    said("stopping …")
    if daemon.stop():
        said("stopped; everything is on disk")
        return OK
    said("stopped, but a part did not end in time; what was received is in the journal")
    return TROUBLE


def until_signal() -> threading.Event:
    """An event that SIGINT and SIGTERM set; a second signal is as patient as the first."""
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    return ended


def on_hangup(ask: Callable[[], None]) -> None:
    """SIGHUP asks for a reload."""

    def heard(_number: int, _frame: FrameType | None) -> None:
        ask()

    signal.signal(signal.SIGHUP, heard)


def log_to_terminal(level: int) -> None:
    """One line a thing; times are local and without a date: a day's log can be read."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)-7s %(message)s", datefmt="%H:%M:%S", force=True)
    for noisy in ("apscheduler", "asyncio", "amqtt", "transitions", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.ERROR)

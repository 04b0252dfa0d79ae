"""APScheduler as a clock that pokes the engine: nothing depends on one firing, so there is no job store.

The wall clock may be set; jobs are then planned anew, because APScheduler would sleep until its old idea of the time.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from apscheduler.schedulers.background import BackgroundScheduler

_log = logging.getLogger(__name__)

WATCH = timedelta(seconds=1)
STEP_SECONDS = 2.0


class Schedule:
    """`tick` every `every` real seconds. `start` and `stop` belong to the thread that runs the daemon."""

    def __init__(self, tick: Callable[[], None], every: timedelta) -> None:
        self._tick = tick
        self._every = every
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._ahead = time.time() - time.monotonic()

    def start(self) -> None:
        """Plan and run."""
        self._scheduler.add_job(self._tick, "interval", seconds=self._every.total_seconds(), id="tick")
        self._scheduler.add_job(self.watch_clock, "interval", seconds=WATCH.total_seconds(), id="clock")
        self._scheduler.start()

    def stop(self) -> None:
        """No job starts after this."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def watch_clock(self) -> None:
        """Notice that the wall clock was set against the monotonic one, and plan anew."""
        ahead = time.time() - time.monotonic()
        moved, self._ahead = ahead - self._ahead, ahead
        if abs(moved) > STEP_SECONDS:
            _log.warning("clock: set by %+.1f s; everything is judged anew", moved)
            self._scheduler.reschedule_job("tick", trigger="interval", seconds=self._every.total_seconds())
            self._tick()

"""The only place that reads a clock."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What time it is, and how long a wait for an instant takes in seconds of this machine."""

    def now(self) -> datetime:
        """Aware, UTC."""

    def seconds_until(self, instant: datetime) -> float:
        """Real seconds to wait; never negative."""


class WallClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC)

    def seconds_until(self, instant: datetime) -> float:
        """Real seconds to wait; never negative."""
        return max(0.0, (instant - self.now()).total_seconds())


class FastClock:
    """A clock that started at `start` and runs `speed` times as fast as the machine's; it never steps."""

    def __init__(self, start: datetime, speed: float) -> None:
        self._start = start
        self._speed = speed
        self._began = time.monotonic()

    def now(self) -> datetime:
        """Aware, UTC."""
        return self._start + timedelta(seconds=(time.monotonic() - self._began) * self._speed)

    def seconds_until(self, instant: datetime) -> float:
        """Real seconds to wait; never negative."""
        return max(0.0, (instant - self.now()).total_seconds() / self._speed)

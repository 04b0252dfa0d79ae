"""How long to let messages gather after a read: waking up costs more than reading (0 when idle, then 2 ms, then more).

A first message after a pause is handled at once. While reads follow one another the wait doubles up to the bound, so
that a thousand messages a second cost fifty reads and not a thousand.
"""

from datetime import timedelta

FIRST_SECONDS = 0.002
IDLE_SECONDS = 0.1
LARGE_READ_BYTES = 128 * 1024


class Tick:
    """The wait, for one network thread. `max_delay` bounds it; zero switches it off."""

    def __init__(self, max_delay: timedelta) -> None:
        self._most = max_delay.total_seconds()
        self._seconds = 0.0
        self._read_at = float("-inf")

    def after(self, size_bytes: int, now: float) -> float:
        """Seconds to wait after a read of this size that began at `now` (monotonic seconds)."""
        pause = now - self._read_at
        self._read_at = now
        if self._most <= 0:
            return 0.0
        if pause - self._seconds > IDLE_SECONDS:
            self._seconds = 0.0
            return 0.0
        if size_bytes >= LARGE_READ_BYTES:
            return 0.0
        self._seconds = min(self._most, max(FIRST_SECONDS, self._seconds * 2))
        return self._seconds

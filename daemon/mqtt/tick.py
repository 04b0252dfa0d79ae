"""How long to let messages gather after a read: waking up costs more than reading (0 when idle, then 2 ms, then more).

A first message after a pause is handled at once. While reads follow one another the wait doubles up to the bound, so
that a thousand messages a second cost fifty reads and not a thousand. A broker that stops at a window of unacknowledged
messages (20 by default) would be held to one window a wait. It is suspected after reads of equal count, and found out by
one short wait: a broker with a queue fills its window again at once, a steady office does not.
"""

from datetime import timedelta

FIRST_SECONDS = 0.002
IDLE_SECONDS = 0.1
LARGE_READ_BYTES = 224 * 1024
HASTE_SECONDS = 1.0
CALM_SECONDS = 10.0
_EQUAL_READS = 3
_FEW = 10


class Tick:
    """The wait, for one network thread. `max_delay` bounds it; zero switches it off."""

    def __init__(self, max_delay: timedelta) -> None:
        self._most = max_delay.total_seconds()
        self.is_idle = True
        """Was there a pause before the last read?"""
        self._grown = 0.0
        self._waited = 0.0
        self._read_at = float("-inf")
        self._count = 0
        self._equal = 0
        self._suspected = 0
        self._window = 0
        self._haste_until = float("-inf")
        self._calm_until = float("-inf")

    @property
    def gathers(self) -> bool:
        """Is there ever a wait?"""
        return self._most > 0

    def after(self, size_bytes: int, count: int, now: float) -> float:
        """Seconds to wait after a read of this size and so many messages that began at `now` (monotonic seconds)."""
        pause = now - self._read_at
        self._read_at = now
        self.is_idle = pause - self._waited > IDLE_SECONDS
        if self._most <= 0:
            return 0.0
        if self.is_idle:
            self._grown = 0.0
            self._equal = 0
            self._waited = 0.0
        elif size_bytes >= LARGE_READ_BYTES:
            self._waited = 0.0
        elif self._is_to_be_short(count, now):
            self._waited = min(self._most, FIRST_SECONDS)
        else:
            self._grown = self._waited = min(self._most, max(FIRST_SECONDS, self._grown * 2))
        return self._waited

    def _is_to_be_short(self, count: int, now: float) -> bool:
        """Does the broker wait for our acknowledgements, or is that to be found out?"""
        if self._suspected:
            if count * 2 >= self._suspected:
                self._window = self._suspected
                self._haste_until = now + HASTE_SECONDS
            else:
                self._calm_until = now + CALM_SECONDS
            self._suspected = self._equal = 0
        if now < self._haste_until:
            if count * 2 >= self._window:
                return True
            self._haste_until = now  # it was chance, or the queue is empty
            self._calm_until = now + HASTE_SECONDS
        self._equal = self._equal + 1 if count == self._count and count >= _FEW else 1
        self._count = count
        if self._equal >= _EQUAL_READS and now >= self._calm_until:
            self._suspected = count
        return self._suspected > 0

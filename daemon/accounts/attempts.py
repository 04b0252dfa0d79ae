"""How often somebody may try to log in: guessing is slow, and nobody can lock another person out for long."""

from collections import OrderedDict
from dataclasses import dataclass

TRIES_A_PAIR = 5
TRIES_AN_ADDRESS = 30
TRIES_A_NAME = 60
WINDOW_SECONDS = 300.0
MOST_REMEMBERED = 10_000


@dataclass(slots=True)
class _Count:
    began: float
    tries: int = 0


class Attempts:
    """Failures by name and address. `now` is monotonic seconds. The web thread only, under its lock."""

    def __init__(self) -> None:
        self._counts: OrderedDict[tuple[str, str], _Count] = OrderedDict()

    def wait(self, name: str, address: str, now: float) -> float:
        """Seconds until the next try is allowed; 0: now."""
        longest = 0.0
        for key, most in _limits(name, address):
            count = self._counts.get(key)
            if count is not None and count.tries >= most:
                longest = max(longest, count.began + WINDOW_SECONDS - now)
        return longest

    def failed(self, name: str, address: str, now: float) -> None:
        """One more failure; what is old or too much is forgotten."""
        for key, _ in _limits(name, address):
            count = self._counts.get(key)
            if count is None or now - count.began >= WINDOW_SECONDS:
                count = self._counts[key] = _Count(now)
            count.tries += 1
            self._counts.move_to_end(key)
        while len(self._counts) > MOST_REMEMBERED:
            self._counts.popitem(last=False)

    def succeeded(self, name: str, address: str) -> None:
        """The person is in: their own mistypings are forgotten, those of the whole address are not."""
        self._counts.pop((name, address), None)


def _limits(name: str, address: str) -> tuple[tuple[tuple[str, str], int], ...]:
    return ((name, address), TRIES_A_PAIR), (("", address), TRIES_AN_ADDRESS), ((name, ""), TRIES_A_NAME)

"""Notices a thread that has ended or hangs, and says so: a daemon without ears must not look alive.

It restarts nothing: what ended a thread is a mistake of ours, and whoever runs officed (systemd, compose, a person) decides
after reading the log. `/healthz` answers 503 as long as something is wrong, so a supervisor that looks there restarts all.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from daemon.ports import Tell

TURN_SECONDS = 90.0
"""The engine waits at most 30 s for something to do, the network 12 s; a full disk may hold both for a while."""


@dataclass(frozen=True, slots=True)
class Part:
    """A thread of ours. `turned_at`: monotonic seconds of its last turn; without it only its end can be noticed."""

    name: str
    is_alive: Callable[[], bool]
    turned_at: Callable[[], float] | None = None


class Watchdog:
    """`look` belongs to one thread (the main one), `facts` may be asked from any, at any time."""

    def __init__(self, parts: Sequence[Part], tell: Tell, clock: Callable[[], float] = time.monotonic) -> None:
        self._parts = tuple(parts)
        self._tell = tell
        self._clock = clock
        self._troubled: set[str] = set()

    def look(self) -> None:
        """Say what has gone wrong since the last look, and what is well again."""
        for part in self._parts:
            trouble = self._trouble(part)
            if trouble and part.name not in self._troubled:
                self._tell(trouble)
                self._troubled.add(part.name)
            elif not trouble and part.name in self._troubled:
                self._tell(f"The {part.name} thread turns again.")
                self._troubled.discard(part.name)

    def facts(self) -> Mapping[str, bool]:
        """`alive`: all parts are there and turning; `<part>_alive` for each of them."""
        alive = {part.name: not self._trouble(part) for part in self._parts}
        return {"alive": all(alive.values()), **{f"{name}_alive": well for name, well in alive.items()}}

    def _trouble(self, part: Part) -> str:
        if not part.is_alive():
            return f"The {part.name} thread has ended; officed must be started again. The log says why."
        silent_seconds = self._clock() - part.turned_at() if part.turned_at else 0.0
        if silent_seconds > TURN_SECONDS:
            return f"The {part.name} thread has not turned for {silent_seconds:.0f} s: it hangs, or waits for the disk."
        return ""

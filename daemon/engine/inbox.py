"""What the engine can be handed: batches of messages, inputs of the core, a new configuration, a remark, the end.

And where it is put. Waking a thread costs as much as twenty readings, so what is surely no news does not wake the engine.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from daemon.engine.promise import Unexplained
from daemon.mqtt.batch import Batch, Decoded, Handed
from policies.inputs import Asked, Configured, Input
from policies.office.office import Office
from policies.office.outdoor import Season
from policies.office.season import Source
from sensors.messages import Message
from sensors.registry import Registry
from sensors.unchanged import Unchanged


@dataclass(slots=True)
class Stop:
    """The last item of an inbox."""

    done: threading.Event = field(default_factory=threading.Event)


class Reloaded(msgspec.Struct, frozen=True, tag=True):
    """Audit trail: the configuration changed, and how; one line a change."""

    at: datetime
    changes: tuple[str, ...]


class ReloadRefused(msgspec.Struct, frozen=True, tag=True):
    """Audit trail: a changed file was not used, and why; the configuration before it stays."""

    at: datetime
    problems: tuple[str, ...]


class SeasonChanged(msgspec.Struct, frozen=True, tag=True):
    """Audit trail: another season holds, or another source says so. None: nobody knows which it is."""

    at: datetime
    was: Season | None
    season: Season | None
    source: Source
    why: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A line for the audit trail that changes nothing."""

    what: Reloaded | ReloadRefused | SeasonChanged | Unexplained


@dataclass(frozen=True, slots=True)
class Reconfigured:
    """From here on this configuration holds. `registry` None: the same devices, so what was learned of them stays."""

    configured: Configured
    registry: Registry | None
    remark: Remark


Aside = AbstractContextManager[object]
STAYING: Aside = nullcontext()
Item = Handed | Input | Reconfigured | Remark | Stop


HearRequest = Callable[[Message, Office, datetime], Sequence[Asked]]
"""What a person's message asks for: one thing, or nothing."""
BATCHES_AT_ONCE = 64
MESSAGES_AT_ONCE = 3000
"""In a flood a device is judged once for so many; each thousand more takes two megabytes and saves little."""
MANY = 500
"""Messages of one read that are not looked at one by one: more of them follow with the next read, or they are judged then."""


class Inbox:
    """All that the engine has to think about, in order. `put` from any thread, batches from one; the rest is the engine's."""

    def __init__(self, unchanged: Unchanged | None = None) -> None:
        """`unchanged` None: every batch may be news."""
        self.unchanged = unchanged
        self._items: deque[Item] = deque()
        self._bell = threading.Lock()  # free while it rings
        self._bell.acquire()
        self._rings_for_calm_from = 0.0
        self.has_left = False

    def put(self, item: Item) -> None:
        """Hand over; never blocks."""
        self._items.append(item)
        if not is_calm(item) or time.monotonic() >= self._rings_for_calm_from:
            self.ring()

    def put_all(self, batches: Sequence[Handed], /) -> None:
        """Hand over what came together: whoever waits is woken once, and finds all of it."""
        self._items.extend(batches)
        if not all(map(is_calm, batches)) or time.monotonic() >= self._rings_for_calm_from:
            self.ring()

    def take(self, seconds: float, *, calm_after: float = 0.0, aside: Aside = STAYING) -> list[Item]:
        """What there is, up to what fits into one step. Waits at most so long, for anything; for what is calm only later.

        The waiting itself is done within `aside`.
        """
        self._rings_for_calm_from = time.monotonic() + calm_after
        is_there = self.has_left or (calm_after <= 0 and len(self._items) > 0)
        if not self._bell.acquire(blocking=False) and not is_there:
            with aside:
                self._bell.acquire(timeout=seconds)
        return self.popped()

    def popped(self) -> list[Item]:
        """What fits into one step, and no waiting."""
        taken: list[Item] = []
        count = 0
        while self._items and len(taken) < BATCHES_AT_ONCE and count < MESSAGES_AT_ONCE:
            item = self._items.popleft()
            taken.append(item)
            count += messages_in(item)
        self.has_left = bool(self._items)
        return taken

    def put_back(self, items: Sequence[Item]) -> None:
        """What was taken last is somebody else's after all."""
        self._items.extendleft(reversed(items))
        self.has_left = bool(self._items)
        self.ring()

    def ring(self) -> None:
        """Wake whoever waits."""
        if self._bell.locked():
            with suppress(RuntimeError):  # another thread has just rung it
                self._bell.release()

    def is_calm(self, messages: Sequence[Message]) -> bool:
        """Whether none of these is news. To be asked of all that comes, in order, by the one thread that puts batches."""
        if self.unchanged is None:
            return False
        if len(messages) < MANY:
            return self.unchanged.all(messages)
        self.unchanged.forget()
        return False


def is_calm(item: Item) -> bool:
    """Whether it says nothing that presses."""
    if isinstance(item, Decoded):
        item = item.batch
    return isinstance(item, Batch) and item.is_calm


def messages_in(item: Item) -> int:
    """How many."""
    if isinstance(item, Decoded):
        item = item.batch
    return len(item.messages) if isinstance(item, Batch) else 0

"""What waits for the engine's next step: readings that change no state are judged together, everything else at once.

A step over one reading costs as much as one over fifty. So batches are decoded as they come, and a step is made when one of
them presses (`policies/pressing.py`), when anything else than readings comes, when there are many, or when the first has
waited `longest`. They are durable and acknowledged all the while; the journal's mark moves with the step, not before it.
"""

import queue
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from daemon.engine.inbox import MESSAGES_AT_ONCE, Decoded, Item, gathered
from daemon.mqtt.batch import Batch
from policies.office.office import Office
from policies.pressing import is_pressing
from sensors.messages import Message
from sensors.readings import AnyReading

LONGEST = timedelta(milliseconds=500)
MANY = 500
"""Messages of one read that are not looked at one by one: more of them follow with the next read, or they are judged then."""
NEXT_SECONDS = 0.025
"""The next read has come by then, where there is one: `max_ingest_delay` and a little."""

Decode = Callable[[Sequence[Message]], list[AnyReading]]


class Gathering:
    """Engine thread only. `longest` zero: nothing waits. Messages on the topic `at_once` never wait."""

    def __init__(self, inbox: "queue.SimpleQueue[Item]", longest: timedelta) -> None:
        self.at_once = ""
        self.began = 0.0
        """Monotonic seconds at which the first of what was handed out last had come."""
        self._inbox = inbox
        self._longest = longest.total_seconds()

    def next(self, seconds: float, decode: Decode, office: Office) -> list[Item]:
        """What the next step is over, after at most so many seconds; nothing if nothing came."""
        until = time.monotonic() + seconds
        ready: list[Item] = []
        count = 0
        while True:
            items = gathered(self._inbox, max(0.001, until - time.monotonic()))
            if not items:
                return ready
            if not ready:
                self.began = time.monotonic()
                until = min(until, self.began + self._longest)
            batches = [item for item in items if isinstance(item, Batch)]
            if len(batches) < len(items) or self._longest <= 0:
                return [*ready, *items]
            presses = False
            for batch in batches:
                count += len(batch.messages)
                if presses or count >= MESSAGES_AT_ONCE:
                    presses = True
                    ready.append(batch)
                    continue
                try:
                    ready.append(decoded(batch, decode))
                except Exception:  # noqa: BLE001  the step meets it again, where it is counted and said
                    ready.append(batch)
                if len(batch.messages) < MANY:
                    presses = self._presses(ready[-1], office)
                else:
                    until = min(until, time.monotonic() + NEXT_SECONDS)
            if presses:
                return ready

    def _presses(self, item: Item, office: Office) -> bool:
        if not isinstance(item, Decoded) or is_pressing(office, item.readings):
            return True
        return bool(self.at_once) and any(message.topic == self.at_once for message in item.batch.messages)


def decoded(item: Batch | Decoded, decode: Decode) -> Decoded:
    """The batch with what it says."""
    if isinstance(item, Decoded):
        return item
    return Decoded(item, decode(item.messages))

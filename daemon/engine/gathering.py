"""What waits for the engine's next step: readings that change no state are judged together, everything else at once.

A step over one reading costs as much as one over fifty. So a step is made when a batch presses (`policies/pressing.py`; it is
decoded to find out, unless it is known to be calm), when anything else than readings comes, when there are many, or when the
first has waited `longest`. They are durable and acknowledged all the while; the journal's mark moves with the step, not before.
"""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from daemon.engine.inbox import MANY, MESSAGES_AT_ONCE, Calm, Decoded, Inbox, Item
from daemon.mqtt.batch import Batch
from policies.office.office import Office
from policies.pressing import is_pressing
from sensors.messages import Message
from sensors.readings import AnyReading

LONGEST = timedelta(seconds=1)
SHORTEST = timedelta(milliseconds=5)
"""Where nothing is to be gathered on its way in: a command then finds the engine free more often than not."""
NEXT_SECONDS = 0.025
"""The next read has come by then, where there is one: `max_ingest_delay` and a little."""

Decode = Callable[[Sequence[Message]], list[AnyReading]]


class Gathering:
    """Engine thread only. `longest` zero: nothing waits. Messages on the topic `at_once` never wait."""

    def __init__(self, inbox: Inbox, longest: timedelta) -> None:
        self.at_once = ""
        self.began = 0.0
        """Monotonic seconds at which the first of what was handed out last had come."""
        self._inbox = inbox
        self._longest = longest.total_seconds()

    def next(self, seconds: float, decode: Decode, office: Office) -> list[Item]:
        """What the next step is over, after at most so many seconds; nothing if nothing came."""
        now = time.monotonic()
        until = now + seconds
        ready: list[Item] = []
        count = 0
        while True:
            items = self._inbox.take(max(0.001, until - now), until_calm=not ready)
            now = time.monotonic()
            if not items:
                return ready
            if not ready:
                self.began = now
                until = min(until, now + self._longest)
            presses = self._longest <= 0
            for item in items:
                if isinstance(item, Calm):
                    count += len(item.batch.messages)
                    ready.append(item.batch)
                elif presses or not isinstance(item, Batch):
                    presses = True
                    ready.append(item)
                else:
                    count += len(item.messages)
                    ready.append(_tried(item, decode))
                    if len(item.messages) < MANY:
                        presses = self._presses(ready[-1], office)
                    else:
                        until = min(until, now + NEXT_SECONDS)
            if presses or count >= MESSAGES_AT_ONCE or now >= until:
                return ready

    def _presses(self, item: Item, office: Office) -> bool:
        if not isinstance(item, Decoded) or is_pressing(office, item.readings):
            return True
        return bool(self.at_once) and any(message.topic == self.at_once for message in item.batch.messages)


def _tried(batch: Batch, decode: Decode) -> Batch | Decoded:
    try:
        return decoded(batch, decode)
    except Exception:  # noqa: BLE001  the step meets it again, where it is counted and said
        return batch


def decoded(item: Batch | Decoded, decode: Decode) -> Decoded:
    """The batch with what it says."""
    if isinstance(item, Decoded):
        return item
    return Decoded(item, decode(item.messages))

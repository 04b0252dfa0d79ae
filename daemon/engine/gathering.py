"""What waits for the engine's next step: readings that change no state are judged together, everything else at once.

A step over one reading costs as much as one over fifty. So a step is made when a batch presses (`policies/pressing.py`; it is
decoded to find out, unless it is known to be calm), when anything else than readings comes, when there are many, or when the
first has waited `longest`. They are durable and acknowledged all the while; the journal's mark moves with the step, not before.
"""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from daemon.engine.inbox import MANY, MESSAGES_AT_ONCE, Decoded, Inbox, Item
from daemon.mqtt.batch import Batch
from policies.office.office import Office
from policies.pressing import is_pressing
from sensors.messages import Message
from sensors.readings import AnyReading

LONGEST = timedelta(seconds=1)
NEARLY = 0.7
"""From this share of `longest` on whatever comes is enough. Right after a read the network brings no command for a while: a
step that begins then is in nobody's way."""
SHORTEST = timedelta(milliseconds=5)
"""Where nothing is to be gathered on its way in: a command then finds the engine free more often than not."""
FLOOD_SECONDS = 0.1
"""Where reads are large, more of them follow: so long they are waited for."""
GATHERED_AT_MOST = 2000
"""Otherwise: a command that presses first waits until they are decoded."""

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
        until, nearly = now + seconds, now
        ready: list[Item] = []
        count, most = 0, GATHERED_AT_MOST
        while True:
            items = self._inbox.take(max(0.001, until - now), calm_after=nearly - now)
            now = time.monotonic()
            if not items:
                return ready
            if not ready:
                self.began = now
                until, nearly = min(until, now + self._longest), now + NEARLY * self._longest
            presses = self._longest <= 0
            for item in items:
                if not isinstance(item, Batch):
                    presses = True
                    ready.append(item)
                elif item.is_calm or presses:
                    count += len(item.messages)
                    ready.append(item)
                else:
                    count += len(item.messages)
                    ready.append(_tried(item, decode))
                    if len(item.messages) < MANY:
                        presses = self._presses(ready[-1], office)
                    else:
                        until, most = min(until, now + FLOOD_SECONDS), MESSAGES_AT_ONCE
            if presses or count >= most or now >= min(until, nearly):
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

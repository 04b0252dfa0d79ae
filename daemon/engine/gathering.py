"""What waits for the engine's next step: readings that change no state are judged together, everything else at once.

A step over one reading costs as much as one over fifty. So a step is made when a batch presses (`policies/pressing.py`; it is
decoded to find out, unless it is known to be calm), when anything else than readings comes, when there are many, or when the
first has waited `longest`. They are durable and acknowledged all the while; the journal's mark moves with the step, not before.
"""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from msgspec import structs

from daemon.engine.inbox import MANY, MESSAGES_AT_ONCE, STAYING, Aside, Inbox, Item, Stop, is_calm, messages_in
from daemon.mqtt.batch import Batch, Decoded, Handed
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
    """For whoever thinks: `next` waits within `aside`. Messages on the topic `at_once` never wait.

    `longest` zero: nothing waits.
    """

    def __init__(self, inbox: Inbox, longest: timedelta, aside: Aside = STAYING) -> None:
        self.at_once = ""
        self.began = 0.0
        """Monotonic seconds at which the first of what was handed out last had come."""
        self._inbox = inbox
        self._longest = longest.total_seconds()
        self._aside = aside
        self._ready: list[Item] = []

    def next(self, seconds: float, decode: Decode, office: Office) -> list[Item]:
        """What the next step is over, after at most so many seconds; nothing if nothing came."""
        now = time.monotonic()
        until, nearly = now + seconds, now
        count, most = 0, GATHERED_AT_MOST
        while True:
            items = self._inbox.take(max(0.001, until - now), calm_after=nearly - now, aside=self._aside)
            now = time.monotonic()
            if not items:
                return self._all()
            if not self._ready:
                self.began, count = now, 0
                until, nearly = min(until, now + self._longest), now + NEARLY * self._longest
            presses = self._longest <= 0
            for item in items:
                self._ready.append(item)
                count += messages_in(item)
                if isinstance(item, Decoded) or is_calm(item):
                    continue
                if not isinstance(item, Batch):
                    presses = True
                elif not presses:
                    self._ready[-1] = tried = _tried(item, decode)
                    if len(item.messages) < MANY:
                        presses = self._presses(tried, office)
                    else:
                        until, most = min(until, now + FLOOD_SECONDS), MESSAGES_AT_ONCE
            if presses or count >= most or now >= min(until, nearly):
                return self._all()

    def look(self, batches: Sequence[Batch], decode: Decode, office: Office) -> tuple[Sequence[Handed], bool]:
        """These, with what they say; and whether it presses. What does not is as good as calm."""
        looked = [batch if batch.is_calm else _tried(batch, decode) for batch in batches]
        if not all(isinstance(item, Decoded) or is_calm(item) for item in looked):
            return batches, False
        if any(isinstance(item, Decoded) and self._presses(item, office) for item in looked):
            return looked, True
        return [_calmed(item) for item in looked], False

    def everything(self) -> list[Item] | None:
        """All that has come, for a step before its time. None: it is too much for that, or the last."""
        items = self._inbox.popped()
        count = sum(map(messages_in, items)) + sum(map(messages_in, self._ready))
        if self._inbox.has_left or count > GATHERED_AT_MOST or any(isinstance(item, Stop) for item in items):
            self._inbox.put_back(items)
            return None
        self._ready += items
        return self._all()

    def _all(self) -> list[Item]:
        ready, self._ready = self._ready, []
        return ready

    def _presses(self, item: Item, office: Office) -> bool:
        if not isinstance(item, Decoded) or is_pressing(office, item.readings):
            return True
        return bool(self.at_once) and any(message.topic == self.at_once for message in item.batch.messages)


def _tried(batch: Batch, decode: Decode) -> Handed:
    try:
        return decoded(batch, decode)
    except Exception:  # noqa: BLE001  the step meets it again, where it is counted and said
        return batch


def _calmed(item: Handed) -> Handed:
    return Decoded(structs.replace(item.batch, is_calm=True), item.readings) if isinstance(item, Decoded) else item


def decoded(item: Handed, decode: Decode) -> Decoded:
    """The batch with what it says."""
    if isinstance(item, Decoded):
        return item
    return Decoded(item, decode(item.messages))

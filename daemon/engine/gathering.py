"""What waits for the engine's next step: readings that change no state are judged together, everything else at once.

A step over one reading costs as much as one over fifty. So a step is made when a batch presses (`policies/pressing.py`; it is
decoded to find out, unless it is known to be calm), when anything else than readings comes, when there are many, or when the
first has waited `longest`. They are durable and acknowledged all the while; the journal's mark moves with the step, not before.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from msgspec import structs

from daemon.engine.inbox import MANY, MESSAGES_AT_ONCE, STAYING, Aside, Inbox, Item, is_calm, messages_in
from daemon.mqtt.batch import Batch, Decoded, Handed, batch_of
from policies.office.office import Office
from policies.pressing import is_pressing
from sensors.device import Device, DeviceId
from sensors.messages import Message
from sensors.readings import AnyReading

LONGEST = timedelta(seconds=1)
NEARLY = 0.7
"""From this share of `longest` on whatever comes is enough. Right after a read the network brings no command for a while: a
step that begins then is in nobody's way."""
SHORTEST = timedelta(milliseconds=100)
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
        """These, with what they say; and whether it presses. What does not is as good as calm. A person's request is for the engine."""
        if any(map(self._asks, batches)):
            return batches, False
        looked = [batch if batch.is_calm else _tried(batch, decode) for batch in batches]
        if not all(isinstance(item, Decoded) or is_calm(item) for item in looked):
            return batches, False
        if any(isinstance(item, Decoded) and self._presses(item, office) for item in looked):
            return looked, True
        return [_calmed(item) for item in looked], False

    def everything(self) -> Sequence[Handed] | None:
        """All that has come, for a step before its time. None: it is too much for that, or not only what devices say."""
        items = self._inbox.popped()
        said: list[Handed] = []
        count = 0
        for item in (*self._ready, *items):
            if not isinstance(item, Batch | Decoded) or (self.at_once and self._asks(batch_of(item))):
                break
            said.append(item)
            count += messages_in(item)
        if self._inbox.has_left or len(said) < len(self._ready) + len(items) or count > GATHERED_AT_MOST:
            self._inbox.put_back(items)
            return None
        self._ready = []
        return said

    def put_back(self, items: Sequence[Item]) -> None:
        """What `everything` gave is for the engine after all."""
        self._ready[:0] = items
        self._inbox.ring()

    def _all(self) -> list[Item]:
        ready, self._ready = self._ready, []
        return ready

    def _presses(self, item: Item, office: Office) -> bool:
        return not isinstance(item, Decoded) or is_pressing(office, item.readings) or self._asks(item.batch)

    def _asks(self, batch: Batch) -> bool:
        return bool(self.at_once) and any(message.topic == self.at_once for message in batch.messages)


def in_order(
    waiting: Sequence[Handed], looked: Sequence[Handed], known: Mapping[DeviceId, Device]
) -> tuple[Sequence[Handed], Sequence[Handed]]:
    """What to decide about first, and the rest. What presses goes first where all before it is calm and of other devices.

    Who says what first among several devices is chance on its way to us; what each of them says keeps its order, and so does
    what is said of a device by its meter and by those that know it at work.
    """
    first = [item for item in looked if isinstance(item, Decoded)]
    rest = [*waiting, *(item for item in looked if not isinstance(item, Decoded))]
    devices = {reading.device for item in first for reading in item.readings}
    topics = {message.topic for item in first for message in item.batch.messages}
    stand_alone = not any(known[each].meter or known[each].busy_signs for each in devices & known.keys())
    if stand_alone and _are_apart(rest, devices, topics):
        return first, rest
    return [*waiting, *looked], ()


def _are_apart(items: Sequence[Handed], devices: set[DeviceId], topics: set[str]) -> bool:
    """All of it calm, and of others. What is calm undecoded is of a family that says all about a device on one topic (`TellsStates`).

    Loops, because many may wait, and a command waits for this.
    """
    for item in items:
        if isinstance(item, Decoded):
            if not item.batch.is_calm:
                return False
            for reading in item.readings:
                if reading.device in devices:
                    return False
        else:
            if not item.is_calm:
                return False
            for message in item.messages:
                if message.topic in topics:
                    return False
    return True


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

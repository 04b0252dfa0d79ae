"""Whether messages may say anything new about a state, found out at a fifth of the cost of decoding them.

Devices repeat themselves: ninety-nine states in a hundred differ from the one before in watts and degrees alone. A family
may name the JSON keys of a topic that tell a state (`family.TellsStates`); only these are read here, and compared with those
before. "Unchanged" is said only of what is; where anything is unusual the answer is no, and whoever asks decodes.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

import msgspec

from sensors.messages import Message
from sensors.units import STATE_BYTES

Read = Callable[[bytes], object]
"""What a payload says of a topic's keys: equal where that is equal. Raises DecodeError, RecursionError, ValueError."""


def _otherwise(usual: Read, _keys: Sequence[str], /) -> Read:
    return usual


try:
    from sensors.fast_unchanged import reader
except ImportError:  # no compiler was at hand
    reader = _otherwise

TOPICS_REMEMBERED: Final = 100_000
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)

KeysOf = Callable[[str], Sequence[str] | None]
"""The keys of a topic that tell a state; none where all of it is measured, None where that is not known."""


class Unchanged:
    """What the topics have said of states. One thread. `within`: after a longer silence everything is news."""

    def __init__(self, keys_of: KeysOf, within: timedelta) -> None:
        self._keys_of = keys_of
        self._within = within
        self._topics: dict[str, _Said] = {}
        self._forgotten = 0

    def all(self, messages: Sequence[Message]) -> bool:
        """Whether none of these, which came together, is new. Remembers what they say."""
        if not messages:
            return True
        at = messages[0].arrived_at
        until = at + self._within
        topics, forgotten = self._topics, self._forgotten
        unchanged = True
        for message in messages:
            said = topics.get(message.topic)
            if said is None:
                said = self._found(message.topic)
            if said.read is None or message.retained or message.backlog or len(message.payload) > STATE_BYTES:
                said.states = None
                unchanged = False
                continue
            try:
                states = said.read(message.payload)
            except (msgspec.DecodeError, RecursionError, ValueError):
                states = None
            if states is None or at > said.until or states != said.states or said.forgotten != forgotten:
                unchanged = False
            said.states = states
            said.until = until
            said.forgotten = forgotten
        return unchanged

    def forget(self) -> None:
        """Messages have passed by unseen: the next of every topic is news."""
        self._forgotten += 1

    def _found(self, topic: str) -> "_Said":
        if len(self._topics) >= TOPICS_REMEMBERED:
            self._topics.clear()
        keys = self._keys_of(topic)
        said = self._topics[topic] = _Said(None if keys is None else _reader(tuple(keys)))
        return said


class _Said:
    """`forgotten`: how often all was forgotten before it was said."""

    __slots__ = ("forgotten", "read", "states", "until")

    def __init__(self, read: Read | None) -> None:
        self.read = read
        self.states: object = None
        self.until = _LONG_AGO
        self.forgotten = 0


@lru_cache(maxsize=256)
def _reader(keys: tuple[str, ...]) -> Read | None:
    """Reads these keys; a key that is not there is not the same as one that is null. None for keys that JSON must escape."""
    if not keys:
        return bool
    names = {f"key_{index}": key for index, key in enumerate(keys)}
    fields = [(name, object, msgspec.UNSET) for name in names]
    try:
        return reader(msgspec.json.Decoder(msgspec.defstruct("States", fields, rename=names, gc=False)).decode, keys)
    except ValueError:
        return None

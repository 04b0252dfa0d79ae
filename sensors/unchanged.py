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
from sensors.said_states import Read


def _otherwise(usual: Read, _keys: Sequence[str], /) -> Read:
    return usual


try:
    from sensors.fast_unchanged import Topic, reader, same
except ImportError:  # no compiler was at hand
    from sensors.said_states import Topic, same

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
        self._topics: dict[str, Topic] = {}
        self._forgotten = 0

    def all(self, messages: Sequence[Message]) -> bool:
        """Whether none of these, which came together, is new. Remembers what they say."""
        if not messages:
            return True
        return same(messages, self._topics, self._found, messages[0].arrived_at + self._within, self._forgotten)

    def forget(self) -> None:
        """Messages have passed by unseen: the next of every topic is news."""
        self._forgotten += 1

    def _found(self, topic: str) -> Topic:
        if len(self._topics) >= TOPICS_REMEMBERED:
            self._topics.clear()
        keys = self._keys_of(topic)
        said = self._topics[topic] = Topic(None if keys is None else _reader(tuple(keys)), _LONG_AGO)
        return said


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

"""What Home Assistant discovery has announced so far, found by topic, by name and by device."""

from collections.abc import Sequence
from typing import Final

from sensors.families.homeassistant_discovery import Component, plain

MOST_COMPONENTS: Final = 20_000
"""What comes after that is not kept: no office has more."""

At = tuple[str, str]
"""Discovery topic, and part of it in the device form."""


class Shelf:
    """The components. One thread: that of the family which owns it."""

    def __init__(self) -> None:
        self._components: dict[At, Component] = {}
        self._by_topic: dict[str, set[At]] = {}
        self._by_name: dict[str, set[At]] = {}
        self._by_device: dict[str, set[At]] = {}

    def __len__(self) -> int:
        return len(self._components)

    def replace(self, topic: str, components: Sequence[Component]) -> Sequence[Component]:
        """What this topic announces from now on; all that went, came or changed.

        A component that was announced under another topic before (migration) is there no more.
        """
        touched = [self._take(at) for at in sorted(self._by_topic.get(topic, ()))]
        for one in components:
            moved = [at for at in self._by_name.get(one.key, ()) if self._components[at].key == one.key]
            touched.extend(self._take(at) for at in moved)
            if len(self._components) < MOST_COMPONENTS:
                self._put((topic, one.part), one)
                touched.append(one)
        return touched

    def relatives(self, name: str) -> list[Component]:
        """What this name means, and everything that is part of the same device, in a fixed order."""
        meant = self._by_name.get(name, set()) | self._by_device.get(plain(name), set())
        ids = {identifier for at in meant for identifier in self._components[at].device_ids}
        whole = meant.union(*(self._by_device.get(identifier, set()) for identifier in ids))
        return [self._components[at] for at in sorted(whole)]

    def _put(self, at: At, one: Component) -> None:
        if at in self._components:
            self._take(at)
        self._components[at] = one
        self._by_topic.setdefault(at[0], set()).add(at)
        for name in one.names:
            self._by_name.setdefault(name, set()).add(at)
        for identifier in one.device_ids:
            self._by_device.setdefault(identifier, set()).add(at)

    def _take(self, at: At) -> Component:
        one = self._components.pop(at)
        for index, keys in (
            (self._by_topic, (at[0],)),
            (self._by_name, tuple(one.names)),
            (self._by_device, tuple(one.device_ids)),
        ):
            for key in keys:
                index[key].discard(at)
                if not index[key]:
                    del index[key]
        return one

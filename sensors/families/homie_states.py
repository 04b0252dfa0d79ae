"""Which Homie devices are there and ready. A child has a state of its own, and no last will: with its root it is lost."""

from collections.abc import Mapping, Sequence
from typing import Final

from sensors import units
from sensors.device import Device
from sensors.liveness import is_live
from sensors.messages import Message
from sensors.readings import AnyReading, Availability

_ONLINE: Final[Mapping[str, bool]] = {
    "ready": True,
    "alert": True,
    "sleeping": True,
    "disconnected": False,
    "lost": False,
}
_MOST: Final = 10_000


class States:
    """The last `$state` of each device, by the root of its topics."""

    def __init__(self) -> None:
        self._states: dict[str, str] = {}
        self._root_of: dict[str, str] = {}

    def belongs(self, device: str, root: str) -> None:
        """A description has told whose child this device is; itself, where it is a root."""
        self._root_of[device] = root

    def is_ready(self, device: str) -> bool:
        """Whether its values are to be used: not before `ready`, and not without its root."""
        root = self._root_of.get(device, device)
        return self._states.get(device) in ("ready", "alert") and _ONLINE.get(self._states.get(root, "ready"), True)

    def is_starting(self, device: str) -> bool:
        """Whether it is publishing what it has, before it says `ready`."""
        return self._states.get(device) == "init"

    def decode(self, device: str, named: Mapping[str, Sequence[Device]], message: Message) -> Sequence[AnyReading]:
        """`$state` of this device: for itself, and for the configured devices that hang on it."""
        word = units.text(message.payload)
        if device in self._states or len(self._states) < _MOST:
            self._states[device] = word
        children = [one for one, root in self._root_of.items() if root == device and one != device]
        online = _ONLINE.get(word)
        if online is None:
            return ()
        live = is_live(message)
        return [
            Availability(
                device=one.id,
                arrived_at=message.arrived_at,
                live=live,
                online=online and _ONLINE.get(self._states.get(name, ""), False),
            )
            for name in (device, *children)
            for one in named.get(name, ())
        ]

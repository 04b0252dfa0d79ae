"""What a Tasmota device announces of itself (`tasmota/discovery/<MAC>/config`): its topic, its relays, its words.

The message is retained, so it is there after every connect. FullTopic says in which order the parts of a topic stand.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from sensors import units
from sensors.device import Address, Device, Traits
from sensors.families.tasmota_topics import FULL_TOPIC, PREFIXES, Prefixes, prefixes_told, with_prefixes
from sensors.family import NOBODY
from sensors.liveness import is_live
from sensors.messages import Message
from sensors.readings import Announced

DISCOVERY: Final = "tasmota/discovery/"

_RELAY, _LIGHT = 1, 2
_MOST_RELAYS: Final = 32


class Learned(msgspec.Struct, frozen=True):
    """What a configured device's discovery taught us."""

    words: "StateWords"
    prefixes: Prefixes = PREFIXES


class StateWords(msgspec.Struct, frozen=True):
    """The words that a device was set to use instead of ON, OFF, Online and Offline."""

    on: str = "ON"
    off: str = "OFF"
    onln: str = "Online"
    ofln: str = "Offline"

    @classmethod
    def from_discovery(cls, told: Mapping[str, object]) -> "StateWords":
        """`"state":["AUS","AN",…],"onln":"Online","ofln":"Offline"`; what is missing keeps its default."""
        words = told.get("state")
        off, on = (words[0], words[1]) if isinstance(words, list) and len(words) > 1 else (None, None)
        onln, ofln = told.get("onln"), told.get("ofln")
        return cls(
            on=on if isinstance(on, str) else "ON",
            off=off if isinstance(off, str) else "OFF",
            onln=onln if isinstance(onln, str) else "Online",
            ofln=ofln if isinstance(ofln, str) else "Offline",
        )

    def is_on(self, value: object) -> bool | None:
        """The device's own word first, then the usual ones; None for any other."""
        if value == self.on:
            return True
        return False if value == self.off else units.truth(value)

    def online(self, word: str) -> bool | None:
        """The last will's word; None for one that is not known."""
        if word == self.onln:
            return True
        if word == self.ofln:
            return False
        return {"online": True, "offline": False}.get(word.lower())


def discovered(
    devices: Mapping[Address, Device], message: Message
) -> tuple[Sequence[Announced], Mapping[str, Learned]]:
    """Who announced itself, configured or not; and the words and prefixes of those that are configured, by topic."""
    # on the wire: {"t":"tasmota_0A1B2C","ft":"%prefix%/%topic%/","rl":[1,0],"state":["OFF","ON"],"md":"Plug S2"}
    told = units.json_object(message.payload) if message.payload else {}
    name, full, relays, model = (told.get(key) for key in ("t", "ft", "rl", "md"))
    if not isinstance(name, str) or not name:
        return (), {}
    prefixes = prefixes_told(told.get("tp")) or PREFIXES
    base = full if isinstance(full, str) and full != FULL_TOPIC else ""
    pasted = with_prefixes(base or FULL_TOPIC, prefixes) if prefixes != PREFIXES else base
    kinds = relays[:_MOST_RELAYS] if isinstance(relays, list) else []
    numbers = [str(number) for number, kind in enumerate(kinds, start=1) if kind in (_RELAY, _LIGHT)]
    plain = (base, base.rstrip("/")) if base else ("", FULL_TOPIC, FULL_TOPIC.rstrip("/"))
    spellings = dict.fromkeys((*plain, pasted, pasted.rstrip("/")))
    mine = [
        device
        for channel in ("", *numbers)
        for spelling in spellings
        if (device := devices.get(Address("tasmota", name, channel, spelling))) is not None
    ]
    traits = Traits(model=model if isinstance(model, str) else "", can_switch_off=bool(numbers))
    channels = numbers if len(numbers) > 1 else [""]
    who = [(one.id, one.address) for one in mine]
    live = is_live(message)
    announced = [
        Announced(device=device, arrived_at=message.arrived_at, live=live, address=address, traits=traits)
        for device, address in who or [(NOBODY, Address("tasmota", name, channel, pasted)) for channel in channels]
    ]
    return announced, {name: Learned(StateWords.from_discovery(told), prefixes)} if mine else {}

"""Where a Tasmota device speaks and listens: FullTopic with its tokens, and prefixes that may have been renamed.

`address.base` is the FullTopic. `%hostname%` and `%id%` stand for what only the device knows: any word is heard in that
place, and the word heard is used to answer. Renamed prefixes (`Prefix1` … `Prefix3`) are learned from discovery, or written
as `%prefix:cmnd,stat,tele%`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from sensors.device import Address

FULL_TOPIC: Final = "%prefix%/%topic%/"
CMND, STAT, TELE = 0, 1, 2
Prefixes = tuple[str, str, str]
"""What the device says for cmnd, stat and tele."""
PREFIXES: Final[Prefixes] = ("cmnd", "stat", "tele")

_RENAMED: Final = re.compile(r"%prefix:([^%/,#+]+),([^%/,#+]+),([^%/,#+]+)%")
_UNKNOWN: Final = ("%hostname%", "%id%")


def prefixes_in(address: Address) -> Prefixes | None:
    """The prefixes that the configuration names; None where it names none."""
    found = _RENAMED.search(address.base)
    return (found[1], found[2], found[3]) if found else None


def prefixes_told(told: object) -> Prefixes | None:
    """`"tp":["cmnd","stat","tele"]` of a discovery; None for anything else, and for what could be no level of a topic."""
    if not isinstance(told, list) or len(told) != len(PREFIXES):
        return None
    words = [word for word in told if isinstance(word, str) and word and not set(word) & set("/+#%,")]
    return (words[0], words[1], words[2]) if len(words) == len(PREFIXES) else None


def with_prefixes(full: str, prefixes: Prefixes) -> str:
    """A FullTopic as it has to be configured; the usual prefixes need no mention."""
    return full if prefixes == PREFIXES else full.replace("%prefix%", f"%prefix:{','.join(prefixes)}%")


def head_of(address: Address, prefix: int, prefixes: Prefixes, places: Mapping[str, str]) -> str:
    """Everything before the leaf; an unknown place stays as its token."""
    full = _RENAMED.sub("%prefix%", address.base or FULL_TOPIC).rstrip("/") + "/"
    for token, word in places.items():
        full = full.replace(token, word)
    return full.replace("%prefix%", prefixes[prefix]).replace("%topic%", address.name)


def is_open(head: str) -> bool:
    """Whether a place in it is not known."""
    return any(token in head for token in _UNKNOWN)


def filter_of(head: str) -> str:
    """The subscription for all leaves: a level with an unknown place is any level."""
    levels = ["+" if is_open(level) else level for level in head.split("/")]
    return "/".join(levels) + "+"


def places_in(topic_head: str, head: str) -> Mapping[str, str] | None:
    """The words that stand in the unknown places; None where the topic is another device's."""
    parts = re.split("(%hostname%|%id%)", head)
    seen: set[str] = set()
    pattern = ""
    for part in parts:
        name = part.strip("%")
        if part not in _UNKNOWN:
            pattern += re.escape(part)
        elif name in seen:
            pattern += f"(?P={name})"
        else:
            seen.add(name)
            pattern += f"(?P<{name}>[^/+#]+)"
    found = re.fullmatch(pattern, topic_head)
    return {f"%{name}%": word for name, word in found.groupdict().items()} if found else None


def heads_of(addresses: Sequence[Address], learned: Mapping[str, Prefixes]) -> Mapping[str, list[Address]]:
    """The heads of what these devices tell and answer, with the addresses that speak under each."""
    heads: dict[str, list[Address]] = {}
    for address in addresses:
        for prefixes in dict.fromkeys((prefixes_in(address) or PREFIXES, learned.get(address.name))):
            for prefix in (TELE, STAT) if prefixes else ():
                if prefixes:
                    heads.setdefault(head_of(address, prefix, prefixes, {}), []).append(address)
    return heads

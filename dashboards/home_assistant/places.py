"""Which topics and ids we use there: stable, and nobody else's.

Ids of sites, rooms and rules are small letters, digits, - and _, so capitals and dots part them without doubt.
"""

from typing import Final

from sensors.device import ZoneId

NODE: Final = "officed"
"""The level of the discovery topic that says whose it is; a broker's access list can hold us to it."""
PRESSED: Final = "PRESS"
"""What a button's press says."""
_SITE: Final = "SITE"
_ROOM: Final = "ROOM"


def config_topic(prefix: str, site: str, zone: ZoneId | None) -> str:
    """Where the room (None: the office as a whole) is announced."""
    return f"{_ours(prefix, site)}{_SITE if zone is None else f'{_ROOM}-{zone}'}/config"


def state_topic(site: str, zone: ZoneId | None) -> str:
    """Where its values are, as one JSON object."""
    return f"officed/{site}/home_assistant/{_SITE if zone is None else zone}"


def command_topic(site: str, policy: str) -> str:
    """Where a rule is told to act (`ON`) or only to watch (`OFF`)."""
    return f"officed/{site}/home_assistant/{policy}/set"


def commanded_policy(site: str, topic: str) -> str | None:
    """The rule that a command topic means; None for any other topic."""
    head, tail = f"officed/{site}/home_assistant/", "/set"
    return topic[len(head) : -len(tail)] if topic.startswith(head) and topic.endswith(tail) else None


def press_topic(site: str) -> str:
    """Where `PRESSED` asks for a judgement of everything. No rule can be switched there, so a broker may allow just this."""
    return f"officed/{site}/home_assistant/{_SITE}/press"


def is_ours(prefix: str, site: str, topic: str) -> bool:
    """Whether a discovery topic announces something of this site, now or in an earlier configuration."""
    return topic.endswith("/config") and topic.startswith((_ours(prefix, site) + _SITE, _ours(prefix, site) + _ROOM))


def unique_id(site: str, zone: ZoneId | None, what: str) -> str:
    """The identity of one value, the same for ever."""
    return f"officed.{site}.{_SITE if zone is None else zone}.{what}"


def _ours(prefix: str, site: str) -> str:
    return f"{prefix}/device/{NODE}/{site}-"

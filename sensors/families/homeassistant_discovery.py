"""A discovery message of Home Assistant as components: single form, device form, removal, migration.

`<prefix>/<platform>/[<node>/]<object>/config` announces one; `<prefix>/device/[<node>/]<object>/config` a device with many.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from sensors import units
from sensors.errors import PayloadError
from sensors.families.homeassistant_words import word, written_out

PLATFORMS: Final = frozenset({"climate", "switch", "light", "fan", "sensor", "binary_sensor"})
"""What can be an air conditioner, equipment or a sensor of ours. Buttons, covers, numbers, selects … are not."""

_TOPIC: Final = re.compile(r"([a-z_]+)/(?:([a-zA-Z0-9_-]+)/)?([a-zA-Z0-9_-]+)/config")
_SHARED: Final[Sequence[str]] = (
    "availability",
    "availability_topic",
    "availability_template",
    "availability_mode",
    "payload_available",
    "payload_not_available",
    "state_topic",
    "command_topic",
    "encoding",
)
_ABOUT: Final[Sequence[str]] = ("device", "origin")
_MOST_COMPONENTS: Final = 256


class Component(msgspec.Struct, frozen=True):
    """One thing that somebody announced. `key` is its unique_id; `device_ids` tell which components are one device."""

    platform: str
    key: str
    object_id: str
    part: str
    device_ids: frozenset[str]
    model: str
    origin: str
    config: Mapping[str, object]

    @property
    def is_setting(self) -> bool:
        """Marked by its publisher as configuration or diagnosis of the device: nothing to judge or to switch."""
        return self.config.get("entity_category") in ("config", "diagnostic")

    @property
    def names(self) -> frozenset[str]:
        """What a configuration may call it."""
        return frozenset({self.key, self.object_id} - {""})


class Announcement(msgspec.Struct, frozen=True):
    """What a message says: the components under this topic from now on, and parts of it that are no more.

    `keeps`: says nothing about components (`migrate_discovery`).
    """

    components: Sequence[Component] = ()
    keeps: bool = False


def place_of(prefix: str, topic: str) -> tuple[str, str] | None:
    """Platform (or `device`) and object id of a discovery topic; None for any other topic."""
    if not topic.startswith(f"{prefix}/"):
        return None
    found = _TOPIC.fullmatch(topic[len(prefix) + 1 :])
    return (found[1], found[3]) if found else None


def announcement(place: tuple[str, str], payload: bytes) -> Announcement:
    """What this payload announces; nothing for an empty one, which takes it back. Raises PayloadError."""
    if not payload.strip():
        return Announcement()
    said = units.json_object(payload)
    platform, object_id = place
    config = written_out(said)
    if config.get("migrate_discovery") is True:
        return Announcement(keeps=True)
    if platform != "device":
        if platform not in PLATFORMS:
            return Announcement()
        return Announcement([_component(platform, object_id, "", config)])
    parts = config.get("components")
    if not isinstance(parts, dict) or not isinstance(config.get("device"), dict):
        raise PayloadError("a device config without its device and components")
    if len(parts) > _MOST_COMPONENTS:
        raise PayloadError(f"{len(parts)} components in one device")
    shared = {key: config[key] for key in _SHARED if key in config}
    about = {key: config[key] for key in _ABOUT if key in config}
    found = []
    nameless = ""
    for part, one in parts.items():
        own = written_out(one, said.get("~")) if isinstance(one, dict) else {}
        if len(own) <= 1 or word(own, "platform") not in PLATFORMS:  # `{"p":"switch"}` alone takes the component back
            continue
        if not word(own, "unique_id"):
            nameless = part
            continue
        found.append(_component(word(own, "platform"), "", part, {**shared, **own, **about}))
    if nameless and not found:
        raise PayloadError(f"component {nameless[:60]} has no unique_id")
    return Announcement(found)


def plain(identifier: str) -> str:
    """An identifier or MAC address without what people write differently."""
    return identifier.lower().replace(":", "").replace("-", "").removeprefix("zigbee2mqtt_").removeprefix("0x")


def _component(platform: str, object_id: str, part: str, config: Mapping[str, object]) -> Component:
    device = config.get("device")
    about = device if isinstance(device, dict) else {}
    origin = config.get("origin")
    own = word(config, "object_id") or object_id
    model = f"{word(about, 'manufacturer')} {word(about, 'model')}".strip()
    return Component(
        platform=platform,
        key=word(config, "unique_id") or own,
        object_id=own,
        part=part,
        device_ids=frozenset(_ids(about)),
        model=model[:120],
        origin=word(origin, "name").lower() if isinstance(origin, dict) else "",
        config=config,
    )


def _ids(device: Mapping[str, object]) -> Sequence[str]:
    ids = device.get("identifiers")
    listed = ids if isinstance(ids, list) else [ids]
    connections = device.get("connections")
    pairs = connections if isinstance(connections, list) else []
    ends = [pair[1] for pair in pairs if isinstance(pair, list) and len(pair) == 2]  # noqa: PLR2004  [kind, value]
    return [plain(one) for one in [*listed, *ends] if isinstance(one, str) and one]

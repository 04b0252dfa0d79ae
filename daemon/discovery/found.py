"""From messages to the devices that nobody has configured yet, each with what is doubtful about it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from sensors import units
from sensors.device import Address, Device, DeviceId, Kind, Traits, ZoneId
from sensors.errors import PayloadError
from sensors.families.shelly_components import wanted_by
from sensors.family import NOBODY
from sensors.messages import Message
from sensors.readings import Announced
from sensors.registry import Registry

_SHELLY = re.compile(r"(.+)/events/rpc")
_INVENTORY = re.compile(r"(.+)/bridge/devices")
_COMPONENTS: Mapping[str, Kind] = {
    "switch": "plug",
    "light": "light",
    "em": "meter",
    "em1": "meter",
    "pm1": "meter",
    "thermostat": "climate",
    "blutrv": "climate",
}
_PROPERTIES: Sequence[tuple[frozenset[str], Kind]] = (
    (frozenset({"occupancy", "presence"}), "occupancy"),
    (frozenset({"contact"}), "contact"),
    (frozenset({"water_leak", "water_consumed", "flow"}), "water"),
    (frozenset({"temperature", "humidity", "co2", "pm25", "smoke", "noise", "illuminance"}), "environment"),
)
_PROTECTED = re.compile(
    r"server|fridge|freez|router|switch rack|nas\b|rack|medical|ups\b|冰箱|服务器|机房", re.IGNORECASE
)


@dataclass(slots=True)
class Found:
    """A device as the wire knows it. `kind` is None where it has nothing for us (a button, a cover)."""

    address: Address
    kind: Kind | None
    traits: Traits
    doubts: list[str] = field(default_factory=list)


def found(messages: Sequence[Message], configured: Sequence[Device], zone: tzinfo) -> list[Found]:
    """Everything that announced itself and is not configured, by family and name."""
    known = {(one.address.family, one.address.name, one.address.channel) for one in configured}
    known |= {
        ("shelly_gen2", one.address.name, wanted_by(one)) for one in configured if one.address.family == "shelly_gen2"
    }
    bases = {match[1] for message in messages if (match := _INVENTORY.fullmatch(message.topic))}
    here = [Device(DeviceId(f"~{base}"), "plug", Address("zigbee2mqtt", "~", base=base), ZoneId("")) for base in bases]
    registry = Registry([*configured, *here], zone, everything=True)
    for message in messages:  # once to learn what belongs together, once to hear it with that knowledge
        registry.decode(message)
    announced: dict[Address, Traits] = {}
    for message in messages:
        for reading in registry.decode(message):
            if isinstance(reading, Announced) and reading.device == NOBODY:
                announced[reading.address] = reading.traits
    announced |= {address: Traits(kind=kind) for address, kind in _shellies(messages)}
    exposed = _exposed(messages)
    natives = [address for address in announced if address.family != "homeassistant"]
    devices = []
    for address, traits in announced.items():
        if (address.family, address.name, address.channel) in known or _is_twin(address, natives):
            continue
        devices.append(_described(address, traits, exposed))
    return sorted(devices, key=lambda one: (one.address.family, one.address.name, one.address.channel))


def _described(address: Address, traits: Traits, exposed: Mapping[str, frozenset[str]]) -> Found:
    one = Found(address, traits.kind, traits)
    if one.kind is None and (traits.can_cool or traits.can_heat):
        one.kind = "climate"
    elif one.kind is None and traits.can_switch_off:
        one.kind = "light" if "brightness" in exposed.get(address.name, ()) else "plug"
    elif one.kind is None and address.family == "zigbee2mqtt":
        properties = exposed.get(address.name, frozenset())
        one.kind = "meter" if traits.has_meter else _kind_of(properties)
    elif one.kind is None:
        one.kind = "meter" if traits.has_meter else "plug"
        if not traits.has_meter:
            one.doubts.append("it did not say what it is; kind is a guess")
    if one.kind in ("plug", "light") and traits.can_switch_off is False:
        one.doubts.append("it has told no way to switch it off")
    if one.kind == "climate" and traits.can_switch_off is False:
        one.doubts.append("it has told no off; only its setpoint can be corrected")
    if one.kind == "climate" and address.family == "tasmota":
        one.doubts.append("if it speaks infrared, add open_loop: true, for it never knows whether it was obeyed")
    if _PROTECTED.search(f"{address.name} {traits.model}"):
        one.doubts.append(
            "it sounds like something that is never cut; give its load (server, network, fridge, medical)"
        )
    if address.family == "homeassistant":
        one.doubts.append("heard by Home Assistant discovery; a dialect of its own, if it speaks one, is better")
    return one


def _is_twin(address: Address, natives: Sequence[Address]) -> bool:
    """Announced by its own dialect as well, and by that dialect's name."""
    name = _plain(address.name)
    return address.family == "homeassistant" and any(_plain(native.name) in name for native in natives)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _kind_of(properties: frozenset[str]) -> Kind | None:
    return next((kind for names, kind in _PROPERTIES if names & properties), None)


def _exposed(messages: Sequence[Message]) -> dict[str, frozenset[str]]:
    """What each Zigbee device exposes, by friendly name."""
    names: dict[str, frozenset[str]] = {}
    for message in messages:
        if not _INVENTORY.fullmatch(message.topic):
            continue
        try:
            listed = units.json_value(message.payload, units.INVENTORY_BYTES)
        except PayloadError:
            continue
        for one in listed if isinstance(listed, list) else ():
            name = one.get("friendly_name") if isinstance(one, dict) else None
            definition = one.get("definition") if isinstance(one, dict) else None
            if isinstance(name, str) and isinstance(definition, dict):
                names[name] = frozenset(_properties(definition.get("exposes")))
    return names


def _properties(exposes: object) -> Iterator[str]:
    for one in exposes if isinstance(exposes, list) else ():
        if isinstance(one, dict):
            name = one.get("property")
            if isinstance(name, str):
                yield name
            yield from _properties(one.get("features"))


def _shellies(messages: Sequence[Message]) -> Iterator[tuple[Address, Kind]]:
    """Shelly since its second generation announces nothing; its notifications tell its parts."""
    for message in messages:
        match = _SHELLY.fullmatch(message.topic)
        if match is None:
            continue
        try:
            params = units.json_object(message.payload).get("params")
        except PayloadError:
            continue
        for key in params if isinstance(params, dict) else ():
            kind = _COMPONENTS.get(key.partition(":")[0])
            if kind is not None:
                yield Address("shelly_gen2", match[1], key), kind

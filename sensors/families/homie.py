"""Homie 4 and 5: `homie/<device>/<node>/<property>` and `homie/5/<device>/…`, everything retained and described by itself.

A value means nothing before its description came, and nothing while its device is not `ready`: both rules are Homie's own.
A retained delivery is last known; what is published while we listen comes without the flag and is news. `$target` is what a
device intends: commanded, never reported. Source: homieiot.github.io, conventions 4.0.0 and 5.

`address.name` is the device id, `address.channel` a list of `<node>/<property>`, or of nodes whose properties are found out
by unit and name, as `single_values` reads it; `address.base` the domain (`homie`), for both versions.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta, tzinfo
from functools import partial
from typing import Final

import msgspec

from sensors import units
from sensors.commands import Command, SetSetpoint
from sensors.device import Address, Device, FamilyName, Traits
from sensors.families.homie_description import Property, described, found, learned, traits_of
from sensors.families.homie_states import States
from sensors.families.single_values import parts, quantity_of, reading_of
from sensors.family import Decoder, Refused
from sensors.liveness import hear, is_live
from sensors.messages import Message, Outgoing
from sensors.readings import Announced, AnyReading, CommandReply
from sensors.setpoints import fitted, words_from

BASE: Final = "homie"

_META: Final = ("$name", "$datatype", "$format", "$settable", "$unit")
_WORDS: Final = 200
_MOST_WAITING: Final = 500
_SWITCHED: Final = ("climate", "plug", "light")
_POWER: Final = ("power", "on", "state", "switch", "relay", "onoff", "on-off")
_BOOLEANS: Final[Mapping[str, bool]] = {"true": True, "false": False}


class Homie:
    """The family. It learns by listening: what the devices' properties are, and which devices are ready."""

    name: FamilyName = "homie"
    silent_after = timedelta(hours=25)
    """A property is published when it changes; the last will on `$state` tells that a device is gone."""

    def __init__(self, site_zone: tzinfo | None = None) -> None:
        del site_zone  # no stamps
        self._known: tuple[Mapping[Address, Device], dict[str, list[Device]]] | None = None
        self._properties: dict[str, dict[str, Property]] = {}
        """By the root of a device, and there by `<node>/<property>`."""
        self._states = States()
        self._waiting: dict[str, dict[str, Message]] = {}
        """What a device published on its way to `ready`, by root and `<node>/<property>`: news once it is there."""

    def subscriptions(self, devices: Sequence[Device]) -> Sequence[str]:
        """Per device its state, its description and its parts; in version 5 the states of all, for the roots of children."""
        topics: dict[str, None] = {}
        ours = [device.address for device in devices if device.address.family == self.name]
        for address in ours:
            for root in roots_of(address):
                is_five = _is_five(root)
                leaf = "$description" if is_five else "$state"
                everyone = f"{root.rpartition('/')[0]}/+/$state"
                topics |= dict.fromkeys([everyone, f"{root}/{leaf}"] if is_five else [f"{root}/{leaf}"])
                for part in parts(address.channel):
                    path = part.path if "/" in part.path else f"{part.path}/+"
                    topics |= dict.fromkeys([f"{root}/{path}", f"{root}/{path}/{'$target' if is_five else '+'}"])
        return list(topics) or [f"{BASE}/5/+/$description"]

    def route(self, topic: str, devices: Mapping[Address, Device]) -> Decoder | None:
        """The decoder of a state, a description, a property's attribute, its target or its value."""
        named = self._named(devices)
        root = _root_in(topic, named)
        if not root:
            return self._stranger(topic, named)
        ours, rest = named[root], topic[len(root) + 1 :]
        if rest == "$state":
            return partial(self._state, root, named)
        if rest == "$description" and _is_five(root):
            return partial(self._description, root, named)
        path, _, leaf = rest.rpartition("/")
        if leaf in _META and "/" in path and not _is_five(root):
            return partial(self._attribute, root, ours, path, leaf)
        if leaf == "$target":
            wanted = [device for device in ours if _part_of(device, path) is not None]
            return partial(_intended, wanted) if wanted else None
        wanted = [device for device in ours if "$" not in rest and _part_of(device, rest) is not None]
        return partial(self._value, root, rest, wanted) if wanted else None

    def encode(self, command: Command, device: Device, traits: Traits | None, memo: str) -> Sequence[Outgoing]:
        """The new value to the property's `set`. What the property is, its description has told."""
        del memo
        words = words_from(traits.words if traits is not None else "")
        remedy = command.remedy
        if not isinstance(remedy, SetSetpoint):
            if not words.off:
                raise Refused("it has described nothing that switches it off")
            ((topic, word),) = words.off.items()
            return (Outgoing(topic=f"{topic}/set", payload=str(word).encode()),)
        topic = words.key(remedy.side)
        if not topic:
            raise Refused(f"it has described no setpoint for {remedy.side}")
        told = words.limits.get(topic, (None, None, None))
        own = (device.minimum_celsius, device.maximum_celsius, device.step_celsius)
        low, high, step = (of if of is not None else otherwise for of, otherwise in zip(told, own, strict=True))
        return (
            Outgoing(
                topic=f"{topic}/set", payload=f"{fitted(remedy.celsius, remedy.side, (low, high, step)):g}".encode()
            ),
        )

    def _named(self, devices: Mapping[Address, Device]) -> dict[str, list[Device]]:
        """The configured devices by each root under which they may speak."""
        if self._known is None or self._known[0] is not devices:
            named: dict[str, list[Device]] = {}
            for address, device in devices.items():
                if address.family == self.name:
                    for root in roots_of(address):
                        named.setdefault(root, []).append(device)
            self._known = (devices, named)
        return self._known[1]

    def _stranger(self, topic: str, named: Mapping[str, Sequence[Device]]) -> Decoder | None:
        root, _, leaf = topic.rpartition("/")
        if not _is_five(root):
            return None
        if leaf == "$state" and any(root.rpartition("/")[0] == one.rpartition("/")[0] for one in named):
            return partial(self._states.decode, root, named)
        return partial(found, root) if leaf == "$description" else None

    def _state(self, root: str, named: Mapping[str, Sequence[Device]], message: Message) -> Sequence[AnyReading]:
        readings = [*self._states.decode(root, named, message)]
        if not self._states.is_starting(root):
            waiting = self._waiting.pop(root, {})
            if is_live(message) and self._states.is_ready(root):
                for path, said in waiting.items():
                    now = msgspec.structs.replace(said, arrived_at=message.arrived_at)
                    wanted = [device for device in named[root] if _part_of(device, path) is not None]
                    readings.extend(self._value(root, path, wanted, now))
        return readings

    def _description(self, root: str, named: Mapping[str, Sequence[Device]], message: Message) -> Sequence[AnyReading]:
        # homie/5/ac-1/$description -> {"homie":"5.0","version":1,"nodes":{"ac":{"properties":{"target":{…}}}}}
        told = units.json_object(message.payload, units.INVENTORY_BYTES) if message.payload else {}
        self._properties[root] = dict(described(told))
        parent = told.get("root")
        self._states.belongs(root, f"{root.rpartition('/')[0]}/{parent}" if isinstance(parent, str) else root)
        return self._announced(root, named[root], message)

    def _attribute(
        self, root: str, devices: Sequence[Device], path: str, leaf: str, message: Message
    ) -> Sequence[AnyReading]:
        # homie/ac-1/ac/target/$unit -> °C
        properties = self._properties.setdefault(root, {})
        before = properties.get(path, Property())
        properties[path] = learned(before, leaf, units.text(message.payload))
        return () if properties[path] == before else self._announced(root, devices, message)

    def _announced(self, root: str, devices: Sequence[Device], message: Message) -> Sequence[AnyReading]:
        live = is_live(message)
        readings = []
        for device in devices:
            mine = {
                path: (one, _quantity(device, path, one))
                for path, one in self._properties[root].items()
                if _part_of(device, path) is not None
            }
            who, at, traits = device.id, message.arrived_at, traits_of(root, mine)
            readings.append(Announced(device=who, arrived_at=at, live=live, address=device.address, traits=traits))
        return readings

    def _value(self, root: str, path: str, devices: Sequence[Device], message: Message) -> Sequence[AnyReading]:
        # homie/5/ac-1/ac/target -> 26.0
        if self._states.is_starting(root) and is_live(message):
            waiting = self._waiting.setdefault(root, {})
            if path in waiting or len(waiting) < _MOST_WAITING:
                waiting[path] = message
        about = self._properties.get(root, {}).get(path)
        if about is None or not about.datatype:
            return ()
        word = units.text(message.payload)
        heard = hear(message)
        if not self._states.is_ready(root):
            heard = heard._replace(live=False)
        readings: list[AnyReading] = []
        for device in devices:
            quantity = _quantity(device, path, about)
            if quantity:
                readings.extend(reading_of(device, quantity, about.unit, word, heard, _BOOLEANS.get))
        return readings


def roots_of(address: Address) -> Sequence[str]:
    """Where a device may speak: in both versions, unless the configured domain names the fifth."""
    domain = address.base.rstrip("/") or BASE
    five = domain if domain.endswith("/5") else f"{domain}/5"
    return [f"{five}/{address.name}"] if domain == five else [f"{domain}/{address.name}", f"{five}/{address.name}"]


def _is_five(root: str) -> bool:
    return root.rpartition("/")[0].endswith("/5")


def _root_in(topic: str, named: Mapping[str, object]) -> str:
    """The longest configured root that the topic lies under; "" for none."""
    levels = topic.split("/")
    heads = ("/".join(levels[:count]) for count in range(len(levels) - 1, 0, -1))
    return next((head for head in heads if head in named), "")


def _part_of(device: Device, path: str) -> str | None:
    """What the configuration says this property is; "" for nothing, None where it is no part of the device."""
    node = path.partition("/")[0]
    told = {part.path: part.quantity for part in parts(device.address.channel)}
    return told.get(path, told.get(node))


def _quantity(device: Device, path: str, about: Property) -> str:
    said = _part_of(device, path) or ""
    name = f"{path} {about.name}".lower()
    settable = about.settable is True
    if said:
        return said
    if about.datatype == "enum":
        if device.kind != "climate":
            return ""
        return "mode" if "mode" in name and "fan" not in name else "action" if "action" in name else ""
    boolean = about.datatype == "boolean"
    is_found = all(part.path != path for part in parts(device.address.channel))
    if boolean and is_found and device.kind in _SWITCHED and path.rpartition("/")[2] not in _POWER:
        return ""  # swing, eco, display, mute: a setting that looks like a switch
    return quantity_of(about.as_part(path), device.kind, name, boolean=boolean, settable=settable)


def _intended(devices: Sequence[Device], message: Message) -> Sequence[AnyReading]:
    """`$target`: the device has taken the order, and is on its way."""
    word = units.text(message.payload)[:_WORDS]
    live = is_live(message)
    return [
        CommandReply(device=one.id, arrived_at=message.arrived_at, live=live, accepted=True, words=f"target {word}")
        for one in devices
    ]

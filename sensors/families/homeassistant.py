"""Home Assistant's MQTT discovery, consumed: devices that announce themselves, and are then heard where they said.

Source: Home Assistant 2026.2, "MQTT discovery". Its birth message on `<prefix>/status` concerns publishers, not us. A device that
another family hears already is left to that family, which knows it better.
"""

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Pairs
from datetime import timedelta, tzinfo
from functools import partial
from typing import Final

from sensors.commands import Command
from sensors.device import Address, Device, DeviceId, FamilyName, Kind, Traits, ZoneId
from sensors.families.homeassistant_binding import MAINS, Binding, bound, kind_of
from sensors.families.homeassistant_discovery import Component, announcement, place_of, plain
from sensors.families.homeassistant_equipment import is_setting
from sensors.families.homeassistant_shelf import Shelf
from sensors.families.mapped_commands import encoded, instructions_from
from sensors.families.mapped_signals import Read, readers
from sensors.families.templates import Templates
from sensors.family import NOBODY, Decoder, Refused
from sensors.liveness import is_live
from sensors.messages import Message, Outgoing
from sensors.readings import Announced, AnyReading

PREFIX: Final = "homeassistant"
"""The discovery prefix unless the configuration says another."""

_SHORTEST_ADDRESS: Final = 8
"""A shorter identifier may stand in a name by chance."""


class HomeAssistant:
    """The family. What it learned (components, bindings, topics) lives in this object: one thread, that of the registry.

    A decoded state depends on that and on the message, on nothing else; the discovery topics are retained, so a new process
    learns the same again. Commands need only what was announced (`Traits.words`), which the snapshot keeps.
    """

    name: FamilyName = "homeassistant"
    silent_after = timedelta(hours=1)

    def __init__(self, site_zone: tzinfo | None = None) -> None:
        self._templates = Templates(site_zone)
        self._is_native: Callable[[str], bool] = lambda _topic: False
        self._shelf = Shelf()
        self._bindings: dict[DeviceId, Binding] = {}
        self._states: dict[str, dict[DeviceId, Read]] = {}
        self._subscribed: set[str] = set()
        self._fresh: list[str] = []

    def beside(self, is_native: Callable[[str], bool]) -> None:
        """See `sensors.family.Learns`."""
        self._is_native = is_native

    def fresh_subscriptions(self) -> Sequence[str]:
        """The state and availability topics of configured devices, since this was asked last."""
        if not self._fresh:
            return ()
        fresh, self._fresh = self._fresh, []
        return fresh

    def subscriptions(self, devices: Sequence[Device]) -> Sequence[str]:
        """Both forms of discovery topics for each prefix, and what was learned so far."""
        prefixes = sorted({_prefix(one) for one in devices if one.address.family == self.name}) or [PREFIX]
        filters = [f"{prefix}/{levels}/config" for prefix in prefixes for levels in ("+/+", "+/+/+")]
        return [*filters, *sorted(self._subscribed)]

    def route(self, topic: str, devices: Pairs[Address, Device]) -> Decoder | None:
        """The decoder of a discovery topic, or of a topic that discovery has named for a configured device."""
        if topic in self._states:
            return partial(self._state, topic)
        for prefix in {_prefix(one) for one in devices.values() if one.address.family == self.name} or {PREFIX}:
            place = place_of(prefix, topic)
            if place is not None:
                return partial(self._config, topic, place, prefix, devices)
        return None

    def encode(self, command: Command, device: Device, traits: Traits | None, memo: str) -> Sequence[Outgoing]:
        """The payload that the device has announced for this. Raises Refused."""
        instructions = instructions_from(traits.words) if traits is not None else None
        if instructions is None:
            raise Refused("it has not announced itself by Home Assistant discovery yet")
        return encoded(command, device, instructions, self._templates, memo)

    def _state(self, topic: str, message: Message) -> Sequence[AnyReading]:
        return [reading for read in self._states.get(topic, {}).values() for reading in read(message)]

    def _config(
        self, topic: str, place: tuple[str, str], prefix: str, devices: Pairs[Address, Device], message: Message
    ) -> Sequence[AnyReading]:
        said = announcement(place, message.payload)
        if said.keeps:
            return ()
        touched = self._shelf.replace(topic, said.components)
        ours = [one for one in devices.values() if one.address.family == self.name and _prefix(one) == prefix]
        live = is_live(message)
        readings: list[AnyReading] = []
        for device in ours:
            before = self._bindings.get(device.id)
            if any(_concerns(device, before, one) for one in touched):
                self._bind(device)
                after = self._bindings.get(device.id)
                if after is not None and after != before:
                    readings.append(_announced(device.id, device.address, after.traits, message, live))
        claimed = {one.key for binding in self._bindings.values() for one in binding.components}
        base = "" if prefix == PREFIX else prefix
        for one in said.components:
            if one.key not in claimed and self._is_news(one, devices):
                address = Address(self.name, one.key, base=base)
                traits = self._guessed(one)
                if traits is not None:
                    readings.append(_announced(NOBODY, address, traits, message, live))
        return readings

    def _bind(self, device: Device) -> None:
        """Find the device's components anew, and hear exactly their topics."""
        for topic in [topic for topic, reads in self._states.items() if reads.pop(device.id, None) and not reads]:
            del self._states[topic]
        binding = bound(device, self._shelf.relatives(device.address.name))
        if binding is None:
            self._bindings.pop(device.id, None)
            return
        self._bindings[device.id] = binding
        for topic, read in readers(device, binding.mapping, self._templates).items():
            self._states.setdefault(topic, {})[device.id] = read
            if topic not in self._subscribed and not self._is_native(topic):
                self._subscribed.add(topic)
                self._fresh.append(topic)

    def _is_news(self, component: Component, devices: Pairs[Address, Device]) -> bool:
        """Not what another family announces or hears: told by its state topic, or by its address in a configured name."""
        topic = component.config.get("state_topic") or component.config.get("mode_state_topic")
        if component.origin in {"zigbee2mqtt", "officed"} or (isinstance(topic, str) and self._is_native(topic)):
            return False
        named = [plain(one.address.name) for one in devices.values() if one.address.family != self.name]
        addresses = [one for one in component.device_ids if len(one) >= _SHORTEST_ADDRESS]
        return not any(address in name for address in addresses for name in named)

    def _guessed(self, component: Component) -> Traits | None:
        """What an unclaimed component could be; None where it is nothing, or a part of something else."""
        relatives = self._shelf.relatives(component.key)
        mains = [one for one in relatives if one.platform in MAINS and not is_setting(one)]
        kind: Kind | None
        climates = [one for one in mains if one.platform == "climate"]
        if component.platform in MAINS:
            if component not in (climates or mains):
                return None
            kind = (
                "climate" if component.platform == "climate" else "light" if component.platform == "light" else "plug"
            )
        else:
            kind = kind_of(component)
            firsts = sorted(one.key for one in relatives if kind_of(one) == kind)
            if kind is None or (mains and kind == "meter") or component.key not in firsts[:1]:
                return None
        device = Device(id=NOBODY, kind=kind, address=Address(self.name, component.key), zone=ZoneId(""))
        binding = bound(device, relatives)
        return None if binding is None else binding.traits


def _announced(device: DeviceId, address: Address, traits: Traits, message: Message, live: bool) -> Announced:
    return Announced(device=device, arrived_at=message.arrived_at, live=live, address=address, traits=traits)


def _concerns(device: Device, binding: Binding | None, component: Component) -> bool:
    """Whether this component could change what the device is made of."""
    name = device.address.name
    if name in component.names or plain(name) in component.device_ids:
        return True
    known = binding.components if binding is not None else ()
    return any(not one.device_ids.isdisjoint(component.device_ids) for one in known)


def _prefix(device: Device) -> str:
    return device.address.base.rstrip("/") or PREFIX

"""Every family, and the one way from a message to readings.

The hot path: one dictionary look-up from the topic to a decoder that is bound to its devices. What a topic means is found out
once and remembered, "nothing of ours" too. Nothing that a device sends gets an exception past this file.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

import msgspec

from sensors.commands import Command
from sensors.device import Device, DeviceId, FamilyName, Traits
from sensors.errors import PayloadError
from sensors.families.esphome import EspHome
from sensors.families.homeassistant import HomeAssistant
from sensors.families.homie import Homie
from sensors.families.mapped import Mapped
from sensors.families.print_job import PrintJobs
from sensors.families.shelly_gen1 import ShellyGen1
from sensors.families.shelly_gen2 import ShellyGen2
from sensors.families.tasmota import Tasmota
from sensors.families.zigbee2mqtt import Zigbee2Mqtt
from sensors.family import Decoder, Family, Greets, Grows, Learns, Refused, TellsStates, by_address
from sensors.liveness import BATTERY_SILENT_AFTER, is_replay, sleeps
from sensors.messages import Message, Outgoing
from sensors.never_cut import refused_because
from sensors.outdoors import outdoors
from sensors.readings import AnyReading, Gateway
from sensors.unchanged import Unchanged

FAMILIES: Final[Mapping[FamilyName, Callable[[tzinfo | None], Family]]] = {
    "zigbee2mqtt": Zigbee2Mqtt,
    "tasmota": Tasmota,
    "shelly_gen1": ShellyGen1,
    "shelly_gen2": ShellyGen2,
    "esphome": EspHome,
    "homie": Homie,
    "print_job": PrintJobs,
    "mapped": Mapped,
    "homeassistant": HomeAssistant,  # last: what another family hears is not for it
}
"""One line a family. Each is made with the site's time zone, for stamps that come without one."""

TOPICS_REMEMBERED: Final = 100_000
REFUSALS_REMEMBERED: Final = 1_000


class Refusal(msgspec.Struct):
    """A topic whose payloads were not what it promises: how often, and the last reason."""

    count: int
    words: str
    last_at: datetime


class Registry:
    """The families of one site. One thread: it remembers topics, refusals and when gateways came.

    `everything` adds the families that no device uses, for discovery.
    """

    def __init__(self, devices: Sequence[Device], site_zone: tzinfo | None = None, *, everything: bool = False) -> None:
        self._devices = by_address(devices)
        self._configured = tuple(devices)
        self._outdoors = frozenset(device.id for device in devices if device.outdoor)
        used = {device.address.family for device in devices}
        self._families = {name: make(site_zone) for name, make in FAMILIES.items() if everything or name in used}
        self._learning = [family for family in self._families.values() if isinstance(family, Learns)]
        for family in self._learning:
            family.beside(self._is_native)
        self._growing = [family for family in self._families.values() if isinstance(family, Grows)]
        self._fresh: list[str] = []
        self._decoders: dict[str, Decoder] = {}
        self._strangers: set[str] = set()
        self._online_at: dict[str, datetime] = {}
        self.refusals: dict[str, Refusal] = {}
        """By topic, the newest last; a small mapping for the health page."""

    def subscriptions(self) -> Sequence[str]:
        """The topic filters of all families, each once."""
        wanted = (topic for family in self._families.values() for topic in family.subscriptions(self._configured))
        return list(dict.fromkeys(wanted))

    def fresh_subscriptions(self) -> Sequence[str]:
        """The filters that discovery has added since this was asked last; `subscriptions` holds them from now on too.

        Ask after decoding a batch, on the thread that decodes, and subscribe to them at once.
        """
        fresh, self._fresh = self._fresh, []
        return fresh

    def greetings(self) -> Sequence[Outgoing]:
        """What to ask after a connect, for the families whose devices say little unless they are asked."""
        asking = (family for family in self._families.values() if isinstance(family, Greets))
        return [question for family in asking for question in family.greetings(self._configured)]

    def decode(self, message: Message) -> Sequence[AnyReading]:
        """The readings in a message; none where it is not ours or not what it promises. Raises nothing."""
        decoder = self._decoders.get(message.topic) or self._found(message.topic)
        if decoder is None:
            return ()
        if self._online_at:
            message = self._judged_replay(message)
        try:
            readings = decoder(message)
        except PayloadError as error:
            self._count(message, str(error))
            return ()
        if readings and type(readings[0]) is Gateway:
            self._gateway(readings[0])
        for family in self._growing:
            for topic in family.fresh_subscriptions():
                self._fresh.append(topic)
                self._strangers.discard(topic)
        return readings

    def decode_all(self, messages: Iterable[Message]) -> list[AnyReading]:
        """The readings of many messages, in order: as `decode` for each, without what only a few of them need."""
        readings: list[AnyReading] = []
        known = self._decoders.get
        is_usual = not self._growing and not self._online_at
        for message in messages:
            decoder = known(message.topic) if is_usual else None
            if decoder is None:
                readings += self.decode(message)
                is_usual = not self._growing and not self._online_at
                continue
            try:
                said = decoder(message)
            except PayloadError as error:
                self._count(message, str(error))
                continue
            if said:
                if type(said[0]) is Gateway:
                    self._gateway(said[0])
                    is_usual = not self._online_at
                readings += said
        return readings

    def encode(self, command: Command, device: Device, traits: Traits | None, memo: str) -> Sequence[Outgoing]:
        """The command in the device's own words; none of them outlives it. Raises Refused."""
        family = self._families.get(device.address.family)
        if family is None:
            raise Refused(f"{device.address.family} is not spoken here")
        reason = refused_because(command.remedy, device)
        if reason:
            raise Refused(reason)
        return family.encode(command, device, traits, memo)

    def silent_after(self, device: Device) -> timedelta:
        """The silence after which a device is "not heard": its own, or that of mains or battery devices of its family."""
        if device.silent_after_seconds is not None:
            return timedelta(seconds=device.silent_after_seconds)
        family = self._families.get(device.address.family)
        limit = family.silent_after if family is not None else BATTERY_SILENT_AFTER
        return max(limit, BATTERY_SILENT_AFTER) if sleeps(device) else limit

    def unchanged(self) -> Unchanged:
        """What tells apart, for another thread, messages that may be news about a state of these devices."""
        telling = [family for family in self._families.values() if isinstance(family, TellsStates)]
        devices = self._devices

        def keys_of(topic: str) -> Sequence[str] | None:
            found = (family.state_keys(topic, devices) for family in telling)
            return next((keys for keys in found if keys is not None), None)

        return Unchanged(keys_of, min(map(self.silent_after, self._configured), default=timedelta(0)))

    def _found(self, topic: str) -> Decoder | None:
        if topic in self._strangers:
            return None
        for family in self._families.values():
            decoder = family.route(topic, self._devices)
            if decoder is not None:
                if self._outdoors:
                    decoder = outdoors(decoder, self._outdoors)
                if len(self._decoders) >= TOPICS_REMEMBERED:
                    self._decoders.clear()
                self._decoders[topic] = decoder
                return decoder
        if len(self._strangers) >= TOPICS_REMEMBERED:
            self._strangers.clear()
        self._strangers.add(topic)
        return None

    def _is_native(self, topic: str) -> bool:
        """Whether a family that speaks the device's own dialect hears this topic, for a configured device."""
        native = (family for family in self._families.values() if family not in self._learning)
        return any(family.route(topic, self._devices) is not None for family in native)

    def _gateway(self, gateway: Gateway) -> None:
        """A gateway that came online replays its cache; when it came is not known of a retained word, so that counts too."""
        self._online_at.pop(gateway.device, None)
        if gateway.online:
            self._online_at[gateway.device] = gateway.arrived_at

    def _judged_replay(self, message: Message) -> Message:
        for name, online_at in list(self._online_at.items()):
            if not is_replay(message.arrived_at, online_at):
                del self._online_at[name]
            elif message.topic.startswith(f"{name}/") and not message.topic.startswith(f"{name}/bridge/"):
                return msgspec.structs.replace(message, backlog=True)
        return message

    def _count(self, message: Message, words: str) -> None:
        refusal = self.refusals.pop(message.topic, None)
        count = 1 if refusal is None else refusal.count + 1
        if len(self.refusals) >= REFUSALS_REMEMBERED:
            del self.refusals[next(iter(self.refusals))]
        self.refusals[message.topic] = Refusal(count, words[:300], message.arrived_at)


def gateway_of(device: Device) -> DeviceId:
    """The name under which this device's gateway reports itself (`Gateway.device`); empty where it has none."""
    if device.gateway:
        return DeviceId(device.gateway)
    return DeviceId(device.address.base or "zigbee2mqtt") if device.address.family == "zigbee2mqtt" else DeviceId("")

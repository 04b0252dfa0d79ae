"""Tasmota: `tele/<topic>/…` and `stat/<topic>/…`, in whatever order FullTopic puts them. Source: tasmota.github.io/docs, MQTT.

A relay answers on `stat`, at once and reliably. A split unit behind infrared answers that the code was *sent*, nothing more.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Final

from sensors import stamps, units
from sensors.commands import Command, SetSetpoint
from sensors.device import Address, Device, FamilyName, Traits
from sensors.families.tasmota_discovery import DISCOVERY, StateWords, discovered
from sensors.families.tasmota_infrared import encode_infrared
from sensors.families.tasmota_miel import MEMO, encode_wired
from sensors.families.tasmota_plugs import plug_decoder
from sensors.families.tasmota_said import SWITCHED, relay_state, said_of
from sensors.families.tasmota_topics import (
    CMND,
    PREFIXES,
    Prefixes,
    filter_of,
    head_of,
    heads_of,
    is_open,
    places_in,
    prefixes_in,
)
from sensors.families.tasmota_values import is_relay_key
from sensors.families.tasmota_zigbee import encode_zigbee, is_zigbee
from sensors.family import Decoder, Refused
from sensors.liveness import hear, is_live
from sensors.messages import Message, Outgoing
from sensors.readings import AnyReading, Availability

_OBJECTS: Final = ("STATE", "SENSOR", "RESULT", "IRHVAC", "HVACSETTINGS")
_ANSWERS: Final = ("STATUS0", "STATUS8", "STATUS10", "STATUS11")


class Tasmota:
    """The family. It learns by listening: the words that a device says for ON and OFF, its prefixes, its host name."""

    name: FamilyName = "tasmota"
    silent_after = timedelta(minutes=16)
    """Three telemetry periods of 300 s, and one minute."""

    def __init__(self, site_zone: tzinfo | None = None) -> None:
        self._zone = site_zone
        self._known: tuple[Mapping[Address, Device], Mapping[str, list[Address]]] | None = None
        self._words: dict[str, StateWords] = {}
        self._prefixes: dict[str, Prefixes] = {}
        self._places: dict[Address, Mapping[str, str]] = {}
        self._fresh: list[str] = []

    def subscriptions(self, devices: Sequence[Device]) -> Sequence[str]:
        """What each topic tells and answers, and the discovery of all."""
        addresses = [device.address for device in devices if device.address.family == self.name]
        filters = sorted({filter_of(head) for head in heads_of(addresses, self._prefixes)})
        return [*filters, f"{DISCOVERY}+/config"]

    def fresh_subscriptions(self) -> Sequence[str]:
        """Where a device turned out to speak that had its prefixes renamed."""
        if not self._fresh:
            return ()
        fresh, self._fresh = self._fresh, []
        return fresh

    def greetings(self, devices: Sequence[Device]) -> Sequence[Outgoing]:
        """`STATUS 11`, the state, and `STATUS 10`, the sensors: telemetry would come in five minutes only."""
        addresses = (device.address for device in devices if device.address.family == self.name)
        heads = dict.fromkeys(self._command_head(address) for address in addresses)
        return [
            Outgoing(topic=f"{head}STATUS", payload=number)
            for head in heads
            if not is_open(head)
            for number in (b"11", b"10")
        ]

    def route(self, topic: str, devices: Mapping[Address, Device]) -> Decoder | None:
        """The decoder of one leaf (`STATE`, `SENSOR`, `POWER2`, …) for the devices that share its topic."""
        if topic.startswith(DISCOVERY):
            return partial(self._discovery, devices) if topic.endswith("/config") else None
        head, slash, leaf = topic.rpartition("/")
        ours = [devices[address] for address in self._addresses_at(head + slash, devices)]
        if not ours:
            return None
        name = ours[0].address.name
        if leaf == "LWT":
            return partial(self._will, name, ours)
        if is_relay_key(leaf):
            return partial(self._relay, name, ours, leaf)
        if leaf in _OBJECTS:
            long_way = partial(self._object, name, ours)
            if len(ours) == 1 and ours[0].kind in SWITCHED and ours[0].address.channel in ("", "1"):
                return plug_decoder(ours[0], long_way, self._stamp, partial(self._words.get, name))
            return long_way
        return partial(self._status, name, ours) if leaf in _ANSWERS else None

    def encode(self, command: Command, device: Device, traits: Traits | None, memo: str) -> Sequence[Outgoing]:
        """`POWER<n>` OFF for a relay; for a unit behind infrared its whole last state with one field changed."""
        del traits
        head = self._command_head(device.address)
        if is_open(head):
            raise Refused("what stands for %hostname% or %id% in its topics has not been heard yet")
        if device.kind == "climate":
            name, payload = (
                encode_wired(command.remedy) if memo == MEMO else ("IRHVAC", encode_infrared(command.remedy, memo))
            )
            return (Outgoing(topic=head + name, payload=payload),)
        if isinstance(command.remedy, SetSetpoint):
            raise Refused(f"a {device.kind} has no setpoint")
        channel = device.address.channel
        if is_zigbee(channel):
            return (Outgoing(topic=f"{head}ZbSend", payload=encode_zigbee(channel)),)
        if channel and not channel.isdecimal():
            raise Refused(f"{channel} is no number of a relay")
        return (Outgoing(topic=f"{head}POWER{channel}", payload=b"OFF"),)

    def _command_head(self, address: Address) -> str:
        prefixes = self._prefixes.get(address.name) or prefixes_in(address) or PREFIXES
        return head_of(address, CMND, prefixes, self._places.get(address, {}))

    def _addresses_at(self, topic_head: str, devices: Mapping[Address, Device]) -> Sequence[Address]:
        """Who speaks under this head; what stands there in an unknown place is remembered for the answer."""
        if self._known is None or self._known[0] is not devices:
            ours = [address for address in devices if address.family == self.name]
            self._known = (devices, heads_of(ours, self._prefixes))
        heads = self._known[1]
        found = list(heads.get(topic_head, ()))
        for head, addresses in heads.items():
            if is_open(head) and (places := places_in(topic_head, head)) is not None:
                self._places.update(dict.fromkeys(addresses, places))
                found += addresses
        return found

    def _stamp(self, value: object, arrived_at: datetime) -> datetime | None:
        """`Time`: local without a zone, unless SetOption52 adds one; 1970 until the clock is set."""
        return stamps.believed(stamps.wall_clock(value, self._zone, arrived_at), arrived_at)

    def _object(self, name: str, devices: Sequence[Device], message: Message) -> Sequence[AnyReading]:
        return self._said_by_all(name, devices, units.json_object(message.payload), message)

    def _status(self, name: str, devices: Sequence[Device], message: Message) -> Sequence[AnyReading]:
        # on the wire: {"StatusSNS":{"Time":"2026-03-02T08:15:00","ENERGY":{"Total":12.3,"Power":61}}}
        values = units.json_object(message.payload)
        parts = [part for key in ("StatusSNS", "StatusSTS") if isinstance(part := values.get(key), dict)]
        return [reading for part in parts for reading in self._said_by_all(name, devices, part, message)]

    def _said_by_all(
        self, name: str, devices: Sequence[Device], values: Mapping[str, object], message: Message
    ) -> Sequence[AnyReading]:
        words = self._words.get(name)
        at = values.get("Time")
        heard = hear(message, None if at is None else self._stamp(at, message.arrived_at))
        if len(devices) == 1:
            return said_of(values, devices[0], words, heard, alone=True)
        return [one for device in devices for one in said_of(values, device, words, heard, alone=False)]

    def _relay(self, name: str, devices: Sequence[Device], leaf: str, message: Message) -> Sequence[AnyReading]:
        # stat/plug-3/POWER -> ON, or with SetOption4 {"POWER":"ON"}
        said = units.text(message.payload)
        values = units.json_object(message.payload) if said.startswith("{") else {leaf: said}
        words = self._words.get(name)
        return [power for one in devices for power in relay_state(values, one, words, hear(message))]

    def _will(self, name: str, devices: Sequence[Device], message: Message) -> Sequence[AnyReading]:
        words = self._words.get(name) or StateWords()
        online = words.online(units.text(message.payload))
        if online is None:
            return ()
        live = is_live(message)
        return [Availability(device=one.id, arrived_at=message.arrived_at, live=live, online=online) for one in devices]

    def _discovery(self, devices: Mapping[Address, Device], message: Message) -> Sequence[AnyReading]:
        announced, learned = discovered(devices, message)
        for name, about in learned.items():
            self._words[name] = about.words
            if about.prefixes != self._prefixes.get(name, PREFIXES):
                self._prefixes[name] = about.prefixes
                self._known = None
                ours = [address for address in devices if address.family == self.name and address.name == name]
                usual = heads_of(ours, {})
                wanted = heads_of(ours, {name: about.prefixes})
                self._fresh += [filter_of(head) for head in wanted if head not in usual]
        return announced

"""`mapped`: everything else. The configuration says which part of which topic is what, and which payload commands.

Used for BACnet and Modbus bridges, site-made gateways, Sparkplug B (`sparkplug.py`), and, through presets, for the gateways of `gateways.py`.
"""

import struct
from collections.abc import Mapping as Pairs
from collections.abc import Sequence
from datetime import timedelta, tzinfo

from sensors.commands import Command
from sensors.device import Address, Device, DeviceId, FamilyName, Traits
from sensors.families.mapped_commands import encoded
from sensors.families.mapped_signals import Read, readers
from sensors.families.sparkplug import PREFIX, Session, heard_with, is_sparkplug, rebirth
from sensors.families.templates import Templates
from sensors.family import Decoder, Refused
from sensors.messages import Message, Outgoing
from sensors.readings import AnyReading


class Mapped:
    """The family. It remembers the last availability of each source, and compiled templates; one thread."""

    name: FamilyName = "mapped"
    silent_after = timedelta(hours=1)

    def __init__(self, site_zone: tzinfo | None = None) -> None:
        self._templates = Templates(site_zone)
        self._sessions: dict[tuple[DeviceId, str], Session] = {}
        self._known: tuple[Pairs[Address, Device], dict[str, list[Read]]] | None = None

    def subscriptions(self, devices: Sequence[Device]) -> Sequence[str]:
        """Exactly the topics that are written down."""
        named = self._topics(devices)
        return sorted({heard for topic in named for heard in (heard_with(topic) if is_sparkplug(topic) else (topic,))})

    def greetings(self, devices: Sequence[Device]) -> Sequence[Outgoing]:
        """Sparkplug's nodes say only what changes; each is asked once to say all of it."""
        asked = {
            asking.topic: asking
            for topic in self._topics(devices)
            if is_sparkplug(topic)
            for asking in [rebirth(topic)]
        }
        return [asked[topic] for topic in sorted(asked)]

    def route(self, topic: str, devices: Pairs[Address, Device]) -> Decoder | None:
        """The decoder for a topic that one or more mappings name."""
        reads = self._readers(devices).get(topic)
        if not reads:
            return None

        def decode(message: Message) -> Sequence[AnyReading]:
            return [reading for read in reads for reading in read(message)]

        return decode

    def encode(self, command: Command, device: Device, traits: Traits | None, memo: str) -> Sequence[Outgoing]:
        """What is written down for this command. Raises Refused."""
        del traits
        if device.mapping is None:
            raise Refused("nothing is written down about it")
        outgoing = encoded(command, device, device.mapping.instructions, self._templates, memo)
        if not outgoing[0].topic.startswith(PREFIX):
            return outgoing
        topic = outgoing[0].topic.replace("/DCMD/", "/DDATA/", 1).replace("/NCMD/", "/NDATA/", 1)
        session = self._sessions.get((device.id, topic))
        if session is None:
            raise Refused("nothing has been heard on the Sparkplug topic of its command")
        try:
            return [session.encode(one) for one in outgoing]
        except (ValueError, OverflowError, struct.error) as error:
            raise Refused(str(error)) from error

    def _topics(self, devices: Sequence[Device]) -> set[str]:
        mappings = (one.mapping for one in devices if one.address.family == self.name and one.mapping is not None)
        return {signal.source.topic for mapping in mappings for signal in mapping.signals}

    def _readers(self, devices: Pairs[Address, Device]) -> dict[str, list[Read]]:
        if self._known is None or self._known[0] is not devices:
            by_topic: dict[str, list[Read]] = {}
            for device in devices.values():
                if device.address.family == self.name and device.mapping is not None:
                    for topic, read in readers(device, device.mapping, self._templates).items():
                        if not is_sparkplug(topic):
                            by_topic.setdefault(topic, []).append(read)
                            continue
                        session = self._sessions[device.id, topic] = Session(device, topic, read)
                        for each in heard_with(topic):
                            by_topic.setdefault(each, []).append(session.decode)
            self._known = (devices, by_topic)
        return self._known[1]

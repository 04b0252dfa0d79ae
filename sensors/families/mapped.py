"""`mapped`: everything else. The configuration says which part of which topic is what, and which payload commands.

Used for BACnet and Modbus bridges, site-made gateways, and, through presets, for the gateways of `gateways.py`.
"""

from collections.abc import Mapping as Pairs
from collections.abc import Sequence
from datetime import timedelta, tzinfo

from sensors.commands import Command
from sensors.device import Address, Device, FamilyName, Traits
from sensors.families.mapped_commands import encoded
from sensors.families.mapped_signals import Read, readers
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
        self._known: tuple[Pairs[Address, Device], dict[str, list[Read]]] | None = None

    def subscriptions(self, devices: Sequence[Device]) -> Sequence[str]:
        """Exactly the topics that are written down."""
        return sorted(
            {
                signal.source.topic
                for device in devices
                if device.address.family == self.name and device.mapping is not None
                for signal in device.mapping.signals
            }
        )

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
        return encoded(command, device, device.mapping.instructions, self._templates, memo)

    def _readers(self, devices: Pairs[Address, Device]) -> dict[str, list[Read]]:
        if self._known is None or self._known[0] is not devices:
            by_topic: dict[str, list[Read]] = {}
            for device in devices.values():
                if device.address.family == self.name and device.mapping is not None:
                    for topic, read in readers(device, device.mapping, self._templates).items():
                        by_topic.setdefault(topic, []).append(read)
            self._known = (devices, by_topic)
        return self._known[1]

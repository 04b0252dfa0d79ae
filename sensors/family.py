"""The interface of a wire dialect, and what all dialects share.

A family is pure: the same topic and payload give the same readings. What it must remember about a device it writes into
a reading (`Climate.memo`, `Traits.words`) and gets back when it has to encode.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Protocol, runtime_checkable

from sensors.commands import Command
from sensors.device import Address, Device, DeviceId, FamilyName, Traits
from sensors.messages import Message, Outgoing
from sensors.readings import AnyReading

Decoder = Callable[[Message], Sequence[AnyReading]]
"""Made once for a topic, called for every message on it. Raises PayloadError and nothing else."""


class Refused(Exception):  # noqa: N818  a refusal is an answer of the domain, not a failure
    """This device has no words for this command; the message says why, for a person."""


class Family(Protocol):
    """One dialect, for the devices of one site."""

    name: FamilyName
    silent_after: timedelta
    """Silence that makes a device "not heard" unless the device's configuration says otherwise."""

    def subscriptions(self, devices: Sequence[Device]) -> Sequence[str]:
        """The topic filters that bring these devices' messages and their discovery; no more than that."""

    def route(self, topic: str, devices: Mapping[Address, Device]) -> Decoder | None:
        """The decoder for this topic, bound to the device it speaks for; None where the topic is not ours.

        Called once a topic (the registry remembers the answer), so it may be slow; the decoder may not.
        """

    def encode(self, command: Command, device: Device, traits: Traits | None, memo: str) -> Sequence[Outgoing]:
        """The messages that carry this command out. `memo` is the last `Climate.memo` heard. Raises Refused."""


@runtime_checkable
class Greets(Protocol):
    """A family whose devices say what they are when they are asked, and may else be silent for long."""

    def greetings(self, devices: Sequence[Device]) -> Sequence[Outgoing]:
        """The questions to these devices, sent after every connect. They ask; they change nothing."""


@runtime_checkable
class Grows(Protocol):
    """A family that finds out by listening which more topics it has to hear."""

    def fresh_subscriptions(self) -> Sequence[str]:
        """The topics learned since this was asked last."""


@runtime_checkable
class Learns(Grows, Protocol):
    """One that learns all its topics (Home Assistant discovery), and steps back where another family hears them."""

    def beside(self, is_native: Callable[[str], bool]) -> None:
        """Be told, once, how to ask whether another family hears this topic already: then that family wins."""


@runtime_checkable
class TellsStates(Protocol):
    """A family that knows which keys of its JSON tell a state (`sensors.unchanged`). The others are decoded to find out.

    Where it can say, all that a device says comes on one topic.
    """

    def state_keys(self, topic: str, devices: Mapping[Address, Device]) -> Sequence[str] | None:
        """The keys on which everything but measured values depends; none where all is measured, None where it cannot say.

        Called from another thread than the rest: it may look at what does not change, and at nothing else.
        """


def by_address(devices: Sequence[Device]) -> Mapping[Address, Device]:
    """The devices under the name that the wire knows them by."""
    return {device.address: device for device in devices}


NOBODY = DeviceId("")
"""The device of an announcement that nobody has configured."""

"""The engine's mouth: commands in the devices' own words, the questions after a connect, the topics to listen to."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from daemon.clock import Clock
from daemon.errors import BrokerUnavailable
from policies.inputs import NotSent
from policies.office.office import Office
from sensors.commands import Command
from sensors.family import Refused
from sensors.messages import Outgoing
from sensors.registry import Registry

Send = Callable[[Outgoing], None]


class Line(Protocol):
    """What the engine needs of the network."""

    @property
    def connected_since(self) -> datetime | None:
        """When this connection began; None without one."""

    def publish(self, outgoing: Outgoing) -> None:
        """Send now or raise BrokerUnavailable."""

    def hear(self, subscriptions: Sequence[str], *, again: bool = False) -> None:
        """Listen to these topics from now on, and to no others. `again`: with what is retained there, known or not."""


class Speaker:
    """For whoever thinks."""

    def __init__(self, registry: Registry, clock: Clock, send: Send | None) -> None:
        self.also: Sequence[str] = ()
        self._registry = registry
        self._clock = clock
        self._send: Send = send or _nowhere
        self._line: Line | None = None
        self._greeted: datetime | None = None

    def speak_through(self, line: Line) -> None:
        """Where everything goes from now on."""
        self._send = line.publish
        self._line = line

    def learn_anew(self, registry: Registry) -> None:
        """Other devices: listen to their topics, and hear again all that is retained, for what families learn from it."""
        self._registry = registry
        if self._line is not None:
            self._line.hear([*registry.subscriptions(), *self.also], again=True)
            self._greeted = None

    def carry_out(self, command: Command, office: Office) -> NotSent | None:
        """Send it, unless it is dead; None when it has left."""
        if self._clock.now() >= command.expires_at:
            return NotSent(command.id, "it took too long")
        device = office.site.devices[command.device]
        try:
            for outgoing in self._registry.encode(
                command, device, office.traits.get(device.id), office.of(device.id).memo
            ):
                self._send(outgoing)
        except Refused as refusal:
            return NotSent(command.id, str(refusal), final=True)
        except BrokerUnavailable as trouble:
            return NotSent(command.id, str(trouble))
        return None

    def keep_in_touch(self) -> None:
        """Ask after a connect those who say little unasked; listen to the topics that discovery has named."""
        if self._line is None:
            return
        if self._registry.fresh_subscriptions():
            self._line.hear([*self._registry.subscriptions(), *self.also])
        since = self._line.connected_since
        if since is None or since == self._greeted:
            return
        self._greeted = since
        try:
            for question in self._registry.greetings():
                self._send(question)
        except BrokerUnavailable:
            self._greeted = None


def _nowhere(_outgoing: Outgoing) -> None:
    raise BrokerUnavailable("there is no connection yet")

"""A line to the broker that hears and never speaks: for an officed on trial, whose rules may decide what they like.

The broker's access list is the other half of that promise (`deploy/mosquitto/acl`, user `officed-shadow`).
"""

from collections.abc import Sequence
from datetime import datetime

from daemon.engine.speaking import Line
from daemon.errors import BrokerUnavailable
from sensors.messages import Outgoing


class Listener:
    """In the network's place for the engine. For whoever thinks."""

    def __init__(self, line: Line) -> None:
        self._line = line

    @property
    def connected_since(self) -> datetime | None:
        """Never, for whoever would ask devices something after a connect."""
        return None

    def publish(self, outgoing: Outgoing) -> None:
        """Always raises BrokerUnavailable."""
        raise BrokerUnavailable(f"broker.listen_only: {outgoing.topic} was not written to")

    def hear(self, subscriptions: Sequence[str], *, again: bool = False) -> None:
        """The network's own."""
        self._line.hear(subscriptions, again=again)

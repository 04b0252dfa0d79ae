"""What the engine can be handed: batches of messages, inputs of the core, a new configuration, a remark, the end."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from daemon.mqtt.batch import Batch
from policies.inputs import Configured, Input
from sensors.registry import Registry


@dataclass(slots=True)
class Stop:
    """The last item of an inbox."""

    done: threading.Event = field(default_factory=threading.Event)


class Reloaded(msgspec.Struct, frozen=True, tag=True):
    """Audit trail: the configuration changed, and how; one line a change."""

    at: datetime
    changes: tuple[str, ...]


class ReloadRefused(msgspec.Struct, frozen=True, tag=True):
    """Audit trail: a changed file was not used, and why; the configuration before it stays."""

    at: datetime
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """A line for the audit trail that changes nothing."""

    what: Reloaded | ReloadRefused


@dataclass(frozen=True, slots=True)
class Reconfigured:
    """From here on this configuration holds. `registry` None: the same devices, so what was learned of them stays."""

    configured: Configured
    registry: Registry | None
    remark: Remark


Item = Batch | Input | Reconfigured | Remark | Stop


def messages_in(items: Sequence[Item]) -> int:
    """How many messages wait in these items."""
    return sum(len(item.messages) for item in items if isinstance(item, Batch))

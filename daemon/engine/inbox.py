"""What the engine can be handed: batches of messages, inputs of the core, a new configuration, a remark, the end."""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import msgspec

from daemon.mqtt.batch import Batch
from policies.inputs import Asked, Configured, Input
from policies.office.office import Office
from policies.office.outdoor import Season
from policies.office.season import Source
from sensors.messages import Message
from sensors.readings import AnyReading
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


class SeasonChanged(msgspec.Struct, frozen=True, tag=True):
    """Audit trail: another season holds, or another source says so. None: nobody knows which it is."""

    at: datetime
    was: Season | None
    season: Season | None
    source: Source
    why: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A line for the audit trail that changes nothing."""

    what: Reloaded | ReloadRefused | SeasonChanged


@dataclass(frozen=True, slots=True)
class Reconfigured:
    """From here on this configuration holds. `registry` None: the same devices, so what was learned of them stays."""

    configured: Configured
    registry: Registry | None
    remark: Remark


class Decoded(NamedTuple):
    """A batch and what it says."""

    batch: Batch
    readings: Sequence[AnyReading]


Item = Batch | Decoded | Input | Reconfigured | Remark | Stop


HearRequest = Callable[[Message, Office, datetime], Sequence[Asked]]
"""What a person's message asks for: one thing, or nothing."""
BATCHES_AT_ONCE = 64
MESSAGES_AT_ONCE = 2000  # more leave the processor's cache before they are used


def gathered(inbox: "queue.SimpleQueue[Item]", seconds: float) -> list[Item]:
    """What there is for one step, waiting at most so long for the first of it."""
    items: list[Item] = []
    try:
        items.append(inbox.get(timeout=seconds))
        while len(items) < BATCHES_AT_ONCE and _messages_in(items) < MESSAGES_AT_ONCE:
            items.append(inbox.get_nowait())
    except queue.Empty:
        pass
    return items


def _messages_in(items: Sequence[Item]) -> int:
    return sum(len(item.messages) for item in items if isinstance(item, Batch))

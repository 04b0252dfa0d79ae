"""What one read brought, as the engine gets it: made the same way from the wire and, after a crash, from the journal."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from daemon.mqtt.wire import split
from sensors.messages import Message
from sensors.readings import AnyReading

try:
    from daemon.mqtt.fast_cutting import messages_of
except ImportError:  # no compiler was at hand
    from daemon.mqtt.cutting import messages_of

__all__ = ("Batch", "Decoded", "Handed", "batch_from_raw", "batch_of", "messages_of", "renumbered")


class Batch(msgspec.Struct, frozen=True):
    """The messages of journal row `row`, in the order of the wire.

    Message i has `arrived_at` = `received_at` + i microseconds: a store that keeps one value per instant would lose one
    of two readings that came together. `is_calm`: nothing in it says anything new about a state (`sensors.unchanged`), so
    its judgement may wait a moment.
    """

    row: int
    received_at: datetime
    messages: list[Message]
    is_calm: bool = False


class Decoded(NamedTuple):
    """A batch and what it says."""

    batch: Batch
    readings: Sequence[AnyReading]


Handed = Batch | Decoded


def batch_of(handed: Handed) -> Batch:
    """Without what it says."""
    return handed.batch if isinstance(handed, Decoded) else handed


def renumbered(handed: Handed, row: int) -> Handed:
    """The same, as another row."""
    batch = msgspec.structs.replace(batch_of(handed), row=row)
    return Decoded(batch, handed.readings) if isinstance(handed, Decoded) else batch


def batch_from_raw(raw: bytes, received_at: datetime, backlog: bool, version: int, row: int) -> Batch:
    """The batch of a journal row: the same arguments give the same batch. Raises wire.WireError on a damaged row."""
    return Batch(row, received_at, messages_of(split(raw, version), received_at, backlog=backlog))

"""What the journal has of the time before: heard again, done as promised, or used now."""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from daemon.engine.engine import Engine
from daemon.engine.promise import Promise
from daemon.mqtt.batch import Batch, batch_from_raw
from daemon.mqtt.wire import WireError

_log = logging.getLogger(__name__)


class Row(Protocol):
    """A read that the journal has kept."""

    @property
    def row(self) -> int:
        """Its number."""

    @property
    def received_at(self) -> datetime:
        """When it was read."""

    @property
    def backlog(self) -> bool:
        """Whether the broker had queued it while we were away."""

    @property
    def version(self) -> int:
        """The protocol level of the bytes."""

    @property
    def raw(self) -> bytes:
        """PUBLISH packets, whole."""

    @property
    def promise(self) -> bytes | None:
        """What was to be done about it (`promise.py`)."""


def use_rows(engine: Engine, rows: Iterable[Row], decoded_row: int, kept_at: datetime | None) -> None:
    """Rows since the office was kept, at `kept_at`, oldest first. Up to `decoded_row` they were used: those only complete what is known.

    What was promised is done with what was known then; what is done now, with what our absence leaves of that. Before the
    engine's thread starts.
    """
    unused: list[Batch] = []
    until = kept_at
    for row in rows:
        until = row.received_at if until is None else max(until, row.received_at)
        batch = _read(row)
        if row.row <= decoded_row:
            engine.hear_again(batch)
            continue
        unused.append(batch)
        promise = Promise.read(row.promise)
        if promise is not None:
            engine.redo(unused, promise)
            unused = []
    engine.resume(until)
    for batch in unused:
        engine.turn([batch])


def _read(row: Row) -> Batch:
    try:
        return batch_from_raw(row.raw, row.received_at, row.backlog, row.version, row.row)
    except WireError as error:
        _log.warning("journal row %d cannot be read: %s", row.row, error)
        return Batch(row.row, row.received_at, [])

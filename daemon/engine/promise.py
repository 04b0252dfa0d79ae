"""What is durable before a command leaves: when it was decided, and which commands. What the step leaves behind follows it.

A step follows from what was known, what came and the instant, and nothing else. So after a crash between a command and the rest
the row that pressed, the rows before it and the instant give the same decision again, with the same ids; and so do several
promises in their order.
"""

import logging
from datetime import datetime
from typing import Self

import msgspec

from sensors.commands import CommandId

_log = logging.getLogger(__name__)


class Promise(msgspec.Struct, frozen=True, gc=False):
    """Beside the last row of the read that pressed: a step over it and all unused rows before it was made at this instant."""

    at: datetime
    commands: tuple[CommandId, ...] = ()

    def written(self) -> bytes:
        """For the journal."""
        return msgspec.json.encode(self)

    @classmethod
    def read(cls, written: bytes | None) -> Self | None:
        """From the journal; None for a row without one. One that is damaged is none: what it was about is judged again."""
        if written is None:
            return None
        try:
            return msgspec.json.decode(written, type=cls)
        except msgspec.DecodeError:
            _log.warning("journal: a promise is damaged: its step is made as of now")
            return None


class Unexplained(msgspec.Struct, frozen=True, tag=True):
    """Audit trail: these commands may have left before a crash, and the same step gives others now (another configuration)."""

    at: datetime
    commands: tuple[CommandId, ...]

"""What the shell must do after a step. Values: the core does nothing itself."""

from datetime import datetime
from typing import Literal

import msgspec

from policies.control.case import Case
from policies.office.requests import Request
from policies.words import Words
from sensors.commands import Command
from sensors.device import DeviceId, ZoneId


class Publish(msgspec.Struct, frozen=True, tag=True):
    """Send this command now, once, unless it has expired."""

    command: Command


class Record(msgspec.Struct, frozen=True, tag=True):
    """Write this turn of a case down: audit trail, `case` and `command` points."""

    at: datetime
    case: Case
    what: Literal[
        "opened", "refused", "commanded", "failed", "proved", "stuck", "escalated", "suspended", "closed",
        "contested", "reviewed",
    ]  # fmt: skip
    words: Words


class Notify(msgspec.Struct, frozen=True, tag=True):
    """Tell people. `to`: whose business it is. `act_at`: what is to happen then, unless somebody says no: no time to lose."""

    at: datetime
    to: Literal["zone", "owner", "manager", "lead"]
    zone: ZoneId
    device: DeviceId
    case: str
    words: Words
    act_at: datetime | None = None


class Decided(msgspec.Struct, frozen=True, tag=True):
    """Somebody asked for something and got it, or was refused: a line in the audit trail."""

    at: datetime
    who: str
    request: Request
    refused: Words | None = None


Effect = Publish | Record | Notify | Decided

"""What we may tell a device. Imperative; a command that is not listed here cannot be sent."""

from datetime import datetime
from typing import Literal, NewType

import msgspec

from sensors.device import DeviceId

CommandId = NewType("CommandId", str)
Side = Literal["cooling", "heating"]


class SwitchOff(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Off, by the device's own off command."""

    device: DeviceId


class SetSetpoint(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Set the target that counts on this side, and nothing else: never the mode, which would switch the unit on."""

    device: DeviceId
    celsius: float
    side: Side


Remedy = SwitchOff | SetSetpoint


class Command(msgspec.Struct, frozen=True):
    """A remedy on its way: numbered, reasoned, and dead after `expires_at`.

    `id` is derived from the case and the attempt, so a replayed step makes the same command, not a second one.
    """

    id: CommandId
    remedy: Remedy
    reason: str
    issued_at: datetime
    expires_at: datetime

    @property
    def device(self) -> DeviceId:
        """The device it is for."""
        return self.remedy.device

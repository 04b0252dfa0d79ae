"""What control must remember from one step to the next, and over a restart: small, bounded, exact.

`sent`     the commands of the last day, by device
`starts`   when a compressor was seen to start, an hour back, by device
`paced`    until when a gateway has work, by gateway (`pace.py`)
`standby`  watts a device was seen to draw while off, smoothed, by device (`standby.py`)
`changes`  what changed at a device, and what is thought to have changed it, some days back (`changes.py`)
`returned` when a device was on the network again, a day back
`reverts`  when people changed a corrected setpoint back, a day back, by device (`attribution.py`)
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from policies.control.changes import Caused
from sensors.commands import Remedy
from sensors.device import DeviceId

SENT_KEPT = timedelta(hours=25)
STARTS_KEPT = timedelta(hours=1)


class Sent(msgspec.Struct, frozen=True):
    """One command that left: when, for which policy, which attempt of its case, and what it said."""

    at: datetime
    policy: str
    attempt: int
    remedy: Remedy


class Memory(msgspec.Struct, frozen=True):
    """Immutable; a step replaces the maps that changed."""

    sent: Mapping[DeviceId, tuple[Sent, ...]] = {}
    starts: Mapping[DeviceId, tuple[datetime, ...]] = {}
    paced: Mapping[str, datetime] = {}
    standby: Mapping[DeviceId, float] = {}
    reverts: Mapping[DeviceId, tuple[datetime, ...]] = {}
    changes: Mapping[DeviceId, tuple[Caused, ...]] = {}
    returned: Mapping[DeviceId, datetime] = {}

    def sent_to(self, device: DeviceId) -> tuple[Sent, ...]:
        """Our commands of the last day, oldest first."""
        return self.sent.get(device, ())

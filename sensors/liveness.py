"""Is a message news? The one answer, for all families.

Nothing on MQTT tells it reliably. A retained value, what the broker had queued for us, what a gateway replays from its cache
when it starts, and a message whose own stamp is old are "last known": shown, stored, never evidence.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sensors.device import Device
from sensors.messages import Message

STALE_AFTER: Final = timedelta(minutes=10)
"""A message whose own stamp is older than this at arrival tells the past. Exactly this old is still news."""
REPLAY: Final = timedelta(seconds=10)
"""For so long after a gateway came online (closed interval) its states come from its cache, unretained as they are."""
BATTERY_SILENT_AFTER: Final = timedelta(hours=25)
"""A battery device may sleep a day; shorter silence is no sign."""

_SLEEPERS: Final = frozenset({"occupancy", "environment", "water", "contact"})


class Heard(NamedTuple):
    """When a message came, and whether it is news: what every reading made from it carries."""

    arrived_at: datetime
    device_at: datetime | None
    live: bool


def is_live(message: Message, device_at: datetime | None = None) -> bool:
    """True where a verdict may rest on this message. `device_at` is a stamp that was believed (`stamps.believed`)."""
    if message.retained or message.backlog:
        return False
    return device_at is None or message.arrived_at - device_at <= STALE_AFTER


def is_replay(arrived_at: datetime, online_at: datetime) -> bool:
    """True within `REPLAY` after the moment at which the device's gateway came online."""
    return online_at <= arrived_at <= online_at + REPLAY


def sleeps(device: Device) -> bool:
    """True for what mostly runs on a battery and speaks when something happens, or hourly. Tasmota runs on mains."""
    return device.kind in _SLEEPERS and device.address.family != "tasmota"


def hear(message: Message, device_at: datetime | None = None) -> Heard:
    """The marks of a message with this believed stamp."""
    return Heard(message.arrived_at, device_at, is_live(message, device_at))

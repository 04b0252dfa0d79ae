"""What has changed at a device by itself, and what is thought to have changed it: kept for days, told on the case.

Of each device the last changes of each quantity; so many that a programme of every day or hour can be told from a hand.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from policies.finding import Finding
from policies.words import Words, say
from sensors.commands import SetSetpoint
from sensors.device import DeviceId

Cause = Literal["ours", "person", "power_return", "device", "controller"]
Quantity = Literal["is_on", "mode", "cooling_setpoint_celsius", "heating_setpoint_celsius"]

KEPT = timedelta(days=5)
MOST_KEPT = 24
CAUSES: Mapping[Cause, Words] = {
    "ours": say("a command of officed has set it so"),
    "person": say("somebody has set it so, as far as can be told: at the device, or from an app"),
    "power_return": say("it came back so when it was on the network again"),
    "device": say("the device has set it so itself, at the end of its own range"),
    "controller": say("another controller sets it so"),
}


class Change(msgspec.Struct, frozen=True, gc=False):
    """A device's quantity has another value. `via`: the device's own word on it, where it has one."""

    device: DeviceId
    at: datetime
    quantity: Quantity
    before: float | bool | str
    after: float | bool | str
    via: str = ""


class Caused(msgspec.Struct, frozen=True, gc=False):
    """A change and its cause; `by`: when the command of ours left that explains it."""

    change: Change
    cause: Cause
    by: datetime | None = None


def kept(earlier: Sequence[Caused], fresh: Sequence[Caused], now: datetime) -> tuple[Caused, ...]:
    """Oldest first, bounded in time and number."""
    young = (one for one in earlier if now - one.change.at < KEPT)
    return (*young, *fresh)[-MOST_KEPT:]


def cause_of(changes: Sequence[Caused], finding: Finding) -> Caused | None:
    """The last change of what the finding complains about; None where none was seen, or nothing would mend it."""
    remedy = finding.remedy
    if remedy is None:
        return None
    about = {f"{remedy.side}_setpoint_celsius"} if isinstance(remedy, SetSetpoint) else {"is_on", "mode"}
    return next((one for one in reversed(changes) if one.change.quantity in about), None)


def cause_words(caused: Caused | None) -> Words | None:
    """For people; `None` stays None."""
    return None if caused is None else CAUSES[caused.cause]

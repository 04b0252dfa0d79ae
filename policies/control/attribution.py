"""Who changed it: our own command coming back, a person, the power, the device itself, another controller.

Nothing on the wire says so (Shelly alone names a source), so it is worked out from what we sent and when, and what happened
around it. An echo of ours is never taken for a person, and a person never for an echo: the value must be the one we
sent, and each command explains one change at most.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from policies.control.changes import Cause, Change
from policies.control.memory import Sent
from sensors.commands import SetSetpoint, Side, SwitchOff

ECHO_WITHIN = timedelta(minutes=15)
"""Sleepy valves obey minutes later."""
POWER_WITHIN = timedelta(seconds=60)
ALIKE_CELSIUS = 0.3
REGULAR = 3
PUNCTUAL_SECONDS = 3.0
"""A programme's command comes at its minute, give or take the network."""
_HOUR_SECONDS = 3600.0
_CONTROLLERS = frozenset({"timer", "schedule", "MQTT", "loopback"})
_PEOPLE = frozenset({"button", "switch", "UI", "SHC", "WS_in", "HTTP_in", "http"})
"""Shelly's words for what has switched it: a hand on it, its own page, its app."""


class Around(msgspec.Struct, frozen=True):
    """What else is known: our commands to the device, when it came back to the network, earlier changes of the same kind."""

    sent: Sequence[Sent] = ()
    explained: frozenset[datetime] = frozenset()
    returned_at: datetime | None = None
    limits_celsius: tuple[float, float] = (16.0, 30.0)
    earlier: Sequence[Change] = ()


def attribute(change: Change, around: Around) -> tuple[Cause, datetime | None]:
    """The cause, and the instant of the command that explains it where it was ours."""
    for sent in around.sent:
        if sent.at not in around.explained and _explains(sent, change):
            return "ours", sent.at
    if change.via in _CONTROLLERS:
        return "controller", None
    if change.via in _PEOPLE:
        return "person", None
    if change.via == "init":
        return "power_return", None
    if around.returned_at is not None and timedelta(0) <= change.at - around.returned_at <= POWER_WITHIN:
        return "power_return", None
    if _is_clamped(change, around):
        return "device", None
    if _is_regular(change, around.earlier):
        return "controller", None
    return "person", None


def wastes(change: Change) -> bool:
    """Whether the change asks for more energy: colder cooling, warmer heating, on."""
    if isinstance(change.after, float) and isinstance(change.before, float):
        return change.after < change.before if change.quantity.startswith("cooling") else change.after > change.before
    return change.after is True


def _explains(sent: Sent, change: Change) -> bool:
    if not timedelta(0) < change.at - sent.at <= ECHO_WITHIN:
        return False
    match sent.remedy:
        case SetSetpoint(celsius=celsius, side=side):
            right = change.quantity == _quantity(side)
            return right and isinstance(change.after, float) and abs(change.after - celsius) <= ALIKE_CELSIUS
        case SwitchOff():
            return change.after is False or change.after == "off"


def _quantity(side: Side) -> str:
    return f"{side}_setpoint_celsius"


def _is_clamped(change: Change, around: Around) -> bool:
    """Right after a command of ours, another value at the end of the unit's own range: the unit has cut it."""
    if not isinstance(change.after, float) or change.after not in around.limits_celsius:
        return False
    return any(timedelta(0) < change.at - sent.at <= timedelta(minutes=1) for sent in around.sent)


def _is_regular(change: Change, earlier: Sequence[Change]) -> bool:
    """The same change at the same minute of the hour, several times: a programme, not a person."""
    alike = [
        one for one in earlier if one.quantity == change.quantity and one.after == change.after and one.at < change.at
    ]
    return sum(1 for one in alike if _is_same_minute(one.at, change.at)) >= REGULAR


def _is_same_minute(one: datetime, other: datetime) -> bool:
    off = (other - one).total_seconds() % _HOUR_SECONDS
    return min(off, _HOUR_SECONDS - off) <= PUNCTUAL_SECONDS

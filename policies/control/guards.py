"""What stands between a decision and a command: one list, read from top to bottom; the first refusal counts.

Every refusal has a name that reaches the case, the board and the report, and a sentence for people.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from policies.control.case import Case, Refusal
from policies.office.office import Office
from policies.policy import Policy
from policies.words import say
from sensors.commands import Remedy, SetSetpoint, SwitchOff
from sensors.device import Device

WRITE_PAUSE = timedelta(seconds=60)
WRITES_AN_HOUR = 6
"""Setpoints live in flash memory: makers allow one write in ten minutes on average (domain: 60 s apart, 6 an hour)."""


class Sent(msgspec.Struct, frozen=True):
    """One command that left: when, for which policy, which attempt of its case."""

    at: datetime
    policy: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody wants to act: the case, its remedy, and all that a guard may look at."""

    case: Case
    remedy: Remedy
    device: Device
    policy: Policy
    office: Office
    sent: tuple[Sent, ...]
    now: datetime


Guard = Callable[[Request], Refusal | None]


def first_refusal(request: Request) -> Refusal | None:
    """The first guard that says no, or None: go."""
    for guard in GUARDS:
        refusal = guard(request)
        if refusal is not None:
            return refusal
    return None


def shadow(request: Request) -> Refusal | None:
    """A policy that watches says what it would do, and does nothing."""
    if request.office.desk.mode_of(request.policy.name, request.policy.mode) == "enforce":
        return None
    return Refusal("shadow", say("only watching: this policy does not act yet"))


def exempt(request: Request) -> Refusal | None:
    """An approved exemption frees the device from the rule; it is metered and reported all the same."""
    found = request.office.desk.exemption_for(request.device, request.policy.name, request.now)
    if found is None:
        return None
    words = say(
        "exempt ({reason}), approved by {who}, until {until_at}",
        reason=found.reason,
        who=found.approved_by,
        until_at=found.until,
    )
    return Refusal("exempt", words, found.until)


def never_off(request: Request) -> Refusal | None:
    """Servers, network, fridges, medical devices and whatever is marked never-off are not cut by anybody."""
    if isinstance(request.remedy, SwitchOff) and request.device.is_protected:
        return Refusal("never_off", say("never switched off: protected"))
    return None


def not_switchable(request: Request) -> Refusal | None:
    """Only what somebody has written down as switchable may be cut."""
    if isinstance(request.remedy, SwitchOff) and not request.device.switchable:
        return Refusal("not_switchable", say("nobody has allowed switching this device off"))
    return None


def override(request: Request) -> Refusal | None:
    """Somebody has leave until a stated time."""
    leave = request.office.desk.leave_for(request.device, request.now)
    if leave is None:
        return None
    return Refusal(
        "override", say("{who} has leave until {until_at}", who=leave.who, until_at=leave.until), leave.until
    )


def unknown_day(request: Request) -> Refusal | None:
    """On a day the calendar cannot vouch for, nothing is switched off without a person."""
    calendar = request.office.site.calendar
    if not isinstance(request.remedy, SwitchOff) or calendar.vouches_for(calendar.local(request.now).date()):
        return None
    return Refusal("unknown_day", say("the calendar cannot say whether today is a workday"))


def occupied(request: Request) -> Refusal | None:
    """Nobody's equipment goes off while somebody is in the room."""
    if isinstance(request.remedy, SwitchOff) and request.office.is_occupied(request.device.zone, request.now):
        return Refusal("occupied", say("somebody is still there"))
    return None


def busy(request: Request) -> Refusal | None:
    """A running job is not cut; where being busy cannot be seen, that counts as busy."""
    ceiling = request.device.busy_watts
    if ceiling is None or not isinstance(request.remedy, SwitchOff):
        return None
    metered = request.office.metered(request.device)
    if metered.watts is None or not metered.watts.live or metered.is_silent(request.now):
        return Refusal("busy_unknown", say("cannot see whether it is at work"))
    if metered.watts.value > ceiling:
        return Refusal("busy", say("at work: draws {power_watts}", power_watts=metered.watts.value))
    return None


def give_way(request: Request) -> Refusal | None:
    """People change it back: after the k-th correction of a day we stop and ask, rather than fight."""
    calendar = request.office.site.calendar
    today = calendar.local(request.now).date()
    corrections = sum(
        1
        for sent in request.sent
        if sent.policy == request.policy.name and sent.attempt == 1 and calendar.local(sent.at).date() == today
    )
    if corrections < request.policy.give_way_after or request.case.attempts > 0:
        return None
    return Refusal("give_way", say("changed back {times} times today: somebody should ask why", times=corrections))


def write_rate(request: Request) -> Refusal | None:
    """Writes to one thermostat are a minute apart and six an hour."""
    if not isinstance(request.remedy, SetSetpoint):
        return None
    recent = [sent.at for sent in request.sent if request.now - sent.at < timedelta(hours=1)]
    until = None
    if recent and request.now - recent[-1] < WRITE_PAUSE:
        until = recent[-1] + WRITE_PAUSE
    elif len(recent) >= WRITES_AN_HOUR:
        until = recent[-WRITES_AN_HOUR] + timedelta(hours=1)
    if until is None:
        return None
    return Refusal("write_rate", say("too many changes in a short time; next at {until_at}", until_at=until), until)


GUARDS: tuple[Guard, ...] = (
    shadow,
    exempt,
    never_off,
    not_switchable,
    override,
    unknown_day,
    occupied,
    busy,
    give_way,
    write_rate,
)

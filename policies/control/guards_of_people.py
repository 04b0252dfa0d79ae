"""Guards that speak for people: what they allowed, asked for, are doing, or cannot vouch for."""

import zlib

from policies.control.case import Refusal
from policies.control.request import Request
from policies.words import say

SAFE_TO_LEAVE_ON = frozenset({"monitor", "lighting", "water_dispenser", "printer", "copier", "computer"})
"""Loads that may stay on for a night without harm, to learn what switching off saves."""


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
    if not request.is_off or calendar.vouches_for(calendar.local(request.now).date()):
        return None
    return Refusal("unknown_day", say("the calendar cannot say whether today is a workday"))


def hold_out(request: Request) -> Refusal | None:
    """One night in so many a safe load stays on, chosen by lot: else nobody could say what switching off saves.

    The lot is a checksum of device and night, so it can be drawn again by whoever doubts it.
    """
    share = request.policy.hold_out_share
    if not request.is_off or share <= 0 or request.device.load not in SAFE_TO_LEAVE_ON:
        return None
    calendar = request.office.site.calendar
    opens_at = request.case.finding.until
    night = calendar.local(opens_at or request.now).date()
    if zlib.crc32(f"{request.device.id}/{night}".encode()) / 2**32 >= share:
        return None
    return Refusal("hold_out", say("left on tonight by lot, to measure what switching off saves"), opens_at)


def occupied(request: Request) -> Refusal | None:
    """Nobody's equipment goes off while somebody is in the room."""
    if request.is_off and request.office.is_occupied(request.device.zone, request.now):
        return Refusal("occupied", say("somebody is still there"))
    return None


def give_way(request: Request) -> Refusal | None:
    """People change it back: after the k-th correction of a day we stop and ask, rather than fight.

    A setpoint sent again counts as well: whoever turns it back before it shows has turned it back. A switch-off sent again
    does not: that is the radio. And a fight about degrees by day is no reason to leave a unit on for the night.
    """
    calendar = request.office.site.calendar
    today = calendar.local(request.now).date()
    corrections = sum(
        1
        for sent in request.sent
        if sent.policy == request.policy.name
        and (sent.attempt == 1 or not request.is_off)
        and calendar.local(sent.at).date() == today
    )
    reverts = [at for at in request.memory.reverts.get(request.device.id, ()) if calendar.local(at).date() == today]
    most = request.policy.give_way_after
    times = corrections if request.is_off else max(corrections, len(reverts))
    if times < most or (request.is_off and request.case.attempts > 0):
        return None
    room = request.office.of(request.device.id).room_celsius
    if room is None or not room.live:
        words = say("changed back {times} times today: somebody should ask why", times=times)
    else:
        words = say(
            "changed back {times} times today, with {room_celsius} in the room: somebody should ask why",
            times=times,
            room_celsius=room.value,
        )
    return Refusal("give_way", words)

"""An office as it was at an instant, out of what was stored: heard again, reading by reading, and judged on the way.

For an explanation it is enough to hear a day again, and to judge while the longest grace is running: a finding that has
been there without a gap for less than its grace is pending, and only judging at every instant shows the gaps.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from policies.control.memory import Memory
from policies.control.observing import observe
from policies.hearing import Heed, heed
from policies.office.desk import Desk
from policies.office.office import Office
from policies.policy import CaseKey, Policy
from policies.state import State
from policies.step import seated
from sensors.device import DeviceId
from sensors.readings import AnyReading

HEARD_AGAIN = timedelta(hours=26)
"""A day, so that guards that count by the day see all of it, and what is said every few hours is there."""
_A_LITTLE = timedelta(minutes=2)

Arrivals = Iterable[tuple[datetime, tuple[AnyReading, ...]]]


def rebuilt(
    fresh: State, arrivals: Arrivals, device: DeviceId, at: datetime, sent: Memory, desk: Desk
) -> tuple[State, Mapping[CaseKey, datetime]]:
    """The state at `at`, and since when each finding about the device has been there without a gap.

    `fresh` has heard nothing and knows the traits; `sent` and `desk` are what was on record at `at`.
    """
    office = seated(fresh.office, desk)
    memory = sent
    since: dict[CaseKey, datetime] = {}
    longest = max((policy.grace for policy in fresh.policies), default=timedelta(0)) + _A_LITTLE
    judged_at = at - longest
    for instant, readings in arrivals:
        if instant > at:
            break
        judged_at = _judge_until(fresh.policies, office, device, since, judged_at, instant)
        before, heard = office, Heed(office)
        heed(heard, readings)
        office = heard.done()
        memory = observe(memory, before, office, heard.dirty, instant)
        if instant >= at - longest:
            _note(fresh.policies, office, device, since, instant)
            judged_at = max(judged_at, instant)
    _judge_until(fresh.policies, office, device, since, judged_at, at)
    _note(fresh.policies, office, device, since, at)
    memory = replace(memory, sent=sent.sent)
    return replace(fresh, office=office, memory=memory), since


def _judge_until(
    policies: Iterable[Policy],
    office: Office,
    device: DeviceId,
    since: dict[CaseKey, datetime],
    start: datetime,
    end: datetime,
) -> datetime:
    """What time alone changes between two readings: the zone opens or closes, somebody falls silent."""
    policies = tuple(policies)
    now = start
    if now < end:
        _note(policies, office, device, since, now)
    zone = office.site.devices[device].zone
    while now < end:
        marks = [end, office.next_change(zone, now)]
        marks += [heard.silent_at() for heard in office.heard.values()]
        now = min(mark for mark in marks if mark is not None and mark > now)
        if now < end:
            _note(policies, office, device, since, now)
    return max(start, now)


def _note(
    policies: Iterable[Policy], office: Office, device: DeviceId, since: dict[CaseKey, datetime], now: datetime
) -> None:
    found = {
        finding.key
        for policy in policies
        for finding in policy.judge(office.within((device,)), now)
        if finding.device == device
    }
    for key in [key for key in since if key not in found]:
        del since[key]
    for key in found:
        since.setdefault(key, now)

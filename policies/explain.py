"""Why something was done, and why nothing was: rule by rule, for one device at one instant.

Every rule is asked, the one that acted and those that did not; every guard is asked, not only the first that said no. So a
person sees what would have to change for another answer.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from policies.control.case import Case, Refusal, RefusalReason
from policies.control.changes import cause_of, cause_words
from policies.control.guards import GUARDS
from policies.control.lifecycle import begin
from policies.control.request import Request
from policies.finding import Evidence, Finding
from policies.office.heard import NOTHING, Heard, Signal
from policies.office.office import Office
from policies.policy import CaseKey, Citation, Policy
from policies.state import State
from policies.unbroken import why_unbroken
from policies.words import Words, say
from sensors.commands import Remedy, SwitchOff
from sensors.device import DeviceId

Standing = Literal["unbroken", "pending", "no_remedy", "refused", "free"]
"""`free`: no guard says no; people are warned, or the command goes out, or it is out already."""


class Answer(msgspec.Struct, frozen=True):
    """One guard's answer; `refusal` None: it lets the command pass."""

    guard: str
    refusal: Refusal | None


class Ruling(msgspec.Struct, frozen=True):
    """What one rule says. `guards`: all of them, in their order; empty where there is nothing to do. `cause`: what brought it about, where that was seen."""

    policy: str
    citation: Citation | None
    standing: Standing
    words: Words
    evidence: tuple[Evidence, ...]
    remedy: Remedy | None = None
    guards: tuple[Answer, ...] = ()
    counts_at: datetime | None = None
    cause: Words | None = None

    @property
    def reason(self) -> RefusalReason | None:
        """The name of the first refusal; None where no guard refuses."""
        return next((one.refusal.reason for one in self.guards if one.refusal is not None), None)


class Explanation(msgspec.Struct, frozen=True):
    """`heard_at`: the last live word of the device until then; None: none."""

    device: DeviceId
    at: datetime
    heard_at: datetime | None
    rulings: tuple[Ruling, ...]

    @property
    def competing(self) -> tuple[Ruling, ...]:
        """The rules that are broken at once."""
        return tuple(one for one in self.rulings if one.standing != "unbroken")


def explain(
    state: State, device: DeviceId, now: datetime, broken_since: Mapping[CaseKey, datetime] | None = None
) -> Explanation:
    """What every rule says about the device in this state. Raises KeyError for a device that is not configured.

    `broken_since`: since when each finding has been there, where that is known: younger than its grace, it is pending.
    """
    office = state.office
    office.site.devices[device]
    found = {
        finding.policy: finding
        for policy in state.policies
        for finding in policy.judge(office.within((device,)), now)
        if finding.device == device
    }
    crowds = _crowds(state, now) if any(isinstance(one.remedy, SwitchOff) for one in found.values()) else {}
    rulings = []
    for policy in state.policies:
        finding = found.get(policy.name)
        if finding is None:
            words = why_unbroken(policy, office, device, now)
            rulings.append(Ruling(policy.name, policy.citation, "unbroken", words, heard_evidence(office, device)))
        else:
            since = (broken_since or {}).get(finding.key)
            rulings.append(_broken(state, policy, finding, crowds.get(policy.name, 1), since, now))
    return Explanation(device, now, office.of(device).heard_at, tuple(rulings))


def heard_evidence(office: Office, device: DeviceId) -> tuple[Evidence, ...]:
    """Everything that is evidence about the device: its live values."""
    return tuple(_signals(device, office.heard.get(device, NOTHING)))


def _broken(
    state: State, policy: Policy, finding: Finding, crowd: int, since: datetime | None, now: datetime
) -> Ruling:
    case = state.cases.get(finding.key) or begin(finding, policy, now)
    guards = () if finding.remedy is None else _asked(state, policy, case, finding.remedy, crowd, now)
    standing: Standing = "refused" if any(one.refusal is not None for one in guards) else "free"
    if finding.remedy is None:
        standing = "no_remedy"
    counts_at = None if since is None else since + policy.grace
    if counts_at is not None and now < counts_at and not _is_commanded(state, policy, finding.device, now):
        standing = "pending"
    cause = cause_words(cause_of(state.memory.changes.get(finding.device, ()), finding))
    said = (standing, finding.verdict, finding.evidence, finding.remedy, guards, counts_at, cause)
    return Ruling(policy.name, policy.citation, *said)


def _is_commanded(state: State, policy: Policy, device: DeviceId, now: datetime) -> bool:
    """A command of this rule is out, or just was: its case is there, whatever the finding did meanwhile."""
    lately = policy.attempts * (policy.confirm_within + policy.retry_after)
    return any(sent.policy == policy.name and now - sent.at <= lately for sent in state.memory.sent_to(device))


def _asked(state: State, policy: Policy, case: Case, remedy: Remedy, crowd: int, now: datetime) -> tuple[Answer, ...]:
    office = state.office
    device = office.site.devices[case.device]
    request = Request(case, remedy, device, policy, office, state.memory, now, (crowd, office.site.switchable))
    return tuple(Answer(guard.__name__, guard(request)) for guard in GUARDS)


def _crowds(state: State, now: datetime) -> Mapping[str, int]:
    """How many devices each policy wants off: what is found now, and what is under way."""
    wanted: dict[str, set[DeviceId]] = {}
    for policy in state.policies:
        for finding in policy.judge(state.office, now):
            if isinstance(finding.remedy, SwitchOff):
                wanted.setdefault(policy.name, set()).add(finding.device)
    for case in state.cases.values():
        if isinstance(case.finding.remedy, SwitchOff):
            wanted.setdefault(case.policy, set()).add(case.device)
    return {policy: len(devices) for policy, devices in wanted.items()}


def _signals(device: DeviceId, heard: Heard) -> Iterator[Evidence]:
    for name in heard.__struct_fields__:
        signal = getattr(heard, name)
        if isinstance(signal, Signal) and signal.live:
            yield Evidence(device, name, signal.value, signal.at)


def age_words(heard_at: datetime | None, now: datetime) -> Words:
    """How fresh the picture was."""
    if heard_at is None:
        return say("nothing live was heard of it until then")
    return say("last heard {took_seconds} before", took_seconds=(now - heard_at) / timedelta(seconds=1))

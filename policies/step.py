"""The one function: what is known, what came in, what time it is -> what is known now, and what must be done.

It asks "what should be true now?", never "what just happened?": a restart at 02:00 with a plug left on takes the same
line as 19:00. A quick step judges only what may have changed (what was heard, what is due); a tick judges everything.
Both give the same cases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from policies.control.case import Case, Refusal
from policies.control.deciding import decide, mark
from policies.control.effects import Decided, Effect, Notify, Publish
from policies.control.guards import Sent
from policies.control.lifecycle import Situation, advance, begin, fail, not_sent
from policies.finding import Finding
from policies.hearing import Heed, heed
from policies.inputs import Asked, Configured, Input, NotSent, Readings, Tick
from policies.office.desk import Desk
from policies.office.office import Office
from policies.policy import CaseKey, Policy
from policies.state import State
from policies.words import say
from sensors.device import DeviceId
from sensors.readings import CommandReply

RECENT_CASES = 500
_SENT_KEPT = timedelta(hours=25)
_SEND_AGAIN = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`wake_at`: when to step again although nothing comes in."""

    state: State
    effects: tuple[Effect, ...]
    wake_at: datetime


def step(state: State, inputs: Sequence[Input], now: datetime) -> Outcome:
    """One turn of the engine. `now` must not run backwards by more than the clock was set back: nothing depends on it."""
    everything = any(isinstance(item, Tick | Configured | Asked) for item in inputs)
    state, replies, dirty = _take_in(state, inputs, now)
    everything = everything or state.recheck_at is None or now >= state.recheck_at or _ran_backwards(state, now)
    turned = _Turning(state, now)
    for item in inputs:
        if isinstance(item, NotSent):
            turned.not_sent(item)
        elif isinstance(item, Asked):
            turned.asked(item)
    for reply in replies:
        turned.refused_by_device(reply)
    scope = None if everything else _scope(state, dirty | turned.touched, now)
    turned.judge(scope)
    recheck_at = _recheck_at(state.office, now) if scope is None else _sooner(state, dirty)
    after = replace(turned.after(), recheck_at=recheck_at, stepped_at=now)
    due = [case.due_at for case in after.cases.values() if case.due_at is not None]
    return Outcome(after, tuple(turned.effects), min([*due, recheck_at]))


def _take_in(
    state: State, inputs: Sequence[Input], now: datetime
) -> tuple[State, Sequence[CommandReply], set[DeviceId]]:
    heard = Heed(state.office)
    for item in inputs:
        match item:
            case Readings():
                heed(heard, item.readings)
            case Asked():
                heard.office = seated(heard.office, decide(heard.office.desk, item.request, item.who, now))
            case Configured():
                heard.office = seated(replace(heard.office, site=item.site), heard.office.desk)
                state = replace(state, policies=item.policies)
            case _:
                pass
    return replace(state, office=heard.done()), heard.replies, heard.dirty


def seated(office: Office, desk: Desk) -> Office:
    """The office with these decisions: marked days count in its calendar."""
    calendar = replace(office.site.calendar, marked_closed=desk.closed_days, marked_open=desk.open_days)
    site = office.site if calendar == office.site.calendar else replace(office.site, calendar=calendar)
    return replace(office, desk=desk, site=site)


def _ran_backwards(state: State, now: datetime) -> bool:
    return state.stepped_at is not None and now < state.stepped_at


def _scope(state: State, dirty: set[DeviceId], now: datetime) -> tuple[DeviceId, ...]:
    due = {case.device for case in state.cases.values() if case.due_at is not None and now >= case.due_at}
    return tuple(sorted(dirty | due))


def _recheck_at(office: Office, now: datetime) -> datetime:
    """The first instant at which time alone may change a verdict or a guard.

    A zone opens or closes, a device falls silent, leave ends, a local day begins.
    """
    first = office.site.calendar.next_midnight(now)
    for zone in office.site.zones:
        change = office.next_change(zone, now)
        if change is not None and change < first:
            first = change
    for heard in office.heard.values():
        silent_at = heard.silent_at()
        if silent_at is not None and now < silent_at < first:
            first = silent_at
    return min([first, *office.desk.ends(now)])


def _sooner(state: State, dirty: set[DeviceId]) -> datetime:
    first = state.recheck_at
    assert first is not None, "a step without a recheck time judges everything"  # noqa: S101  for the type checker
    for device in dirty:
        silent_at = state.office.of(device).silent_at()
        if silent_at is not None and silent_at < first:
            first = silent_at
    return first


class _Turning:
    """The cases on their way through one step."""

    def __init__(self, state: State, now: datetime) -> None:
        self._state = state
        self._office = state.office
        self.touched: set[DeviceId] = set()
        self._now = now
        self._policies: Mapping[str, Policy] = {policy.name: policy for policy in state.policies}
        self._cases = dict(state.cases)
        self._closed: list[Case] = []
        self._sent: dict[DeviceId, tuple[Sent, ...]] = {}
        self.effects: list[Effect] = []

    def judge(self, scope: tuple[DeviceId, ...] | None) -> None:
        found: dict[CaseKey, Finding] = {}
        offered = self._office if scope is None else self._office.within(scope)
        for policy in self._state.policies:
            for finding in policy.judge(offered, self._now):
                found.setdefault(finding.key, finding)
        inside = None if scope is None else set(scope)
        keys = {key for key in self._cases if inside is None or key[1] in inside} | found.keys()
        for key in sorted(keys):
            self._turn(key, found.get(key))

    def not_sent(self, item: NotSent) -> None:
        for key, case in self._cases.items():
            if case.command is not None and case.command.id == item.command and case.phase == "acting":
                until = None if item.final else self._now + _SEND_AGAIN
                reason = say("no words for it: {why}" if item.final else "not sent: {why}", why=item.reason)
                refusal = Refusal("no_words" if item.final else "not_sent", reason, until)
                self._keep(key, *not_sent(case, refusal, self._at(case)))
                sent = self._sent.get(case.device, self._state.sent.get(case.device, ()))
                self._sent[case.device] = sent[:-1]
                self.touched.add(case.device)
                return

    def asked(self, item: Asked) -> None:
        self.effects.append(Decided(self._now, item.who, item.request))
        for key, case in self._cases.items():
            marked = mark(case, item.request, item.who, self._now)
            if marked is not None:
                self._cases[key] = marked
                return

    def refused_by_device(self, reply: CommandReply) -> None:
        if reply.accepted:
            return
        for key, case in self._cases.items():
            if case.device != reply.device or case.phase != "acting" or case.command is None:
                continue
            if reply.live and reply.arrived_at > case.command.issued_at:
                self._keep(key, *fail(case, say("the device refused: {why}", why=reply.words), self._at(case)))
                self.touched.add(case.device)
            return

    def after(self) -> State:
        sent = self._state.sent if not self._sent else {**self._state.sent, **self._sent}
        recent = self._state.recent if not self._closed else (*self._closed[::-1], *self._state.recent)[:RECENT_CASES]
        return replace(self._state, cases=self._cases, recent=recent, sent=sent)

    def _turn(self, key: CaseKey, finding: Finding | None) -> None:
        case = self._cases.get(key)
        if case is None:
            if finding is None:
                return
            case = begin(finding, self._policies[finding.policy], self._now)
        elif key[0] not in self._policies or case.device not in self._office.site.devices:
            del self._cases[key]
            return
        self._keep(key, *advance(case, finding, self._at(case)))

    def _keep(self, key: CaseKey, case: Case | None, effects: Sequence[Effect]) -> None:
        if case is None:
            self._cases.pop(key, None)
        elif case.phase == "closed":
            self._cases.pop(key, None)
            self._closed.append(case)
        else:
            self._cases[key] = case
        for effect in effects:
            if isinstance(effect, Publish):
                self._note(effect, case)
            if not (isinstance(effect, Notify) and self._is_muted(effect, key[0])):
                self.effects.append(effect)

    def _is_muted(self, notice: Notify, policy: str) -> bool:
        return self._office.desk.mutes_case(notice.zone, notice.device, policy, self._now)

    def _note(self, effect: Publish, case: Case | None) -> None:
        device = effect.command.device
        old = self._sent.get(device, self._state.sent.get(device, ()))
        kept = tuple(sent for sent in old if self._now - sent.at < _SENT_KEPT)
        attempt = 1 if case is None else case.attempts
        policy = "" if case is None else case.policy
        self._sent[device] = (*kept, Sent(self._now, policy, attempt))

    def _at(self, case: Case) -> Situation:
        device = self._office.site.devices[case.device]
        sent = self._sent.get(case.device, self._state.sent.get(case.device, ()))
        return Situation(self._office, self._policies[case.policy], device, sent, self._now)

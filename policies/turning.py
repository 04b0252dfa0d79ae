"""The cases on their way through one step: begun, moved on, commanded, closed; and what that leaves to be done."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain

import msgspec

from policies.control.case import Case, Refusal
from policies.control.changes import cause_of
from policies.control.deciding import mark
from policies.control.dropping import dropped
from policies.control.effects import Decided, Effect, Notify, Publish, Record
from policies.control.lifecycle import Situation, advance, begin, fail, not_sent
from policies.control.memory import SENT_KEPT, Memory, Sent
from policies.control.pace import after_one
from policies.finding import Finding
from policies.inputs import Asked, NotSent
from policies.office.requests import Contest, Review
from policies.policy import CaseKey, Policy
from policies.state import State
from policies.words import Words, say
from sensors.commands import SwitchOff
from sensors.device import DeviceId
from sensors.readings import CommandReply

RECENT_CASES = 500
_SEND_AGAIN = timedelta(seconds=10)


class Turning:
    """Mutable for one step. The largest load is taken first: where a gateway is slow, it goes first."""

    def __init__(self, state: State, now: datetime) -> None:
        self._state = state
        self._office = state.office
        self.touched: set[DeviceId] = set()
        self._now = now
        self._policies: Mapping[str, Policy] = {policy.name: policy for policy in state.policies}
        self._cases = dict(state.cases)
        self._closed: list[Case] = []
        self._recent = state.recent
        self._memory: Memory = state.memory
        self._crowds: Mapping[str, int] = {}
        self.effects: list[Effect] = []

    def judge(self, scope: tuple[DeviceId, ...] | None) -> None:
        """Every case, or those of these devices."""
        found: dict[CaseKey, Finding] = {}
        offered = self._office.within(scope)
        for policy in self._state.policies:
            for finding in policy.judge(offered, self._now):
                found.setdefault(finding.key, finding)
        inside = None if scope is None else set(scope)
        keys = [key for key in self._cases if inside is None or key[1] in inside or key in found]
        keys += [key for key in found if key not in self._cases]
        self._crowds = self._counted(found)
        turning = [key for key in keys if not self._waits(key, found.get(key))]
        if len(turning) > 1:
            turning.sort(key=lambda key: (-_load_watts(found.get(key)), key))
        for key in turning:
            self._turn(key, found.get(key))

    def not_sent(self, item: NotSent) -> None:
        """A command never left."""
        for key, case in self._cases.items():
            if not self._is_configured(case):
                continue
            if case.command is not None and case.command.id == item.command and case.phase == "acting":
                until = None if item.final else self._now + _SEND_AGAIN
                reason = say("no words for it: {why}" if item.final else "not sent: {why}", why=item.reason)
                refusal = Refusal("no_words" if item.final else "not_sent", reason, until)
                self._keep(key, *not_sent(case, refusal, self._at(case)))
                self._remember(case.device, self._memory.sent_to(case.device)[:-1])
                self.touched.add(case.device)
                return

    def asked(self, item: Asked, refused: Words | None = None) -> None:
        """A person decided something; a case may be concerned."""
        self.effects.append(Decided(self._now, item.who, item.request, refused))
        if refused is not None:
            return
        for key, case in self._cases.items():
            marked = mark(case, item.request, item.who, self._now)
            if marked is not None:
                self._cases[key] = marked
                self._disputed(marked, item)
                return
        for number, case in enumerate(self._recent):
            marked = mark(case, item.request, item.who, self._now)
            if marked is not None:
                self._recent = (*self._recent[:number], marked, *self._recent[number + 1 :])
                self._disputed(marked, item)
                return

    def _disputed(self, case: Case, item: Asked) -> None:
        """Whether a case counts is written down where it is counted."""
        match item.request:
            case Contest(_, why):
                words = say("contested by {who}: {why}", who=item.who, why=why)
                self.effects.append(Record(self._now, case, "contested", words))
            case Review(_, upheld, why):
                words = say(
                    "reviewed by {who}, it stands: {why}" if upheld else "reviewed by {who}, it was wrong: {why}",
                    who=item.who,
                    why=why,
                )
                self.effects.append(Record(self._now, case, "reviewed", words))
            case _:
                pass

    def refused_by_device(self, reply: CommandReply) -> None:
        """The device, or its gateway, said no."""
        if reply.accepted:
            return
        for key, case in self._cases.items():
            if (
                not self._is_configured(case)
                or case.device != reply.device
                or case.phase != "acting"
                or case.command is None
            ):
                continue
            if reply.live and reply.arrived_at > case.command.issued_at:
                self._keep(key, *fail(case, say("the device refused: {why}", why=reply.words), self._at(case)))
                self.touched.add(case.device)
            return

    def after(self, recheck_at: datetime) -> State:
        """The state with what has become of the cases. `recheck_at`: see `State`."""
        recent = self._recent if not self._closed else (*self._closed[::-1], *self._recent)[:RECENT_CASES]
        return msgspec.structs.replace(
            self._state,
            cases=self._cases,
            recent=recent,
            memory=self._memory,
            recheck_at=recheck_at,
            stepped_at=self._now,
        )

    def _waits(self, key: CaseKey, finding: Finding | None) -> bool:
        """Whether its grace is still running: most cases of an evening. Then it has its new finding, and no more to do."""
        case = self._cases.get(key)
        if case is None or finding is None or not case.is_in_grace(self._now) or not self._is_configured(case):
            return False
        self._cases[key] = msgspec.structs.replace(case, finding=finding)
        return True

    def _turn(self, key: CaseKey, finding: Finding | None) -> None:
        case = self._cases.get(key)
        if case is None:
            if finding is None:
                return
            case = self._begun(finding)
        elif not self._is_configured(case):
            self._keep(key, *dropped(case, self._now))
            return
        after, effects = advance(case, finding, self._at(case))
        self._keep(key, after, effects)
        if after is not None and after.phase == "closed" and finding is not None:
            self._keep(key, self._begun(finding), ())

    def _begun(self, finding: Finding) -> Case:
        case = begin(finding, self._policies[finding.policy], self._now)
        caused = cause_of(self._memory.changes.get(case.device, ()), finding)
        return case if caused is None else msgspec.structs.replace(case, caused=caused)

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

    def _is_configured(self, case: Case) -> bool:
        """Whether its policy and its device are still there, the device in the same zone."""
        device = self._office.site.devices.get(case.device)
        return device is not None and device.zone == case.zone and case.policy in self._policies

    def _is_muted(self, notice: Notify, policy: str) -> bool:
        return self._office.desk.mutes_case(notice.zone, notice.device, policy, self._now)

    def _note(self, effect: Publish, case: Case | None) -> None:
        command = effect.command
        kept = tuple(sent for sent in self._memory.sent_to(command.device) if self._now - sent.at < SENT_KEPT)
        attempt, policy = (1, "") if case is None else (case.attempts, case.policy)
        self._remember(command.device, (*kept, Sent(self._now, policy, attempt, command.remedy)))
        gateway = self._office.site.devices[command.device].gateway
        if gateway:
            until = after_one(self._memory.paced.get(gateway), self._now)
            self._memory = msgspec.structs.replace(self._memory, paced={**self._memory.paced, gateway: until})

    def _remember(self, device: DeviceId, sent: tuple[Sent, ...]) -> None:
        self._memory = msgspec.structs.replace(self._memory, sent={**self._memory.sent, device: sent})

    def _counted(self, found: Mapping[CaseKey, Finding]) -> Mapping[str, int]:
        """How many devices each policy wants to switch off: what was found now, and what is under way."""
        crowds: dict[str, int] = {}
        under_way = (case.finding for key, case in self._cases.items() if key not in found)
        for finding in chain(found.values(), under_way):
            if isinstance(finding.remedy, SwitchOff):
                crowds[finding.policy] = crowds.get(finding.policy, 0) + 1
        return crowds

    def _at(self, case: Case) -> Situation:
        device = self._office.site.devices[case.device]
        crowd = (self._crowds.get(case.policy, 0), self._office.site.switchable)
        return Situation(self._office, self._policies[case.policy], device, self._memory, self._now, crowd)


def _load_watts(finding: Finding | None) -> float:
    if finding is None or not isinstance(finding.remedy, SwitchOff):
        return 0.0
    watts = (item.value for item in finding.evidence if item.quantity == "watts")
    return max((value for value in watts if isinstance(value, float)), default=0.0)

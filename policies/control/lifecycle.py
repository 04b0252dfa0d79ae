"""What becomes of a finding: pending, open, acting, closed; or stuck, escalated, suspended. Written once, for all rules.

    pending    the finding is there, the grace is running; if it goes away, nothing happened
    open       it counts. A guard refuses (named), or people are warned and `act_at` is set
    suspended  open, and somebody has leave
    acting     a command is out; waiting for its proof until `due_at`
    stuck      no proof after all attempts: the owner is told
    escalated  nobody mended it in time: the manager is told, then the lead (people.py)
    closed     proved, or it went away

Every turn follows from (case, finding, office, now) alone. Silence closes nothing: a device that stops talking is not mended.
"""

from datetime import datetime
from typing import Literal

import msgspec
from msgspec.structs import replace

from policies.control.case import Case, Outcome, Phase, Refusal, Turn, case_id
from policies.control.effects import Effect, Notify, Publish, Record
from policies.control.guards import first_refusal
from policies.control.memory import Memory
from policies.control.people import climb, is_stuck
from policies.control.proof import WAITING, Proof, is_doubted, prove
from policies.control.request import Request
from policies.control.sentences import doing, leaves_at, stuck_words
from policies.control.standby import ceiling_watts
from policies.control.tips import give_tip
from policies.finding import Finding
from policies.office.office import Office
from policies.policy import Policy
from policies.words import Words, say
from sensors.commands import Command, CommandId, Remedy
from sensors.device import Device

_HISTORY = 40
What = Literal["opened", "refused", "commanded", "failed", "proved", "stuck", "escalated", "suspended", "closed"]


class Situation(msgspec.Struct, frozen=True, gc=False):
    """All that a turn may depend on, besides the case and its finding."""

    office: Office
    policy: Policy
    device: Device
    memory: Memory
    now: datetime
    crowd: tuple[int, int] = (1, 1)

    @property
    def ceiling_watts(self) -> float:
        """Off is at most this: learned, where something was."""
        return ceiling_watts(self.memory.standby.get(self.device.id), self.device.standby_watts)

    @property
    def is_silent(self) -> bool:
        """Nothing live from the device: its findings may have vanished for that reason alone."""
        return self.office.of(self.device.id).is_silent(self.now)


def begin(finding: Finding, policy: Policy, now: datetime) -> Case:
    """A new case. Its id says what, whom and since when, so that the same finding makes the same case."""
    return Case(
        id=case_id(finding.policy, finding.device, now),
        policy=finding.policy,
        device=finding.device,
        zone=finding.zone,
        phase="pending",
        finding=finding,
        since=now,
        phase_since=now,
        due_at=now + policy.grace,
    )


def advance(case: Case, finding: Finding | None, at: Situation) -> tuple[Case | None, list[Effect]]:
    """The case after this instant, and what has to be done. None: it never counted, and is forgotten."""
    effects: list[Effect] = []
    if finding is not None:
        case = replace(case, finding=finding)
    elif case.phase == "pending":
        return None, effects
    elif case.finding.until is not None and at.now >= case.finding.until:
        return _close(case, "cleared", say("its time is over"), at, effects), effects
    elif not at.is_silent and case.phase in {"open", "suspended"}:
        return _gone(case, at, effects), effects
    match case.phase:
        case "pending":
            case = _count(case, at, effects)
        case "open" | "suspended":
            case = _decide(case, at, effects)
        case "acting":
            case = _confirm(case, finding, at, effects)
        case "stuck" | "escalated":
            case = _wait_for_person(case, finding, at, effects)
        case "closed":
            pass
    return case, effects


def fail(case: Case, words: Words, at: Situation) -> tuple[Case, list[Effect]]:
    """The device, or its gateway, refused the command: no need to wait for the proof."""
    effects: list[Effect] = []
    return _retry_or_stick(_turn(case, "acting", "failed", words, at, effects), WAITING, at, effects), effects


def not_sent(case: Case, refusal: Refusal, at: Situation) -> tuple[Case, list[Effect]]:
    """The command never left this machine: not an attempt. It is tried again at `refusal.until`, or never."""
    effects: list[Effect] = []
    case = replace(case, attempts=max(0, case.attempts - 1), command=None, act_at=refusal.until)
    return _refuse(case, refusal, at, effects), effects


def _gone(case: Case, at: Situation, effects: list[Effect]) -> Case:
    """Between two attempts: the first one may have worked after all."""
    proof = WAITING if case.command is None else prove(case.command, at.device, at.office, at.ceiling_watts)
    if proof.standing == "proved":
        return _proved(case, proof, at, effects)
    return _close(case, "cleared", say("it went away by itself"), at, effects)


def _count(case: Case, at: Situation, effects: list[Effect]) -> Case:
    if case.due_at is not None and at.now < case.due_at:
        return case
    case = replace(case, due_at=None)
    return _decide(_turn(case, "open", "opened", case.finding.verdict, at, effects), at, effects)


def _decide(case: Case, at: Situation, effects: list[Effect]) -> Case:
    remedy = case.finding.remedy
    if case.finding.past:
        return give_tip(case, at.now, effects)
    if remedy is None:
        refusal: Refusal | None = Refusal("no_remedy", say("nothing we may do: somebody has to look"))
    elif at.is_silent:
        return replace(case, due_at=None)
    elif _is_between_attempts(case, at.now):
        return case
    elif case.refusal is not None and case.refusal.reason == "no_words":
        refusal = case.refusal
    else:
        refusal = first_refusal(Request(case, remedy, at.device, at.policy, at.office, at.memory, at.now, at.crowd))
    if refusal is not None or remedy is None:
        return case if refusal is None else _refuse(case, refusal, at, effects)
    case = replace(case, refusal=None)
    if case.phase == "suspended":
        case = replace(case, phase="open", phase_since=at.now, act_at=None, warned=False)
    if case.act_at is None:
        case = replace(case, act_at=at.now + at.policy.warn)
    if case.act_at is not None and at.now < case.act_at:
        return replace(_warn(case, at, effects), due_at=case.act_at)
    return _command(case, remedy, at, effects)


def _is_between_attempts(case: Case, now: datetime) -> bool:
    """The next attempt has its time; whether it may go is asked then."""
    tried = case.attempts > 0 or (case.refusal is not None and case.refusal.reason == "not_sent")
    return tried and case.act_at is not None and now < case.act_at


def _refuse(case: Case, refusal: Refusal, at: Situation, effects: list[Effect]) -> Case:
    before = case.refusal
    case = replace(case, refusal=refusal, due_at=refusal.until)
    if refusal.reason not in {"not_sent", "write_rate", "gateway_rate"}:
        case = replace(case, act_at=None, warned=False)
    phase: Phase = "suspended" if refusal.reason in {"override", "exempt"} else "open"
    if before is not None and before.reason == refusal.reason and case.phase == phase:
        return case
    return _turn(case, phase, "suspended" if phase == "suspended" else "refused", refusal.words, at, effects)


def _warn(case: Case, at: Situation, effects: list[Effect]) -> Case:
    if case.warned or case.act_at is None or case.attempts:
        return case
    effects.append(Notify(at.now, "zone", case.zone, case.device, case.id, leaves_at(case.act_at), case.act_at))
    return replace(case, warned=True)


def _command(case: Case, remedy: Remedy, at: Situation, effects: list[Effect]) -> Case:
    attempt = case.attempts + 1
    expires_at = at.now + at.policy.command_expiry
    if case.finding.until is not None:
        expires_at = min(expires_at, case.finding.until)
    command = Command(CommandId(f"{case.id}/{attempt}"), remedy, str(case.finding.verdict), at.now, expires_at)
    case = replace(case, attempts=attempt, command=command, act_at=None, due_at=at.now + at.policy.confirm_within)
    case = _turn(case, "acting", "commanded", doing(remedy), at, effects)
    effects.append(Publish(command))
    return case


def _confirm(case: Case, finding: Finding | None, at: Situation, effects: list[Effect]) -> Case:
    proof = WAITING if case.command is None else prove(case.command, at.device, at.office, at.ceiling_watts)
    if proof.standing == "proved":
        return _proved(case, proof, at, effects)
    gone = finding is None and not at.is_silent and proof.standing != "reported"
    if gone and not at.device.open_loop:
        return _close(case, "cleared", say("it went away by itself"), at, effects)
    if case.due_at is not None and at.now < case.due_at:
        return case
    if finding is None and at.device.open_loop and not at.is_silent:
        return _close(case, "commanded", say("commanded; this device cannot be proved"), at, effects)
    return _retry_or_stick(case, proof, at, effects)


def _retry_or_stick(case: Case, proof: Proof, at: Situation, effects: list[Effect]) -> Case:
    if case.attempts < at.policy.attempts and proof.standing != "reported" and not at.is_silent:
        again_at = at.now + at.policy.retry_after
        case = replace(case, act_at=again_at, due_at=again_at)
        return _turn(
            case, "open", "failed", say("no proof; trying again at {again_at}", again_at=again_at), at, effects
        )
    words = say("does not answer any more") if at.is_silent else stuck_words(proof)
    case = replace(case, act_at=None, due_at=at.now + at.policy.escalate_after, proof=proof.evidence)
    case = is_stuck(case, at.now)
    effects.append(Notify(at.now, "owner", case.zone, case.device, case.id, words))
    return _turn(case, "stuck", "stuck", words, at, effects)


def _wait_for_person(case: Case, finding: Finding | None, at: Situation, effects: list[Effect]) -> Case:
    proof = WAITING if case.command is None else prove(case.command, at.device, at.office, at.ceiling_watts)
    if proof.standing == "proved" and finding is None:
        return _proved(case, proof, at, effects)
    if finding is None and not at.is_silent and not is_doubted(case.command, proof):
        return _close(case, "cleared", say("somebody mended it"), at, effects)
    case, notice = climb(case, at.policy, at.now)
    if notice is None:
        return case
    effects.append(notice)
    return _turn(case, "escalated", "escalated", notice.words, at, effects)


def _proved(case: Case, proof: Proof, at: Situation, effects: list[Effect]) -> Case:
    case = replace(case, proof=proof.evidence, outcome="proved", closed_at=at.now, due_at=None, act_at=None)
    took = (at.now - case.command.issued_at).total_seconds() if case.command is not None else 0.0
    return _turn(case, "closed", "proved", say("proved after {took_seconds}", took_seconds=took), at, effects)


def _close(case: Case, outcome: Outcome, words: Words, at: Situation, effects: list[Effect]) -> Case:
    case = replace(case, outcome=outcome, closed_at=at.now, due_at=None, act_at=None)
    return _turn(case, "closed", "closed", words, at, effects)


def _turn(case: Case, phase: Phase, what: What, words: Words, at: Situation, effects: list[Effect]) -> Case:
    history = (*case.history, Turn(at.now, phase, words))[-_HISTORY:]
    since = case.phase_since if case.phase == phase else at.now
    case = replace(case, phase=phase, phase_since=since, history=history)
    effects.append(Record(at.now, case, what, words))
    return case

"""A case in one line: who, what, since when, why nothing (or what) is done, and what comes next. No blame."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from dashboards.views.place import Named, device, will_do, zone
from dashboards.views.room import Standing, case_standing, needs_person
from policies.control.case import Case
from policies.control.changes import cause_words
from policies.finding import Evidence
from policies.policy import Policy
from policies.state import State
from policies.words import Words, say
from sensors.commands import SetSetpoint

Group = Literal["person", "running", "watched", "pending", "leave"]
"""Where a case stands on the page: for a person; in officed's hands; only watched; within its grace; with leave."""


class Line(msgspec.Struct, frozen=True):
    """One turn of the case's history."""

    at: datetime
    words: Words


class Story(msgspec.Struct, frozen=True):
    """`citation`: document and article, as the pack cites them; `evidence`: the readings that show it. `cause`: who or what set it so, where that was seen."""

    case: str
    group: Group
    standing: Standing
    zone: Named
    device: Named
    verdict: Words
    since: datetime
    next: Words
    owner: str
    policy: str
    citation: str
    evidence: tuple[Evidence, ...]
    history: tuple[Line, ...]
    cause: Words | None = None
    caused_at: datetime | None = None


def stories(state: State) -> tuple[Story, ...]:
    """Every case that is not closed, the longest-lasting first."""
    policies = {policy.name: policy for policy in state.policies}
    cases = sorted(state.cases.values(), key=lambda case: (case.since, case.id))
    return tuple(story(case, state, policies) for case in cases if case.phase != "closed")


def story(case: Case, state: State, policies: Mapping[str, Policy]) -> Story:
    """One case as people read it."""
    site = state.office.site
    policy = policies.get(case.policy)
    there = site.zones.get(case.zone)
    owner = there.owner if there is not None else ""
    cited = policy.citation if policy is not None else None
    return Story(
        case=case.id,
        group=group(case),
        standing=case_standing(case),
        zone=zone(site, case.zone),
        device=device(site, case.device),
        verdict=case.finding.verdict,
        since=case.since,
        next=what_next(case),
        owner=owner,
        policy=case.policy,
        citation=" ".join(part for part in (cited.document, cited.article) if part) if cited is not None else "",
        evidence=(*case.finding.evidence, *(item for item in case.proof if item not in case.finding.evidence)),
        history=tuple(Line(turn.at, turn.words) for turn in case.history),
        cause=cause_words(case.caused),
        caused_at=None if case.caused is None else case.caused.change.at,
    )


def group(case: Case) -> Group:
    """Which part of the page a case belongs to."""
    if needs_person(case):
        return "person"
    if case.phase == "suspended":
        return "leave"
    if case.phase == "pending":
        return "pending"
    if case.finding.past or (case.refusal is not None and case.refusal.reason == "shadow"):
        return "watched"
    return "running"


def what_next(case: Case) -> Words:
    """The one sentence that says what will happen, or who has to act."""
    remedy = case.finding.remedy
    match case.phase:
        case "pending" if case.due_at is not None:
            return say("counts from {due_at} if it stays so", due_at=case.due_at)
        case "acting" if case.due_at is not None:
            return say("waiting for the proof until {due_at}", due_at=case.due_at)
        case "stuck" | "escalated":
            return case.history[-1].words if case.history else say("does not obey")
        case "open" | "suspended" if case.refusal is not None:
            if case.refusal.reason == "shadow" and isinstance(remedy, SetSetpoint):
                return say("only watching; would set it to {setpoint_celsius}", setpoint_celsius=remedy.celsius)
            if case.refusal.reason == "shadow":
                return say("only watching; would switch it off")
            return case.refusal.words
        case "open" if case.finding.past:
            return say("nothing to mend: it is over")
        case "open" if case.act_at is not None and remedy is not None:
            if isinstance(remedy, SetSetpoint):
                return say("set to {setpoint_celsius} at {act_at}", setpoint_celsius=remedy.celsius, act_at=case.act_at)
            return say("goes off at {act_at} unless extended", act_at=case.act_at)
        case _:
            return will_do(remedy) if remedy is not None else say("nothing we may do: somebody has to look")

"""Who is told when nobody mends a case: its owner, then the manager, then the lead; one rung a deadline, each once.

Whoever acknowledges stops the ladder for a while; a contest stops it until somebody has reviewed it, and for good where the
case was found wrong. Level-triggered: asked again and again, it gives the rung that is due now or when to ask next.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from msgspec.structs import replace

from policies.control.case import Case
from policies.control.effects import Notify
from policies.policy import Policy
from policies.words import say

LADDER: tuple[Literal["owner", "manager", "lead"], ...] = ("owner", "manager", "lead")


@dataclass(frozen=True, slots=True)
class Rung:
    """`to`: who is told now; None: nobody yet. `due_at`: when to ask again; None: a person has to do something first."""

    to: Literal["owner", "manager", "lead"] | None = None
    due_at: datetime | None = None


def next_rung(case: Case, policy: Policy, now: datetime) -> Rung:
    """Of a case that waits for a person (stuck or escalated), whose owner knows since it is stuck."""
    step = 1 + max(case.rung, 1 if case.phase == "escalated" else 0)
    wrong = case.reviewed is not None and not case.counts
    if case.is_frozen or wrong or step >= len(LADDER):
        return Rung()
    due_at = (case.told_at or case.phase_since) + policy.escalate_after
    if case.acknowledged is not None:
        due_at = max(due_at, case.acknowledged.at + policy.acknowledged_for)
    if case.reviewed is not None:
        due_at = max(due_at, case.reviewed.at + policy.escalate_after)
    return Rung(due_at=due_at) if now < due_at else Rung(LADDER[step])


def is_stuck(case: Case, now: datetime) -> Case:
    """The case whose owner is told now."""
    return replace(case, rung=0, told_at=now, stuck_at=now)


def climb(case: Case, policy: Policy, now: datetime) -> tuple[Case, Notify | None]:
    """The case with its next deadline, and the notice that is due now."""
    rung = next_rung(case, policy, now)
    case = replace(case, due_at=rung.due_at)
    if rung.to is None:
        return case, None
    since = case.stuck_at or case.phase_since
    words = say("nobody has mended it since {since_at}", since_at=since)
    case = replace(case, rung=LADDER.index(rung.to), told_at=now, stuck_at=since)
    case = replace(case, due_at=next_rung(case, policy, now).due_at)
    return case, Notify(now, rung.to, case.zone, case.device, case.id, words)

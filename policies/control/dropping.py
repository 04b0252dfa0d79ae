"""A case about what is not configured any more (a rule or a device taken out, a device moved): it ends, and says so."""

from datetime import datetime

from msgspec.structs import replace

from policies.control.case import Case, Turn
from policies.control.effects import Effect, Record
from policies.words import say


def dropped(case: Case, now: datetime) -> tuple[Case | None, list[Effect]]:
    """The closed case with its record; None where it never counted."""
    if case.phase == "pending":
        return None, []
    words = say("not configured any more")
    closed = replace(
        case,
        phase="closed",
        phase_since=now,
        outcome="cleared",
        closed_at=now,
        due_at=None,
        act_at=None,
        history=(*case.history, Turn(now, "closed", words)),
    )
    return closed, [Record(now, closed, "closed", words)]

"""A finding about what is done already (a print job) cannot be mended: people get a tip, once a case, and it closes by itself."""

from datetime import datetime

from msgspec.structs import replace

from policies.control.case import Case
from policies.control.effects import Effect, Notify


def give_tip(case: Case, now: datetime, effects: list[Effect]) -> Case:
    """The open case with its end, and the notice for the zone where the finding has a tip to give and none was given."""
    tip = case.finding.tip
    if tip is not None and not case.warned:
        effects.append(Notify(now, "zone", case.zone, case.device, case.id, tip))
        case = replace(case, warned=True)
    return replace(case, due_at=case.finding.until)

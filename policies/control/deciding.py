"""What a person's request does to the desk and to a case: pure, and the only place where either changes by hand."""

from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import msgspec

from policies.control.case import Case, Said
from policies.office.desk import CrowdLeave, DayMark, Desk, Exemption, ModeChange, Mute, Override
from policies.office.requests import (
    Acknowledge,
    AllowCrowd,
    Contest,
    Exempt,
    Extend,
    MarkDay,
    Request,
    Review,
    SetMode,
    Silence,
)

Ends = TypeVar("Ends", Override, Exemption, Mute)


def decide(desk: Desk, request: Request, who: str, now: datetime) -> Desk:
    """The desk after the request; unchanged by requests about a case."""
    match request:
        case Extend(id, zone, until, why, device):
            return replace(desk, overrides=_put(desk.overrides, Override(id, zone, until, who, why, device), now))
        case Exempt(id, zone, until, reason, approved_by, document, device, policies):
            exemption = Exemption(id, zone, until, reason, approved_by, document, who, device, policies)
            return replace(desk, exemptions=_put(desk.exemptions, exemption, now))
        case Silence(id, zone, until, why, device, policy):
            return replace(desk, mutes=_put(desk.mutes, Mute(id, zone, until, who, why, device, policy), now))
        case MarkDay(day, kind, why):
            kept = tuple(mark for mark in desk.days if mark.day != day)
            return replace(desk, days=kept if kind == "as_usual" else (*kept, DayMark(day, kind, who, why)))
        case AllowCrowd(policy, until, why):
            others = tuple(one for one in desk.crowds if one.policy != policy)
            return replace(desk, crowds=(*others, CrowdLeave(policy, until, who, why)))
        case SetMode(policy, mode, why):
            return replace(desk, modes={**desk.modes, policy: ModeChange(policy, mode, who, why, now)})
        case Acknowledge() | Contest() | Review():
            return desk


def mark(case: Case, request: Request, who: str, now: datetime) -> Case | None:
    """The case after a request about it; None where the request is about something else, or nothing new."""
    match request:
        case Acknowledge(id) if id == case.id:
            return msgspec.structs.replace(case, acknowledged=Said(who, now))
        case Contest(id, why) if id == case.id and case.contested is None:
            return msgspec.structs.replace(case, contested=Said(who, now, why), reviewed=None)
        case Review(id, upheld, why) if id == case.id and case.contested is not None and case.reviewed is None:
            return msgspec.structs.replace(case, reviewed=Said(who, now, why), counts=upheld)
        case _:
            return None


def _put(group: tuple[Ends, ...], new: Ends, now: datetime) -> tuple[Ends, ...]:
    """With the new one in the place of its namesake; what has ended is dropped, the new one too if it ends at once."""
    kept: list[Ends] = []
    kept.extend(old for old in group if old.id != new.id and now < old.until)
    if now < new.until:
        kept.append(new)
    return tuple(kept)

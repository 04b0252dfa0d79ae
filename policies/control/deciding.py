"""What a person's request does to the desk and to a case: pure, and the only place where either changes by hand."""

from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import msgspec

from policies.control.case import Case, Said
from policies.office.budget import leave_ends, used_after
from policies.office.desk import CrowdLeave, DayMark, Desk, Exemption, ModeChange, Mute, Override
from policies.office.office import Office
from policies.office.overtime import Overtime
from policies.office.requests import (
    Acknowledge,
    AllowCrowd,
    AskOvertime,
    Contest,
    DecideOvertime,
    Exempt,
    Extend,
    MarkDay,
    Request,
    Review,
    SetMode,
    Silence,
)

Ends = TypeVar("Ends", Override, Exemption, Mute)


def decide(office: Office, request: Request, who: str, now: datetime) -> Desk:
    """The desk after a request that was not refused; unchanged by requests about a case."""
    desk = office.desk
    match request:
        case Extend():
            return _extended(office, request, who, now)
        case AskOvertime(id, zone, weekdays, from_minute, until_minute, first, last, why, device):
            asked = Overtime(id, zone, weekdays, from_minute, until_minute, first, last, who, why, device)
            others = tuple(one for one in desk.overtimes if one.id != id)
            return replace(desk, overtimes=(*others, asked))
        case DecideOvertime(id, granted):
            return _overtime_decided(desk, id, who if granted else "")
        case Exempt(id, zone, until, reason, approved_by, document, device, policies):
            exemption = Exemption(id, zone, until, reason, approved_by, document, who, device, policies)
            return replace(desk, exemptions=_put(desk.exemptions, exemption, now))
        case Silence(id, zone, until, why, device, policy):
            return replace(desk, mutes=_put(desk.mutes, Mute(id, zone, until, who, why, device, policy), now))
        case MarkDay(day, kind, why):
            kept = tuple(mark for mark in desk.days if mark.day != day)
            return replace(desk, days=kept if kind == "as_usual" else (*kept, DayMark(day, kind, who, why)))
        case AllowCrowd(policy, until, why):
            other_crowds = tuple(one for one in desk.crowds if one.policy != policy)
            return replace(desk, crowds=(*other_crowds, CrowdLeave(policy, until, who, why)))
        case SetMode(policy, mode, why):
            return replace(desk, modes={**desk.modes, policy: ModeChange(policy, mode, who, why, now)})
        case Acknowledge() | Contest() | Review():
            return desk


def with_overtime(office: Office, now: datetime) -> Office:
    """With the approved overtime of this moment among the leave; what is over, or was taken back, is not."""
    desk, zone_name = office.desk, office.site.calendar.timezone
    if not desk.overtimes and not any(one.is_overtime for one in desk.overrides):
        return office
    kept = [one for one in desk.overrides if not one.is_overtime]
    for one in desk.overtimes:
        window = one.now(now, zone_name) if one.approved_by else None
        if window is not None:
            day, until = window
            kept.append(
                Override(f"{one.id}/{day}", one.zone, until, one.asked_by, one.why, one.device, is_overtime=True)
            )
    overrides = tuple(kept)
    return (
        office
        if overrides == desk.overrides
        else msgspec.structs.replace(office, desk=replace(desk, overrides=overrides))
    )


def overtime_begins(office: Office, now: datetime) -> tuple[datetime, ...]:
    """When the approved overtime next begins."""
    zone_name = office.site.calendar.timezone
    starts = (one.next_start(now, zone_name) for one in office.desk.overtimes if one.approved_by)
    return tuple(start for start in starts if start is not None)


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


def _extended(office: Office, request: Extend, who: str, now: datetime) -> Desk:
    desk = office.desk
    new = Override(request.id, request.zone, request.until, who, request.why, request.device)
    after = msgspec.structs.replace(office, desk=replace(desk, overrides=_put(desk.overrides, new, now)))
    old_end, new_end = leave_ends(office, request.zone, now), leave_ends(after, request.zone, now)
    used = {**desk.used, request.zone: used_after(office, request.zone, old_end, new_end)}
    spent = {link: expires_at for link, expires_at in desk.spent.items() if now < expires_at}
    if request.link_expires_at is not None:
        spent[request.id] = request.link_expires_at
    return replace(after.desk, used=used, spent=spent)


def _overtime_decided(desk: Desk, overtime: str, approved_by: str) -> Desk:
    """Not granted: it is gone."""
    decided = [replace(one, approved_by=approved_by) if one.id == overtime else one for one in desk.overtimes]
    return replace(desk, overtimes=tuple(one for one in decided if one.id != overtime or one.approved_by))


def _put(group: tuple[Ends, ...], new: Ends, now: datetime) -> tuple[Ends, ...]:
    """With the new one in the place of its namesake; what has ended is dropped, the new one too if it ends at once."""
    kept: list[Ends] = []
    kept.extend(old for old in group if old.id != new.id and now < old.until)
    if now < new.until:
        kept.append(new)
    return tuple(kept)

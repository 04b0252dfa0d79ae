"""Why a person's request is refused: named, so that the page, the link and the audit trail say the same."""

from datetime import datetime

from policies.office.budget import leave_ends, used_after
from policies.office.office import Office
from policies.office.overtime import LONGEST
from policies.office.requests import AskOvertime, DecideOvertime, Extend, Request
from policies.words import Words, say

_MINUTES = 24 * 60
_SLACK_HOURS = 1e-6


def refused(office: Office, request: Request, who: str, now: datetime) -> Words | None:
    """None where it is granted."""
    match request:
        case Extend():
            return _extend(office, request, now)
        case AskOvertime():
            return _ask(office, request, now)
        case DecideOvertime():
            return _decide(office, request, who)
        case _:
            return None


def _extend(office: Office, request: Extend, now: datetime) -> Words | None:
    zone = office.site.zones.get(request.zone)
    if zone is None:
        return say("There is no such room.")
    if request.link_expires_at is not None:
        if now >= request.link_expires_at:
            return say("This link is too old.")
        if request.id in office.desk.spent:
            return say("This link was used already.")
    if zone.leave_hours_per_month is None:
        return None
    old_end = leave_ends(office, request.zone, now)
    new_end = max(request.until, leave_ends(office, request.zone, now, without=request.id))
    if new_end <= old_end:
        return None
    before, after = office.desk.used.get(request.zone, {}), used_after(office, request.zone, old_end, new_end)
    for month, hours in after.items():
        if hours > max(before.get(month, 0.0), zone.leave_hours_per_month) + _SLACK_HOURS:
            left = max(0.0, zone.leave_hours_per_month - before.get(month, 0.0))
            return say("This room has {left_hours} h of more time left in {month}.", left_hours=left, month=month)
    return None


def _ask(office: Office, request: AskOvertime, now: datetime) -> Words | None:
    if request.zone not in office.site.zones:
        return say("There is no such room.")
    whole = bool(request.weekdays) and all(0 <= day <= 6 for day in request.weekdays)  # noqa: PLR2004  days of a week
    whole = whole and 0 <= request.from_minute < _MINUTES and 0 <= request.until_minute <= _MINUTES
    if not whole or request.from_minute == request.until_minute:
        return say("Overtime needs its weekdays, and when it begins and ends.")
    today = office.site.calendar.local(now).date()
    if not max(request.first, today) <= request.last or request.last - today > LONGEST:
        return say("Overtime ends within a year.")
    return None


def _decide(office: Office, request: DecideOvertime, who: str) -> Words | None:
    asked = next((one for one in office.desk.overtimes if one.id == request.id), None)
    if asked is None:
        return say("There is no such overtime.")
    if request.granted and asked.asked_by == who:
        return say("Somebody else has to approve this.")
    return None

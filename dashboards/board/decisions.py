"""A form's fields into what a person asks for; or the sentence that says why not. Pure but for new ids."""

import secrets
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dashboards.board.overtime_decisions import ask_overtime, decide_overtime
from policies.control.case import Case
from policies.office.desk import ExemptFor
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
from policies.state import State
from policies.words import Words, say
from sensors.device import DeviceId, ZoneId

Fields = Mapping[str, str]
Decision = Request | Words
LONGEST_LEAVE = timedelta(hours=24)
LONGEST_MUTE = timedelta(days=14)
LONGEST_EXEMPTION = timedelta(days=366)
LONGEST_CROWD = timedelta(hours=12)
LONGEST_REASON = 200
REASONS: Mapping[ExemptFor, Words] = {
    "medical": say("medical use"),
    "process": say("a process needs it"),
    "server_room": say("server room"),
    "archive_or_laboratory": say("archive or laboratory"),
    "elderly_or_childcare": say("care of the elderly or of children"),
    "approved_other": say("another approved reason"),
}


def extend(state: State, now: datetime, target: str, fields: Fields) -> Decision:
    """Leave for a zone, `for` so many minutes or until the wall clock's `until`; `end` names leave to end now."""
    zone = ZoneId(target)
    if zone not in state.office.site.zones:
        return say("There is no such room.")
    if fields.get("end"):
        mine = next((one for one in state.office.desk.overrides if one.id == fields["end"] and one.zone == zone), None)
        return Extend(mine.id, zone, now, _why(fields), mine.device) if mine else say("This leave has ended already.")
    until = _until(state, now, fields)
    if until is None or not timedelta() < until - now <= LONGEST_LEAVE:
        return say("Choose how long: up to a day, from now on.")
    device = DeviceId(fields["device"]) if fields.get("device") else None
    if device is not None and (
        device not in state.office.site.devices or state.office.site.devices[device].zone != zone
    ):
        return say("There is no such device in this room.")
    return Extend(f"board-{secrets.token_hex(6)}", zone, until, _why(fields), device)


def exempt(state: State, now: datetime, target: str, fields: Fields) -> Decision:
    """Free a zone from the rules until a date, with approver and document; `end` names an exemption to end now."""
    zone = ZoneId(target)
    if zone not in state.office.site.zones:
        return say("There is no such room.")
    desk = state.office.desk
    if fields.get("end"):
        old = next((one for one in desk.exemptions if one.id == fields["end"] and one.zone == zone), None)
        if old is None:
            return say("This exemption has ended already.")
        return Exempt(old.id, zone, now, old.reason, old.approved_by, old.document, old.device, old.policies)
    day, reason = _day(fields.get("until", "")), next((one for one in REASONS if one == fields.get("reason")), None)
    approved_by, document = fields.get("approved_by", "").strip(), fields.get("document", "").strip()
    if day is None or reason is None or not approved_by or not document:
        return say("An exemption needs its last day, its reason, who approved it, and the document.")
    until = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(state.office.site.calendar.timezone))
    if not timedelta() < until - now <= LONGEST_EXEMPTION:
        return say("An exemption ends within a year.")
    return Exempt(
        f"board-{secrets.token_hex(6)}", zone, until, reason, approved_by[:LONGEST_REASON], document[:LONGEST_REASON]
    )


def acknowledge(state: State, now: datetime, target: str, fields: Fields) -> Decision:
    """Somebody looks after the case."""
    del now, fields
    return Acknowledge(target) if case_of(state, target) else _gone()


def contest(state: State, now: datetime, target: str, fields: Fields) -> Decision:
    """Somebody says that the case is wrong."""
    del now
    if case_of(state, target) is None:
        return _gone()
    return Contest(target, _why(fields)) if _why(fields) else _needs_reason()


def review(state: State, now: datetime, target: str, fields: Fields) -> Decision:
    """The answer to that."""
    del now
    if case_of(state, target) is None:
        return _gone()
    return Review(target, fields.get("upheld") == "yes", _why(fields)) if _why(fields) else _needs_reason()


def mute(state: State, now: datetime, target: str, fields: Fields) -> Decision:
    """No notices about such cases, `for` so many minutes; `end` names a mute to end now."""
    case = case_of(state, target)
    if case is None:
        return _gone()
    if fields.get("end"):
        if all(one.id != fields["end"] or one.zone != case.zone for one in state.office.desk.mutes):
            return say("This mute has ended already.")
        return Silence(fields["end"], case.zone, now, _why(fields), case.device, case.policy)
    length = _minutes(fields)
    if length is None or not timedelta() < length <= LONGEST_MUTE:
        return say("Choose how long to be quiet: up to two weeks.")
    if not _why(fields):
        return _needs_reason()
    return Silence(f"board-{secrets.token_hex(6)}", case.zone, now + length, _why(fields), case.device, case.policy)


def mark_day(state: State, now: datetime, target: str, fields: Fields) -> Decision:
    """The office is closed or open on that day, or as usual again."""
    del state
    day = _day(target)
    if day is None or abs((day - now.date()).days) > 2 * 366:
        return say("There is no such day.")
    match fields.get("kind"):
        case "closed" | "open" | "as_usual" as kind:
            return MarkDay(day, kind, _why(fields)) if _why(fields) else _needs_reason()
        case _:
            return say("Choose closed, open, or as usual.")


def set_mode(state: State, now: datetime, target: str, fields: Fields) -> Decision:
    """A rule may act, or only watches."""
    del now
    if all(policy.name != target for policy in state.policies):
        return say("There is no such rule.")
    match fields.get("mode"):
        case "watch" | "enforce" as mode:
            return SetMode(target, mode, _why(fields)) if _why(fields) else _needs_reason()
        case _:
            return say("Choose whether the rule watches or acts.")


def allow_crowd(state: State, now: datetime, target: str, fields: Fields) -> Decision:
    """The rule may switch off more devices at once than expected, `for` so many minutes."""
    if all(policy.name != target for policy in state.policies):
        return say("There is no such rule.")
    length = _minutes(fields)
    if length is None or not timedelta() < length <= LONGEST_CROWD:
        return say("Choose how long: up to half a day.")
    return AllowCrowd(target, now + length, _why(fields)) if _why(fields) else _needs_reason()


DECISIONS: Mapping[str, tuple[type[Request], Callable[[State, datetime, str, Fields], Decision]]] = {
    "extend": (Extend, extend),
    "exempt": (Exempt, exempt),
    "acknowledge": (Acknowledge, acknowledge),
    "contest": (Contest, contest),
    "review": (Review, review),
    "mute": (Silence, mute),
    "day": (MarkDay, mark_day),
    "mode": (SetMode, set_mode),
    "crowd": (AllowCrowd, allow_crowd),
    "overtime": (AskOvertime, ask_overtime),
    "overtime-answer": (DecideOvertime, decide_overtime),
}
"""What a form may be about: the request it becomes, and how."""


def case_of(state: State, target: str) -> Case | None:
    """A case by its id, open or closed lately."""
    return next((case for case in (*state.cases.values(), *state.recent) if case.id == target), None)


def _why(fields: Fields) -> str:
    return " ".join((fields.get("why", "").strip() or fields.get("because", "").strip()).split())[:LONGEST_REASON]


def _until(state: State, now: datetime, fields: Fields) -> datetime | None:
    length = _minutes(fields)
    if length is not None:
        return now + length
    try:
        clock = time.fromisoformat(fields.get("until", ""))
    except ValueError:
        return None
    zone = ZoneInfo(state.office.site.calendar.timezone)
    today = datetime.combine(now.astimezone(zone).date(), clock.replace(tzinfo=None), zone)
    return (
        today if today > now else datetime.combine(today.date() + timedelta(days=1), clock.replace(tzinfo=None), zone)
    )


def _minutes(fields: Fields) -> timedelta | None:
    text = fields.get("for", "")
    return timedelta(minutes=int(text)) if text.isascii() and text.isdecimal() and len(text) < 6 else None  # noqa: PLR2004


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _needs_reason() -> Words:
    return say("Please say why, in a few words.")


def _gone() -> Words:
    return say("There is no such case any more.")

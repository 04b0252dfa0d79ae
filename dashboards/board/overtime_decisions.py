"""Forms about recurring overtime: the weekly pattern that somebody asks for, and the answer of somebody else. Pure but for ids."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime, time

from policies.office.requests import AskOvertime, DecideOvertime, Request
from policies.state import State
from policies.words import Words, say
from sensors.device import DeviceId, ZoneId

DAYS = range(7)
LONGEST_REASON = 200


def ask_overtime(state: State, now: datetime, target: str, fields: Mapping[str, str]) -> Request | Words:
    """`day0` (Monday) to `day6`, `from` and `until` of the wall clock, `first` and `last` days, why."""
    zone, site = ZoneId(target), state.office.site
    if zone not in site.zones:
        return say("There is no such room.")
    device = DeviceId(fields["device"]) if fields.get("device") else None
    if device is not None and (device not in site.devices or site.devices[device].zone != zone):
        return say("There is no such device in this room.")
    weekdays = tuple(day for day in DAYS if fields.get(f"day{day}"))
    start, end = _minute(fields.get("from", "")), _minute(fields.get("until", ""))
    if not weekdays or start is None or end is None or start == end:
        return say("Overtime needs its weekdays, and when it begins and ends.")
    first = _day(fields.get("first", "")) or site.calendar.local(now).date()
    last = _day(fields.get("last", ""))
    if last is None or last < first:
        return say("Overtime ends within a year.")
    why = " ".join(fields.get("why", "").split())[:LONGEST_REASON]
    if not why:
        return say("Please say why, in a few words.")
    return AskOvertime(f"overtime-{secrets.token_hex(6)}", zone, weekdays, start, end, first, last, why, device)


def decide_overtime(state: State, now: datetime, target: str, fields: Mapping[str, str]) -> Request | Words:
    """`granted` yes or no; no takes a granted one away as well."""
    del now
    if all(one.id != target for one in state.office.desk.overtimes):
        return say("There is no such overtime.")
    why = " ".join(fields.get("why", "").split())[:LONGEST_REASON]
    match fields.get("granted"):
        case "yes":
            return DecideOvertime(target, granted=True, why=why)
        case "no":
            return DecideOvertime(target, granted=False, why=why) if why else say("Please say why, in a few words.")
        case _:
            return say("Choose whether it is granted.")


def _minute(text: str) -> int | None:
    try:
        clock = time.fromisoformat(text)
    except ValueError:
        return None
    return None if clock.tzinfo is not None or clock.second or clock.microsecond else clock.hour * 60 + clock.minute


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

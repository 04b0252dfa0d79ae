"""A year of the office's days: working, off, made up for, doubtful, and marked by somebody."""

from collections.abc import Mapping
from datetime import date, timedelta

import msgspec

from policies.office.calendar import Calendar, DayKind, Trouble
from policies.office.desk import DayMark
from policies.state import State
from policies.words import Words, say

KINDS: Mapping[DayKind, Words] = {
    "workday": say("workday"),
    "weekend": say("weekend"),
    "holiday": say("holiday"),
    "make_up": say("make-up workday"),
    "closed": say("closed"),
    "half_day": say("half day"),
}


class Day(msgspec.Struct, frozen=True):
    """`is_doubtful`: the calendar cannot vouch for it, so nothing is switched off on it without a person."""

    day: date
    kind: DayKind
    is_doubtful: bool
    is_marked: bool
    is_today: bool


class Month(msgspec.Struct, frozen=True):
    """`weeks`: Monday first; None before the first and after the last day."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]


class Year(msgspec.Struct, frozen=True):
    """`marks`: what people have decided, the latest day first."""

    year: int
    months: tuple[Month, ...]
    marks: tuple[DayMark, ...]
    trouble: Words | None
    working: int
    doubtful: int


def year_view(state: State, year: int, today: date, trouble: Trouble | None) -> Year:
    """The whole year."""
    calendar = state.office.site.calendar
    marked = {mark.day for mark in state.office.desk.days}
    months = tuple(_month(calendar, date(year, month, 1), marked, today) for month in range(1, 13))
    days = [day for month in months for week in month.weeks for day in week if day is not None]
    return Year(
        year=year,
        months=months,
        marks=tuple(sorted(state.office.desk.days, key=lambda mark: mark.day, reverse=True)),
        trouble=None if trouble is None else trouble.words,
        working=sum(day.kind in {"workday", "make_up", "half_day"} for day in days),
        doubtful=sum(day.is_doubtful for day in days),
    )


def _month(calendar: Calendar, first: date, marked: set[date], today: date) -> Month:
    days: list[Day | None] = [None] * first.weekday()
    day = first
    while day.month == first.month:
        is_doubtful = not calendar.vouches_for(day)
        days.append(Day(day, calendar.kind(day), is_doubtful, day in marked, day == today))
        day += timedelta(days=1)
    days += [None] * (-len(days) % 7)
    return Month(first, tuple(tuple(days[start : start + 7]) for start in range(0, len(days), 7)))

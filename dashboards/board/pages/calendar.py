"""The office's year, and the days that somebody marks."""

from datetime import date, datetime

from dashboards.board.door import Person
from dashboards.board.page import Arguments, Drawn, Kind, Part
from dashboards.views.overtime import overtimes
from dashboards.views.year import KINDS, year_view
from policies.office.requests import MarkDay
from policies.state import State
from policies.words import say

FIRST, LAST = 2020, 2100


class CalendarPage(Kind):
    """`/calendar?year=2026&day=2026-10-01`."""

    path = "/calendar"
    query = ("year", "day")

    def parts(self, state: State, now: datetime, arguments: Arguments, past: object) -> Drawn | None:
        """Twelve months; below them what was marked."""
        del past
        calendar = state.office.site.calendar
        today = calendar.local(now).date()
        year = year_view(state, _year(arguments, today), today, calendar.trouble(now))
        return Drawn(
            title=say("Calendar"),
            top={"year": Part("year.html", (year, KINDS))},
            body={
                "marks": Part("marks.html", year.marks),
                "overtime": Part("overtime.html", (overtimes(state, now), None)),
            },
        )

    def forms(self, state: State, now: datetime, arguments: Arguments, person: Person) -> Part | None:
        """One day, open or closed, and why."""
        if not person.may(MarkDay):
            return None
        today = state.office.site.calendar.local(now).date()
        return Part("day_form.html", (_day(arguments) or today, KINDS, state.office.site.calendar))


def _year(arguments: Arguments, today: date) -> int:
    day = _day(arguments)
    text = arguments.get("year", "")
    if text.isascii() and text.isdecimal() and FIRST <= int(text[:6]) <= LAST:
        return int(text)
    return day.year if day is not None and FIRST <= day.year <= LAST else today.year


def _day(arguments: Arguments) -> date | None:
    try:
        return date.fromisoformat(arguments.get("day", ""))
    except ValueError:
        return None

"""Today beside a usual day: by the same time, of the same sort of day, and only whole days count."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from dashboards.views.usual import UsualDay, UsualDays
from policies.history import History, Window
from policies.office.calendar import Calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar(timezone="Asia/Shanghai")
WEDNESDAY = datetime(2026, 3, 25, 10, 7, tzinfo=SHANGHAI)


class Slots:
    """Each slot of a day has that day's kWh; remembers what it was asked."""

    def __init__(self, days: dict[date, float], holes: frozenset[date] = frozenset()) -> None:
        self.days, self.holes = days, holes
        self.asked: list[timedelta] = []

    def windows(
        self, measurement: str, field: str, start: datetime, end: datetime, step: timedelta, by: Sequence[str] = ()
    ) -> Sequence[Window]:
        assert (measurement, field, step, by) == ("slot", "energy_kwh", timedelta(minutes=15), ())
        self.asked.append(end - start)
        found = []
        at = start
        while at < end:
            local = at.astimezone(SHANGHAI)
            is_hole = local.date() in self.holes and local.hour < 5
            if local.date() in self.days and not is_hole:
                kwh = self.days[local.date()]
                found.append(Window(at.astimezone(UTC), (), kwh, kwh, kwh, kwh, kwh, 1))
            at += step
        return found


def used(slots: Slots, calendar: Calendar, now: datetime, usual: UsualDays | None = None) -> UsualDay | None:
    return (usual or UsualDays()).at(cast("History", slots), calendar, now)  # of the port it has the one question


def days(*found: tuple[int, float]) -> dict[date, float]:
    """So many days before."""
    return {WEDNESDAY.date() - timedelta(days=before): kwh for before, kwh in found}


def test_workdays_are_held_against_workdays_up_to_the_same_quarter() -> None:
    weekend = [(before, 99.0) for before in (3, 4, 10, 11)]
    slots = Slots(days((0, 2.0), (1, 1.0), (2, 1.5), (5, 3.0), *weekend))
    found = used(slots, CALENDAR, WEDNESDAY.astimezone(UTC))
    assert found is not None
    assert found.today_kwh == pytest.approx(2.0 * 40)  # 00:00 to 10:00
    assert found.usual_kwh == pytest.approx(1.5 * 40)
    assert (found.days, found.until) == (3, WEDNESDAY.replace(minute=0))


def test_days_with_holes_and_too_few_days_say_nothing_about_what_is_usual() -> None:
    some = days((0, 2.0), (1, 1.0), (2, 1.5), (5, 3.0))
    slots = Slots(some, frozenset({WEDNESDAY.date() - timedelta(days=1)}))
    found = used(slots, CALENDAR, WEDNESDAY.astimezone(UTC))
    assert found is not None
    assert (found.usual_kwh, found.days) == (None, 2)


def test_a_day_of_which_only_a_part_was_counted_is_not_held_against_whole_ones() -> None:
    slots = Slots(days((0, 2.0), (1, 1.0), (2, 1.5), (5, 3.0)), frozenset({WEDNESDAY.date()}))
    assert used(slots, CALENDAR, WEDNESDAY.astimezone(UTC)) is None


def test_nothing_counted_today_is_no_figure_and_the_weeks_before_are_asked_once_a_day() -> None:
    usual = UsualDays()
    empty = Slots(days((1, 1.0)))
    assert used(empty, CALENDAR, WEDNESDAY.astimezone(UTC), usual) is None
    slots = Slots(days((0, 1.0), (1, 1.0), (2, 1.0), (5, 1.0)))
    for minutes in (0, 1, 2):
        used(slots, CALENDAR, WEDNESDAY.astimezone(UTC) + timedelta(minutes=minutes), usual)
    assert [asked > timedelta(days=1) for asked in slots.asked] == [False, True, False, False]
    midnight = WEDNESDAY.replace(hour=0, minute=3).astimezone(UTC)
    assert used(slots, CALENDAR, midnight, usual) is None

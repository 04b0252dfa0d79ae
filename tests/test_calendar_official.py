"""China's official calendar day by day for 2024 to 2026, and what happens in a year whose notice is not out yet.

The days below were written down from the State Council's notices of 2023-10-25, 2024-11-12 and 2025-11-04.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
from changed import replace
from offices import OFFICE_HOURS as HOURS
from offices import ROOM, Run, heard, local, office, plug, power

from policies.control.effects import Publish
from policies.inputs import Tick
from policies.office.calendar import Calendar, Hours, Imported
from policies.rules.after_hours_power import AfterHoursPower

CHINA = Calendar("Asia/Shanghai", "CN")
DAY = timedelta(days=1)

OFF = (
    ("2024-01-01", "2024-01-01"),
    ("2024-02-10", "2024-02-17"),
    ("2024-04-04", "2024-04-06"),
    ("2024-05-01", "2024-05-05"),
    ("2024-06-10", "2024-06-10"),
    ("2024-09-15", "2024-09-17"),
    ("2024-10-01", "2024-10-07"),
    ("2025-01-01", "2025-01-01"),
    ("2025-01-28", "2025-02-04"),
    ("2025-04-04", "2025-04-06"),
    ("2025-05-01", "2025-05-05"),
    ("2025-05-31", "2025-06-02"),
    ("2025-10-01", "2025-10-08"),
    ("2026-01-01", "2026-01-03"),
    ("2026-02-15", "2026-02-23"),
    ("2026-04-04", "2026-04-06"),
    ("2026-05-01", "2026-05-05"),
    ("2026-06-19", "2026-06-21"),
    ("2026-09-25", "2026-09-27"),
    ("2026-10-01", "2026-10-07"),
)
WORK = (
    *("2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14", "2024-09-29", "2024-10-12"),
    *("2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"),
    *("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"),
)


def days(first: str, last: str) -> list[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + number * DAY for number in range((end - start).days + 1)]


OFF_DAYS = {day for span in OFF for day in days(*span)}
WORK_DAYS = {date.fromisoformat(day) for day in WORK}


def test_every_day_of_three_years_is_as_the_notices_say() -> None:
    wrong = [
        (day, CHINA.kind(day))
        for day in days("2024-01-01", "2026-12-31")
        if (CHINA.kind(day) in {"workday", "make_up"})
        != (day in WORK_DAYS or (day.weekday() < 5 and day not in OFF_DAYS))
    ]
    assert wrong == []


def test_every_weekend_that_works_is_known_as_made_up() -> None:
    made_up = {day for day in days("2024-01-01", "2026-12-31") if CHINA.kind(day) == "make_up"}
    assert made_up == WORK_DAYS


def test_every_day_of_three_years_is_beyond_doubt_but_the_last_before_a_year_without_a_notice() -> None:
    doubtful = [day for day in days("2024-01-01", "2026-12-31") if not CHINA.vouches_for(day)]
    assert doubtful == days("2026-12-22", "2026-12-31"), "New Year 2027 may move them"


@pytest.mark.parametrize(
    ("when", "year", "is_urgent"),
    [
        ("2026-10-31 23:59", None, None),
        ("2026-11-01 00:00", 2027, False),
        ("2026-11-30 23:59", 2027, False),
        ("2026-12-01 00:00", 2027, True),
        ("2026-12-31 23:59", 2027, True),
        ("2027-01-01 00:00", 2027, True),
        ("2027-06-15 12:00", 2027, True),
        ("2024-12-15 12:00", None, None),
    ],
)
def test_a_missing_year_is_told_from_november_and_urgent_from_december(
    when: str, year: int | None, is_urgent: bool | None
) -> None:
    trouble = CHINA.trouble(local(when))
    assert (None if trouble is None else trouble.year, None if trouble is None else trouble.is_urgent) == (
        year,
        is_urgent,
    )


def test_an_imported_year_ends_the_trouble() -> None:
    ours = replace(CHINA, imported=Imported(frozenset({date(2027, 1, 1)}), frozenset(), frozenset({2027})))
    assert ours.trouble(local("2026-12-05 12:00")) is None
    assert ours.vouches_for(date(2027, 10, 8))


def test_an_office_elsewhere_has_no_such_trouble() -> None:
    assert Calendar("Europe/Madrid", "ES").trouble(datetime(2026, 12, 5, tzinfo=UTC)) is None
    assert Calendar("Asia/Shanghai").trouble(datetime(2026, 12, 5, tzinfo=UTC)) is None


def shutdowns(first: str, hours: int, calendar: Calendar) -> int:
    """How many switch-offs a plug gets that is left on, hour by hour."""
    rule = AfterHoursPower(name="evenings", mode="enforce", grace="1m", warn="0s", give_way_after=20)
    state = office(plug(), policies=[rule], country="CN")
    assert ROOM in state.office.site.zones
    state = replace(state, office=replace(state.office, site=replace(state.office.site, calendar=calendar)))
    run = Run(state, local(first))
    sent = 0
    for hour in range(hours):
        at = run.start + timedelta(hours=hour)
        for second in (0, 70):
            now = at + timedelta(seconds=second)
            effects = run.at(hour * 3600 + second, *heard(power(now, on=True, watts=40.0)), Tick())
            sent += sum(isinstance(effect, Publish) for effect in effects)
    return sent


def test_a_holiday_week_without_official_dates_sees_no_switch_off() -> None:
    week = 7 * 24
    assert shutdowns("2027-10-01 00:00", week, CHINA) == 0
    assert shutdowns("2027-02-01 00:00", 14 * 24, CHINA) == 0, "nor does Spring Festival"
    assert shutdowns("2026-10-01 00:00", week, CHINA) > 0, "the same week of a year with a notice does"
    known = replace(
        CHINA, imported=Imported(frozenset(days("2027-10-01", "2027-10-07")), frozenset(), frozenset({2027}))
    )
    assert shutdowns("2027-10-01 00:00", week, known) > 0, "and so does an imported year"


def test_half_of_a_half_day_is_open_and_holidays_stay_closed() -> None:
    half = replace(
        CHINA, half_days=frozenset({date(2026, 3, 6), date(2026, 10, 1), date(2026, 10, 10), date(2026, 7, 18)})
    )

    assert half.kind(date(2026, 3, 6)) == "half_day"
    assert half.is_open(HOURS, local("2026-03-06 11:59"))
    assert not half.is_open(HOURS, local("2026-03-06 12:00"))
    assert half.is_open(HOURS, local("2026-10-10 11:59")), "half of a make-up workday, by a workday's hours"
    assert not half.is_open(HOURS, local("2026-10-10 12:00"))
    assert half.kind(date(2026, 10, 1)) == "holiday"
    assert half.kind(date(2026, 7, 18)) == "weekend", "half of a day off is a day off"
    lunch = Hours(weekly=(*(((510, 690), (780, 1080)),) * 5, (), ()))
    assert half.next_change(lunch, local("2026-03-06 09:00")) == local("2026-03-06 11:30")
    for minute in range(0, 720, 10):
        afternoon = local("2026-03-06 11:30") + timedelta(minutes=minute)
        assert not half.is_open(lunch, afternoon)
        assert half.next_change(lunch, afternoon) == local("2026-03-09 08:30")
    early = replace(half, half_day_ends_minute=660)
    assert early.next_change(HOURS, local("2026-03-06 09:00")) == local("2026-03-06 11:00")

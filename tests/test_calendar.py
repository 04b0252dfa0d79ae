"""When a zone is open: half-open hours, midnight, make-up workdays, daylight saving, and days nobody vouches for."""

from datetime import UTC, date, datetime, timedelta

import pytest
from offices import OFFICE_HOURS, local

from policies.office.calendar import Calendar, Hours

CHINA = Calendar("Asia/Shanghai", "CN")
LUNCH = Hours(weekly=(*(((510, 720), (780, 1080)),) * 5, (), ()))
NIGHT = Hours(weekly=(*(((1320, 1800),),) * 5, (), ()))


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        ("2026-07-15 08:29:59", False),
        ("2026-07-15 08:30", True),
        ("2026-07-15 17:59:59", True),
        ("2026-07-15 18:00", False),
        ("2026-07-18 10:00", False),
        ("2026-10-01 10:00", False),
        ("2026-10-10 10:00", True),
        ("2026-02-14 10:00", True),
        ("2026-02-15 10:00", False),
    ],
)
def test_hours_are_half_open_and_make_up_workdays_count(when: str, is_open: bool) -> None:
    assert CHINA.is_open(OFFICE_HOURS, local(when)) is is_open


def test_all_six_make_up_days_of_2026_are_workdays() -> None:
    days = [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ]
    assert [CHINA.kind(day) for day in days] == ["make_up"] * 6


def test_a_lunch_break_closes_and_opens_again() -> None:
    assert CHINA.next_change(LUNCH, local("2026-07-15 10:00")) == local("2026-07-15 12:00")
    assert CHINA.next_change(LUNCH, local("2026-07-15 12:00")) == local("2026-07-15 13:00")
    assert not CHINA.is_open(LUNCH, local("2026-07-15 12:30"))


def test_a_night_shift_reaches_into_the_next_day() -> None:
    assert CHINA.is_open(NIGHT, local("2026-07-16 05:59"))
    assert not CHINA.is_open(NIGHT, local("2026-07-16 06:00"))
    assert CHINA.is_open(NIGHT, local("2026-07-18 05:59")), "Friday's shift ends on Saturday"


def test_the_next_opening_skips_a_holiday_week() -> None:
    assert CHINA.next_change(OFFICE_HOURS, local("2026-09-30 18:00")) == local("2026-10-08 08:30")


def test_an_office_that_never_opens_never_changes() -> None:
    assert CHINA.next_change(Hours(weekly=((),) * 7), local("2026-07-15 10:00")) is None


@pytest.mark.parametrize(
    ("day", "vouched"),
    [
        (date(2026, 10, 10), True),
        (date(2027, 2, 5), False),
        (date(2027, 10, 8), False),
        (date(2027, 7, 14), True),
        (date(2026, 12, 31), False),
    ],
)
def test_an_estimated_year_is_doubtful_near_its_holidays(day: date, vouched: bool) -> None:
    assert CHINA.vouches_for(day) is vouched


def test_a_day_that_the_site_has_listed_is_beyond_doubt() -> None:
    ours = Calendar(
        "Asia/Shanghai", "CN", closed_days=frozenset({date(2027, 2, 5)}), open_days=frozenset({date(2027, 2, 6)})
    )
    assert (ours.kind(date(2027, 2, 5)), ours.vouches_for(date(2027, 2, 5))) == ("closed", True)
    assert (ours.kind(date(2027, 2, 6)), ours.vouches_for(date(2027, 2, 6))) == ("make_up", True)


def test_a_country_without_make_up_days_is_never_doubtful() -> None:
    assert Calendar("Europe/Madrid", "ES").vouches_for(date(2031, 1, 1))


def test_the_clocks_going_back_or_forward_move_no_closing_time() -> None:
    berlin = Calendar("Europe/Berlin")
    sunday = Hours(weekly=(*((),) * 6, ((510, 1080),)))
    assert berlin.next_change(sunday, datetime(2026, 10, 25, 8, 0, tzinfo=UTC)) == datetime(
        2026, 10, 25, 17, 0, tzinfo=UTC
    )
    assert berlin.next_change(sunday, datetime(2026, 3, 29, 8, 0, tzinfo=UTC)) == datetime(
        2026, 3, 29, 16, 0, tzinfo=UTC
    )
    night = berlin.next_midnight(datetime(2026, 10, 24, 23, 0, tzinfo=UTC))
    assert night - berlin.next_midnight(datetime(2026, 10, 24, 20, 0, tzinfo=UTC)) == timedelta(hours=25)

"""Holidays from files: a year of holiday-cn, a calendar of whole days, and files that are neither."""

import json
from datetime import date
from pathlib import Path

import pytest
from offices import OFFICE_HOURS, local

from daemon.configuration.build import build_site
from daemon.configuration.calendar_files import MAX_BYTES, merged, read_days
from daemon.configuration.load import parse
from daemon.configuration.problem import ConfigError
from policies.office.calendar import Imported

YEAR = {
    "$schema": "https://example.org/schema.json",
    "year": 2027,
    "papers": ["https://example.org/notice"],
    "days": [
        {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
        {"name": "国庆节", "date": "2027-10-08", "isOffDay": True},
        {"name": "国庆节", "date": "2027-10-09", "isOffDay": False},
    ],
}
ICS = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270401
DTEND;VALUE=DATE:20270403
SUMMARY:Stock
 taking
BEGIN:VALARM
DTSTART;VALUE=DATE:20270501
SUMMARY:上班
END:VALARM
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270410
SUMMARY:清明节 补班
END:VEVENT
BEGIN:VEVENT
DTSTART:20270411T090000Z
SUMMARY:a meeting
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")
OFFICE = """
site: {id: hq, names: Head office, timezone: Asia/Shanghai, country: CN}
calendar:
  half_days: [2027-02-05]
  half_day_ends: "11:30"
  closed_days: [2027-10-09]
  imports: [2027.json, ours.ics]
season: {pin: summer, city: beijing, winter: 11-15..03-15, southern: false}
broker: {host: localhost}
zones:
  hall: {names: Hall, hours: {mon-fri: 08:30-18:00}}
"""


def written(directory: Path, text: str, name: str = "days") -> Path:
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_year_of_holiday_cn_is_official(tmp_path: Path) -> None:
    days = read_days(written(tmp_path, json.dumps(YEAR)))
    assert days.years == {2027}
    assert days.off == {date(2027, 1, 1), date(2027, 10, 8)}
    assert days.work == {date(2027, 10, 9)}


def test_a_year_whose_notice_is_not_out_says_nothing(tmp_path: Path) -> None:
    assert read_days(written(tmp_path, json.dumps(YEAR | {"papers": []}))) == Imported()
    assert read_days(written(tmp_path, json.dumps(YEAR | {"days": []}))) == Imported()


def test_a_calendar_has_days_off_and_days_of_work_and_no_meetings(tmp_path: Path) -> None:
    days = read_days(written(tmp_path, ICS))
    assert days.off == {date(2027, 4, 1), date(2027, 4, 2)}, "the end of an entry is not part of it"
    assert days.work == {date(2027, 4, 10)}
    assert not days.years, "it vouches for no other day"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hello", "neither a calendar"),
        ("", "neither a calendar"),
        ("{", "not a year in the form of holiday-cn"),
        ('{"year": 2027, "papers": ["x"], "days": [{"date": "soon", "isOffDay": true}]}', "not a year in the form"),
        ('{"year": 2027, "papers": ["x"], "days": [{"date": "2027-01-01"}]}', "not a year in the form"),
        ('{"days": ' + "[" * 5000, "not a year in the form"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR", "no whole days"),
        (ICS.replace("VERSION:2.0\r\n", "").replace("SUMMARY:Stock", "RRULE:FREQ=YEARLY\r\nSUMMARY:Stock"), "repeats"),
        (ICS.replace("DTEND;VALUE=DATE:20270403", "DTEND;VALUE=DATE:20990403"), "more than a year"),
        ("BEGIN:VCALENDAR" + " " * MAX_BYTES, "larger than 1 MiB"),
    ],
)
def test_a_file_that_is_no_calendar_says_why(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_days(written(tmp_path, text))


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        read_days(tmp_path)
    path = tmp_path / "latin"
    path.write_bytes(b"BEGIN:VCALENDAR\nSUMMARY:\xff")
    with pytest.raises(ValueError, match="UTF-8"):
        read_days(path)


def test_the_later_file_wins() -> None:
    day, other = date(2027, 1, 1), date(2027, 1, 2)
    first = Imported(frozenset({day}), frozenset({other}), frozenset({2027}))
    second = Imported(frozenset({other}), frozenset({day}))
    assert merged([first, second]) == Imported(frozenset({other}), frozenset({day}), frozenset({2027}))


def test_an_office_with_imports_works_by_them(tmp_path: Path) -> None:
    written(tmp_path, json.dumps(YEAR), "2027.json")
    written(tmp_path, ICS, "ours.ics")
    site = build_site(parse(OFFICE, file="office.yaml", directory=tmp_path))
    calendar = site.calendar
    assert calendar.kind(date(2027, 10, 8)) == "holiday"
    assert calendar.kind(date(2027, 4, 10)) == "make_up"
    assert calendar.kind(date(2027, 10, 9)) == "closed", "the site's own list wins"
    assert calendar.kind(date(2027, 2, 8)) == "workday", "an imported year stands for itself, not beside the estimate"
    assert all(calendar.vouches_for(date(2027, month, 8)) for month in range(1, 12))
    assert not calendar.is_open(OFFICE_HOURS, local("2027-02-05 11:30"))
    assert calendar.is_open(OFFICE_HOURS, local("2027-02-05 11:29"))
    assert (site.seasons.pin, site.seasons.city, site.seasons.winter) == ("summer", "beijing", ((11, 15), (3, 15)))
    assert site.seasons.southern is False


def test_a_bad_import_is_a_problem_with_its_line(tmp_path: Path) -> None:
    written(tmp_path, json.dumps(YEAR), "2027.json")
    with pytest.raises(ConfigError) as caught:
        parse(OFFICE, file="office.yaml", directory=tmp_path)
    (problem,) = caught.value.problems
    assert (problem.line, problem.path) == (7, "calendar.imports[1]")

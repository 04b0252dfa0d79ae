"""The parts of office.yaml that say where and when: site, calendar, zones."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from daemon.configuration.calendar_files import read_days
from daemon.configuration.opening_hours import WeeklyHours
from daemon.configuration.quantities import Day, FilePath, Flag, Language, Names, Slug, Words
from daemon.configuration.section import Section
from policies.office.season import CITIES, Dates, MonthDay
from policies.words import say

_DATES = re.compile(r"(\d{1,2})-(\d{1,2})\s*(?:\.\.|to|至|到)\s*(\d{1,2})-(\d{1,2})")
_DATES_ADVICE = "must be the first and the last day (month-day), such as 11-15..03-15"
_TIME = re.compile(r"(\d{1,2}):(\d{2})")


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is not a time zone; write one such as Asia/Shanghai or Europe/Berlin") from None
    return value


def _country(value: str) -> str:
    from holidays import list_supported_countries  # noqa: PLC0415  slow to import, and not every office has a country

    if value and value not in list_supported_countries(include_aliases=False):
        raise ValueError(
            "is no country whose public holidays are known; write its two letters, such as CN, or leave it out"
        )
    return value


def _minute(value: object) -> int:
    if isinstance(value, int):
        return value
    match = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:  # noqa: PLR2004  hours of a day, minutes of an hour
        raise ValueError(str(say("must be a time of the day such as 12:00")))
    return int(match[1]) * 60 + int(match[2])


def _dates(value: object) -> Dates:
    match = _DATES.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(_DATES_ADVICE)
    first, last = _month_day(match[1], match[2]), _month_day(match[3], match[4])
    return first, last


def _month_day(month: str, day: str) -> MonthDay:
    try:
        leap = date(2000, int(month), int(day))
    except ValueError:
        raise ValueError(_DATES_ADVICE) from None
    return leap.month, leap.day


def _calendar_file(path: Path) -> Path:
    """Read once here, so that what is wrong with it has a line; its days are read again when the site is built."""
    read_days(path)
    return path


def _city(value: str) -> str:
    if value not in CITIES:
        raise ValueError(
            f"is no city whose dates are known; give winter and summer yourself, or one of {', '.join(sorted(CITIES))}"
        )
    return value


SeasonDates = Annotated[Dates, PlainValidator(_dates), WithJsonSchema({"type": "string", "pattern": _DATES.pattern})]
CalendarFile = Annotated[FilePath, AfterValidator(_calendar_file)]
TimeOfDay = Annotated[int, PlainValidator(_minute), WithJsonSchema({"type": "string", "pattern": _TIME.pattern})]


class SiteEntry(Section):
    """The office as a whole."""

    id: Slug = Field(description="short name of the site, used as a tag in the database; do not change it later")
    names: Names = Field(description="name of the office: one text, or one a language (en, zh_CN)")
    timezone: Annotated[str, AfterValidator(_timezone)] = Field(description="IANA time zone, such as Asia/Shanghai")
    language: Language = Field(default="en", description="language of notices and reports: en or zh_CN")
    country: Annotated[str, AfterValidator(_country)] = Field(
        default="", description="two letters (CN, DE, …): public holidays and make-up workdays come from there"
    )
    area_m2: float | None = Field(default=None, gt=0, le=10_000_000, description="floor area in square metres")
    people: int | None = Field(default=None, ge=1, le=1_000_000, description="people who work here")


class CalendarEntry(Section):
    """The site's own days, beside the public ones."""

    closed_days: tuple[Day, ...] = Field(default=(), description="days the office is closed, such as 2026-12-31")
    open_days: tuple[Day, ...] = Field(default=(), description="days the office works although they look like days off")
    half_days: tuple[Day, ...] = Field(default=(), description="days on which the office closes at half_day_ends")
    half_day_ends: TimeOfDay = Field(default=720, description="when a half day ends, such as 12:00")
    imports: tuple[CalendarFile, ...] = Field(
        default=(), max_length=50, description="files with holidays: a year of holiday-cn (JSON), or a calendar (ICS)"
    )


class SeasonEntry(Section):
    """Which season it is for units that do not say whether they cool or heat."""

    pin: Literal["summer", "winter", "transition"] | None = Field(
        default=None, description="it is this season until somebody takes the pin out"
    )
    city: Annotated[str, AfterValidator(_city)] | None = Field(
        default=None, description="its usual dates count where there is no outdoor sensor; none of them is verified"
    )
    winter: SeasonDates | None = Field(
        default=None, validate_default=False, description="first and last day of winter, such as 11-15..03-15"
    )
    summer: SeasonDates | None = Field(
        default=None, validate_default=False, description="first and last day of summer, such as 06-01..09-15"
    )
    southern: Flag = Field(default=False, description="true south of the equator")


class ZoneEntry(Section):
    """A room or area with one set of hours and one owner."""

    names: Names = Field(description="name of the zone: one text, or one a language (en, zh_CN)")
    hours: WeeklyHours = Field(
        description='opening hours by day: mon-fri: "08:30-12:00, 13:00-18:00"; a day that is not named is closed'
    )
    owner: Words = Field(default="", validate_default=False, description="who looks after it, as notices shall say it")
    floor: Words = Field(default="", validate_default=False, description="floor, for the board's order")
    area_m2: float | None = Field(default=None, gt=0, le=1_000_000, description="its floor area in square metres")
    people: int | None = Field(default=None, ge=1, le=100_000, description="people who work in it")
    leave_hours_per_month: float | None = Field(
        default=None, ge=0, le=744, description="hours outside its opening hours that may be asked for in a month"
    )

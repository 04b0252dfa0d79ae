"""The parts of office.yaml that say where and when: site, calendar, zones."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from daemon.configuration.opening_hours import WeeklyHours
from daemon.configuration.quantities import Day, Language, Names, Slug, Words
from daemon.configuration.section import Section


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


class ZoneEntry(Section):
    """A room or area with one set of hours and one owner."""

    names: Names = Field(description="name of the zone: one text, or one a language (en, zh_CN)")
    hours: WeeklyHours = Field(
        description='opening hours by day: mon-fri: "08:30-12:00, 13:00-18:00"; a day that is not named is closed'
    )
    owner: Words = Field(default="", validate_default=False, description="who looks after it, as notices shall say it")
    floor: Words = Field(default="", validate_default=False, description="floor, for the board's order")

"""Days from files that a site has been given: holiday-cn's JSON (one official year) and iCalendar.

JSON   {"year": 2027, "papers": ["https://…"], "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}, …]}
       It covers its year in whole, but only where `papers` names the notice: next year's file exists before the notice does.
ICS    whole-day VEVENTs. A summary with 班, 上班, "workday" or "make-up" is a day of work, everything else a day off.
       It adds its days and vouches for no others.
"""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from policies.office.calendar import Imported

MAX_BYTES = 2**20
_MAX_DAYS = 400
_WORK = re.compile(r"班|work(ing)?[ -]?day|make-?up", re.IGNORECASE)
_NO_WORK = re.compile(r"不上班|no work|non-?working", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")


class _Day(BaseModel):
    date: date
    is_off: bool = Field(alias="isOffDay")


class _Year(BaseModel):
    year: int = Field(ge=2000, le=2100)
    papers: tuple[str, ...] = ()
    days: tuple[_Day, ...] = Field(default=(), max_length=_MAX_DAYS)


def read_days(path: Path) -> Imported:
    """The days of one file. Raises ValueError with a sentence for the person who named it."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise ValueError(f"cannot be read: {(error.strerror or 'not a file').lower()}") from None
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8 text") from None
    if len(raw) > MAX_BYTES:
        raise ValueError("is larger than 1 MiB; no calendar of days needs that")
    return _from_json(text) if text.lstrip().startswith("{") else _from_ics(text)


def merged(parts: list[Imported]) -> Imported:
    """Several files as one; where two disagree about a day, the later file wins."""
    off: set[date] = set()
    work: set[date] = set()
    years: set[int] = set()
    for part in parts:
        off = (off - part.work) | part.off
        work = (work - part.off) | part.work
        years |= part.years
    return Imported(frozenset(off), frozenset(work), frozenset(years))


def _from_json(text: str) -> Imported:
    try:
        year = _Year.model_validate(json.loads(text))
    except (ValidationError, ValueError, RecursionError):
        raise ValueError("is not a year in the form of holiday-cn: year, papers, days with date and isOffDay") from None
    if not year.papers or not year.days:
        return Imported()
    return Imported(
        frozenset(day.date for day in year.days if day.is_off),
        frozenset(day.date for day in year.days if not day.is_off),
        frozenset({year.year}),
    )


def _from_ics(text: str) -> Imported:
    lines = re.sub(r"\r?\n[ \t]", "", text).splitlines()
    if not lines or lines[0].strip().upper() != "BEGIN:VCALENDAR":
        raise ValueError("is neither a calendar (ICS) nor a year in the form of holiday-cn (JSON)")
    off: set[date] = set()
    work: set[date] = set()
    for happening in _happenings(lines):
        if "RRULE" in happening or "RDATE" in happening:
            raise ValueError("has a day that repeats; write each day as one of its own")
        first = _day(happening.get("DTSTART", ""))
        if first is None:
            continue
        last = _day(happening.get("DTEND", "")) or first + timedelta(days=1)
        length = max((last - first).days, 1)
        if length > _MAX_DAYS:
            raise ValueError("has an entry that lasts more than a year")
        summary = happening.get("SUMMARY", "")
        kind = work if _WORK.search(summary) and not _NO_WORK.search(summary) else off
        kind.update(first + timedelta(days=number) for number in range(length))
    if not off and not work:
        raise ValueError("has no whole days in it")
    return Imported(frozenset(off - work), frozenset(work))


def _happenings(lines: list[str]) -> Iterator[dict[str, str]]:
    """The properties of each VEVENT, by name without its parameters; those of what is nested in it do not count."""
    inside: dict[str, str] | None = None
    depth = 0
    for line in lines:
        name, _, value = line.partition(":")
        name, value = name.partition(";")[0].strip().upper(), value.strip()
        if name == "BEGIN" and inside is not None:
            depth += 1
        elif name == "BEGIN" and value.upper() == "VEVENT":
            inside = {}
        elif name == "END" and depth:
            depth -= 1
        elif name == "END" and inside is not None:
            yield inside
            inside = None
        elif inside is not None and not depth:
            inside[name] = value


def _day(value: str) -> date | None:
    """A whole day; None where it is none (a time of the day) or no date at all."""
    match = _DATE.fullmatch(value)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None

"""Lines of CUPS' page_log, in the format that docs/printing.md recommends, in CUPS' own default one, and in CUPS 1.1's.

The recommended line has tabs between its fields and the job's name last, because CUPS escapes nothing: a name may hold
spaces, tabs, even a line feed. The number behind `total` is impressions (printed sides), never sheets; 0 is unknown.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final

VERSION: Final = "v1"
FIELDS: Final = (
    "%T %p %j %u %P %C %{sides} %{Duplex} %{copies} %{number-up} %{job-impressions-completed} "
    "%{job-media-sheets-completed} %{print-color-mode} %{media} %{job-originating-host-name} %{job-name}"
)
RECOMMENDED: Final = "\t".join([VERSION, *FIELDS.split()])
"""The value of PageLogFormat: real tabs, for `\\t` would be logged as it stands."""

_DATE: Final = r"\[(\d\d)/(\w{3})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)\]"
_STAMP: Final = re.compile(_DATE)
_PLAIN: Final = re.compile(
    r"(?P<queue>\S+) (?P<user>.*?) (?P<number>\d+) (?P<at>\[[^\]]{26}\]) (?P<page>total|\d+) (?P<count>\d+)"
    r"(?: \S+ \S+ (?P<title>.*) (?P<media>\S+) (?P<sides>\S+)| \S+ \S+)?"
)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class NotALine(Exception):  # noqa: N818  an answer: somebody's job name held a line feed, or the format is another
    """What stands there is no line of page_log."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line. Empty text and None: not said. `page` is set in CUPS 1.1 only: one line a page, `impressions` its copies."""

    queue: str
    number: int
    at: datetime
    user: str
    title: str
    impressions: int | None
    sides: str = ""
    duplex: str = ""
    copies: int | None = None
    number_up: int | None = None
    colour_mode: str = ""
    media: str = ""
    page: int | None = None


def parse(text: str) -> Line:
    """One line without its line feed. Raises NotALine."""
    if text.startswith(f"{VERSION}\t"):
        return _recommended(text)
    found = _PLAIN.fullmatch(text)
    if found is None:
        raise NotALine("neither the recommended nor the default format")
    page = found["page"]
    return Line(
        queue=found["queue"],
        number=int(found["number"]),
        at=_instant(found["at"]),
        user=found["user"],
        title=_said(found["title"] or ""),
        impressions=int(found["count"]) or None,
        media=_said(found["media"] or ""),
        sides=_said(found["sides"] or ""),
        page=None if page == "total" else int(page),
    )


def _recommended(text: str) -> Line:
    parts = text.split("\t", len(FIELDS.split()))
    if len(parts) <= len(FIELDS.split()):
        raise NotALine("too few fields")
    _, at, queue, number, user, page, count, sides, duplex, copies, number_up, completed, _, mode, media, _, title = (
        parts
    )
    if not number.isdecimal() or not queue:
        raise NotALine("no job number")
    return Line(
        queue=queue,
        number=int(number),
        at=_instant(at),
        user=_said(user),
        title=_said(title),
        impressions=_count(completed) or _count(count),
        sides=_said(sides),
        duplex=_said(duplex),
        copies=_count(copies),
        number_up=_count(number_up),
        colour_mode=_said(mode),
        media=_said(media),
        page=None if page in ("total", "-") else _count(page),
    )


def _instant(text: str) -> datetime:
    found = _STAMP.fullmatch(text)
    if found is None:
        raise NotALine("no date")
    day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    try:
        zone = timezone(-offset if sign == "-" else offset)
        return datetime(int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=zone)
    except ValueError as error:
        raise NotALine(f"no date: {error}") from None


def _said(text: str) -> str:
    return "" if text == "-" else text


def _count(text: str) -> int | None:
    return int(text) or None if text.isdecimal() and len(text) < 8 else None  # noqa: PLR2004  ten million sides

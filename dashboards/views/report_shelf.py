"""The reports that there are, as the board shows them: months, their revisions, the files, and what was sent to whom."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from policies.words import Words, say


class File(msgspec.Struct, frozen=True):
    """One file of a revision."""

    name: str
    language: str
    form: str
    kilobytes: float


class Sending(msgspec.Struct, frozen=True):
    """One reader. `at`: when it was sent, or when it is tried again; `why`: what the server said."""

    to: str
    what: Literal["sent", "waiting", "failed", "given_up"]
    at: datetime | None = None
    why: str = ""


class Revision(msgspec.Struct, frozen=True):
    """`number` 0 is the report as it was first made. `made_at` None: the log lost it."""

    number: int
    made_at: datetime | None
    files: tuple[File, ...]
    changes: tuple[Words, ...] = ()
    sendings: tuple[Sending, ...] = ()


class MonthOnShelf(msgspec.Struct, frozen=True):
    """`month` is `2026-10`. The newest revision comes first."""

    month: str
    revisions: tuple[Revision, ...]


class LeagueTable(msgspec.Struct, frozen=True):
    """One table, the best first; who is left out, and why."""

    title: Words
    places: tuple[Words, ...]
    left_out: tuple[Words, ...]


class YearLeague(msgspec.Struct, frozen=True):
    """The league of a year that is over."""

    year: int
    exemplars: tuple[Words, ...]
    tables: tuple[LeagueTable, ...]


class Shelf(msgspec.Struct, frozen=True):
    """The newest month comes first. `makeable`: months that can be made now; `wanted`: what somebody has just asked for."""

    months: tuple[MonthOnShelf, ...] = ()
    makeable: tuple[str, ...] = ()
    wanted: tuple[Words, ...] = ()
    has_readers: bool = False
    next_at: datetime | None = None
    league: YearLeague | None = None


class Desk(Protocol):
    """Who keeps the reports. Any thread; everything but `file` returns at once."""

    def shelf(self) -> Shelf:
        """What is there now."""

    def file(self, month: str, revision: int, name: str) -> tuple[str, bytes] | None:
        """A file with the name it has outside; None where there is none. Reads the disk. Raises OSError."""

    def make(self, month: str, who: str) -> bool:
        """Make it, or revise it where figures have changed; False for a month that cannot be made."""

    def send(self, month: str, revision: int, who: str) -> bool:
        """Send it to every reader again; False where it is not there."""


MEDIA_TYPES: Mapping[str, str] = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
FORMS: Mapping[str, Words] = {
    "html": say("Page (HTML)"),
    "pdf": say("PDF"),
    "xlsx": say("Table (XLSX)"),
    "csv": say("Table (CSV)"),
    "json": say("Data (JSON)"),
}

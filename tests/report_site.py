"""A desk for tests of the delivery: an office, an archive in a folder, a maker whose figures a test sets, a reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from offices import office, plug

from daemon.errors import StoreUnavailable
from daemon.reports.archive import Archive
from daemon.reports.due import MonthOf
from daemon.reports.letters import Reader
from daemon.reports.mail import Mail, NotTaken
from daemon.reports.reports import Reports

JUNE, JULY = MonthOf(2026, 6), MonthOf(2026, 7)


@dataclass
class FakeMaker:
    """Figures are what a test says; a file is its name, month and revision as text."""

    kwh: dict[MonthOf, float] = field(default_factory=dict)
    formats: Sequence[str] = ("html", "pdf", "json")
    is_away: bool = False
    made: list[tuple[MonthOf, int]] = field(default_factory=list)

    def is_known(self, month: MonthOf) -> bool:
        return month in self.kwh

    def figures(self, month: MonthOf, at: datetime) -> bytes:
        if self.is_away:
            raise StoreUnavailable("away")
        return msgspec.json.encode({"made_at": at, "energy": {"kwh": self.kwh.get(month)}})

    def files(self, month: MonthOf, at: datetime, revision: int) -> Mapping[str, bytes]:
        if self.is_away:
            raise StoreUnavailable("away")
        self.made.append((month, revision))
        names = [f"report-{code}.{form}" for code in ("en", "zh_CN") for form in self.formats]
        return {name: f"{name} of {month} r{revision}".encode() for name in names}


@dataclass
class FakePost:
    """Keeps what it is given; `trouble` is why it takes nothing; `ends` ends the daemon while it has the letter."""

    letters: list[Mail] = field(default_factory=list)
    trouble: str = ""
    ends: bool = False

    def __call__(self, mail: Mail) -> None:
        if self.trouble:
            raise NotTaken(self.trouble)
        self.letters.append(mail)
        if self.ends:
            raise KeyboardInterrupt

    @property
    def titles(self) -> list[str]:
        return [mail.title for mail in self.letters]


class ReportSite:
    """`at(…)` looks at an instant. A second one on the same folder is the daemon after a restart."""

    def __init__(self, folder: Path, maker: FakeMaker, post: FakePost | None = None) -> None:
        site = office(plug()).office.site
        self.archive = Archive(folder / "reports")
        self.maker = maker
        self.post = post or FakePost()
        self.now = datetime(2026, 7, 1, tzinfo=UTC)
        self.reports = Reports(lambda: site, self.archive, maker, lambda: self.now)
        self.readers([Reader("energy@example.org", self.post, ("pdf",), ("en",))])

    def readers(self, readers: Sequence[Reader], minute: int = 13 * 60) -> None:
        self.reports.settings(readers, 1, minute)

    def at(self, now: datetime) -> None:
        self.now = now
        self.reports.look(now)

"""The reports as the board asks for them: the shelf is drawn up when something has changed, and handed out as a value."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from daemon.reports.archive import Note
from daemon.reports.due import MonthOf, last_due
from daemon.reports.letters import kept_changes, told
from daemon.reports.maker import LANGUAGES, sent_as
from daemon.reports.reports import Asked, Reports
from daemon.reports.sending import is_due, standing
from dashboards.views.report_shelf import FORMS, File, MonthOnShelf, Revision, Sending, Shelf, YearLeague
from policies.office.site import Site
from policies.words import Words, say

SHOWN = 24
MAKEABLE = 12


class ReportDesk:
    """A `dashboards.views.report_shelf.Desk`. `draw_up` belongs to the reports' thread; it may raise OSError."""

    def __init__(self, reports: Reports, site: Callable[[], Site], now: Callable[[], datetime]) -> None:
        self._reports, self._archive, self._site, self._now = reports, reports.archive, site, now
        self._shelf = Shelf()
        self.league: Callable[[], YearLeague | None] = lambda: None

    def shelf(self) -> Shelf:
        """What was last drawn up."""
        return self._shelf

    def draw_up(self) -> None:
        """Read the archive anew."""
        now, archive = self._now(), self._archive
        local = self._site().calendar.local(now)
        newest = last_due(local.replace(day=28), 1, 0)  # whatever is over, whether it is due or not
        makeable = [newest]
        while len(makeable) < MAKEABLE:
            makeable.append(makeable[-1].before)
        months = archive.months()[::-1][:SHOWN]
        self._shelf = Shelf(
            months=tuple(self._month(month, now) for month in months),
            makeable=tuple(str(month) for month in makeable),
            has_readers=bool(self._reports.readers),
            next_at=self._next(local),
            league=self.league(),
        )

    def file(self, month: str, revision: int, name: str) -> tuple[str, bytes] | None:
        """A file with its name outside; figures and changes are none."""
        try:
            which = MonthOf.read(month)
        except ValueError:
            return None
        data = self._archive.read(which, revision, name) if name.startswith("report-") else None
        return None if data is None else (sent_as(self._site().id, which, revision, name), data)

    def make(self, month: str, who: str) -> bool:
        """Ask for it."""
        if month not in self._shelf.makeable:
            return False
        self._want(say("The report for {month} is being made.", month=month))
        self._reports.ask(Asked(MonthOf.read(month), who))
        return True

    def send(self, month: str, revision: int, who: str) -> bool:
        """Ask for it."""
        there = next((each for each in self._shelf.months if each.month == month), None)
        if there is None or all(each.number != revision for each in there.revisions):
            return False
        self._want(say("The report for {month} is being sent again.", month=month))
        self._reports.ask(Asked(MonthOf.read(month), who, revision))
        return True

    def _want(self, words: Words) -> None:
        old = self._shelf
        wanted = (*(each for each in old.wanted if each != words), words)[-5:]
        self._shelf = msgspec.structs.replace(old, wanted=wanted)

    def _next(self, local: datetime) -> datetime:
        minute = self._reports.minute
        first = local.replace(
            day=self._reports.day, hour=minute // 60, minute=minute % 60, second=0, microsecond=0, tzinfo=None
        )
        if first <= local.replace(tzinfo=None):
            first = (first.replace(day=1) + timedelta(days=32)).replace(day=self._reports.day)
        return first.replace(tzinfo=ZoneInfo(self._site().calendar.timezone)).astimezone(ZoneInfo("UTC"))

    def _month(self, month: MonthOf, now: datetime) -> MonthOnShelf:
        notes = self._archive.notes(month)
        newest = self._archive.revisions(month)
        return MonthOnShelf(
            str(month),
            tuple(self._revision(month, number, notes, now, is_newest=number == newest[-1]) for number in newest[::-1]),
        )

    def _revision(self, month: MonthOf, number: int, notes: list[Note], now: datetime, *, is_newest: bool) -> Revision:
        made_at = next((note.at for note in notes if note.what == "made" and note.revision == number), None)
        files = [_file(name, size) for name, size in self._archive.sizes(month, number).items()]
        asked = any(note.what == "asked" and note.revision == number for note in notes)
        known = {note.to for note in notes if note.revision == number and note.to}
        wanted = {reader.name for reader in self._reports.readers} if is_newest or asked else set()
        return Revision(
            number,
            made_at,
            tuple(sorted((file for file in files if file is not None), key=_place)),
            tuple(told(change) for change in kept_changes(self._archive, month, number)),
            tuple(_sending(notes, number, to, now, made_at or now) for to in sorted(known | wanted)),
        )


def _place(file: File) -> tuple[int, str]:
    """Pages first, data last."""
    order = list(FORMS)
    return (order.index(file.form) if file.form in order else len(order)), file.name


def _file(name: str, size: int) -> File | None:
    stem, _, form = name.partition(".")
    language = stem.removeprefix("report-")
    if language not in LANGUAGES:
        return None
    return File(name, language, form, round(size / 1000, 1))


def _sending(notes: list[Note], number: int, to: str, now: datetime, made_at: datetime) -> Sending:
    found = standing(notes, number, to)
    why = next((note.why for note in reversed(notes) if note.revision == number and note.to == to and note.why), "")
    if found.is_sent:
        return Sending(to, "sent", found.sent_at)
    if found.due_at is not None:
        is_over = not is_due(found, max(now, found.due_at), made_at)
        return Sending(to, "given_up" if is_over else "failed", found.due_at, why)
    return Sending(to, "waiting")

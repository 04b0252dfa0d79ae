"""The thread that looks after reports: makes what is due, revises what late data changed, sends what was not sent.

Level-triggered: every look asks the archive and the calendar anew and remembers nothing, so a downtime, a crash between two
of its steps, or a clock that was set loses no report and sends none twice without saying so.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec

from daemon.errors import StoreUnavailable
from daemon.reports.archive import Archive, Note
from daemon.reports.changes import NAMED_AT_MOST, changes, figures, titles
from daemon.reports.due import MonthOf, last_due, months_due
from daemon.reports.letters import Reader, mail
from daemon.reports.mail import NotTaken
from daemon.reports.maker import CHANGES, FIGURES, Maker
from daemon.reports.sending import is_due, standing
from policies.office.site import Site

_log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 30.0
REVISED_FOR = timedelta(days=45)
"""So long after a month's end late data still makes a revision of its report."""


class Asked(msgspec.Struct, frozen=True):
    """What a person wants now: `revision` None: make the month's report, else send that one again."""

    month: MonthOf
    who: str
    revision: int | None = None


class Reports:
    """`ask` and `settings` from any thread, `start` and `stop` on the main one; the rest on its own."""

    def __init__(
        self,
        site: Callable[[], Site],
        archive: Archive,
        maker: Maker,
        now: Callable[[], datetime],
        *,
        also: Callable[[datetime], object] = lambda _: None,
        address: str | None = None,
    ) -> None:
        self._site, self.archive, self._maker, self._now = site, archive, maker, now
        self._also, self._address = also, address
        self.changed: Callable[[], None] = lambda: None
        self._readers: Sequence[Reader] = ()
        self.day, self.minute = 1, 13 * 60
        self._lock = threading.Lock()
        self._asked: list[Asked] = []
        self._compared: tuple[date, frozenset[MonthOf]] | None = None
        self._wake, self._end = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="reports", daemon=True)

    def settings(self, readers: Sequence[Reader], day: int, minute: int) -> None:
        """Who gets it, and from when on it is made, from now on."""
        self._readers, self.day, self.minute = tuple(readers), day, minute
        self._wake.set()

    @property
    def readers(self) -> Sequence[Reader]:
        """Who gets it."""
        return self._readers

    def ask(self, asked: Asked) -> None:
        """Somebody wants a report now; returns at once. What waits already does not wait twice."""
        with self._lock:
            if all((each.month, each.revision) != (asked.month, asked.revision) for each in self._asked):
                self._asked.append(asked)
        self._wake.set()

    def start(self) -> None:
        """Begin to look after them."""
        self._thread.start()

    def stop(self, timeout_seconds: float) -> bool:
        """Waits no longer than that: what it was at is done again the next time."""
        self._end.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    def look(self, now: datetime) -> None:
        """Once everything that there is to do. Raises StoreUnavailable or OSError; the next look begins anew."""
        with self._lock:
            asked, self._asked = self._asked, []
        try:
            while asked:
                self._do(asked[0], now)
                del asked[0]
            local = self._site().calendar.local(now)
            for month in months_due(local, self.day, self.minute, self.archive.months()):
                if self._end.is_set():
                    return
                if self.archive.months() or self._maker.is_known(month):
                    self._make(month, now)
            self._revise_what_changed(local, now)
            self._also(now)
        finally:  # a store that is away keeps no finished letter back
            with self._lock:
                self._asked = [*asked, *self._asked]
            self._send_what_is_due(now)
            self.changed()

    def _do(self, asked: Asked, now: datetime) -> None:
        if asked.revision is not None:
            if asked.revision in self.archive.revisions(asked.month):
                self.archive.note(asked.month, Note(now, asked.revision, "asked", who=asked.who))
                self.changed()
        elif self.archive.revisions(asked.month):
            self._revise(asked.month, now)
        else:
            _log.info("reports: %s wants the report for %s", asked.who, asked.month)
            self._make(asked.month, now)

    def _make(self, month: MonthOf, now: datetime) -> None:
        _log.info("reports: making the report for %s", month)
        self._put(month, 0, {**self._maker.files(month, now, 0), FIGURES: self._maker.figures(month, now)}, now)

    def _put(self, month: MonthOf, revision: int, files: Mapping[str, bytes], now: datetime) -> None:
        self.archive.put(month, revision, files)
        self.archive.note(month, Note(now, revision, "made"))
        _log.info("reports: the report for %s (r%d) is in the archive", month, revision)
        self.changed()

    def _revise_what_changed(self, local: datetime, now: datetime) -> None:
        """Once a day, the months that late data may still reach."""
        is_time = local.hour * 60 + local.minute >= self.minute
        done = self._compared[1] if self._compared is not None and self._compared[0] == local.date() else frozenset()
        newest = last_due(local, self.day, self.minute)
        for month in {newest, newest.before} & set(self.archive.months()) - done if is_time else ():
            if self._end.is_set():
                return
            ended = date(month.after.year, month.after.month, 1)
            if local.date() - ended <= REVISED_FOR:
                self._revise(month, now)
            done |= {month}
        self._compared = (local.date(), done)

    def _revise(self, month: MonthOf, now: datetime) -> None:
        newest = self.archive.revisions(month)[-1]
        found = self._maker.figures(month, now)
        before = self.archive.read(month, newest, FIGURES) or b""
        differ = changes(figures(before), figures(found), {**titles(before), **titles(found)})
        if not differ:
            return
        _log.info("reports: late data changes %d figures of the report for %s", len(differ), month)
        files = {
            **self._maker.files(month, now, newest + 1),
            FIGURES: found,
            CHANGES: msgspec.json.encode(differ[:NAMED_AT_MOST]),
        }
        self._put(month, newest + 1, files, now)

    def _send_what_is_due(self, now: datetime) -> None:
        """The newest revision of the newest months, and whatever somebody asked for."""
        for month in self.archive.months()[-3:]:
            notes, revisions = self.archive.notes(month), self.archive.revisions(month)
            asked = {note.revision for note in notes if note.what == "asked"}
            for revision in sorted({revisions[-1]} | (asked & set(revisions))):
                for reader in self._readers:
                    if self._end.is_set():
                        return
                    self._send(month, revision, reader, notes, now)

    def _send(self, month: MonthOf, revision: int, reader: Reader, notes: Sequence[Note], now: datetime) -> None:
        known = standing(notes, revision, reader.name)
        if not is_due(known, now, self.archive.made_at(month, revision, now)):
            return
        letter = mail(
            self._site(), self.archive, month, revision, reader, now,
            again=known.round, is_doubtful=known.is_doubtful, address=self._address,
        )  # fmt: skip
        self.archive.note(month, Note(now, revision, "sending", reader.name))
        try:
            reader.post(letter)
        except NotTaken as trouble:
            self.archive.note(month, Note(self._now(), revision, "failed", reader.name, why=str(trouble)))
            _log.warning("reports: %s (r%d) was not taken: %s", month, revision, trouble)
        else:
            self.archive.note(month, Note(self._now(), revision, "sent", reader.name))
            _log.info("reports: %s (r%d) was sent to a reader", month, revision)
        self.changed()

    def _run(self) -> None:
        while not self._end.is_set():
            self._wake.clear()
            try:
                self.look(self._now())
            except (StoreUnavailable, OSError) as trouble:
                _log.warning("reports: the next report waits: %s", trouble)
            except Exception:  # noqa: BLE001  the thread must outlive any mistake of ours
                _log.exception("reports: something could not be made or sent")
            self._wake.wait(LOOK_EVERY_SECONDS)

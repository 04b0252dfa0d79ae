"""The report of this office: gathers it out of the store, and draws its files in a process of their own.

Drawing takes seconds of work and a hundred megabytes (matplotlib, the fonts): the daemon's own process keeps neither, and its
engine is not kept waiting.
"""

import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from typing import Final

import msgspec

from daemon.reports.due import MonthOf
from daemon.reports.gather import report
from daemon.reports.maker import LANGUAGES, name_of
from dashboards.report.document import Document, Signature
from dashboards.report.formats import FORMATS, render
from policies.accounting.month import month_bounds
from policies.history import History
from policies.state import State

FIGURES_FORM: Final = "json"


class Documents:
    """A `Maker`. `signature`: who answers for the figures, as it is configured now."""

    formats: Sequence[str] = tuple(FORMATS)

    def __init__(self, state: Callable[[], State], history: History) -> None:
        self._state, self._history = state, history
        self.signature = Signature()
        self._gathered: tuple[MonthOf, datetime, Document] | None = None

    def is_known(self, month: MonthOf) -> bool:
        """Whether a slot or a print job of that month is in the store."""
        start, end = month_bounds(*month, self._state().office.site.calendar.timezone)
        return bool(self._history.last("slot", "coverage_seconds", start, end) or self._history.jobs(start, end))

    def figures(self, month: MonthOf, at: datetime) -> bytes:
        """The same document as data: languages and the instant do not matter to whoever compares."""
        return render(self._document(month, at, 0), FIGURES_FORM, LANGUAGES[0])

    def files(self, month: MonthOf, at: datetime, revision: int) -> Mapping[str, bytes]:
        """All of them out of one document."""
        wanted = [(form, language) for language in LANGUAGES for form in self.formats]
        return {
            name_of(language, form): data
            for (form, language), data in drawn(self._document(month, at, revision), wanted).items()
        }

    def _document(self, month: MonthOf, at: datetime, revision: int) -> Document:
        """Figures and files of one look are those of one document, which is gathered once: that takes seconds."""
        kept, self._gathered = self._gathered, None
        if kept is not None and kept[:2] == (month, at):
            return msgspec.structs.replace(kept[2], revision=revision)
        state = self._state()
        made = report(
            state.office.site,
            state.policies,
            self._history,
            month.year,
            month.month,
            made_at=at,
            revision=revision,
            signature=self.signature,
            exemptions=state.office.desk.exemptions,
        )
        self._gathered = (month, at, made)
        return made


def drawn(document: Document, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], bytes]:
    """The files of these formats and languages, in a process that ends afterwards."""
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawned) as worker:
        found = [worker.submit(render, document, form, language) for form, language in wanted]
        return {each: future.result() for each, future in zip(wanted, found, strict=True)}

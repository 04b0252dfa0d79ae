"""Makes the files of a month's report: gathers once, renders in every format and language.

`compose` gathers a document out of the store, `render` makes the bytes of one format in one language; both are given, so
this file knows neither what stands in a report nor how a page is drawn.
"""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from daemon.reports.due import MonthOf
from daemon.reports.maker import LANGUAGES, name_of
from policies.accounting.month import month_bounds
from policies.history import History
from policies.office.site import Site

D = TypeVar("D")
FIGURES_FORM = "json"


class Monthly(Generic[D]):
    """A `Maker`. One report at a time, whoever asks."""

    def __init__(
        self,
        site: Callable[[], Site],
        history: History,
        compose: Callable[[int, int, datetime, int], D],
        render: Callable[[D, str, str], bytes],
        formats: Collection[str],
    ) -> None:
        self._site, self._history = site, history
        self._compose, self._render = compose, render
        self._formats = tuple(formats)
        self._one = threading.Lock()

    @property
    def formats(self) -> Sequence[str]:
        """Endings of the files that it makes."""
        return self._formats

    def is_known(self, month: MonthOf) -> bool:
        """Whether a slot or a print job of that month is in the store."""
        start, end = month_bounds(*month, self._site().calendar.timezone)
        return bool(self._history.last("slot", "coverage_seconds", start, end) or self._history.jobs(start, end))

    def figures(self, month: MonthOf, at: datetime) -> bytes:
        """The same document as data: languages and the instant do not matter to whoever compares."""
        with self._one:
            return self._render(self._compose(month.year, month.month, at, 0), FIGURES_FORM, LANGUAGES[0])

    def files(self, month: MonthOf, at: datetime, revision: int) -> Mapping[str, bytes]:
        """All of them out of one document."""
        with self._one:
            document = self._compose(month.year, month.month, at, revision)
            return {
                name_of(language, form): self._render(document, form, language)
                for language in LANGUAGES
                for form in self._formats
            }

"""What the delivery needs of whoever makes reports, and the files that one revision consists of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from daemon.reports.due import MonthOf

LANGUAGES = ("en", "zh_CN")
FIGURES = "figures.json"
"""The file of a revision that the next one is compared with, and that the board reads."""
CHANGES = "changes.json"


class Maker(Protocol):
    """Any thread; may take seconds. Both raise StoreUnavailable."""

    @property
    def formats(self) -> Sequence[str]:
        """Endings of the files that it makes: html, pdf …"""

    def is_known(self, month: MonthOf) -> bool:
        """Whether anything at all was heard in that month."""

    def figures(self, month: MonthOf, at: datetime) -> bytes:
        """Its figures alone, as JSON."""

    def files(self, month: MonthOf, at: datetime, revision: int) -> Mapping[str, bytes]:
        """The report as files by name, see `name_of`; `at` is when it was made."""


def name_of(language: str, form: str) -> str:
    """`report-en.pdf`: what a file of the archive is called."""
    return f"report-{language}.{form}"


def sent_as(site: str, month: MonthOf, revision: int, name: str) -> str:
    """`office-2026-10-r1-en.pdf`: what it is called once it has left the archive. The first one carries no mark."""
    mark = f"-r{revision}" if revision else ""
    return f"{site}-{month}{mark}-{name.removeprefix('report-')}"

"""Which months ought to have a report by now: asked again and again, so neither a downtime nor a clock change loses one.

A month is due from a stated day and time of the next one on: later than its last readings can come in, and than the ledger
of its last night is written. Pure.
"""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

MOST_AT_ONCE = 12


class MonthOf(NamedTuple):
    """A month of the office's own calendar; sorts by time."""

    year: int
    month: int

    @property
    def before(self) -> "MonthOf":
        """The month before."""
        return MonthOf(self.year - 1, 12) if self.month == 1 else MonthOf(self.year, self.month - 1)

    @property
    def after(self) -> "MonthOf":
        """The month after."""
        return MonthOf(self.year + 1, 1) if self.month == 12 else MonthOf(self.year, self.month + 1)  # noqa: PLR2004  December

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @classmethod
    def read(cls, text: str) -> "MonthOf":
        """`2026-10`. Raises ValueError."""
        year, _, month = text.partition("-")
        if len(year) != 4 or len(month) != 2 or not (year + month).isdecimal() or not 1 <= int(month) <= 12:  # noqa: PLR2004  the form of a month
            raise ValueError(f"not a month: {text!r}")
        return cls(int(year), int(month))


def last_due(local: datetime, day: int, minute: int) -> MonthOf:
    """The newest month whose report ought to be there. `local` is the office's wall clock, `minute` of its day."""
    this = MonthOf(local.year, local.month)
    is_over = (local.day, local.hour * 60 + local.minute) >= (day, minute)
    return this.before if is_over else this.before.before


def months_due(local: datetime, day: int, minute: int, have: Collection[MonthOf]) -> list[MonthOf]:
    """Those that are missing, oldest first: all since the newest one that is there, a year at most.

    Where there is none at all, only the newest: nobody waits for reports from before officed came.
    """
    newest = last_due(local, day, minute)
    if not have:
        return [newest]
    due: list[MonthOf] = []
    month = newest
    while month > max(have) and len(due) < MOST_AT_ONCE:
        due.append(month)
        month = month.before
    return due[::-1]

"""What two print jobs have to do with each other: the same thing printed again, and what two sides would have saved. Pure."""

from collections.abc import Hashable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

REPEAT_WITHIN: Final = timedelta(minutes=30)
"""Printed again later than this it is another need."""
_NEAR_KILOBYTES: Final = 2
"""A document saved again and printed again differs by less."""


class Printed(Protocol):
    """What is asked of a job: a reading and a row of the history both have it. Empty and None: not known."""

    @property
    def job(self) -> str | None:
        """Its name."""

    @property
    def state(self) -> str | None:
        """completed, cancelled, aborted, unknown."""

    @property
    def user_hash(self) -> str | None:
        """Whose."""

    @property
    def title_hash(self) -> str | None:
        """What."""

    @property
    def impressions(self) -> int | None:
        """Printed sides of all copies."""

    @property
    def copies(self) -> int | None:
        """How many."""

    @property
    def sheets(self) -> int | None:
        """Of paper."""

    @property
    def kilobytes(self) -> int | None:
        """Of the document."""

    @property
    def jammed(self) -> bool | None:
        """The printer had jammed shortly before."""

    @property
    def two_sided(self) -> str | None:
        """yes, no, unknown."""

    @property
    def duplexable(self) -> bool | None:
        """Two sides would save paper."""


P = TypeVar("P", bound=Printed)


def repeats(jobs: Iterable[tuple[datetime, P]], within: timedelta = REPEAT_WITHIN) -> Iterator[tuple[P, P]]:
    """Each job that printed again what the same person had printed on any printer less than `within` before, and that one.

    `jobs` with the instants of their end, in any order. Forgiven is what was printed again because it went wrong: the first was
    cancelled or aborted, or the printer had jammed. A job of which nobody knows whose it was is no repeat of anything.
    """
    last: dict[Hashable, list[tuple[datetime, P]]] = {}
    for at, job in sorted(jobs, key=lambda pair: (pair[0], pair[1].job or "")):
        key = (job.user_hash, _a_copy(job))
        if not job.user_hash or key[1] is None or job.state not in ("completed", "unknown", None):
            continue
        before = [pair for pair in last.get(key, ()) if at - pair[0] <= within]
        twin = next((earlier for _, earlier in reversed(before) if _is_twin(earlier, job)), None)
        last[key] = [*before, (at, job)]
        if twin is not None and not job.jammed and not twin.jammed:
            yield job, twin


def sheets_saved_by_two_sides(job: Printed) -> int:
    """What the job took more than it would have on two sides; 0 where it could not, or did, or nobody knows."""
    a_copy = _a_copy(job)
    if job.two_sided != "no" or not job.duplexable or a_copy is None or job.sheets is None:
        return 0
    return max(0, job.sheets - (job.copies or 1) * -(-a_copy // 2))


def _a_copy(job: Printed) -> int | None:
    """Printed sides of one copy; None where they are not known."""
    if not job.impressions:
        return None
    a_copy, rest = divmod(job.impressions, job.copies or 1)
    return job.impressions if rest else a_copy


def _is_twin(earlier: Printed, job: Printed) -> bool:
    """The same title; where one of them has none, the same size within a little. The sides of a copy are the same already."""
    if earlier.title_hash and job.title_hash:
        return earlier.title_hash == job.title_hash
    sizes = earlier.kilobytes, job.kilobytes
    return sizes[0] is not None and sizes[1] is not None and abs(sizes[0] - sizes[1]) <= _NEAR_KILOBYTES

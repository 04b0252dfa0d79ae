"""Jobs beside the printer's own life counter: how many printed sides no job accounts for (copies, faxes, other servers).

A counter that falls has rolled over or been exchanged: that stretch is left out, and said so. Jobs whose sides are unknown
make the answer a ceiling. Where a printer counts its prints apart from copies and faxes, that count is the one to compare.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

import msgspec

from policies.accounting.printing import once
from policies.history import History, JobRow, Sample
from sensors.device import DeviceId

_ROLLS_AT = (1_000_000, 2**24, 2**32)
_NEAR = 0.05


class Reconciled(msgspec.Struct, frozen=True, kw_only=True):
    """Of one printer between two looks at its counter. `unaccounted_sides` may be negative: a counter lost some.

    `unaccounted_share` of the counted sides; None where nothing was counted. `unknown_jobs` may explain a part of it.
    `gaps`: stretches left out because the counter fell. `with_copies`: copies and faxes are in the count as well.
    """

    counted_sides: int
    job_sides: int
    unknown_jobs: int
    gaps: int
    with_copies: bool = True

    @property
    def unaccounted_sides(self) -> int:
        """Counted by the printer, told by no job."""
        return self.counted_sides - self.job_sides

    @property
    def unaccounted_share(self) -> float | None:
        """In 0 to 1, of what the printer counted."""
        return max(0, self.unaccounted_sides) / self.counted_sides if self.counted_sides else None


def reconciled(
    history: History, printers: Iterable[DeviceId], jobs: Iterable[JobRow], start: datetime, end: datetime
) -> Mapping[DeviceId, Reconciled]:
    """Each printer whose counter was looked at twice in [start, end). Raises StoreUnavailable."""
    by_printer: dict[str, list[JobRow]] = {}
    for row in jobs:
        by_printer.setdefault(row.device, []).append(row)
    found: dict[DeviceId, Reconciled] = {}
    for printer in printers:
        for field in ("prints_total", "impressions_total"):
            counter = history.series(printer, "print_counter", field, start, end)
            made = reconcile(by_printer.get(printer, ()), counter, with_copies=field == "impressions_total")
            if made is not None:
                found[printer] = made
                break
    return found


def reconcile(rows: Iterable[JobRow], counter: Sequence[Sample], *, with_copies: bool = True) -> Reconciled | None:
    """`rows` of one printer, `counter` its sides, oldest first. None: fewer than two looks.

    A job belongs to a stretch (from, to] when it ended in it.
    """
    looks = [sample for sample in counter if isinstance(sample.value, int) and not isinstance(sample.value, bool)]
    if len(looks) < 2:  # noqa: PLR2004  a difference takes two
        return None
    jobs = once(rows)
    ends = [row.at for row in jobs]
    counted = told = unknown = gaps = 0
    for first, second in pairwise(looks):
        grown = _grown(int(first.value), int(second.value))
        if grown is None:
            gaps += 1
            continue
        counted += grown
        inside = jobs[bisect_right(ends, first.at) : bisect_right(ends, second.at)]
        told += sum(row.impressions or 0 for row in inside)
        unknown += sum(row.impressions is None for row in inside)
    return Reconciled(counted_sides=counted, job_sides=told, unknown_jobs=unknown, gaps=gaps, with_copies=with_copies)


def _grown(before: int, after: int) -> int | None:
    """What was counted in between; None where the counter fell, and not because it had come to its end."""
    if after >= before:
        return after - before
    for end in _ROLLS_AT:
        if before < end and end - before <= end * _NEAR and after <= end * _NEAR:
            return end - before + after
    return None

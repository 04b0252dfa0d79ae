"""What a span of print jobs came to, by department: sheets, what two sides saved and could have saved, colour, reuse, repeats.

Rates are by printed sides, not by jobs (LBNL's definition); jobs of one page are outside them; what is unknown is counted apart
and is in no rate. One pass over the rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta

import msgspec

from policies.history import JobRow
from policies.office.print_plan import PrintPlan
from policies.office.printing import REPEAT_WITHIN, repeats, sheets_saved_by_two_sides

NOBODY = ""
"""The department of jobs of which nobody said whose they are."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Sums of one department, or of all. `unknown_jobs`: printed, and on how many sheets nobody can tell.

    `sides` are impressions. `could_sides`: of jobs of several sides on printers with a duplexer, known to be on one or two;
    `two_sided_sides` of these. `saved_sheets`, `number_up_sheets`: not used thanks to two sides, and to several pages a
    side. `avoidable_sheets`: what two sides would have saved more. `repeat_sheets` are in `sheets` as well.
    """

    jobs: int = 0
    failed_jobs: int = 0
    unknown_jobs: int = 0
    sheets: int = 0
    sides: int = 0
    could_sides: int = 0
    two_sided_sides: int = 0
    saved_sheets: int = 0
    avoidable_sheets: int = 0
    number_up_sheets: int = 0
    colour_sides: int = 0
    colour_known_sides: int = 0
    reuse_sheets: int = 0
    repeat_jobs: int = 0
    repeat_sheets: int = 0

    @property
    def two_sided_share(self) -> float | None:
        """Of the sides that could have been on both sides of a sheet; None where there were none."""
        return self.two_sided_sides / self.could_sides if self.could_sides else None

    @property
    def colour_share(self) -> float | None:
        """Of the sides that say whether they are in colour."""
        return self.colour_sides / self.colour_known_sides if self.colour_known_sides else None

    @property
    def reuse_share(self) -> float | None:
        """Of the sheets, those from a tray of paper that was printed on one side before."""
        return self.reuse_sheets / self.sheets if self.sheets else None


def once(rows: Iterable[JobRow]) -> list[JobRow]:
    """Each job once, the last row counting, in the order of time."""
    return sorted({(row.device, row.job or row.at.isoformat()): row for row in rows}.values(), key=lambda row: row.at)


def marked(rows: Iterable[JobRow], within: timedelta = REPEAT_WITHIN) -> list[tuple[JobRow, str | None]]:
    """Each job once, with the name of the job that it printed again, if it did.

    Asked of a whole range of the history, so a job that arrives late counts; what was judged at arrival could not know it.
    """
    jobs = once(rows)
    again = {id(later): first.job for later, first in repeats(((row.at, row) for row in jobs), within)}
    return [(row, again.get(id(row))) for row in jobs]


def figures(rows: Iterable[JobRow], reuse: AbstractSet[str] = frozenset()) -> Mapping[str, Figures]:
    """By department. `reuse`: the media, or media sources (trays), that hold reuse paper, as the queues name them."""
    sums: dict[str, dict[str, int]] = {}
    for row, repeat_of in marked(rows):
        into = sums.setdefault(row.department or NOBODY, dict.fromkeys(Figures.__struct_fields__, 0))
        _add(into, row, reuse, is_repeat=repeat_of is not None)
    return {department: Figures(**sums[department]) for department in sorted(sums)}


def together(parts: Iterable[Figures]) -> Figures:
    """All departments as one."""
    sums = dict.fromkeys(Figures.__struct_fields__, 0)
    for part in parts:
        for name in sums:
            sums[name] += getattr(part, name)
    return Figures(**sums)


def _add(into: dict[str, int], row: JobRow, reuse: AbstractSet[str], *, is_repeat: bool) -> None:
    if row.state not in ("completed", "unknown"):
        into["failed_jobs"] += 1
        return
    into["jobs"] += 1
    if row.colour is not None:
        into["colour_known_sides"] += row.impressions or 0
        into["colour_sides"] += (row.impressions or 0) if row.colour else 0
    if row.sheets is None:
        into["unknown_jobs"] += 1
        return
    impressions = row.impressions or 0
    into["sheets"] += row.sheets
    into["sides"] += impressions
    if row.duplexable and row.two_sided in ("yes", "no"):
        into["could_sides"] += impressions
        if row.two_sided == "yes":
            into["two_sided_sides"] += impressions
            into["saved_sheets"] += max(0, impressions - row.sheets)
    into["avoidable_sheets"] += sheets_saved_by_two_sides(row)
    if row.number_up and row.number_up > 1 and row.impressions:
        into["number_up_sheets"] += row.sheets * (row.number_up - 1)
    if row.media in reuse or row.media_source in reuse:
        into["reuse_sheets"] += row.sheets
    if is_repeat:
        into["repeat_jobs"] += 1
        into["repeat_sheets"] += row.sheets


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What a department has set itself for a week. None: nothing."""

    department: str
    two_sided_share: float | None = None
    sheets: int | None = None


def targets_of(plan: PrintPlan) -> list[Target]:
    """Every department that has set itself something."""
    return [
        Target(department=name, two_sided_share=plan.targets.get(name), sheets=plan.sheets_a_week.get(name))
        for name in dict.fromkeys((*plan.targets, *plan.sheets_a_week))
    ]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a department stands. `met` None: there is nothing to judge by yet."""

    target: Target
    figures: Figures
    met: bool | None


def standings(found: Mapping[str, Figures], targets: Sequence[Target]) -> list[Standing]:
    """The targets in their order."""
    made: list[Standing] = []
    for target in targets:
        mine = found.get(target.department, Figures())
        answers: list[bool] = []
        if target.two_sided_share is not None and mine.two_sided_share is not None:
            answers.append(mine.two_sided_share >= target.two_sided_share)
        if target.sheets is not None:
            answers.append(mine.sheets <= target.sheets)
        made.append(Standing(target=target, figures=mine, met=all(answers) if answers else None))
    return made

"""Printing by week and department, and the last whole week in short: counts and a tip, never who. Unknown is counted apart."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from policies.accounting.print_digest import digest
from policies.accounting.print_reconciling import Reconciled
from policies.accounting.printing import Figures, figures, standings, targets_of, together
from policies.history import JobRow
from policies.office.print_plan import PrintPlan
from policies.words import Words
from sensors.device import DeviceId

WEEKS = 8
_NONE: Mapping[DeviceId, Reconciled] = {}


class Count(msgspec.Struct, frozen=True):
    """`duplex_percent`: of the sides that could be on both sides of a sheet and of which that is known; None: none were.

    `jobs` without those that failed. `reuse_percent`: of the sheets, paper that was used a second time.
    """

    jobs: int
    sheets: int
    unknown_jobs: int
    repeats: int
    duplex_percent: float | None
    reuse_percent: float | None = None


class Week(msgspec.Struct, frozen=True):
    """`share`: its sheets in percent of the week with most."""

    monday: date
    count: Count
    share: float


class Department(msgspec.Struct, frozen=True):
    """An empty name: nobody has said whose jobs they are. `target_percent` None: it has set itself nothing."""

    name: str
    count: Count
    target_percent: float | None = None


class Counted(msgspec.Struct, frozen=True):
    """What a printer's own counter says beside its jobs, in printed sides. `unaccounted_percent` None: it counted nothing."""

    name: str
    counted_sides: int
    job_sides: int
    unaccounted_percent: float | None
    unknown_jobs: int
    with_copies: bool


class Printed(msgspec.Struct, frozen=True):
    """The last weeks. `digest`: sentences about the last whole week, from `digest_monday` on."""

    all: Count
    weeks: tuple[Week, ...]
    departments: tuple[Department, ...]
    digest_monday: date
    digest: tuple[Words, ...]
    has_reuse: bool = False
    counted: tuple[Counted, ...] = ()


def printed(
    jobs: Sequence[JobRow],
    timezone: str,
    now: datetime,
    plan: PrintPlan,
    counters: Mapping[DeviceId, Reconciled] = _NONE,
) -> Printed | None:
    """None: nothing was printed. `counters`: what the printers themselves counted, by printer."""
    if not jobs:
        return None
    zone = ZoneInfo(timezone)
    by_week: dict[date, list[JobRow]] = defaultdict(list)
    for job in jobs:
        by_week[_monday(job.at, zone)].append(job)
    weeks = {monday: figures(group, plan.reuse) for monday, group in sorted(by_week.items(), reverse=True)}
    by_department: dict[str, list[Figures]] = defaultdict(list)
    for found in weeks.values():
        for name, figure in found.items():
            by_department[name].append(figure)
    totals = {name: together(parts) for name, parts in by_department.items()}
    counts = {monday: together(found.values()) for monday, found in weeks.items()}
    most = max((count.sheets for count in counts.values()), default=0) or 1
    departments = [
        Department(name, _count(total), 100 * plan.targets[name] if name in plan.targets else None)
        for name, total in totals.items()
    ]
    last = _monday(now, zone) - timedelta(weeks=1)
    return Printed(
        all=_count(together(totals.values())),
        weeks=tuple(Week(monday, _count(count), 100 * count.sheets / most) for monday, count in counts.items()),
        departments=tuple(sorted(departments, key=lambda each: -each.count.sheets)),
        digest_monday=last,
        digest=tuple(_digest(weeks.get(last, {}), counts.get(last - timedelta(weeks=1)), plan)),
        has_reuse=bool(plan.reuse),
        counted=tuple(_counted(name, each) for name, each in sorted(counters.items())),
    )


def _counted(name: str, each: Reconciled) -> Counted:
    share = each.unaccounted_share
    return Counted(
        name=name,
        counted_sides=each.counted_sides,
        job_sides=each.job_sides,
        unaccounted_percent=None if share is None else 100 * share,
        unknown_jobs=each.unknown_jobs,
        with_copies=each.with_copies,
    )


def since(now: datetime) -> datetime:
    """Where the last weeks begin."""
    return now - timedelta(weeks=WEEKS)


def _digest(week: Mapping[str, Figures], before: Figures | None, plan: PrintPlan) -> list[Words]:
    return digest(together(week.values()), before, standings(week, targets_of(plan)))


def _monday(at: datetime, zone: ZoneInfo) -> date:
    day = at.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def _count(found: Figures) -> Count:
    return Count(
        jobs=found.jobs,
        sheets=found.sheets,
        unknown_jobs=found.unknown_jobs,
        repeats=found.repeat_jobs,
        duplex_percent=None if found.two_sided_share is None else 100 * found.two_sided_share,
        reuse_percent=None if found.reuse_share is None else 100 * found.reuse_share,
    )

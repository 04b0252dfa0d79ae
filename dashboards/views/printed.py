"""Printing by week and department: sheets, the share that was printed on both sides, repeats. Unknown is counted apart."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from policies.history import JobRow

WEEKS = 8


class Count(msgspec.Struct, frozen=True):
    """`duplex_percent`: of the jobs that could be two-sided and of which that is known; None: there were none."""

    jobs: int
    sheets: int
    unknown_jobs: int
    repeats: int
    duplex_percent: float | None


class Week(msgspec.Struct, frozen=True):
    """`share`: its sheets in percent of the week with most."""

    monday: date
    count: Count
    share: float


class Department(msgspec.Struct, frozen=True):
    """An empty name: nobody has said whose jobs they are."""

    name: str
    count: Count


class Printed(msgspec.Struct, frozen=True):
    """The last weeks."""

    all: Count
    weeks: tuple[Week, ...]
    departments: tuple[Department, ...]


def printed(jobs: Sequence[JobRow], timezone: str) -> Printed | None:
    """None: nothing was printed."""
    if not jobs:
        return None
    zone = ZoneInfo(timezone)
    by_week: dict[date, list[JobRow]] = defaultdict(list)
    by_department: dict[str, list[JobRow]] = defaultdict(list)
    for job in jobs:
        day = job.at.astimezone(zone).date()
        by_week[day - timedelta(days=day.weekday())].append(job)
        by_department[job.department].append(job)
    counts = {monday: _count(group) for monday, group in sorted(by_week.items(), reverse=True)}
    most = max((count.sheets for count in counts.values()), default=0) or 1
    departments = [Department(name, _count(group)) for name, group in by_department.items()]
    return Printed(
        all=_count(jobs),
        weeks=tuple(Week(monday, count, 100 * count.sheets / most) for monday, count in counts.items()),
        departments=tuple(sorted(departments, key=lambda each: -each.count.sheets)),
    )


def since(now: datetime) -> datetime:
    """Where the last weeks begin."""
    return now - timedelta(weeks=WEEKS)


def _count(jobs: Sequence[JobRow]) -> Count:
    could = [job for job in jobs if job.duplexable and job.two_sided in {"yes", "no"}]
    return Count(
        jobs=len(jobs),
        sheets=sum(job.sheets or 0 for job in jobs),
        unknown_jobs=sum(job.sheets is None for job in jobs),
        repeats=sum(bool(job.repeat_of) for job in jobs),
        duplex_percent=100 * sum(job.two_sided == "yes" for job in could) / len(could) if could else None,
    )

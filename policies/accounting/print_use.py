"""What was printed in a month: sheets as computed, unknown counted apart, one-page jobs outside the duplex ratio."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from policies.history import JobRow


@dataclass(frozen=True, slots=True)
class PrintUse:
    """Completed jobs, each counted once. `unknown_jobs`: their sheets cannot be told; they are in no other figure.

    `duplex_rate`: impressions on two-sided jobs / impressions of jobs that could be two-sided and say which they were.
    `duplex_job_rate`: the same by jobs. None: there are none.
    """

    jobs: int
    unknown_jobs: int
    failed_jobs: int
    sheets: int
    impressions: int
    duplex_rate: float | None
    duplex_job_rate: float | None
    sheets_by_department: Mapping[str, int]


def print_use(rows: Iterable[JobRow]) -> PrintUse:
    """One pass over the month's jobs; the last row of a job counts."""
    once = {(row.device, row.job or row.at.isoformat()): row for row in rows}
    done = [row for row in once.values() if row.state == "completed"]
    known = [row for row in done if row.sheets is not None]
    told = [row for row in known if row.duplexable and row.two_sided in {"yes", "no"}]
    two_sided = [row for row in told if row.two_sided == "yes"]
    departments: dict[str, int] = {}
    for row in known:
        departments[row.department] = departments.get(row.department, 0) + (row.sheets or 0)
    could = sum(row.impressions or 0 for row in told)
    return PrintUse(
        len(done),
        len(done) - len(known),
        len(once) - len(done),
        sum(row.sheets or 0 for row in known),
        sum(row.impressions or 0 for row in known),
        sum(row.impressions or 0 for row in two_sided) / could if could else None,
        len(two_sided) / len(told) if told else None,
        dict(sorted(departments.items())),
    )

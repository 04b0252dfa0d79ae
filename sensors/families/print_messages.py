"""What officed's print agent says on the wire: one message a finished job, one a look at a printer's own counters.

`officed/print/<queue>/job` and `officed/print/<queue>/counter`, JSON. Both ends read this file: the agent, which runs beside
a print server without the rest of officed (so this file imports nothing of ours), and the family that decodes it.
"""

from typing import Annotated, Final, Literal

import msgspec

PREFIX: Final = "officed/print/"
JOB: Final = "/job"
COUNTER: Final = "/counter"

Wins = Literal["ppd", "sides", ""]
"""As `sensors.sheets.Wins`: which attribute the queue obeys."""
State = Literal["completed", "cancelled", "aborted", "unknown"]
Number = Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Word = Annotated[str, msgspec.Meta(max_length=256)]


class Job(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One finished job. All but `job` may be missing; `completed_at` is ISO 8601 with a zone.

    `job` names one printing for ever: the same job told twice has the same name and the same `completed_at`.
    `wins` and `duplexer` are facts of the queue, told with each job: which attribute it obeys, whether it can turn a sheet.
    `user` and `title` are in clear, and there only where the site has asked for that.
    """

    job: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    state: State = "unknown"
    copies: Number | None = None
    impressions: Number | None = None
    pages: Number | None = None
    sides: Word = ""
    duplex: Word = ""
    number_up: Number | None = None
    colour: bool | None = None
    media: Word = ""
    media_source: Word = ""
    kilobytes: Count | None = None
    duplexer: bool | None = None
    wins: Wins = ""
    jammed: bool | None = None
    completed_at: Word = ""
    department: Word = ""
    user_hash: Word = ""
    title_hash: Word = ""
    user: Word = ""
    title: Word = ""
    unknown_because: Word = ""


class Counter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A printer's life counters, as they stand at `at` (ISO 8601 with a zone).

    `impressions_total` counts printed sides, copies and faxes too; `prints_total` without these, where the printer tells.
    """

    at: Word = ""
    impressions_total: Count | None = None
    prints_total: Count | None = None
    sheets_total: Count | None = None
    colour_total: Count | None = None
    duplex_sheets_total: Count | None = None
    reasons: Word = ""


def job_topic(queue: str) -> str:
    """Where the jobs of a queue are told."""
    return f"{PREFIX}{queue}{JOB}"


def counter_topic(queue: str) -> str:
    """Where a queue's printer tells its counters."""
    return f"{PREFIX}{queue}{COUNTER}"

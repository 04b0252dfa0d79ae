"""The late-printing rule: what was printed while the zone was closed."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from policies.office.office import Office
from policies.policy import Duration
from policies.rules.print_jobs import PrintJobs
from policies.words import Words, say
from sensors.device import Device
from sensors.readings import PrintJob


class PrintAfterHours(PrintJobs):
    """Jobs that ended in a closed zone, a while after it closed. On a day the calendar cannot vouch for, none.

    ```yaml
    - kind: print_after_hours
      name: print-late
      allowance: 30m
      minimum_sheets: 20
    ```
    """

    kind: Literal["print_after_hours"] = "print_after_hours"
    allowance: Duration = Field(
        default=timedelta(minutes=30), le=timedelta(hours=6), description="so long after closing nobody minds"
    )
    minimum_sheets: int = Field(default=1, ge=1, description="a job of fewer sheets does not count")

    def among(self, jobs: Sequence[PrintJob], office: Office, device: Device, now: datetime) -> Iterator[PrintJob]:
        """The jobs that ended while the zone was closed, and had been for longer than the allowance."""
        del now
        calendar = office.site.calendar
        for job in jobs:
            at = job.ended_at
            if not calendar.vouches_for(calendar.local(at).date()) or (job.sheets or 1) < self.minimum_sheets:
                continue
            if not office.is_open(device.zone, at) and not office.is_open(device.zone, at - self.allowance):
                yield job

    def says(self, found: Sequence[PrintJob]) -> Words:
        """How many, and on how many sheets; of some nobody knows."""
        sheets = sum(job.sheets or 0 for job in found)
        return say("{jobs} jobs while the zone was closed: {sheets} sheets", jobs=len(found), sheets=sheets)

    def tip(self, found: Sequence[PrintJob]) -> Words:
        """What to do with a printer at night."""
        del found
        return say("Printing at night keeps a printer awake: large jobs can wait until morning")

"""The two-sides rule: several pages on one side each, where the printer could have used both."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from policies.office.office import Office
from policies.office.printing import sheets_saved_by_two_sides
from policies.rules.print_jobs import PrintJobs
from policies.words import Words, say
from sensors.device import Device
from sensors.readings import PrintJob


class PrintSingleSided(PrintJobs):
    """A single page is no violation, nor is a printer without a duplexer, nor what nobody knows.

    ```yaml
    - kind: print_single_sided
      name: print-two-sided
      minimum_sides: 3
      tip_share: 0.2
    ```
    """

    kind: Literal["print_single_sided"] = "print_single_sided"
    minimum_sides: int = Field(default=2, ge=2, description="printed sides of one copy from which a job counts")

    def among(self, jobs: Sequence[PrintJob], office: Office, device: Device, now: datetime) -> Iterator[PrintJob]:
        """The jobs that would have taken fewer sheets."""
        del office, device, now
        for job in jobs:
            if sheets_saved_by_two_sides(job) and (job.impressions or 0) >= self.minimum_sides * (job.copies or 1):
                yield job

    def says(self, found: Sequence[PrintJob]) -> Words:
        """How many, and how many sheets."""
        saved = sum(sheets_saved_by_two_sides(job) for job in found)
        return say("{jobs} jobs on one side: {sheets} sheets more than on two", jobs=len(found), sheets=saved)

    def tip(self, found: Sequence[PrintJob]) -> Words:
        """How to save them."""
        saved = sum(sheets_saved_by_two_sides(job) for job in found)
        return say("Printing on both sides would have saved {sheets} sheets here", sheets=saved)

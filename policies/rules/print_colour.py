"""The colour rule: long jobs in colour, where grey might have done. Whether it would, only people know: it asks, no more."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from policies.office.office import Office
from policies.rules.print_jobs import PrintJobs
from policies.words import Words, say
from sensors.device import Device
from sensors.readings import PrintJob


class PrintColour(PrintJobs):
    """Colour that was asked for, in long jobs. Jobs that do not say whether they are in colour do not count.

    ```yaml
    - kind: print_colour
      name: print-grey
      minimum_sides: 20
      departments: [finance]
    ```
    """

    kind: Literal["print_colour"] = "print_colour"
    minimum_sides: int = Field(default=20, ge=1, description="printed sides of all copies from which a job counts")

    def among(self, jobs: Sequence[PrintJob], office: Office, device: Device, now: datetime) -> Iterator[PrintJob]:
        """The long jobs in colour."""
        del office, device, now
        for job in jobs:
            if job.colour and (job.impressions or 0) >= self.minimum_sides:
                yield job

    def says(self, found: Sequence[PrintJob]) -> Words:
        """How many, and how many sides."""
        sides = sum(job.impressions or 0 for job in found)
        return say("{jobs} long jobs in colour: {sides} sides; grey may have done", jobs=len(found), sides=sides)

    def tip(self, found: Sequence[PrintJob]) -> Words:
        """What to try."""
        del found
        return say("Drafts and text pages print as well in grey")

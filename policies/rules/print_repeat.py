"""The repeat rule: the same thing printed again within minutes, on this printer or on another one."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from policies.office.office import Office
from policies.office.printing import REPEAT_WITHIN, repeats
from policies.policy import Duration
from policies.rules.print_jobs import PrintJobs
from policies.words import Words, say
from sensors.device import Device
from sensors.readings import PrintJob


class PrintRepeat(PrintJobs):
    """What is printed again after a jam, or because the first was cancelled, is forgiven.

    ```yaml
    - kind: print_repeat
      name: print-once
      within: 30m
    ```
    """

    kind: Literal["print_repeat"] = "print_repeat"
    within: Duration = Field(
        default=REPEAT_WITHIN, gt=timedelta(0), le=timedelta(hours=2), description="printed again later is no repeat"
    )
    minimum_sheets: int = Field(default=1, ge=1, description="a repeat of fewer sheets does not count")

    def among(self, jobs: Sequence[PrintJob], office: Office, device: Device, now: datetime) -> Iterator[PrintJob]:
        """This printer's jobs that repeat one of any printer's."""
        del device, now
        printers = office.site.by_kind.get("printer", ())
        everything = [(job.ended_at, job) for printer in printers for job in office.of(printer.id).jobs]
        again = {(later.device, later.job) for later, _ in repeats(everything, self.within)}
        for job in jobs:
            if (job.device, job.job) in again and (job.sheets or 1) >= self.minimum_sheets:
                yield job

    def says(self, found: Sequence[PrintJob]) -> Words:
        """How many."""
        return say("{jobs} jobs printed again within {within_seconds}", jobs=len(found), within_seconds=self.seconds)

    def tip(self, found: Sequence[PrintJob]) -> Words:
        """How to need it once."""
        del found
        return say("Printed again within minutes: one copy can be shared, or read on the screen")

    @property
    def seconds(self) -> float:
        """`within`, for the sentence."""
        return self.within.total_seconds()

"""What all rules about print jobs share: which jobs count, how long they do, and who gets a tip.

A job is over when it is heard, so its finding mends nothing: it says what was printed on this printer within the last hour
or so, as one case a printer, and closes when its jobs have grown old. Never who: counts and tips, no blame.
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zlib import crc32

from pydantic import Field

from policies.finding import Evidence, Finding
from policies.office.office import Office
from policies.policy import Duration, Policy
from policies.words import Words
from sensors.device import Device
from sensors.readings import PrintJob

_SHOWN = 10
_AHEAD = timedelta(minutes=5)
"""A print server's clock may be ahead a little."""


class PrintJobs(Policy):
    """The shared fields; a rule adds which of the jobs it means and what it says of them."""

    grace: Duration = Field(default=timedelta(0), description="jobs are over when they are heard: nothing to wait for")
    window: Duration = Field(
        default=timedelta(hours=1), gt=timedelta(0), le=timedelta(hours=4), description="how long a job counts"
    )
    departments: tuple[str, ...] | None = Field(default=None, description="only theirs; left out: everybody's")
    tip_share: float = Field(
        default=0.2, ge=0, le=1, description="share of the cases that come with a tip to the zone; 0: never, 1: always"
    )
    tip_always_below: int = Field(
        default=4, ge=0, description="printers with fewer jobs in a window get the tip always, or they might never"
    )

    def judge(self, office: Office, now: datetime) -> Iterator[Finding]:
        """One finding a printer that has printed so within the window."""
        for device, heard in office.devices("printer"):
            if not self.concerns(device.zone):
                continue
            young = [job for job in heard.jobs if self.counts(job, now)]
            found = list(self.among(young, office, device, now))
            if not found:
                continue
            yield Finding(
                policy=self.name,
                device=device.id,
                zone=device.zone,
                verdict=self.says(found),
                evidence=tuple(
                    Evidence(device.id, "impressions", float(job.impressions or 0), job.ended_at)
                    for job in found[-_SHOWN:]
                ),
                until=min(job.ended_at for job in found) + self.window,
                past=True,
                tip=self.tip(found) if self._may_tip(found[0], heard.jobs) else None,
            )

    def counts(self, job: PrintJob, now: datetime) -> bool:
        """Whether the job is young, finished, and of a department that is meant."""
        mine = self.departments is None or job.department in self.departments
        return mine and job.state in ("completed", "unknown") and now - self.window < job.ended_at <= now + _AHEAD

    @abstractmethod
    def among(self, jobs: Sequence[PrintJob], office: Office, device: Device, now: datetime) -> Iterator[PrintJob]:
        """Those of the printer's jobs that the rule means, in their order."""

    @abstractmethod
    def says(self, found: Sequence[PrintJob]) -> Words:
        """The verdict: how many, and what it came to."""

    @abstractmethod
    def tip(self, found: Sequence[PrintJob]) -> Words:
        """What people may do another time."""

    def _may_tip(self, first: PrintJob, jobs: Sequence[PrintJob]) -> bool:
        """By lot, drawn by the job's name: the same answer for as long as the case lasts."""
        if not self.tip_share:
            return False
        before = sum(first.ended_at - self.window < job.ended_at <= first.ended_at for job in jobs)
        drawn = crc32(f"{self.name}/{first.job}".encode()) / 2**32
        return before < self.tip_always_below or drawn < self.tip_share

"""The print agent of officed itself: one message a finished job on `officed/print/<queue>/job`, titles and users hashed."""

import hashlib
from datetime import datetime

from sensors.virtual.printers import Job
from sensors.virtual.said import Line, encode
from sensors.virtual.things import Thing, What
from sensors.virtual.voice import Voice


class PrintAgent(Voice):
    """One queue. It takes no commands and has nothing to say between jobs."""

    tells_again = True

    def hello(self, at: float) -> list[Line]:
        """Nothing."""
        del at
        return []

    def report(self, at: float) -> list[Line]:
        """Nothing."""
        del at
        return []

    def seconds_to_report(self) -> float:
        """Never."""
        return float("inf")

    def changed(self, thing: Thing, at: float, what: What) -> list[Line]:
        """Nothing: jobs come by `finished`."""
        del thing, at, what
        return []

    def finished(self, job: Job, at: float) -> list[Line]:
        """What the agent reads from the print server when a job ends."""
        planned = self.things[0].planned
        queue = planned.device.address.name
        message = {
            "job": f"{queue}-{job.number}",
            "state": job.state,
            "copies": job.copies,
            "impressions": job.impressions,
            "pages": job.pages,
            **_wish(job, ppd=planned.obeys_ppd),
            "number_up": job.number_up,
            "colour": job.colour,
            "media": "iso_a4_210x297mm",
            "duplexer": planned.has_duplexer,
            "completed_at": datetime.fromtimestamp(at, self.days.timezone).isoformat(timespec="seconds"),
            "user_hash": _hash(job.user),
            "title_hash": _hash(job.title),
        }
        return [(f"officed/print/{queue}/job", encode(message), False)]


def _wish(job: Job, *, ppd: bool) -> dict[str, str]:
    """How the wish for two sides stands in the job: in `sides`, or in the PPD's own option while `sides` says one."""
    if ppd:
        return {"sides": "one-sided", "duplex": "DuplexNoTumble" if job.wants_duplex else "None", "wins": "ppd"}
    return {"sides": "two-sided-long-edge" if job.wants_duplex else "one-sided", "wins": "sides"}


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:16]

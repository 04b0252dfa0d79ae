"""From what the log and the print server say of a job to the one message that officed hears. Pure.

The print server's word goes before the log's: a job's name may hold a line feed, and so write a line of the log.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zlib import crc32

import msgspec

from daemon.print_agent.ledger import Message, Printing
from daemon.print_agent.page_log import Line
from daemon.print_agent.print_server import Known, Queue
from daemon.print_agent.privacy import Hashing
from sensors.families.print_messages import Job, Wins, job_topic


@dataclass(frozen=True, slots=True)
class Set:
    """What somebody wrote down about a queue, and what is believed before the queue's own word."""

    department: str = ""
    wins: Wins | None = None
    duplexer: bool | None = None


@dataclass(frozen=True, slots=True)
class Departments:
    """Whose paper it is: by the user's name, else by the queue, else nobody's."""

    by_user: Mapping[str, str] = field(default_factory=dict)
    by_queue: Mapping[str, Set] = field(default_factory=dict)

    def of(self, user: str, queue: str) -> str:
        """The department, empty where nobody said."""
        mine = self.by_user.get(user.strip().casefold(), "")
        return mine or self.by_queue.get(queue, Set()).department


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes messages."""

    hashing: Hashing
    departments: Departments

    def tell(
        self, line: Line | None, known: Known | None, queue: Queue | None, *, jammed: bool | None
    ) -> tuple[Printing, Message] | None:
        """The message about a job of which at least one source speaks; None where nobody says when it ended."""
        source = known or line
        ended_at = known.ended_at if known is not None and known.ended_at is not None else line.at if line else None
        if source is None or ended_at is None:
            return None
        printing = Printing(line.queue if line else source.queue, source.number, ended_at)
        user, title = (line.user, line.title) if line else ("", "")
        if known is not None:
            user, title = user or known.user, title or known.title
        fixed = self.departments.by_queue.get(printing.queue, Set())
        queue = queue or Queue(printing.queue)
        name = name_of(printing)
        job = Job(
            job=name,
            state=(known.state if known is not None else None) or "unknown",
            copies=source.copies or (line.copies if line else None),
            impressions=(known.impressions if known else None) or (line.impressions if line else None),
            pages=known.pages if known else None,
            sides=source.sides or (line.sides if line else ""),
            duplex=source.duplex or (line.duplex if line else ""),
            number_up=source.number_up,
            colour=_colour(source.colour_mode),
            media=source.media or (line.media if line else ""),
            media_source=known.media_source if known else "",
            kilobytes=known.kilobytes if known else None,
            duplexer=queue.duplexer if fixed.duplexer is None else fixed.duplexer,
            wins=queue.wins if fixed.wins is None else fixed.wins,
            jammed=jammed,
            completed_at=stamp(name, ended_at),
            department=self.departments.of(user, printing.queue),
            user_hash=self.hashing.user(user, ended_at),
            title_hash=self.hashing.title(title, ended_at),
            user=user[:256] if self.hashing.clear else "",
            title=title[:256] if self.hashing.clear else "",
            unknown_because="" if known or line is None or line.copies else "the copies are not told",
        )
        return printing, Message(job_topic(topic_name(printing.queue)), msgspec.json.encode(job))


def name_of(printing: Printing) -> str:
    """Unique for ever: numbers begin again when somebody empties the spool, and a job can be printed twice."""
    return f"{printing.queue[:200]}-{printing.number}-{int(printing.ended_at.timestamp())}"


def stamp(name: str, ended_at: datetime) -> str:
    """The end of the job, moved inside its second by its name: two jobs of one second are two, one told twice is one."""
    return (ended_at.replace(microsecond=0) + timedelta(microseconds=crc32(name.encode()) % 1_000_000)).isoformat()


def topic_name(queue: str) -> str:
    """A queue's name as one level of a topic."""
    return "".join("_" if letter in "/+#\0" else letter for letter in queue)[:200]


def _colour(mode: str) -> bool | None:
    if mode in ("", "auto", "-"):
        return None
    return "mono" not in mode and mode not in ("bi-level", "process-bi-level")

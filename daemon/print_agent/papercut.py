"""PaperCut Print Logger's CSV: a banner, a header, a line a job. `Pages` are those of one copy; times are local. Pure.

The files are often in the code page of the Windows machine; the names are hashed, so a wrong letter costs nothing.
"""

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Final

import msgspec

from daemon.print_agent.ledger import Message, Printing
from daemon.print_agent.telling import Teller, stamp, topic_name
from sensors.families.print_messages import Job, job_topic

_HEADER: Final = ("Time", "User", "Pages", "Copies", "Printer")
_KILOBYTES: Final = re.compile(r"(\d+)kb", re.IGNORECASE)


class NotPaperCut(Exception):  # noqa: N818  an answer: somebody gave us another file
    """No header of PaperCut Print Logger in it."""


def text_of(raw: bytes) -> str:
    """The file as text: UTF-8 where it is, else the western code page (no byte of which is refused)."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def jobs(text: str, zone: tzinfo, teller: Teller) -> Iterator[tuple[Printing, Message]]:
    """The jobs of one day's file, in its order. Lines that are none are stepped over. Raises NotPaperCut."""
    rows = csv.reader(text.splitlines())
    for row in rows:
        if tuple(row[: len(_HEADER)]) == _HEADER:
            names = row
            break
    else:
        raise NotPaperCut("this is no file of PaperCut Print Logger: it has no header line")
    seen: Counter[str] = Counter()
    for row in rows:
        line = ",".join(row)
        seen[line] += 1
        made = _job(dict(zip(names, row, strict=False)), f"{line}#{seen[line]}", zone, teller)
        if made is not None:
            yield made


def _job(row: dict[str, str], line: str, zone: tzinfo, teller: Teller) -> tuple[Printing, Message] | None:
    try:
        ended_at = datetime.fromisoformat(row["Time"]).replace(tzinfo=zone)
        pages, copies = int(row["Pages"]), int(row["Copies"])
    except (KeyError, ValueError):
        return None
    queue, user = row.get("Printer", ""), row.get("User", "")
    number = int(hashlib.sha256(line.encode()).hexdigest()[:12], 16)
    printing = Printing(queue, number, ended_at)
    name = f"{queue[:200]}-{number}"
    duplex = {"DUPLEX": "two-sided-long-edge", "NOT DUPLEX": "one-sided"}.get(row.get("Duplex", ""), "")
    size = _KILOBYTES.match(row.get("Size", ""))
    job = Job(
        job=name,
        state="completed",
        copies=copies or None,
        impressions=pages * copies or None,
        pages=pages or None,
        sides=duplex,
        # the driver was asked and obeyed: no more is known, and a driver without a duplexer says NOT DUPLEX
        duplexer=True if duplex.startswith("two") else None,
        wins="sides",
        colour={"GRAYSCALE": False, "NOT GRAYSCALE": True}.get(row.get("Grayscale", "")),
        media=row.get("Paper Size", "")[:256],
        kilobytes=int(size[1]) if size else None,
        completed_at=stamp(name, ended_at),
        department=teller.departments.of(user, queue),
        user_hash=teller.hashing.user(user, ended_at),
        title_hash=teller.hashing.title(row.get("Document Name", ""), ended_at),
        user=user[:256] if teller.hashing.clear else "",
        title=row.get("Document Name", "")[:256] if teller.hashing.clear else "",
    )
    return printing, Message(job_topic(topic_name(queue)), msgspec.json.encode(job))

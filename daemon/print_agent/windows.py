"""Windows' own print log (Microsoft-Windows-PrintService/Operational), exported as XML: events 307 and 805. Pure.

    wevtutil qe Microsoft-Windows-PrintService/Operational /f:xml > print.xml

307 tells who printed how many pages where; copies stand in 805 of the same job, or nowhere; two sides stand nowhere. So the
sheets of these jobs are unknown, and say why.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.etree import ElementTree as ET

import msgspec

from daemon.print_agent.ledger import Message, Printing
from daemon.print_agent.telling import Teller, name_of, stamp, topic_name
from sensors.families.print_messages import Job, job_topic

_PRINTED, _RENDERED = "307", "805"
_COLOUR: Final = {"1": False, "2": True}
_EVENT: Final = re.compile(r"<Event[ >].*?</Event>", re.DOTALL)


class NotWindows(Exception):  # noqa: N818  an answer: somebody gave us another file
    """No event of Windows in it."""


@dataclass(frozen=True, slots=True)
class _Event:
    number: str
    at: datetime
    values: dict[str, str]


def jobs(text: str, teller: Teller) -> Iterator[tuple[Printing, Message]]:
    """The printed jobs, oldest first. Raises NotWindows."""
    found = sorted(_events(text), key=lambda event: event.at)
    rendered: dict[str, _Event] = {}
    for event in found:
        if event.number == _RENDERED:
            rendered[event.values.get("JobId", "")] = event
        elif event.number == _PRINTED:
            made = _job(event, rendered.pop(event.values.get("Param1", ""), None), teller)
            if made is not None:
                yield made


def _job(event: _Event, rendered: _Event | None, teller: Teller) -> tuple[Printing, Message] | None:
    values = event.values
    queue, user, title = values.get("Param5", ""), values.get("Param3", ""), values.get("Param2", "")
    number, pages, size = (values.get(f"Param{place}", "") for place in (1, 8, 7))
    if not queue or not number.isdecimal():
        return None
    printing = Printing(queue, int(number), event.at)
    told = rendered.values if rendered is not None else {}
    copies = int(told["Copies"]) or None if told.get("Copies", "").isdecimal() else None
    page_count = int(pages) or None if pages.isdecimal() else None
    name = name_of(printing)
    job = Job(
        job=name,
        state="completed",
        copies=copies,
        pages=page_count,
        impressions=page_count * copies if page_count and copies else None,
        colour=_COLOUR.get(told.get("Color", "")),
        kilobytes=int(size) // 1024 if size.isdecimal() else None,
        completed_at=stamp(name, event.at),
        department=teller.departments.of(user, queue),
        user_hash=teller.hashing.user(user, event.at),
        title_hash=teller.hashing.title(title, event.at),
        user=user[:256] if teller.hashing.clear else "",
        title=title[:256] if teller.hashing.clear else "",
        unknown_because="" if copies else "Windows tells no copies",
    )
    return printing, Message(job_topic(topic_name(queue)), msgspec.json.encode(job))


def _events(text: str) -> Iterator[_Event]:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise NotWindows("this is no export of wevtutil: it declares a document type")
    found = 0
    for match in _EVENT.finditer(text):
        try:
            event = ET.fromstring(match[0])  # noqa: S314  entities were refused above
            made = _event(event)
        except (ET.ParseError, ValueError):
            continue
        found += 1
        yield made
    if not found:
        raise NotWindows("this is no export of wevtutil: there is no event in it")


def _event(event: ET.Element) -> _Event:
    number, at, values = "", "", {}
    for element in event.iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "EventID":
            number = (element.text or "").strip()
        elif tag == "TimeCreated":
            at = element.get("SystemTime", "")
        elif tag == "Data":
            values[element.get("Name", "")] = (element.text or "").strip()
        elif len(element) == 0:
            values[tag] = (element.text or "").strip()
    # seven digits of a second, of which Python reads six
    return _Event(number, datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", at)), values)

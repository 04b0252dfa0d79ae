"""A printer's own life counters, by SNMP or from the printer's own IPP: what jobs are reconciled with.

They count copies and faxes too, some roll over, and only makers' own tables know of two-sided sheets: so each number that a
printer has is told, and none is made up.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import msgspec

from daemon.print_agent import counter_numbers as numbers
from daemon.print_agent import ipp
from daemon.print_agent.ledger import Message
from daemon.print_agent.print_server import NoAnswer, post
from daemon.print_agent.snmp import NoSnmp, get, walk
from daemon.print_agent.telling import topic_name
from sensors.families.print_messages import Counter, counter_topic

_log = logging.getLogger(__name__)
_IPP: Final = ("printer-impressions-completed", "printer-media-sheets-completed", "printer-state-reasons")


@dataclass(frozen=True, slots=True)
class Printer:
    """Where the printer behind a queue is asked, and how often. `snmp`: host or host:port; `ipp`: its own address."""

    queue: str
    snmp: str = ""
    ipp: str = ""
    community: str = "public"
    every_seconds: float = 900.0


class Counters:
    """Asks each printer in its turn. One thread."""

    def __init__(self, printers: Sequence[Printer]) -> None:
        self._due = dict.fromkeys(printers, 0.0)
        self._silent: set[Printer] = set()

    def turn(self, now: datetime, monotonic: float) -> list[Message]:
        """What the printers that are due say. `now` is aware; `monotonic` in seconds."""
        said: list[Message] = []
        for printer, due in self._due.items():
            if monotonic < due:
                continue
            self._due[printer] = monotonic + printer.every_seconds
            try:
                counter = read(printer, now)
            except (NoSnmp, NoAnswer) as trouble:
                if printer not in self._silent:
                    _log.warning("%s: its counters cannot be read: %s", printer.queue, trouble)
                self._silent.add(printer)
                continue
            self._silent.discard(printer)
            said.append(Message(counter_topic(topic_name(printer.queue)), msgspec.json.encode(counter)))
        return said


def read(printer: Printer, now: datetime) -> Counter:
    """One look. Raises NoSnmp, NoAnswer."""
    if printer.snmp:
        return _by_snmp(printer, now)
    address = urlsplit(printer.ipp)
    data = ipp.request(ipp.GET_PRINTER_ATTRIBUTES, printer.ipp, _IPP)
    groups = post(address.hostname or "", address.port or 631, address.path or "/", data).of(ipp.PRINTER_GROUP)
    group = groups[0] if groups else {}
    reasons = [str(reason) for reason in group.get("printer-state-reasons", ()) if reason is not None]
    return Counter(
        at=now.isoformat(timespec="seconds"),
        impressions_total=_number(group, "printer-impressions-completed"),
        sheets_total=_number(group, "printer-media-sheets-completed"),
        reasons=",".join(reasons)[:256],
    )


def _by_snmp(printer: Printer, now: datetime) -> Counter:
    host, _, port = printer.snmp.partition(":")
    where = int(port or 161)
    found = get(host, printer.community, numbers.ALL, port=where)
    prints = numbers.first_of(numbers.PRINTS, found)
    if prints is None and numbers.RICOH_FIRST in found:
        types, values = (
            walk(host, printer.community, column, port=where) for column in (numbers.RICOH_TYPES, numbers.RICOH_VALUES)
        )
        prints = numbers.ricoh_prints(types, values)
    return Counter(
        at=now.isoformat(timespec="seconds"),
        impressions_total=numbers.first_of(numbers.IMPRESSIONS, found),
        prints_total=prints,
        colour_total=numbers.first_of(numbers.COLOUR, found),
        duplex_sheets_total=numbers.first_of(numbers.DUPLEX, found),
    )


def _number(group: ipp.Group, name: str) -> int | None:
    value = next(iter(group.get(name, ())), None)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None

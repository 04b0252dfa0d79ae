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

from daemon.print_agent import ipp
from daemon.print_agent.ledger import Message
from daemon.print_agent.print_server import NoAnswer, post
from daemon.print_agent.snmp import NoSnmp, get
from daemon.print_agent.telling import topic_name
from sensors.families.print_messages import Counter, counter_topic

_log = logging.getLogger(__name__)
LIFE_COUNT: Final = "1.3.6.1.2.1.43.10.2.1.4.1.1"
_COLOUR: Final = ("1.3.6.1.4.1.11.2.3.9.4.2.1.4.1.2.7.0", "1.3.6.1.4.1.253.8.53.13.2.1.6.1.20.33")
_DUPLEX: Final = (
    "1.3.6.1.4.1.11.2.3.9.4.2.1.4.1.2.22.0",
    "1.3.6.1.4.1.18334.1.1.1.5.7.2.1.3.0",
    "1.3.6.1.4.1.40093.1.1.3.1",
)
_IPP: Final = (
    *("printer-impressions-completed", "printer-media-sheets-completed", "printer-state-reasons"),
    "printer-impressions-completed-col",
)


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
        host, _, port = printer.snmp.partition(":")
        found = get(host, printer.community, [LIFE_COUNT, *_COLOUR, *_DUPLEX], port=int(port or 161))
        return Counter(
            at=now.isoformat(timespec="seconds"),
            impressions_total=found.get(LIFE_COUNT),
            colour_total=next((found[oid] for oid in _COLOUR if oid in found), None),
            duplex_sheets_total=next((found[oid] for oid in _DUPLEX if oid in found), None),
        )
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


def _number(group: ipp.Group, name: str) -> int | None:
    value = next(iter(group.get(name, ())), None)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None

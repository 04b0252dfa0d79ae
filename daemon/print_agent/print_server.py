"""What the print server itself knows: what became of its jobs, and what its queues are.

Everything asked for is by an explicit list, because with `all` CUPS answers only a minimum for jobs it has put out of its
memory. No names are needed: a print server that hides them from us (JobPrivateValues) loses nothing.
"""

import http.client
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal

from daemon.print_agent import ipp
from sensors.families.print_messages import State, Wins

TIMEOUT_SECONDS: Final = 10.0
MOST_JOBS: Final = 500
_MOST_BYTES: Final = 16 * 1024 * 1024
_DUPLEX_OPTIONS: Final = ("Duplex", "EFDuplex", "KD03Duplex", "JCLDuplex", "ARDuplex")
_JOB: Final = (
    *("job-id", "job-state", "job-printer-uri", "sides", *_DUPLEX_OPTIONS, "copies", "number-up", "media"),
    *("media-source", "print-color-mode", "job-impressions-completed", "job-pages", "time-at-completed"),
    *("date-time-at-completed", "job-k-octets", "job-originating-user-name", "job-name"),
)
_QUEUE: Final = (
    *("printer-name", "printer-type", "printer-make-and-model", "sides-supported", "printer-state-reasons"),
    "device-uri",
)
_STATES: Final[Mapping[int, State]] = {7: "cancelled", 8: "aborted", 9: "completed"}
_HAS_DUPLEXER: Final = 0x10
_RAW: Final = ("Local Raw Printer", "Remote Printer", "")


class NoAnswer(Exception):  # noqa: N818  the print server may be away; that is no failure of ours
    """The print server cannot be asked now."""


@dataclass(frozen=True, slots=True)
class Known:
    """A job in the print server's words. `state` None: not finished yet."""

    queue: str
    number: int
    state: State | None
    ended_at: datetime | None
    sides: str = ""
    duplex: str = ""
    copies: int | None = None
    number_up: int | None = None
    media: str = ""
    media_source: str = ""
    colour_mode: str = ""
    impressions: int | None = None
    pages: int | None = None
    kilobytes: int | None = None
    user: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """Which attribute the queue obeys, whether it turns sheets, and what its printer complains of."""

    name: str
    wins: Wins = ""
    duplexer: bool | None = None
    reasons: tuple[str, ...] = field(default=())


class PrintServer:
    """One CUPS. One thread. Raises NoAnswer."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port

    def jobs(self) -> dict[int, Known]:
        """The last finished jobs by number, five hundred at most."""
        more = (("which-jobs", "completed"), ("limit", MOST_JOBS))
        groups = self._ask(ipp.GET_JOBS, "ipp://localhost/", _JOB, more, ipp.JOB_GROUP)
        return {job.number: job for group in groups if (job := known(group)) is not None}

    def queues(self) -> dict[str, Queue]:
        """All queues by name."""
        groups = self._ask(ipp.CUPS_GET_PRINTERS, "", _QUEUE, (), ipp.PRINTER_GROUP)
        return {queue.name: queue for group in groups if (queue := facts(group)).name}

    def _ask(
        self,
        operation: int,
        uri: str,
        wanted: Sequence[str],
        more: Sequence[tuple[str, str | int]],
        kind: Literal[0x02, 0x04],
    ) -> list[ipp.Group]:
        data = ipp.request(operation, uri, wanted, more)
        return post(self._host, self._port, "/", data).of(kind)


def post(host: str, port: int, path: str, data: bytes) -> ipp.Answer:
    """One question over HTTP. Raises NoAnswer."""
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("POST", path, data, {"Content-Type": "application/ipp"})
        answered = connection.getresponse()
        body = answered.read(_MOST_BYTES)
        if answered.status != http.client.OK:
            raise NoAnswer(f"HTTP {answered.status}")
        found = ipp.answer(body)
        found.of(0)
    except (OSError, http.client.HTTPException, ipp.IppError) as error:
        raise NoAnswer(f"{host}:{port}: {error}") from error
    finally:
        connection.close()
    return found


def known(group: ipp.Group) -> Known | None:
    """A job's attributes; None where they name no job."""
    number = _number(group, "job-id")
    if number is None:
        return None
    return Known(
        queue=_text(group, "job-printer-uri").rpartition("/")[2],
        number=number,
        state=_STATES.get(_number(group, "job-state") or 0),
        ended_at=_ended_at(group),
        sides=_text(group, "sides"),
        duplex=next((text for option in _DUPLEX_OPTIONS if (text := _text(group, option))), ""),
        copies=_number(group, "copies"),
        number_up=_number(group, "number-up"),
        media=_text(group, "media"),
        media_source=_text(group, "media-source"),
        colour_mode=_text(group, "print-color-mode"),
        impressions=_number(group, "job-impressions-completed") or None,
        pages=_number(group, "job-pages") or None,
        kilobytes=_number(group, "job-k-octets"),
        user=_text(group, "job-originating-user-name"),
        title=_text(group, "job-name"),
    )


def facts(group: ipp.Group) -> Queue:
    """A queue's attributes. With a PPD the PPD's option wins, without one (driverless) `sides`; a raw queue obeys nobody."""
    model = _text(group, "printer-make-and-model")
    name = _text(group, "printer-name")
    reasons = tuple(str(reason) for reason in group.get("printer-state-reasons", ()) if reason not in (None, "none"))
    if model in _RAW:
        return Queue(name, reasons=reasons)
    driverless = (
        "IPP Everywhere" in model or "driverless" in model or _text(group, "device-uri").startswith("implicitc")
    )
    sides = [str(side) for side in group.get("sides-supported", ())]
    duplexer = bool((_number(group, "printer-type") or 0) & _HAS_DUPLEXER) or any("two" in side for side in sides)
    return Queue(name, "sides" if driverless else "ppd", duplexer if sides or duplexer else None, reasons)


def _ended_at(group: ipp.Group) -> datetime | None:
    at = next(iter(group.get("date-time-at-completed", ())), None)
    if isinstance(at, datetime):
        return at
    seconds = _number(group, "time-at-completed")
    # printers count from their start; CUPS from 1970
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None and seconds > 10**9 else None


def _text(group: ipp.Group, name: str) -> str:
    value = next(iter(group.get(name, ())), None)
    return value if isinstance(value, str) else ""


def _number(group: ipp.Group, name: str) -> int | None:
    value = next(iter(group.get(name, ())), None)
    return value if isinstance(value, int) and not isinstance(value, bool) else None

"""One look at the log and the print server: which jobs have ended since the last one, each told once.

With a log, its lines say which jobs ended, and the print server what became of them; a line about a job that the print
server does not know was written by somebody's job name, and is dropped. Without a log the print server is asked alone.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from daemon.print_agent.follow import Follower, Place
from daemon.print_agent.ledger import SAME_PRINTING, Ledger, Message, Printing
from daemon.print_agent.page_log import Line, NotALine, parse
from daemon.print_agent.print_server import Known, NoAnswer, PrintServer, Queue
from daemon.print_agent.telling import Teller

_log = logging.getLogger(__name__)
PATIENCE: Final = timedelta(minutes=2)
"""So long a line waits for the print server's word, then it is told without."""
_JAM_SHADOW: Final = timedelta(minutes=10)
_PAGES_COME_WITHIN: Final = timedelta(seconds=60)


_Pair = tuple[Line | None, Known | None]


@dataclass(slots=True)
class _Heard:
    """What the print server said this time; `jobs` None: nothing."""

    jobs: Mapping[int, Known] | None = None
    queues: Mapping[str, Queue] = field(default_factory=dict)


class Collector:
    """One thread. Raises OSError where the log cannot be read, sqlite3.Error where nothing can be kept."""

    def __init__(self, ledger: Ledger, follower: Follower | None, server: PrintServer, teller: Teller) -> None:
        self._ledger = ledger
        self._follower = follower
        self._server = server
        self._teller = teller
        self._queues: Mapping[str, Queue] = {}
        self._jammed_at: dict[str, datetime] = {}
        self._is_away = False
        self._has_swept = False

    @property
    def queues(self) -> Mapping[str, Queue]:
        """The queues as they last were."""
        return self._queues

    def turn(self, now: datetime) -> int:
        """How many jobs were told. `now` is aware."""
        lines = self._follower.lines() if self._follower is not None else []
        if self._follower is not None and not lines:
            return self._fill_gap(self._follower, now)
        heard = self._ask(now)
        if self._follower is None:
            told = self._from_server(heard)
            self._ledger.take(told, None)
            return len(told)
        told, place = self._from_lines(lines, heard, now)
        self._ledger.take(told, place)
        if place is not None:
            self._follower.reached(place)
        return len(told)

    def _fill_gap(self, follower: Follower, now: datetime) -> int:
        """After a start, and when a rotated file was gone before it was read: the print server remembers hundreds of jobs."""
        if self._has_swept and not follower.has_gap:
            self._look_at_queues(now)
            return 0
        heard = self._ask(now)
        if heard.jobs is None:
            return 0
        told = self._from_server(heard)
        self._ledger.take(told, None)
        self._has_swept, follower.has_gap = True, False
        return len(told)

    def _from_server(self, heard: _Heard) -> list[tuple[Printing, Message]]:
        jobs = sorted((heard.jobs or {}).values(), key=lambda job: job.number)
        return self._new([(None, job) for job in jobs if job.state is not None])

    def _from_lines(
        self, lines: Sequence[tuple[str, Place]], heard: _Heard, now: datetime
    ) -> tuple[list[tuple[Printing, Message]], Place | None]:
        ready: list[_Pair] = []
        reached: Place | None = None
        read = _read([text for text, _ in lines])
        for (text, place), line in zip(lines, read, strict=True):
            if line is None:
                _log.info("page_log: not a line of CUPS (a job's name may hold a line feed): %d letters", len(text))
            else:
                known = self._known(line, heard)
                if self._must_wait(line, known, heard, now):
                    break
                if known is None and _is_forged(line, heard):
                    _log.warning(
                        "%s: the log has a job %d that the print server does not know", line.queue, line.number
                    )
                else:
                    ready.append((line, known))
            reached = place
        return self._new(ready), reached

    def _known(self, line: Line, heard: _Heard) -> Known | None:
        known = (heard.jobs or {}).get(line.number)
        if known is None or known.queue not in ("", line.queue):
            return None
        if known.ended_at is not None and abs(known.ended_at - line.at) > SAME_PRINTING:
            return None
        return known

    def _must_wait(self, line: Line, known: Known | None, heard: _Heard, now: datetime) -> bool:
        if line.page is not None and now - line.at < _PAGES_COME_WITHIN:
            return True
        unsure = heard.jobs is None or (known is not None and known.state is None)
        return unsure and now - line.at < PATIENCE

    def _new(self, found: Sequence["_Pair"]) -> list[tuple[Printing, Message]]:
        told: dict[tuple[str, int, int], tuple[Printing, Message]] = {}
        for line, known in found:
            name = line.queue if line is not None else known.queue if known is not None else ""
            made = self._teller.tell(line, known, self._queues.get(name), jammed=self._was_jammed(name, line, known))
            if made is not None and not self._ledger.is_told(made[0]):
                told[made[0].queue, made[0].number, int(made[0].ended_at.timestamp())] = made
        return list(told.values())

    def _was_jammed(self, queue: str, line: Line | None, known: Known | None) -> bool | None:
        at = self._jammed_at.get(queue)
        ended_at = line.at if line is not None else known.ended_at if known is not None else None
        if at is None or ended_at is None:
            return None
        return True if ended_at - at <= _JAM_SHADOW else None

    def _ask(self, now: datetime) -> _Heard:
        self._look_at_queues(now)
        try:
            heard = _Heard(self._server.jobs(), self._queues)
        except NoAnswer as trouble:
            self._note_away(trouble)
            return _Heard(None, self._queues)
        if self._is_away:
            _log.info("the print server answers again")
            self._is_away = False
        return heard

    def _look_at_queues(self, now: datetime) -> None:
        try:
            self._queues = self._server.queues()
        except NoAnswer as trouble:
            self._note_away(trouble)
            return
        for queue in self._queues.values():
            if any("media-jam" in reason for reason in queue.reasons):
                self._jammed_at[queue.name] = now

    def _note_away(self, trouble: NoAnswer) -> None:
        if not self._is_away:
            _log.warning("the print server does not answer: %s", trouble)
            self._is_away = True


def _is_forged(line: Line, heard: _Heard) -> bool:
    """The print server's answer reaches back to this number, and has no such job that ended then."""
    known = heard.jobs or {}
    return bool(known) and line.number >= min(known)


def _read(texts: Sequence[str]) -> list[Line | None]:
    """The lines, None where there is none. Of CUPS 1.1's lines of one job each has the sum of all: it is one printing."""
    found: list[Line | None] = []
    sums: dict[tuple[str, int], Line] = {}
    for text in texts:
        try:
            line = parse(text)
        except NotALine:
            found.append(None)
            continue
        found.append(line)
        if line.page is not None:
            before = sums.get((line.queue, line.number))
            sides = (line.impressions or 0) + (before.impressions or 0 if before is not None else 0)
            sums[line.queue, line.number] = replace(line, impressions=sides)
    return [line and sums.get((line.queue, line.number), line) for line in found]

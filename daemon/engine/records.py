"""What the engine has decided and not yet written: points, turns of cases, and the row they came from."""

import time
from collections.abc import Collection, Sequence
from typing import Protocol

import msgspec

from daemon.engine.inbox import Remark
from daemon.engine.kept_rows import KeptRows, Rows
from daemon.errors import StoreUnavailable
from daemon.history.points import Points
from daemon.history.rows import microseconds
from daemon.history.schema import Value
from daemon.ports import Reads
from policies.control.effects import Decided, Record
from policies.office.requests import Extend
from policies.office.site import Site
from policies.state import State
from sensors.commands import SetSetpoint
from sensors.readings import AnyReading

PORTION_BYTES = 64 * 1024
"""Of points, where not all of them fit into one transaction: the smallest journal has that much room beside its readings."""


class Writes(Protocol):
    """The journal's transaction."""

    def advance(
        self,
        decoded_row: int,
        lines: bytes,
        count: int,
        records: Sequence[bytes],
        snapshot: Rows | None,
    ) -> None:
        """One transaction. Raises StoreUnavailable."""


class EngineJournal(Writes, Protocol):
    """What the engine needs of the journal."""

    def promise(self, reads: Reads, promise: bytes) -> None:
        """Keep these reads, the last of them with this. Raises StoreUnavailable."""

    def keep_office(self, row: int, snapshot: bytes) -> None:
        """Keep what was heard up to this row. Raises StoreUnavailable."""


class Ledger:
    """For whoever thinks. `row`: the last journal row that was used; `kept_rows`: names of the rows it has of the state."""

    def __init__(self, site: Site, row: int, kept_rows: Collection[str] = ()) -> None:
        self.row = row
        self._kept = KeptRows(kept_rows)
        self._site = site
        self._points = Points(site.id)
        self._written_row = row
        self._heard: list[AnyReading] = []
        self._of_readings: list[bytes] = []
        self._lines: list[bytes] = []
        self._made = self._gone = 0
        self._records: list[bytes] = []
        self._since = 0.0

    @property
    def is_waiting(self) -> bool:
        """Something is not written yet."""
        return bool(self._heard or self._of_readings or self._lines or self._records) or self.row != self._written_row

    def configure(self, site: Site) -> None:
        """Devices and zones of a new configuration."""
        self._make_lines()
        self._site = site

    def hear(self, readings: Sequence[AnyReading], *, since: float | None = None) -> None:
        """A point for every reading of a configured device, made when it is written: many at once cost half as much.

        `since`: when the first of them came (monotonic seconds); left out: now.
        """
        self._touch(since)
        self._heard += readings

    def use(self, row: int, *, since: float) -> None:
        """The journal's rows up to this one are used; the first of them came at `since` (monotonic seconds)."""
        self._touch(since)
        self.row = row

    def note(self, record: Record) -> None:
        """A turn of a case: a line in the audit trail, a `case` point, and a `command` point where one is concerned."""
        self._touch()
        self._make_lines()
        case = record.case
        tie = self._made
        self._put(
            self._points.case_line(
                at=record.at,
                policy=case.policy,
                device=case.device,
                zone=case.zone,
                case_id=case.id,
                state=case.phase,
                remedy=type(case.finding.remedy).__name__ if case.finding.remedy is not None else "",
                reason=case.refusal.reason if case.refusal is not None else "",
                detail=str(record.words),
                opened_at=case.since,
                counts=case.is_counted,
                tie=tie,
            )
        )
        if case.command is not None and record.what in {"commanded", "failed", "proved", "stuck"}:
            remedy = case.command.remedy
            self._put(
                self._points.command_line(
                    at=record.at,
                    policy=case.policy,
                    device=case.device,
                    zone=case.zone,
                    command_id=case.command.id,
                    state=record.what,
                    case_id=case.id,
                    remedy=type(remedy).__name__,
                    celsius=remedy.celsius if isinstance(remedy, SetSetpoint) else None,
                    proof=msgspec.json.encode(case.proof).decode() if case.proof else "",
                    tie=tie,
                )
            )
        self._records.append(msgspec.json.encode(record))

    def decided(self, decision: Decided) -> None:
        """What somebody asked for: a line in the audit trail, and an `override` point where it is leave."""
        self._touch()
        request = decision.request
        if isinstance(request, Extend):
            tags = {"device": request.device or "", "zone": request.zone}
            fields: dict[str, Value | None] = {
                "override_id": request.id,
                "state": _state_of(decision, request),
                "until_us": microseconds(request.until),
                "who": decision.who,
                "reason": request.why or None,
            }
            line = self._points.record_line("override", tags, fields, decision.at, tie=self._made)
            if line is not None:
                self._put(line)
        self._records.append(msgspec.json.encode(decision))

    def remark(self, remark: Remark) -> None:
        """A line in the audit trail that is about no case and nobody's wish."""
        self._touch()
        self._records.append(msgspec.json.encode(remark.what))

    def is_due(self, now: float, after: float, lines: int) -> bool:
        """Whether it has waited `after` seconds (monotonic), or grown to so many lines."""
        return self.is_waiting and (now - self._since >= after or len(self._heard) + self._made >= lines)

    def write(self, journal: Writes, state: State) -> None:
        """All of it in one transaction; forgotten only when that has succeeded. Raises StoreUnavailable.

        What does not fit into one (a journal that is nearly full) is written in several.
        """
        self._make_lines()
        try:
            self._write_all(journal, state)
        except StoreUnavailable:
            if sum(map(len, self._of_readings)) <= PORTION_BYTES:
                raise
            self._write_ahead(journal)
            self._write_all(journal, state)

    def _write_all(self, journal: Writes, state: State) -> None:
        kept = self._kept.changed(state) if self._records or self._kept.is_behind(state) else None
        lines = b"\n".join([*self._of_readings, *self._lines])
        journal.advance(self.row, lines, self._made - self._gone, self._records, kept)
        if kept is not None:
            self._kept.written()
        self._written_row = self.row
        self._of_readings, self._lines, self._records = [], [], []
        self._made = self._gone = 0

    def _write_ahead(self, journal: Writes) -> None:
        """The points of readings in portions, and the mark stays: a crash before it moves makes the same points again.

        Nothing else would end it: as long as the mark stays, so do the rows that it is about, and their points may need more
        room than the file has beside them.
        """
        while self._of_readings:
            block = self._of_readings[0]
            cut = block.rfind(b"\n", 0, PORTION_BYTES) if len(block) > PORTION_BYTES else -1
            portion = block if cut < 0 else block[:cut]
            count = portion.count(b"\n") + 1
            journal.advance(self._written_row, portion, count, (), None)
            self._gone += count
            self._of_readings[:1] = [] if cut < 0 else [block[cut + 1 :]]

    def _make_lines(self) -> None:
        heard, self._heard = self._heard, []
        if heard:
            lines, count = self._points.lines(heard, self._site.devices)
            if count:
                self._of_readings.append(lines)
                self._made += count

    def _put(self, line: bytes) -> None:
        self._lines.append(line)
        self._made += 1

    def _touch(self, since: float | None = None) -> None:
        if not self.is_waiting:
            self._since = time.monotonic() if since is None else since


def _state_of(decision: Decided, request: Extend) -> str:
    if decision.refused is not None:
        return "refused"
    return "asked" if request.until > decision.at else "ended"

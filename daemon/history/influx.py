"""The past, asked of InfluxDB in InfluxQL.

Rules that hold for every question: both bounds of time, `fill(none)`, every identifier quoted, every value a parameter,
types from our schema, sorted by us. Measured on 2.9.1 beside 1.6.7.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain, pairwise
from math import gcd
from typing import cast

from daemon.history.escaping import plain, storable
from daemon.history.influx_query import InfluxQuery, quoted
from daemon.history.questions import (
    QUARTER,
    RowType,
    added,
    check_edges,
    check_windows,
    in_order,
    instant,
    known_field,
    microseconds,
    record,
    runs,
    summed,
    totalled,
    typed,
)
from daemon.history.schema import MEASUREMENTS
from policies.history import CaseRow, CommandRow, JobRow, Sample, SavingRow, SlotRow, SlotSum, Total, Window

_QUARTERS_AT_ONCE = 96
_LONG_RUN = 32
"""Quarters: a sum over a thousand devices costs as much as reading that many (1.6.7: 0.4 s of the server's)."""
_STEPS_AT_ONCE = 5_000
_HOUR = timedelta(hours=1)
_MICROSECOND = timedelta(microseconds=1)
_SUMS = ("MEAN", "MIN", "MAX", "SUM", "LAST", "COUNT")
_SLOT_SUMS = (
    'SUM("energy_kwh"), COUNT("energy_kwh"), SUM("on_seconds"), SUM("violation_seconds"), SUM("coverage_seconds"),'
    ' COUNT("coverage_seconds")'
)


class InfluxHistory:
    """A `History` (policies/history.py) of one site in a database that may hold others. Any thread."""

    def __init__(self, query: InfluxQuery, *, site: str) -> None:
        self._query = query
        self._site = storable(site)

    def series(self, device: str, measurement: str, field: str, start: datetime, end: datetime) -> Sequence[Sample]:
        """What one device said, oldest first."""
        type_name = known_field(measurement, field)
        question = f'SELECT {quoted(field)} {_from(measurement, start, end)} AND "device" = $device'
        return [
            Sample(instant(cast("int", at_us)), typed(value, type_name))
            for _, (at_us, value) in sorted(self._rows(question, device=storable(device)), key=_by_time)
            if value is not None
        ]

    def windows(
        self, measurement: str, field: str, start: datetime, end: datetime, step: timedelta, by: Sequence[str] = ()
    ) -> Sequence[Window]:
        """A field of numbers summed up per `step`; the offset puts the first window's border at `start`."""
        check_windows(measurement, field, start, end, step, by)
        width = step // timedelta(microseconds=1)
        sums = ", ".join(f"{each}({quoted(field)})" for each in _SUMS)
        offset = microseconds(start) % width
        groups = "".join(f", {quoted(tag)}" for tag in by)
        question = (
            f"SELECT {sums} {_from(measurement, start, end)} GROUP BY time({width}u, {offset}u){groups} fill(none)"
        )
        found = [
            Window(
                start=instant(cast("int", row[0])),
                key=tuple(plain(tags.get(tag, "")) for tag in by),
                mean=float(cast("float", row[1])),
                minimum=float(cast("float", row[2])),
                maximum=float(cast("float", row[3])),
                total=float(cast("float", row[4])),
                last=float(cast("float", row[5])),
                count=int(cast("int", row[6])),
            )
            for tags, row in self._rows(question)
            if row[6]
        ]
        return sorted(found, key=lambda window: (window.key, window.start))

    def totals(self, measurement: str, field: str, edges: Sequence[datetime]) -> Sequence[Total]:
        """In steps that fit into every span and every hour, added up here. Nothing is counted: that would read all of it again."""
        check_edges(measurement, field, edges)
        steps = [(end - start) // _MICROSECOND for start, end in pairwise(edges)]
        width = gcd(_HOUR // _MICROSECOND, *steps)
        at_once = timedelta(microseconds=width) * _STEPS_AT_ONCE
        sums: list[tuple[datetime, float]] = []
        for start in _starts(edges, at_once):
            end = min(start + at_once, edges[-1])
            offset = microseconds(start) % width
            question = (
                f"SELECT SUM({quoted(field)}) {_from(measurement, start, end)}"
                f" GROUP BY time({width}u, {offset}u) fill(none)"
            )
            sums += [
                (instant(cast("int", at_us)), float(cast("float", total)))
                for _, (at_us, total) in self._rows(question)
                if total is not None
            ]
        return totalled(sums, edges)

    def last(self, measurement: str, field: str, start: datetime, end: datetime) -> Mapping[str, Sample]:
        """The latest sample of every device."""
        type_name = known_field(measurement, field)
        question = f'SELECT LAST({quoted(field)}) {_from(measurement, start, end)} GROUP BY "device"'
        found = {
            plain(tags.get("device", "")): Sample(instant(cast("int", at_us)), typed(value, type_name))
            for tags, (at_us, value) in self._rows(question)
            if value is not None
        }
        return dict(sorted(found.items()))

    def jobs(self, start: datetime, end: datetime) -> Sequence[JobRow]:
        """Print jobs."""
        return self._records(JobRow, "print_job", start, end)

    def slots(self, start: datetime, end: datetime) -> Sequence[SlotRow]:
        """Slots that begin in the range."""
        return self._records(SlotRow, "slot", start, end)

    def slot_sums(self, devices: Sequence[str], start: datetime, kinds: Sequence[int]) -> Sequence[SlotSum]:
        """Long runs of one kind are added up by the database. Short ones are read, a day at a time: each question has its price."""
        spans = list(runs(kinds)) if devices else []
        if len(spans) * _LONG_RUN > max(len(kinds), _LONG_RUN):
            pieces = (self._read(devices, start, kinds, first) for first in range(0, len(kinds), _QUARTERS_AT_ONCE))
        else:
            pieces = (self._added_up(devices, start, span) for span in spans)
        found: dict[tuple[str, int], SlotSum] = {}
        for each in chain.from_iterable(pieces):
            key = (each.device, each.kind)
            found[key] = added(found[key], each) if key in found else each
        return [found[key] for key in sorted(found)]

    def cases(self, start: datetime, end: datetime) -> Sequence[CaseRow]:
        """Changes of cases."""
        return self._records(CaseRow, "case", start, end)

    def commands(self, start: datetime, end: datetime) -> Sequence[CommandRow]:
        """What became of commands."""
        return self._records(CommandRow, "command", start, end)

    def savings(self, start: datetime, end: datetime) -> Sequence[SavingRow]:
        """Entries of the ledger."""
        return self._records(SavingRow, "saving", start, end)

    def _read(self, devices: Sequence[str], start: datetime, kinds: Sequence[int], first: int) -> Iterable[SlotSum]:
        at, some = start + first * QUARTER, kinds[first : first + _QUARTERS_AT_ONCE]
        return summed(self.slots(at, at + len(some) * QUARTER), devices, at, some)

    def _added_up(self, devices: Sequence[str], start: datetime, span: tuple[int, int, int]) -> Iterator[SlotSum]:
        """Every slot says its coverage, so that counts them."""
        first, after, kind = span
        wanted = set(devices)
        source = _from("slot", start + first * QUARTER, start + after * QUARTER)
        for tags, (_, *values) in self._rows(f'SELECT {_SLOT_SUMS} {source} GROUP BY "device"'):
            device = plain(tags.get("device", ""))
            if device in wanted:
                yield _slot_sum(device, kind, values)

    def _records(self, kind: type[RowType], name: str, start: datetime, end: datetime) -> list[RowType]:
        measurement = MEASUREMENTS[name]
        columns = (*measurement.tags, *measurement.fields)
        tags = len(measurement.tags)
        question = f"SELECT {', '.join(quoted(column) for column in columns)} {_from(name, start, end)}"
        rows = []
        for _, (at_us, *values) in self._rows(question):
            named = [plain(str(value or "")) for value in values[:tags]]
            by_column = dict(zip(columns, [*named, *values[tags:]], strict=True))
            rows.append(record(kind, measurement, instant(cast("int", at_us)), by_column))
        return in_order(rows)

    def _rows(self, question: str, **parameters: str) -> Iterator[tuple[Mapping[str, str], Sequence[object]]]:
        """Every row of every series, with the series' tags; the first column is the time."""
        for series in self._query.ask(question, {"site": self._site, **parameters}):
            for row in series.values:
                yield series.tags, row


def _from(measurement: str, start: datetime, end: datetime) -> str:
    bounds = f"time >= {microseconds(start) * 1000} AND time < {microseconds(end) * 1000}"
    return f'FROM {quoted(measurement)} WHERE {bounds} AND "site" = $site'


def _slot_sum(device: str, kind: int, values: Sequence[object]) -> SlotSum:
    """What nobody said is null, and counts for nothing."""
    kwh, known, on, violation, coverage, slots = (float(cast("float", value or 0.0)) for value in values)
    return SlotSum(device, kind, kwh, int(known), on, violation, coverage, int(slots))


def _starts(edges: Sequence[datetime], at_once: timedelta) -> Iterator[datetime]:
    at = edges[0] if edges else None
    while at is not None and at < edges[-1]:
        yield at
        at += at_once


def _by_time(row: tuple[Mapping[str, str], Sequence[object]]) -> int:
    return cast("int", row[1][0])

"""The past, asked of the embedded store."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import cast

from daemon.history.kept_days import KEPT, KeptDays
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
    typed,
)
from daemon.history.schema import MEASUREMENTS
from daemon.history.sqlite_file import HistoryFile, Value, table
from policies.history import CaseRow, CommandRow, JobRow, Sample, SavingRow, SlotRow, SlotSum, Total, Window

_AT_ONCE = 500
_HOUR = timedelta(hours=1)


class SqliteHistory:
    """A `History` (policies/history.py). Any thread."""

    def __init__(self, file: HistoryFile) -> None:
        self._file = file

    def series(self, device: str, measurement: str, field: str, start: datetime, end: datetime) -> Sequence[Sample]:
        """What one device said, oldest first."""
        type_name = known_field(measurement, field)
        query = (
            f'SELECT p.at_ns / 1000, p."{field}" {_from(measurement, start, end)}'
            f' AND s.device = ? AND p."{field}" IS NOT NULL ORDER BY p.at_ns'
        )
        found = cast("list[tuple[int, float]]", self._file.rows(query, (measurement, device)))
        if type_name == "float":  # as its column gives it
            return [Sample(instant(at_us), value) for at_us, value in found]
        return [Sample(instant(at_us), typed(value, type_name)) for at_us, value in found]

    def windows(
        self, measurement: str, field: str, start: datetime, end: datetime, step: timedelta, by: Sequence[str] = ()
    ) -> Sequence[Window]:
        """A field of numbers summed up per `step`."""
        check_windows(measurement, field, start, end, step, by)
        width = step // timedelta(microseconds=1) * 1000
        keys = "".join(f"s.{tag}, " for tag in by)
        # One window alone needs no number: then the rows are grouped along their key, and not sorted.
        number = "0" if start + step >= end else f"(p.at_ns - {microseconds(start) * 1000}) / {width}"
        which = f"{keys}{number}"
        source = f'{_from(measurement, start, end)} AND p."{field}" IS NOT NULL'
        group = ", ".join(str(position + 1) for position in range(len(by) + 1))
        value = f'p."{field}"'
        sums = self._file.rows(
            f"SELECT {which}, avg({value}), min({value}), max({value}), total({value}), count({value}) {source}"
            f" GROUP BY {group} ORDER BY {group}",
            (measurement,),
        )
        # A bare column beside one max() is that of the row with the maximum: the last sample.
        lasts = self._file.rows(
            f"SELECT {which}, {value}, max(p.at_ns) {source} GROUP BY {group} ORDER BY {group}", (measurement,)
        )
        width_of_key = len(by)
        last_of = {row[: width_of_key + 1]: row[width_of_key + 1] for row in lasts}
        return [
            _window(row, width_of_key, start, step, last_of[row[: width_of_key + 1]])
            for row in sums
            if row[: width_of_key + 1] in last_of
        ]

    def totals(self, measurement: str, field: str, edges: Sequence[datetime]) -> Sequence[Total]:
        """Of days that are kept, what is kept; else a question a span, read along the keys, so that nothing is sorted."""
        check_edges(measurement, field, edges)
        is_kept = (measurement, field) == KEPT and bool(edges)
        kept = KeptDays(self._file.rows, edges[0], edges[-1]) if is_kept else None
        found: list[Total] = []
        for start, end in pairwise(edges):
            each = None if kept is None else kept.total(start, end)
            if each is None:
                each = self._total(measurement, field, start, end)
            if each.hours:
                found.append(each)
        return found

    def last(self, measurement: str, field: str, start: datetime, end: datetime) -> Mapping[str, Sample]:
        """The latest sample of every device: of each series the end of its key, so that no range is read through."""
        type_name = known_field(measurement, field)
        name = table(MEASUREMENTS[measurement])
        newest = (
            f"SELECT at_ns FROM {name} WHERE series = s.id AND at_ns >= {microseconds(start) * 1000}"  # noqa: S608  names of our schema
            f' AND at_ns < {microseconds(end) * 1000} AND "{field}" IS NOT NULL ORDER BY at_ns DESC LIMIT 1'
        )
        query = (
            f'SELECT s.device, p."{field}", max(p.at_ns) / 1000 FROM series s CROSS JOIN {name} p ON p.series = s.id'  # noqa: S608  same
            f" AND p.at_ns = ({newest}) WHERE s.measurement = ? GROUP BY s.device ORDER BY s.device"
        )
        return {
            str(device): Sample(instant(cast("int", at_us)), typed(value, type_name))
            for device, value, at_us in self._file.rows(query, (measurement,))
        }

    def jobs(self, start: datetime, end: datetime) -> Sequence[JobRow]:
        """Print jobs."""
        return self._records(JobRow, "print_job", start, end)

    def slots(self, start: datetime, end: datetime) -> Sequence[SlotRow]:
        """Slots that begin in the range."""
        return self._records(SlotRow, "slot", start, end)

    def slot_sums(self, devices: Sequence[str], start: datetime, kinds: Sequence[int]) -> Sequence[SlotSum]:
        """By run of one kind: each run is read along the keys, and only what is added up is put together here."""
        found: dict[tuple[str, int], SlotSum] = {}
        for first, after, kind in runs(kinds):
            source = _from("slot", start + first * QUARTER, start + after * QUARTER)
            for at in range(0, len(devices), _AT_ONCE):
                some = devices[at : at + _AT_ONCE]
                rows = self._file.rows(
                    "SELECT s.device, total(p.energy_kwh), count(p.energy_kwh), total(p.on_seconds),"
                    f" total(p.violation_seconds), total(p.coverage_seconds), count(*) {source}"
                    f" AND s.device IN ({', '.join('?' * len(some))}) GROUP BY s.device",
                    ("slot", *some),
                )
                for row in rows:
                    each = _slot_sum(kind, row)
                    key = (each.device, kind)
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

    def _total(self, measurement: str, field: str, start: datetime, end: datetime) -> Total:
        source = f'{_from(measurement, start, end)} AND p."{field}" IS NOT NULL'
        ((total, count),) = self._file.rows(f'SELECT total(p."{field}"), count(p."{field}") {source}', (measurement,))
        hours = self._hours(measurement, field, start, end) if count else 0
        return Total(start, end, float(cast("float", total)), hours)

    def _hours(self, measurement: str, field: str, start: datetime, end: datetime) -> int:
        """Of a span that is not empty; the first sample that is found settles an hour."""
        if end - start <= _HOUR:
            return 1
        number, at = 0, start
        while at < end:
            source = f'{_from(measurement, at, min(at + _HOUR, end))} AND p."{field}" IS NOT NULL'
            number += len(self._file.rows(f"SELECT 1 {source} LIMIT 1", (measurement,)))
            at += _HOUR
        return number

    def _records(self, kind: type[RowType], name: str, start: datetime, end: datetime) -> list[RowType]:
        measurement = MEASUREMENTS[name]
        columns = (*measurement.tags, *measurement.fields)
        chosen = ", ".join([f"s.{tag}" for tag in measurement.tags] + [f'p."{field}"' for field in measurement.fields])
        found = self._file.rows(f"SELECT p.at_ns / 1000, {chosen} {_from(name, start, end)}", (name,))
        return in_order(
            [
                record(kind, measurement, instant(cast("int", row[0])), dict(zip(columns, row[1:], strict=True)))
                for row in found
            ]
        )


def _from(measurement: str, start: datetime, end: datetime) -> str:
    """Every series of the measurement, each read along its key; the first parameter is the measurement's name."""
    return (
        f"FROM series s CROSS JOIN {table(MEASUREMENTS[measurement])} p ON p.series = s.id"
        f" AND p.at_ns >= {microseconds(start) * 1000} AND p.at_ns < {microseconds(end) * 1000} WHERE s.measurement = ?"
    )


def _slot_sum(kind: int, row: tuple[Value, ...]) -> SlotSum:
    device, kwh, known, on, violation, coverage, slots = cast("tuple[str, float, int, float, float, float, int]", row)
    return SlotSum(device, kind, kwh, known, on, violation, coverage, slots)


def _window(row: tuple[Value, ...], width_of_key: int, start: datetime, step: timedelta, last: Value) -> Window:
    number, mean, minimum, maximum, total, count = cast(
        "tuple[int, float, float, float, float, int]", row[width_of_key:]
    )
    return Window(
        start=start + number * step,
        key=tuple(str(each) for each in row[:width_of_key]),
        mean=float(mean),
        minimum=float(minimum),
        maximum=float(maximum),
        total=float(total),
        last=float(cast("float", last)),
        count=count,
    )

"""What both stores check before they ask, and how they make their answers: so that the answers are the same."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from typing import TypeVar

from daemon.history.schema import MEASUREMENTS, Measurement, Type
from policies.history import MOST_WINDOWS, Row, SlotRow, SlotSum, Total, Value

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
RowType = TypeVar("RowType", bound=Row)


def known_field(measurement: str, field: str) -> Type:
    """The field's type. Raises ValueError where the schema has no such field."""
    known = MEASUREMENTS.get(measurement)
    if known is None or field not in known.fields:
        raise ValueError(f"no field {field!r} in {measurement!r}")
    return known.fields[field]


def check_windows(
    measurement: str, field: str, start: datetime, end: datetime, step: timedelta, by: Sequence[str]
) -> None:
    """Raise ValueError for a question that cannot be answered, or only by taking the whole machine."""
    if known_field(measurement, field) not in {"float", "int"}:
        raise ValueError(f"{measurement} {field} is no number: there is no mean of it")
    if step <= timedelta(0) or -((start - end) // step) > MOST_WINDOWS:
        raise ValueError(f"{step} makes more than {MOST_WINDOWS} windows from {start} to {end}")
    if unknown := set(by) - set(MEASUREMENTS[measurement].tags):
        raise ValueError(f"{measurement} has no tag {sorted(unknown)}")


def check_edges(measurement: str, field: str, edges: Sequence[datetime]) -> None:
    """Raise ValueError for a question about totals that makes no sense."""
    if known_field(measurement, field) not in {"float", "int"}:
        raise ValueError(f"{measurement} {field} is no number: nothing adds up")
    if len(edges) > MOST_WINDOWS or any(one >= other for one, other in pairwise(edges)):
        raise ValueError(f"{len(edges)} edges that do not ascend, or too many")


def typed(value: object, type_name: Type) -> Value:
    """The value in the schema's type, whatever the store made of it on the way (1.0 comes back as 1)."""
    match type_name:
        case "float":
            return float(value)  # type: ignore[arg-type]  # a store answers numbers for a field of numbers
        case "int":
            return int(value)  # type: ignore[call-overload,no-any-return]  # same
        case "bool":
            return bool(value)
        case "str":
            return str(value)


def record(kind: type[RowType], measurement: Measurement, at: datetime, values: Mapping[str, object]) -> RowType:
    """A row of this kind, of a store's values by column name; a missing tag is empty, a missing field None."""
    made: dict[str, object] = {"at": at}
    for name in kind.__struct_fields__:
        if name == "at":
            continue
        value = values.get(name)
        if name in measurement.tags:
            made[name] = value or ""
        elif value is not None:
            made[name] = typed(value, measurement.fields[name])
    return kind(**made)  # type: ignore[arg-type]  # the schema's types are the row's


def summed(rows: Iterable[SlotRow], devices: Sequence[str], start: datetime, kinds: Sequence[int]) -> list[SlotSum]:
    """`slot_sums` of rows, for stores that cannot add up by kind themselves."""
    wanted = set(devices)
    sums: dict[tuple[str, int], list[float]] = {}
    for row in rows:
        number = (row.at - start) // QUARTER
        if row.device not in wanted or not 0 <= number < len(kinds):
            continue
        found = sums.setdefault((row.device, kinds[number]), [0.0, 0, 0.0, 0.0, 0.0, 0])
        found[0] += row.energy_kwh or 0.0
        found[1] += row.energy_kwh is not None
        found[2] += row.on_seconds or 0.0
        found[3] += row.violation_seconds or 0.0
        found[4] += row.coverage_seconds or 0.0
        found[5] += 1
    return [
        SlotSum(device, kind, kwh, int(known), on, violation, coverage, int(slots))
        for (device, kind), (kwh, known, on, violation, coverage, slots) in sorted(sums.items())
    ]


def runs(kinds: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """First quarter, the one after the last, and their kind."""
    first = 0
    for number in range(1, len(kinds) + 1):
        if number == len(kinds) or kinds[number] != kinds[first]:
            yield first, number, kinds[first]
            first = number


def totalled(sums: Iterable[tuple[datetime, float]], edges: Sequence[datetime]) -> list[Total]:
    """`totals` of samples, or of what was added up in steps that lie inside one span and one of its hours each."""
    found: dict[int, tuple[float, set[int]]] = {}
    for at, value in sums:
        place = bisect_right(edges, at) - 1
        if 0 <= place < len(edges) - 1:
            total, hours = found.get(place, (0.0, set()))
            hours.add((at - edges[place]) // _HOUR)
            found[place] = (total + value, hours)
    return [Total(edges[place], edges[place + 1], total, len(hours)) for place, (total, hours) in sorted(found.items())]


def added(first: SlotSum, second: SlotSum) -> SlotSum:
    """Two sums of one device and kind."""
    return SlotSum(
        first.device,
        first.kind,
        first.energy_kwh + second.energy_kwh,
        first.energy_slots + second.energy_slots,
        first.on_seconds + second.on_seconds,
        first.violation_seconds + second.violation_seconds,
        first.coverage_seconds + second.coverage_seconds,
        first.slots + second.slots,
    )


def in_order(rows: Sequence[RowType]) -> list[RowType]:
    """By time, then device, then all else: two stores must not differ in ties."""
    ordered = sorted(rows, key=_place)
    found: list[RowType] = []
    for _, alike in groupby(ordered, key=_place):
        together = list(alike)
        found += sorted(together, key=repr) if len(together) > 1 else together
    return found


def _place(row: Row) -> tuple[datetime, str]:
    return (row.at, row.device)


def microseconds(at: datetime) -> int:
    """The instant (aware) in microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def instant(at_us: int) -> datetime:
    """The instant, aware, UTC. Exact to the microsecond for the next two hundred years, and asked for millions of times."""
    return datetime.fromtimestamp(at_us / 1e6, UTC)

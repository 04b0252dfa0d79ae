"""The fields of readings as they stand in a line: many readings of one kind at once, a field of all of them at a time.

A reading's text is `,name=value,name=value` of what was said, or empty. NaN and the infinities are left out, whatever let
them through before: one of them would poison the whole request.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import compress
from operator import attrgetter
from typing import Any, TypeVar

import msgspec

from daemon.history.escaping import text
from daemon.history.schema import MEASUREMENTS, Type, Value
from sensors.device import Device, DeviceId
from sensors.readings import (
    AnyReading,
    Climate,
    Contact,
    Environment,
    Occupancy,
    Power,
    PrintCounter,
    PrintJob,
    Reading,
    Water,
)

MOST = 1.7e308
"""Beyond it a float is no measurement."""
_LARGEST_INT = 2**63 - 1
_REMEMBERED = 8_192
"""Values of one field, a megabyte or two."""
_SHORT = 64
"""Characters of a text that is remembered."""
NEVER_THE_SAME = frozenset({"job", "impressions_total", "prints_total", "sheets_total"})
_JSON = msgspec.json.Encoder().encode
_NO_NUMBER = "null"
"""What is not said, and what is not finite."""
R = TypeVar("R", bound=Reading)
_Column = Sequence[Any]
_Write = Callable[[_Column], Iterable[str]]


def is_storable(value: Value | None) -> bool:
    """Not None and, for numbers, finite and inside what the database can hold."""
    if value is None or isinstance(value, bool | str):
        return value is not None
    return -MOST < value < MOST if isinstance(value, float) else -_LARGEST_INT <= value <= _LARGEST_INT


def field(type_name: str, value: Value | None) -> str:
    """One value as it stands in a line. Raises TypeError where it is not of this type."""
    match type_name, value:
        case "bool", bool():
            return "true" if value else "false"
        case "str", str():
            return text(value)
        case "int", int() if not isinstance(value, bool):
            return f"{value}i"
        case "float", float() | int() if not isinstance(value, bool):
            return repr(float(value))
        case _:
            raise TypeError(f"{value!r} is no {type_name}")


class Known(dict[Any, str]):
    """One field's words, flags and counts as text, made once each: there are few, and looking is cheap.

    What is not said or cannot be stored is the empty text.
    """

    def __init__(self, name: str, kind: Type) -> None:
        super().__init__()
        self._head = f",{name}="
        self._kind = kind

    def __missing__(self, value: Value | None) -> str:
        made = self.made(value)
        if len(made) <= len(self._head) + _SHORT:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[value] = made
        return made

    def made(self, value: Value | None) -> str:
        """The text of this value, without looking whether it is known."""
        return f"{self._head}{field(self._kind, value)}" if is_storable(value) and value != "" else ""


def floats(head: str, column: _Column) -> Iterable[str]:
    """Never remembered, as hardly two are the same: all of them are written as JSON at once, a fifth of the cost of one by one."""
    try:
        numbers = _JSON(column)[1:-1].decode().split(",")
    except OverflowError:  # an integer beyond 64 bits slipped through
        return [head + field("float", value) if is_storable(value) else "" for value in column]
    if _NO_NUMBER in numbers:
        return ["" if number == _NO_NUMBER else head + number for number in numbers]
    return map(head.__add__, numbers)


def _write(name: str, kind: Type) -> _Write:
    if kind == "float":
        return partial(floats, f",{name}=")
    known = Known(name, kind)
    return partial(map, known.made if name in NEVER_THE_SAME else known.__getitem__)


class Fields:
    """What writes the fields of one kind of reading. One thread (it remembers)."""

    def __init__(self, kind: type[Reading], measurement: str) -> None:
        types = MEASUREMENTS[measurement].fields
        said = set(kind.__struct_fields__)
        self._write = [(attrgetter(name), _write(name, types[name])) for name in types if name in said]

    def said(self, readings: Sequence[R]) -> tuple[Sequence[R], list[list[str]]]:
        """Those of these readings (all of this kind) that say anything, and what they say: a column a field, a text a reading.

        The texts of one reading after one another are its fields as they stand in a line.
        """
        values = ((write, list(map(of, readings))) for of, write in self._write)
        columns = [list(write(column)) for write, column in values if not _is_silent(column)]
        if not columns:
            return (), []
        if "" in columns[0]:  # then it is not this field's texts that come first in a line
            columns = [list(map("".join, zip(*columns, strict=True)))]
            readings = list(compress(readings, columns[0]))
        columns[0] = [text[1:] for text in columns[0] if text]
        return readings, columns


def _is_silent(column: _Column) -> bool:
    return (column[0] is None or column[0] == "") and column.count(column[0]) == len(column)


KINDS: Mapping[type[Reading], str] = {
    Climate: "climate",
    Power: "power",
    Occupancy: "occupancy",
    Environment: "environment",
    Water: "water",
    Contact: "contact",
    PrintJob: "print_job",
    PrintCounter: "print_counter",
}
"""The readings that are stored: their measurement."""


def by_kind(
    readings: Iterable[AnyReading], devices: Mapping[DeviceId, Device]
) -> Mapping[type[Reading], Sequence[AnyReading]]:
    """The readings of these devices that are stored, in their order."""
    found: dict[type[Reading], list[AnyReading]] = {}
    for reading in readings:
        kind = type(reading)
        if reading.device not in devices:
            continue
        if kind in found:
            found[kind].append(reading)
        elif kind in KINDS:
            found[kind] = [reading]
    return found

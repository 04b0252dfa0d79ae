"""Our own lines, read back: what the embedded store takes, and strictly nothing else.

The inverse of `points.py` and `escaping.py`. A line that InfluxDB would refuse, or take for something that we never meant
(a field of another type, a name that the schema does not have), is refused here with words for a person.
"""

import re
from collections.abc import Mapping

from daemon.history.escaping import plain
from daemon.history.schema import MEASUREMENTS, Type, Value

_LINE = re.compile(r"((?:[^\\ \n]|\\[^\n])+) ([^\n]+) (-?[0-9]{1,19})")
_TAG = re.compile(r",((?:[^\\,= \n])+)=((?:[^\\,= \n]|\\[^\n])+)")
_FIELD = re.compile(
    r'([a-z][a-z0-9_]*)=(?:(?P<str>"(?:[^"\\]|\\.)*")|(?P<bool>true|false)|(?P<int>-?[0-9]+)i'
    r"|(?P<float>-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?))(,|$)"
)
_ESCAPED = re.compile(r"\\([,= ])")
_QUOTED = re.compile(r'\\(["\\])')
_MOST_INT = 2**63 - 1


class LineError(ValueError):
    """This line cannot be taken; the message says why."""


def split(line: str) -> tuple[str, str, int]:
    """The series (`measurement,tags`), the fields and the stamp in nanoseconds."""
    found = _LINE.fullmatch(line)
    if found is None:
        raise LineError("not a line of the form `measurement,tags fields stamp`")
    at_ns = int(found[3])
    if abs(at_ns) > _MOST_INT:
        raise LineError("stamp out of range")
    return found[1], found[2], at_ns


def series(head: str) -> tuple[str, Mapping[str, str]]:
    """The measurement and its tags, names as they were configured."""
    measurement, comma, rest = head.partition(",")
    known = MEASUREMENTS.get(measurement)
    if known is None:
        raise LineError(f"no measurement {measurement!r}")
    tags: dict[str, str] = {}
    position = 0
    text = comma + rest
    while position < len(text):
        found = _TAG.match(text, position)
        if found is None:
            raise LineError(f"tags cannot be read from {text[position:][:40]!r} on")
        if found[1] not in known.tags or found[1] in tags:
            raise LineError(f"{measurement} has no such tag, or twice: {found[1]!r}")
        tags[found[1]] = plain(_ESCAPED.sub(r"\1", found[2]))
        position = found.end()
    return measurement, tags


def fields(measurement: str, text: str) -> dict[str, Value]:
    """The values, each of the type that the schema pins."""
    types = MEASUREMENTS[measurement].fields
    values: dict[str, Value] = {}
    position = 0
    while position < len(text) or text.endswith(",", 0, position):
        found = _FIELD.match(text, position)
        if found is None:
            raise LineError(f"fields cannot be read from {text[position:][:40]!r} on")
        name = found[1]
        values[name] = _value(measurement, name, types.get(name), found)
        position = found.end()
    return values


def _value(measurement: str, name: str, wanted: Type | None, found: re.Match[str]) -> Value:
    if wanted is None:
        raise LineError(f"{measurement} has no field {name!r}")
    word = found[wanted]
    if word is None:
        raise LineError(f"field type conflict: {measurement} {name} is {wanted}")
    match wanted:
        case "float":
            number = float(word)
            if abs(number) == float("inf"):
                raise LineError(f"{name} is not finite")
            return number
        case "int":
            if abs(integer := int(word)) > _MOST_INT:
                raise LineError(f"{name} is out of range")
            return integer
        case "bool":
            return word == "true"
        case "str":
            return _QUOTED.sub(r"\1", word[1:-1])

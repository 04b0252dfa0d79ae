"""The filters, tests and functions that templates of Home Assistant discovery may use: those met in the wild, no others.

Source: Home Assistant 2026.2 `helpers/template`, and jinja2 for what it has itself. Where Home Assistant raises without a
default, so do we: the value is then unknown.
"""

import json
import math
from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo
from typing import Final

from jinja2 import Environment
from jinja2.exceptions import TemplateRuntimeError
from jinja2.filters import FILTERS
from jinja2.tests import TESTS
from jinja2.utils import Namespace

from sensors.families.template_allowed import FILTER_NAMES, TEST_NAMES
from sensors.families.template_limits import TooMuch, computed, findall, sized

_NOTHING: Final = object()
_DIGITS: Final = 10
_LONGEST_RANGE: Final = 1000
_JSON_DEPTH: Final = 32


class DictFunction:
    """`dict(...)`, and Home Assistant's `dict.from_keys(pairs)`."""

    def __call__(self, pairs: Iterable[tuple[object, object]] = (), **named: object) -> dict[object, object]:
        """A new dictionary."""
        made: dict[object, object] = dict(pairs)
        made.update(named)
        return made

    def from_keys(self, pairs: Iterable[tuple[object, object]]) -> dict[object, object]:
        """A dictionary of pairs."""
        return dict(pairs)


def furnish(environment: Environment, zone: tzinfo | None) -> None:
    """Replace what the environment offers by this file. `now` is not here: it is the arrival, given to each rendering."""
    filters: dict[str, Callable[..., object]] = {name: FILTERS[name] for name in FILTER_NAMES if name in FILTERS}
    filters |= {
        "int": _int,
        "float": _float,
        "round": _round,
        "join": _join,
        "replace": _replace,
        "to_json": _to_json,
        "tojson": _to_json,
        "from_json": _from_json,
        "multiply": _multiply,
        "is_number": _is_number,
        "iif": _iif,
        "bool": _bool,
        "regex_findall": findall,
        "as_timestamp": lambda value, default=_NOTHING: _timestamp(value, zone, default),
        "timestamp_local": lambda value, default=_NOTHING: _local(value, zone, default),
    }
    environment.filters.clear()
    environment.filters.update(filters)
    environment.tests.clear()
    environment.tests.update({name: TESTS[name] for name in TEST_NAMES if name in TESTS})
    environment.tests["is_number"] = _is_number
    environment.globals.clear()
    environment.globals.update(
        {
            "dict": DictFunction(),
            "namespace": Namespace,
            "range": _range,
            "zip": zip,
            "int": _int,
            "float": _float,
            "bool": _bool,
            "min": lambda *values: FILTERS["min"](environment, values if len(values) > 1 else values[0]),
            "max": lambda *values: FILTERS["max"](environment, values if len(values) > 1 else values[0]),
            "iif": _iif,
            "is_number": _is_number,
            "as_timestamp": filters["as_timestamp"],
        }
    )


def _range(*limits: int) -> range:
    made = range(*limits)
    if len(made) > _LONGEST_RANGE:
        raise TooMuch("its range has no end")
    return made


def _number(value: object, otherwise: object) -> object:
    try:
        return float(value)  # type: ignore[arg-type]  # whatever it is, float() knows
    except (TypeError, ValueError, OverflowError):
        if otherwise is _NOTHING:
            raise TemplateRuntimeError("not a number") from None
        return otherwise


def _float(value: object, default: object = _NOTHING) -> object:
    return _number(value, default)


def _int(value: object, default: object = _NOTHING) -> object:
    number = _number(value, default)
    try:
        return int(number) if isinstance(number, float) else number
    except (ValueError, OverflowError):
        return default if default is not _NOTHING else 0


def _round(value: object, precision: int = 0, method: str = "common", default: object = _NOTHING) -> object:
    number = _number(value, default)
    if not isinstance(number, float) or not isinstance(precision, int):
        return number
    digits = max(-_DIGITS, min(_DIGITS, precision))
    way = {"ceil": math.ceil, "floor": math.floor}.get(method)
    try:
        rounded = round(number, digits) if way is None else way(number * 10.0**digits) / 10.0**digits
    except (ValueError, OverflowError):  # nan and the infinities
        raise TemplateRuntimeError("not a number that can be rounded") from None
    return int(rounded) if precision == 0 else rounded


def _join(values: Iterable[object], between: str = "", attribute: object = None) -> str:
    if attribute is not None:
        raise TemplateRuntimeError("join with an attribute is not supported")
    parts, length = [], 0
    for value in values:
        parts.append(str(value))
        length += len(parts[-1]) + len(between)
        sized("" if length == 0 else parts[-1])
        computed("*", "x", length)
    return between.join(parts)


def _replace(value: object, old: str, new: str) -> str:
    text = str(value)
    computed("*", "x", len(text) + (text.count(old) + 1) * len(new))
    return text.replace(old, new)


def _to_json(value: object, **_options: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise TemplateRuntimeError(f"not for JSON: {error}") from error


def _from_json(value: object) -> object:
    try:
        return json.loads(str(value))
    except (ValueError, RecursionError) as error:
        raise TemplateRuntimeError(f"not JSON: {error}") from error


def _multiply(value: object, amount: object, default: object = _NOTHING) -> object:
    left, right = _number(value, default), _number(amount, default)
    return left * right if isinstance(left, float) and isinstance(right, float) else default


def _is_number(value: object) -> bool:
    return not isinstance(value, bool) and isinstance(_number(value, None), float)


def _iif(value: object, yes: object = True, no: object = False, neither: object = _NOTHING) -> object:
    if value is None and neither is not _NOTHING:
        return neither
    return yes if value else no


def _bool(value: object, default: object = _NOTHING) -> object:
    word = str(value).strip().lower()
    if word in {"true", "yes", "on", "enable", "1"}:
        return True
    if word in {"false", "no", "off", "disable", "0"}:
        return False
    if default is _NOTHING:
        raise TemplateRuntimeError("neither true nor false")
    return default


def _timestamp(value: object, zone: tzinfo | None, default: object) -> object:
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError):
        return _number(value, default)


def _local(value: object, zone: tzinfo | None, default: object) -> object:
    number = _number(value, default)
    try:
        return datetime.fromtimestamp(number, zone).isoformat() if isinstance(number, float) else number
    except (ValueError, OverflowError, OSError):
        raise TemplateRuntimeError("not an instant") from None

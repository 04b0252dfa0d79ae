"""Pydantic's errors in words for the person who mends the file: where, what to do, what stands there now."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from difflib import get_close_matches

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from daemon.configuration.document import Document
from daemon.configuration.json_schema import keys_at
from daemon.configuration.places import CLEAR_SECRETS, Path, shown, spell
from daemon.configuration.problem import Problem
from daemon.configuration.quantities import SLUG_ADVICE
from policies.words import say

MAX_PROBLEMS = 500
"""Nobody mends more before trying again."""

_MOST_SEARCHED, _LONGEST_SEARCHED = 1000, 64
_TIMEDELTA = re.compile(r"datetime\.timedelta\((?:days=(\d+))?(?:, )?(?:seconds=(\d+))?\)")
"""How pydantic writes a limit of a checked duration into its error."""

_DURATION = str(say("must be a duration with its unit, such as 90s, 5m, 1h30m or 2d"))
_KEYS = str(say("must have keys below it, each on a line of its own"))
_LIST = str(say("must be a list: each item on a line of its own that starts with -"))
_SENTENCES: Mapping[str, str] = {
    "string_type": str(say("must be a text")),
    "bool_type": str(say("must be true or false")),
    "bool_parsing": str(say("must be true or false")),
    "int_type": str(say("must be a whole number")),
    "int_parsing": str(say("must be a whole number")),
    "int_parsing_size": str(say("must be a whole number of reasonable size")),
    "int_from_float": str(say("must be a whole number")),
    "float_type": str(say("must be a number")),
    "float_parsing": str(say("must be a number")),
    "finite_number": str(say("must be a number")),
    "time_delta_type": _DURATION,
    "time_delta_parsing": _DURATION,
    "dict_type": _KEYS,
    "model_type": _KEYS,
    "model_attributes_type": _KEYS,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "string_pattern_mismatch": SLUG_ADVICE,
    "union_tag_not_found": str(say("is missing; it says which rule this is")),
}
_BOUNDS: Mapping[str, tuple[str, str]] = {
    "greater_than": ("gt", "must be more than {}"),
    "greater_than_equal": ("ge", "must be at least {}"),
    "less_than": ("lt", "must be less than {}"),
    "less_than_equal": ("le", "must be at most {}"),
    "string_too_short": ("min_length", "must have at least {} letter(s)"),
    "string_too_long": ("max_length", "must have at most {} letters"),
    "too_short": ("min_length", "must have at least {} entry"),
    "too_long": ("max_length", "must have at most {} entries"),
}
_MORE_KEYS = 12


def problems_of(error: ValidationError, document: Document, base: Path = ()) -> list[Problem]:
    """One problem an error, in the document's own lines. `base`: where in the document the checked value stands."""
    return [_problem(details, document, base) for details in error.errors(include_url=False)[: MAX_PROBLEMS + 1]]


def problem_at(document: Document, path: Path, what: str) -> Problem:
    """A problem of ours at a path of the document."""
    value = document.at(path)
    got = "" if isinstance(value, dict | list) else shown(value, path)
    return Problem(document.file, document.line(path), spell(path), what, got)


def nearest(word: str, known: Collection[str]) -> str:
    """A question that suggests the nearest known word, or empty; long lists and long words are not searched."""
    if len(known) > _MOST_SEARCHED or len(word) > _LONGEST_SEARCHED:
        return ""
    close = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


def choose(word: str, known: Collection[str]) -> str:
    """The nearest known word, or what is known at all."""
    close = nearest(word, known)
    if close:
        return close
    if not known:
        return ""
    listed = list(known) if isinstance(known, list | tuple) else sorted(known)
    more = f" and {len(listed) - _MORE_KEYS} more" if len(listed) > _MORE_KEYS else ""
    return f"; known here: {', '.join(listed[:_MORE_KEYS])}{more}"


def _problem(details: ErrorDetails, document: Document, base: Path) -> Problem:
    kind = details["type"]
    path = _path((*base, *details["loc"]), document, names_absent=kind == "missing")
    got = shown(document.at(path), path)
    if kind == "missing":
        what, got = _missing(path, document), ""
    elif kind == "extra_forbidden":
        what, got = _unknown_key(path, document), ""
    elif kind in {"union_tag_invalid", "union_tag_not_found"}:
        what, path = _rule(details, path, document)
        got = "" if kind == "union_tag_not_found" else shown(document.at(path), path)
    elif kind == "literal_error":
        what, got = _literal(details, got, is_key=details["loc"][-1] == "[key]")
    elif kind in _BOUNDS:
        key, pattern = _BOUNDS[kind]
        what = pattern.format(_bound(details.get("ctx", {}).get(key)))
        got = "" if kind in {"too_short", "too_long"} else got
    elif kind == "value_error":
        what = str(details.get("ctx", {}).get("error", details["msg"]))
        got = "" if isinstance(document.at(path), dict) else got
    else:
        what = _SENTENCES.get(kind, str(say("is not what belongs here")))
    if details["loc"][-1:] == ("[key]",):
        got = ""
    return Problem(document.file, document.line(path), spell(path), what, got)


def _path(location: tuple[int | str, ...], document: Document, *, names_absent: bool) -> Path:
    """The steps of a location that the document has: pydantic puts names of alternatives in between."""
    path: Path = ()
    for index, step in enumerate(location):
        here = document.at(path)
        in_mapping = isinstance(here, dict) and isinstance(step, str) and step in here
        in_list = isinstance(here, list) and isinstance(step, int) and step < len(here)
        if in_mapping or in_list or (names_absent and index == len(location) - 1):
            path = (*path, step)
    return path


def _kind(path: Path, document: Document) -> object:
    above = document.at(path[:-1])
    return above.get("kind") if isinstance(above, dict) and path[:1] == ("policies",) else None


def _missing(path: Path, document: Document) -> str:
    schema = keys_at(path[:-1], _kind(path, document)).get(str(path[-1]), {})
    description = schema.get("description")
    return f"is missing: {description}" if isinstance(description, str) else "is missing"


def _unknown_key(path: Path, document: Document) -> str:
    key = str(path[-1])
    known = list(keys_at(path[:-1], _kind(path, document)))
    secret_keys = [name for name in known if name.endswith(("_file", "_env"))]
    if (CLEAR_SECRETS.search(key) if secret_keys else CLEAR_SECRETS.fullmatch(key)) or (key == "url" and secret_keys):
        wanted = [name for name in secret_keys if name.startswith(key)] or secret_keys
        hint = f"; put it into a file and name that: {wanted[0]}" if wanted else ""
        return f"must not stand in this file{hint}"
    return f"is not a known key{choose(key, known)}"


def _rule(details: ErrorDetails, path: Path, document: Document) -> tuple[str, Path]:
    kinds = [kind.strip(" '") for kind in str(details.get("ctx", {}).get("expected_tags", "")).split(",")]
    tag = document.at((*path, "kind"))
    if tag is None:
        known = ", ".join(kind for kind in kinds if kind) or "setpoint_limit, after_hours_power"
        return f"is missing; it says which rule this is, such as {known}", (*path, "kind")
    return f"is not a known rule{choose(str(tag), kinds)}", (*path, "kind")


def _literal(details: ErrorDetails, got: str, *, is_key: bool) -> tuple[str, str]:
    expected = str(details.get("ctx", {}).get("expected", "")).replace("' or '", "', '").split(", ")
    words = [word.strip("'") for word in expected]
    given = str(details["input"]) if isinstance(details["input"], str) else ""
    close = nearest(given, words)
    return f"must be {_listed(words)}{close}", "" if is_key else got


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _bound(limit: object) -> str:
    if isinstance(limit, timedelta):
        return _duration(limit)
    written = _TIMEDELTA.fullmatch(str(limit))
    if written:
        return _duration(timedelta(days=int(written[1] or 0), seconds=int(written[2] or 0)))
    return f"{limit:g}" if isinstance(limit, float) else str(limit)


def _duration(span: timedelta) -> str:
    for unit, size in (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("m", timedelta(minutes=1))):
        if span >= size and not span % size:
            return f"{span // size}{unit}"
    return f"{span.total_seconds():g}s"

"""What a revision changes: the figures of two reports of one month side by side, as their JSON has them.

Figures that differ by less than a thousandth are the same: nobody is written to because of a watt-hour. Pure.
"""

from collections.abc import Iterator, Mapping

import msgspec

Plain = None | bool | float | str | list["Plain"] | dict[str, "Plain"]

MATTERS = 0.001
NAMED_AT_MOST = 12
_OF_THE_MAKING = frozenset({"made_at", "revision", "digest", "checksum", "version"})


class Change(msgspec.Struct, frozen=True):
    """One figure. `before` or `after` empty: it is not in that report."""

    figure: str
    before: str
    after: str


def figures(document: bytes) -> Mapping[str, float | str]:
    """Every value of a report in JSON by its place, such as `energy.kwh`; empty where it is no JSON."""
    try:
        return dict(_leaves("", msgspec.json.decode(document)))
    except msgspec.DecodeError:
        return {}


def changes(before: Mapping[str, float | str], after: Mapping[str, float | str]) -> list[Change]:
    """In the order of the report. Numbers are compared as numbers, everything else by its text."""
    names = [*before, *(name for name in after if name not in before)]
    return [
        Change(name, _shown(before.get(name)), _shown(after.get(name)))
        for name in names
        if _differ(before.get(name), after.get(name))
    ]


def _leaves(path: str, value: Plain) -> Iterator[tuple[str, float | str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in _OF_THE_MAKING:
                yield from _leaves(f"{path}.{key}" if path else key, item)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _leaves(f"{path}[{number}]", item)
    elif isinstance(value, bool):
        yield path, str(value).lower()
    elif value is not None:
        yield path, value


def _differ(before: float | str | None, after: float | str | None) -> bool:
    if isinstance(before, int | float) and isinstance(after, int | float):
        return abs(before - after) > MATTERS * max(abs(before), abs(after))
    return before != after


def _shown(value: float | str | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"  # noqa: PLR2004  digits that matter

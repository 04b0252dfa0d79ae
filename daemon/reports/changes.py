"""What a revision changes: the figures of two reports of one month side by side, as their JSON has them.

Figures that differ by less than a thousandth are the same: nobody is written to because of a watt-hour. Pure.
"""

from collections.abc import Iterator, Mapping

import msgspec

Plain = None | bool | float | str | list["Plain"] | dict[str, "Plain"]

MATTERS = 0.001
NAMED_AT_MOST = 12
_OF_THE_MAKING = frozenset({"made_at", "revision", "digest", "checksum", "version", "titles"})
Place = tuple[str, ...]
"""Where a value stands: section, table, row and column, as far as there are any."""


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """One figure. `before` or `after` empty: it is not in that report.

    `figure` is its place in the data; `table` (its title), `row` and `label` are what a reader finds it by.
    """

    figure: str
    before: str
    after: str
    table: str = ""
    row: str = ""
    label: str = ""


def figures(document: bytes) -> Mapping[Place, float | str]:
    """Every value of a report in JSON by its place, such as `energy`, `kwh`; empty where it is no JSON."""
    try:
        return dict(_leaves((), msgspec.json.decode(document)))
    except msgspec.DecodeError:
        return {}


def titles(document: bytes) -> Mapping[str, str]:
    """What the tables of a report in JSON are called; empty where it does not say."""
    try:
        return msgspec.json.decode(document, type=_Titled).titles
    except msgspec.DecodeError:
        return {}


def changes(
    before: Mapping[Place, float | str], after: Mapping[Place, float | str], called: Mapping[str, str] | None = None
) -> list[Change]:
    """In the order of the report. Numbers are compared as numbers, everything else by its text. `called`: see `titles`."""
    places = [*before, *(place for place in after if place not in before)]
    return [
        _change(place, _shown(before.get(place)), _shown(after.get(place)), called or {})
        for place in places
        if _differ(before.get(place), after.get(place))
    ]


class _Titled(msgspec.Struct):
    titles: dict[str, str] = {}


def _change(place: Place, before: str, after: str, called: Mapping[str, str]) -> Change:
    """A table's own title names it, and the row only where it has columns beside it."""
    depth = next((each for each in (1, 0) if place[each : each + 1] and place[each] in called), 1)
    # The statistics office's table is a section of its own; all others stand in one.
    table = called.get(place[depth], "") if len(place) > depth + 1 else ""
    row = place[depth + 1] if table and len(place) > depth + 2 else ""
    return Change(".".join(place).replace(".[", "["), before, after, table, row.strip("[]"), place[-1].strip("[]"))


def _leaves(place: Place, value: Plain) -> Iterator[tuple[Place, float | str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            if place or key not in _OF_THE_MAKING:
                yield from _leaves((*place, key), item)
    elif isinstance(value, list):
        for number, item in enumerate(value, start=1):
            yield from _leaves((*place, f"[{number}]"), item)
    elif isinstance(value, bool):
        yield place, str(value).lower()
    elif value is not None:
        yield place, value


def _differ(before: float | str | None, after: float | str | None) -> bool:
    if isinstance(before, int | float) and isinstance(after, int | float):
        return abs(before - after) > MATTERS * max(abs(before), abs(after))
    return before != after


def _shown(value: float | str | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"  # noqa: PLR2004  digits that matter

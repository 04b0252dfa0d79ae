"""InfluxQL for panels: every question has both time bounds, no invented values, quoted names, and the office's days.

Why `fill(none)`: with any other filling a wide range and a narrow window take the whole database server. Every InfluxDB
(1.8, 2, 3) answers these.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery

from dashboards.grafana.variables import DATASOURCE

ZONED = ("site", "zone")
"""Every question asks about the chosen site and rooms."""


@dataclass(frozen=True, slots=True)
class Question(Dataquery):
    """One statement; `alias` names the series (`$tag_device`), `is_table` asks for rows instead of curves."""

    statement: str
    alias: str = ""
    is_table: bool = False
    letter: str = "A"

    def to_json(self) -> dict[str, object]:
        """As Grafana's InfluxDB source keeps it."""
        return {
            "refId": self.letter,
            "datasource": {"type": DATASOURCE.type_val, "uid": DATASOURCE.uid},
            "rawQuery": True,
            "query": self.statement,
            "resultFormat": "table" if self.is_table else "time_series",
            **({"alias": self.alias} if self.alias else {}),
        }


@dataclass(frozen=True, slots=True)
class Asked(Builder[Dataquery]):
    """What a panel takes for a target."""

    question: Question
    letter: str = field(default="A")

    def build(self) -> Dataquery:
        """The question under its letter."""
        asked = self.question
        return Question(asked.statement, asked.alias, asked.is_table, self.letter)


def curve(
    value: str,
    measurement: str,
    *,
    by: Sequence[str] = (),
    window: str = "$__interval",
    where: str = "",
    tags: Sequence[str] = ZONED,
) -> Question:
    """`value` (an expression with quoted fields) per window and combination of the tags `by`."""
    groups = [f"time({window})", *(f'"{tag}"' for tag in by)]
    statement = f"{_selected(value, measurement, where, tags)} GROUP BY {', '.join(groups)} fill(none) {_ZONE}"
    return Question(statement, alias=" · ".join(f"$tag_{tag}" for tag in by))


def named(question: Question, alias: str) -> Question:
    """The same under another name: for values of a field, which cannot be grouped by."""
    return replace(question, alias=alias)


def total(
    value: str, measurement: str, *, by: Sequence[str] = (), where: str = "", tags: Sequence[str] = ZONED
) -> Question:
    """`value` over the whole range, one row a combination of the tags `by`."""
    named = ", ".join(f'"{tag}"' for tag in by)
    groups = f" GROUP BY {named}" if by else ""
    return Question(
        f"{_selected(value, measurement, where, tags)}{groups}",
        alias=" · ".join(f"$tag_{tag}" for tag in by),
        is_table=bool(by),
    )


def rows(columns: Sequence[str], measurement: str, *, where: str = "", most: int = 200) -> Question:
    """The latest records, newest first; `columns` are fields and tags."""
    named = ", ".join(f'"{column}"' for column in columns)
    return Question(
        f"{_selected(named, measurement, where, ZONED)} ORDER BY time DESC LIMIT {most} {_ZONE}", is_table=True
    )


_ZONE = "tz('$timezone')"


def _selected(value: str, measurement: str, where: str, tags: Sequence[str]) -> str:
    chosen = "".join(f' AND "{tag}" =~ /^${{{tag}:regex}}$/' for tag in tags)
    more = f" AND {where}" if where else ""
    return f'SELECT {value} FROM "{measurement}" WHERE $timeFilter{chosen}{more}'  # noqa: S608  words of our own

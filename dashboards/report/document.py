"""What a report says, before it is a page, a sheet or a file: sections of paragraphs, tables and figures, in no language yet.

Every format draws the same document, so no two of them can differ in a number. Sentences are `Words`, quantities are `Amount`s
with the unit that their name would end with in `Words` ("kwh", "percent", "hours", "number", "amount"), names are plain text.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

import msgspec

from policies.words import Words


class Amount(msgspec.Struct, frozen=True):
    """A quantity; None: not known, which is never shown as 0. `unit` as `Language.value` reads names: what they end with."""

    unit: str
    value: float | None


class Name(msgspec.Struct, frozen=True):
    """Something of the office: its id, and its names by language (may be empty)."""

    id: str
    names: Mapping[str, str]


Cell = Words | Amount | Name | datetime | date | str | None
"""A text is shown as it is; None is an empty cell."""


class Paragraph(msgspec.Struct, frozen=True, tag=True):
    """`headline`: the sentence a director reads; `caution`: a figure is missing, or not to be relied on alone."""

    words: Words
    tone: Literal["plain", "headline", "caution"] = "plain"


class Fact(msgspec.Struct, frozen=True):
    """One large figure of the first page. `note` says against what, or why there is none."""

    label: Words
    amount: Amount
    note: Words | None = None


class Facts(msgspec.Struct, frozen=True, tag=True):
    """Large figures side by side."""

    facts: tuple[Fact, ...]


class Table(msgspec.Struct, frozen=True, tag=True):
    """`id` is its name in the machine's formats: `energy_by_load`. Every row has as many cells as there are heads."""

    id: str
    title: Words
    heads: tuple[Words, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: Words | None = None


class Series(msgspec.Struct, frozen=True):
    """One row of numbers of a figure, as many as the figure has labels; None is a gap."""

    name: Words
    values: tuple[float | None, ...]


class Figure(msgspec.Struct, frozen=True, tag=True):
    """`stacked`: bars, one above the other; `bars`: side by side; `heat`: a row a series, a column a label.

    `low` and `high` of a bar are its interval, where it has one: by label.
    """

    id: str
    title: Words
    kind: Literal["stacked", "bars", "heat"]
    unit: str
    labels: tuple[Words | str, ...]
    series: tuple[Series, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()


Block = Paragraph | Facts | Table | Figure


class Section(msgspec.Struct, frozen=True):
    """A part with a heading. `id` is its name in the machine's formats."""

    id: str
    title: Words
    blocks: tuple[Block, ...]


class Signature(msgspec.Struct, frozen=True):
    """Whoever answers for the figures; empty lines are to be written on by hand."""

    responsible: str = ""
    prepared_by: str = ""


class Document(msgspec.Struct, frozen=True):
    """One month of one office. `summary` is the first page, alone; `made_at` aware. `statutory` goes to the statistics office.

    `revision` 0 is the report as it was first made.
    """

    site: Name
    timezone: str
    year: int
    month: int
    revision: int
    made_at: datetime
    currency: str
    signature: Signature
    summary: Section
    sections: tuple[Section, ...]
    statutory: Table

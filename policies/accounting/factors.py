"""Factors from energy, water and paper to CO₂ and standard coal: dated, sourced rows; a report prints those it used.

Two bases of electricity CO₂ exist in China and are never mixed: the emission factor (`generation`, for statistics) and the
carbon footprint (`footprint`, life cycle, for products); `residual` excludes traded non-fossil power, for those with green
certificates. A row that nobody has checked says so, and is off until somebody turns it on.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from policies.office.factor import Basis, Factor, FactorKind

__all__ = ["Basis", "Factor", "FactorKind", "FactorTable", "choose", "read_factors"]


class FactorTable(BaseModel):
    """A file of rows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: tuple[Factor, ...]


def read_factors(mapping: object) -> tuple[Factor, ...]:
    """The rows of a parsed file. Raises pydantic's ValidationError."""
    return FactorTable.model_validate(mapping).rows


def choose(
    rows: Iterable[Factor],
    kind: FactorKind,
    on: date,
    *,
    regions: Sequence[str] = ("CN",),
    basis: Basis | None = None,
    enabled: Iterable[str] = (),
) -> Factor | None:
    """The row for this day: of the first region that has one (narrow to wide), the newest that was out by then.

    `enabled`: ids of rows that the office has turned on itself. A later row never changes an older day's answer.
    """
    turned_on = set(enabled)
    usable = [
        row
        for row in rows
        if row.kind == kind
        and row.valid_from <= on
        and (basis is None or row.basis == basis)
        and (row.enabled or row.id in turned_on)
    ]
    for region in regions:
        here = [row for row in usable if row.region == region]
        if here:
            return max(here, key=lambda row: (row.valid_from, row.year or 0, row.id))
    return None

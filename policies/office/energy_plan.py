"""What a site has said about its energy: its prices, what it wants to use at most, and whose factors it reports with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from policies.office.factor import Factor
from policies.office.tariff import Tariff

Month = tuple[int, int]
"""Year and month."""


@dataclass(frozen=True, slots=True)
class EnergyPlan:
    """`targets_kwh` by year or by month. `regions` narrow to wide. `turned_on`: ids of factor rows that are off by default.

    `factors`: the site's own rows, each in place of those that come with officed for the same thing, region and basis.
    """

    tariff: Tariff | None = None
    targets_kwh: Mapping[int | Month, float] = field(default_factory=dict)
    regions: tuple[str, ...] = ("CN",)
    turned_on: tuple[str, ...] = ()
    factors: tuple[Factor, ...] = ()

    def target_of_year(self, year: int) -> float | None:
        """The year's own, else its twelve months' together; None where nobody has set one."""
        if year in self.targets_kwh:
            return self.targets_kwh[year]
        months = [self.targets_kwh.get((year, month)) for month in range(1, 13)]
        known = [kwh for kwh in months if kwh is not None]
        return sum(known) if len(known) == len(months) else None

    def target_of_month(self, year: int, month: int) -> float | None:
        """The month's own, else its days' part of the year's."""
        own = self.targets_kwh.get((year, month))
        if own is not None:
            return own
        whole = self.targets_kwh.get(year)
        if whole is None:
            return None
        days = (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days
        return whole * days / (date(year + 1, 1, 1) - date(year, 1, 1)).days

    def rows(self, bundled: tuple[Factor, ...]) -> tuple[Factor, ...]:
        """The site's own rows, and of the bundled ones those that it has none of its own for."""
        own = {(row.kind, row.region, row.basis) for row in self.factors}
        return (*self.factors, *(row for row in bundled if (row.kind, row.region, row.basis) not in own))

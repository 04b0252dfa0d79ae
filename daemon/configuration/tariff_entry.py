"""The parts of office.yaml about energy: prices, targets, and the factors that reports use."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from daemon.configuration.quantities import Flag, Label, Slug
from daemon.configuration.section import Section
from policies.office.energy_plan import EnergyPlan, Month
from policies.office.factor import Factor
from policies.office.tariff import Prices, Tariff

_PERIOD = re.compile(r"(\d{4})(?:-(\d{2}))?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


def _currency(value: str) -> str:
    if not _CURRENCY.fullmatch(value):
        raise ValueError("must be the three letters of a currency, such as CNY or EUR")
    return value


def _period(value: str) -> str:
    found = _PERIOD.fullmatch(value)
    if found is None or not 1 <= int(found[2] or 1) <= 12 or not _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:  # noqa: PLR2004  months
        raise ValueError("must be a year such as 2026, or a month such as 2026-11")
    return value


Factors = Annotated[tuple[Factor, ...], Field(max_length=200)]
TargetOf = Annotated[str, BeforeValidator(str), AfterValidator(_period)]
Target = Annotated[float, Field(gt=0, le=1e9)]


class TariffEntry(Section):
    """One contract's prices, copied from the bill."""

    currency: Annotated[str, AfterValidator(_currency)] = Field(default="CNY", description="three letters, such as CNY")
    source: str = Field(min_length=1, description="the bill or notice that the prices were taken from")
    verified: Flag = Field(default=True, description="false: nobody has checked these prices; reports say so")
    rows: tuple[Prices, ...] = Field(
        max_length=500,
        description="prices with the day from which they hold; the newest that fits counts",
    )

    def tariff(self, name: str) -> Tariff:
        """In the core's words."""
        return Tariff(id=name, currency=self.currency, source=self.source, verified=self.verified, rows=self.rows)


class EnergyEntry(Section):
    """What energy costs and how much of it is wanted."""

    tariff: Slug | None = Field(
        default=None, validate_default=False, description="one of `tariffs`, or of those that come with officed"
    )
    targets: dict[TargetOf, Target] = Field(
        default={}, max_length=500, description="kWh at most in a year or a month, such as 2026: 96000 or 2026-11: 7500"
    )
    region: Label = Field(
        default="CN", description="whose CO₂ factor counts, such as CN-north; where it has none, the country's"
    )
    factors_on: tuple[Label, ...] = Field(
        default=(), max_length=200, description="ids of factor rows that are off until somebody has checked them"
    )
    factors: Factors = Field(
        default=(), description="factors of your own, each in place of those that come with officed"
    )

    def plan(self, tariff: Tariff | None) -> EnergyPlan:
        """In the core's words, with the tariff that is named here."""
        country = self.region.partition("-")[0]
        return EnergyPlan(
            tariff=tariff,
            targets_kwh={_year_or_month(text): kwh for text, kwh in self.targets.items()},
            regions=tuple(dict.fromkeys((self.region, country))),
            turned_on=self.factors_on,
            factors=self.factors,
        )


def _year_or_month(text: str) -> int | Month:
    year, _, month = text.partition("-")
    return (int(year), int(month)) if month else int(year)

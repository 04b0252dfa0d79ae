"""One row of a table of factors, as it comes with officed or as a site brings its own."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FactorKind = Literal["electricity_co2", "electricity_kgce", "paper_mass", "paper_co2", "water_co2"]
Basis = Literal["generation", "residual", "fossil", "footprint", "calorific", "equivalent", "mass", "life_cycle"]


class Factor(BaseModel):
    """One row. `year` is the year the value describes; `valid_from` when it may first be used (its publication)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(description="name of the row, once in the table")
    kind: FactorKind = Field(description="what it turns into what")
    value: float = Field(gt=0, description="per unit of energy, paper or water")
    unit: str = Field(description="such as kgCO2/kWh")
    region: str = Field(default="CN", description="CN, or a region or province of it: CN-north, CN-11 …")
    basis: Basis = Field(description="what the publisher counted; two bases are never mixed")
    year: int | None = Field(default=None, description="the year that the value describes")
    valid_from: date = Field(description="first day on which it may be used: its publication")
    publisher: str = Field(description="who has published it")
    document: str = Field(description="number or date of the document")
    source: str = Field(description="where the value was read")
    verified: bool = Field(default=True, description="false: nobody has checked it; reports say so")
    enabled: bool = Field(default=True, description="false: not used until energy.factors_on names it")
    note: str = Field(default="", description="for whoever reads the table")

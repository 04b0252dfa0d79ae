"""A contract's prices: what somebody has copied from the bill. Which price holds when is worked out in accounting/tariff.py."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from policies.office.calendar import DayKind

Period = Literal["critical_peak", "peak", "flat", "valley", "deep_valley"]
"""尖 峰 平 谷 深谷."""

_TIME = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")


class Window(BaseModel):
    """`from` is included, `to` is not; `22:00` to `06:00` runs over midnight. Local time."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    period: Period = Field(description="critical_peak, peak, flat, valley or deep_valley")
    since: str = Field(alias="from", description="local time, such as 22:00")
    until: str = Field(alias="to", description="local time, not included, such as 06:00 or 24:00")

    def covers(self, minute: int) -> bool:
        """Whether this minute of the local day lies in it."""
        since, until = _minute(self.since), _minute(self.until)
        return since <= minute < until if since < until else minute >= since or minute < until

    @model_validator(mode="after")
    def _are_times(self) -> "Window":
        if _minute(self.since) == _minute(self.until):
            raise ValueError("a window begins and ends at the same time")
        return self


class Prices(BaseModel):
    """Prices and periods from `valid_from` on, for these months and kinds of day.

    Of the rows that fit a day the one that began last counts; of several that began together, the first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    valid_from: date = Field(description="first day of these prices, such as 2026-01-01")
    valid_to: date | None = Field(default=None, description="last day; left out: until a later row")
    months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = Field(
        default=tuple(range(1, 13)), min_length=1, description="only in these months, 1 to 12; left out: all"
    )
    days: tuple[DayKind, ...] = Field(
        default=("workday", "make_up", "half_day", "weekend", "holiday", "closed"),
        min_length=1,
        description="only on these kinds of day; left out: all",
    )
    windows: tuple[Window, ...] = Field(
        default=(), max_length=48, description="the periods of a day; the first that covers a time counts"
    )
    otherwise: Period = Field(default="flat", description="the period outside all windows")
    prices: dict[Period, Annotated[float, Field(ge=-100, le=10_000, allow_inf_nan=False)]] = Field(
        min_length=1, description="money a kWh, by period"
    )
    source: str = Field(default="", description="where this row was read, where not in the tariff's own source")
    verified: bool = Field(default=True, description="false: nobody has checked it; reports say so")

    @model_validator(mode="after")
    def _has_all_prices(self) -> "Prices":
        lacking = {window.period for window in self.windows} | {self.otherwise}
        lacking -= set(self.prices)
        if lacking:
            raise ValueError(f"no price for {', '.join(sorted(lacking))}")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("ends before it begins: valid_to is earlier than valid_from")
        return self


class Tariff(BaseModel):
    """One contract. `currency` as on the bill."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    currency: str = "CNY"
    source: str = Field(description="the bill or notice that the prices were taken from")
    verified: bool = True
    rows: tuple[Prices, ...]

    @property
    def is_verified(self) -> bool:
        """Whether somebody has checked all of it."""
        return self.verified and all(row.verified for row in self.rows)


def _minute(text: str) -> int:
    found = _TIME.fullmatch(text)
    if found is None or int(found[1]) * 60 + int(found[2]) > 1440:  # noqa: PLR2004  24:00 is the end of the day
        raise ValueError(f"{text!r} is no time of day such as 22:00")
    return int(found[1]) * 60 + int(found[2])

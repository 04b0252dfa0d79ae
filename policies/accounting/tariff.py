"""What a kWh costs when it is used: five period types, seasons, kinds of day, and the day a price begins to hold.

A tariff is the user's own bill, imported; none comes with officed. Avoided kWh are priced in their own period: what is saved
at night is mostly valley energy, worth less than the average. A change of prices inside a month is two rows.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator

from policies.office.calendar import Calendar, DayKind

Period = Literal["critical_peak", "peak", "flat", "valley", "deep_valley"]
"""尖 峰 平 谷 深谷."""

_TIME = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")


class Window(BaseModel):
    """`from` is included, `to` is not; `22:00` to `06:00` runs over midnight. Local time."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    period: Period
    since: str = Field(alias="from")
    until: str = Field(alias="to")

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
    """Prices and periods from `valid_from` on, for these months and kinds of day; the first row that fits counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    valid_from: date
    valid_to: date | None = Field(default=None, description="last day; left out: until a later row")
    months: tuple[int, ...] = Field(default=tuple(range(1, 13)), min_length=1)
    days: tuple[DayKind, ...] = ("workday", "make_up", "weekend", "holiday", "closed")
    windows: tuple[Window, ...]
    otherwise: Period = Field(default="flat", description="the period outside all windows")
    prices: dict[Period, float] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_all_prices(self) -> "Prices":
        lacking = {window.period for window in self.windows} | {self.otherwise}
        lacking -= set(self.prices)
        if lacking:
            raise ValueError(f"no price for {', '.join(sorted(lacking))}")
        return self


class Tariff(BaseModel):
    """One contract. `currency` as on the bill."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    currency: str = "CNY"
    source: str = Field(description="the bill or notice that the prices were taken from")
    verified: bool = True
    rows: tuple[Prices, ...]


class PeriodPrice(NamedTuple):
    """What holds at an instant."""

    period: Period
    price: float


@dataclass(frozen=True)
class Pricing:
    """A tariff on one calendar."""

    tariff: Tariff
    calendar: Calendar

    def at(self, instant: datetime) -> PeriodPrice | None:
        """Period and money a kWh; None on a day that no row covers."""
        local = self.calendar.local(instant)
        row = self._row(local.date())
        if row is None:
            return None
        minute = local.hour * 60 + local.minute
        period = next((window.period for window in row.windows if window.covers(minute)), row.otherwise)
        return PeriodPrice(period, row.prices[period])

    def changes_within(self, start: date, end: date) -> bool:
        """Whether a price begins or ends to hold inside (start, end): a report says so."""
        edges = {row.valid_from for row in self.tariff.rows} | {
            row.valid_to for row in self.tariff.rows if row.valid_to
        }
        return any(start < edge < end for edge in edges)

    def _row(self, day: date) -> Prices | None:
        kind = self.calendar.kind(day)
        fitting = [
            row
            for row in self.tariff.rows
            if row.valid_from <= day
            and (row.valid_to is None or day <= row.valid_to)
            and day.month in row.months
            and kind in row.days
        ]
        return max(fitting, key=lambda row: row.valid_from, default=None)


def price_of(pricing: Pricing | None) -> Callable[[datetime], float | None]:
    """The price alone, as the ledger asks for it, a slot at a time."""
    known: dict[datetime, float | None] = {}

    def price(instant: datetime) -> float | None:
        if pricing is None:
            return None
        if instant not in known:
            found = pricing.at(instant)
            known[instant] = None if found is None else found.price
        return known[instant]

    return price


def _minute(text: str) -> int:
    found = _TIME.fullmatch(text)
    if found is None or int(found[1]) * 60 + int(found[2]) > 1440:  # noqa: PLR2004  24:00 is the end of the day
        raise ValueError(f"{text!r} is no time of day such as 22:00")
    return int(found[1]) * 60 + int(found[2])

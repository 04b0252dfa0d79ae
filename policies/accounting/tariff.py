"""What a kWh costs when it is used: five period types, seasons, kinds of day, and the day a price begins to hold.

A tariff is the user's own bill; the ones that come with officed are examples, marked as unverified. Avoided kWh are priced in their own period: what is saved
at night is mostly valley energy, worth less than the average. A change of prices inside a month is two rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from policies.office.calendar import Calendar
from policies.office.site import Site
from policies.office.tariff import Period, Prices, Tariff

__all__ = ["Period", "PeriodPrice", "Prices", "Pricing", "Tariff", "price_of", "pricing_of"]


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
            row.valid_to + timedelta(days=1) for row in self.tariff.rows if row.valid_to
        }
        return any(start < edge < end for edge in edges)

    def rows_within(self, start: date, end: date) -> tuple[Prices, ...]:
        """The rows that price the days of [start, end), in the order of the contract: what a report shows as used."""
        used = {id(self._row(start + timedelta(days=number))) for number in range((end - start).days)}
        return tuple(row for row in self.tariff.rows if id(row) in used)

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


def pricing_of(site: Site) -> Pricing | None:
    """The site's tariff on its calendar; None where it has named none."""
    return None if site.energy.tariff is None else Pricing(site.energy.tariff, site.calendar)


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

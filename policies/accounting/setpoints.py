"""What a corrected setpoint avoided: kWh an hour regressed on how far outdoors is from the setpoint, hour by hour of the day.

Power of an air conditioner cycles with the weather, so a median of days says nothing. From uncontrolled hours: kWh = a + b x
(T_out - T_set) when cooling, (T_set - T_out) when heating, one line an hour of the day; each degree of correction then
avoids b kWh an hour. Where there are too few such hours or b is not positive: a deemed 6 % of the measured energy a degree
(Roussac et al. 2010, 33 office buildings), labelled estimated. A slot that a switch-off has claimed is never claimed again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import Final, NamedTuple

from policies.accounting.baseline import ENOUGH_COVERAGE, Summed
from policies.accounting.day_types import SLOT, SLOT_SECONDS, slot_start
from policies.accounting.ledger import Action, Entry, Price
from policies.office.calendar import Calendar

DEEMED_SHARE_PER_CELSIUS: Final = 0.06
FEWEST_HOURS: Final = 8
_SLOTS_AN_HOUR: Final = 4
_SMALLEST_SPREAD: Final = 1.0
"""K² of driving temperature: less than that carries no slope."""


@dataclass(frozen=True, slots=True)
class UncontrolledHour:
    """One running hour without a command of ours. `driving_celsius`: outdoor less setpoint when cooling, else the reverse."""

    hour: int
    driving_celsius: float
    kwh: float


class Slope(NamedTuple):
    """KWh an hour and °C, and the standard error of that."""

    kwh: float
    error_kwh: float


Slopes = Mapping[int, Slope]
"""By hour of the local day; an hour without a slope is not there."""


def slopes(hours: Iterable[UncontrolledHour]) -> Slopes:
    """Least squares for each hour of the day that has enough hours, a spread, and a slope above 0."""
    by_hour: dict[int, list[UncontrolledHour]] = {}
    for each in hours:
        by_hour.setdefault(each.hour, []).append(each)
    found: dict[int, Slope] = {}
    for hour, rows in by_hour.items():
        slope = _slope(rows)
        if slope is not None and slope.kwh > 0:
            found[hour] = slope
    return found


def correction(
    action: Action,
    corrected_celsius: float,
    slots: Mapping[datetime, Summed],
    by_hour: Slopes,
    calendar: Calendar,
    *,
    price: Price = lambda _: None,
    taken: frozenset[datetime] = frozenset(),
    deemed: float = DEEMED_SHARE_PER_CELSIUS,
) -> Entry:
    """What one correction by so many degrees (towards less energy) avoided, from `action.at` until somebody changed it.

    Measured where every hour has a slope; else estimated. A full slot counts only while the unit ran and was heard.
    """
    if not action.proved:
        return Entry(action, "not_claimed", "not_proved")
    claimed = [at for at in _full_slots(action) if at not in taken and _counts(slots.get(at))]
    if not claimed or corrected_celsius <= 0:
        return Entry(action, "not_claimed", "counted_elsewhere" if taken else "not_heard")
    is_measured = all(calendar.local(at).hour in by_hour for at in claimed)
    avoided = {
        at: (
            by_hour[calendar.local(at).hour].kwh * corrected_celsius / _SLOTS_AN_HOUR
            if is_measured
            else _deemed(slots[at].energy_kwh or 0.0, corrected_celsius, deemed)
        )
        for at in claimed
    }
    return Entry(
        action,
        "measured" if is_measured else "estimated",
        "regression" if is_measured else "deemed",
        sum(avoided.values()),
        avoided_cost=_cost(avoided, price),
        claimed=tuple(claimed),
        slope_errors=_errors(claimed, by_hour, corrected_celsius, calendar) if is_measured else (),
    )


def uncontrolled_hours(
    slots: Sequence[Summed], driving: Callable[[datetime], float | None], calendar: Calendar
) -> list[UncontrolledHour]:
    """Whole hours of running without a command. `driving`: °C at an instant; None: outdoor or setpoint is not known."""
    by_start: dict[datetime, list[Summed]] = {}
    for slot in slots:
        by_start.setdefault(slot.at - timedelta(minutes=slot.at.minute), []).append(slot)
    found = []
    for start, rows in by_start.items():
        celsius = driving(start + timedelta(minutes=30))
        if celsius is None or len(rows) != _SLOTS_AN_HOUR or any(row.controlled or not _counts(row) for row in rows):
            continue
        kwh = sum(row.energy_kwh or 0.0 for row in rows)
        found.append(UncontrolledHour(calendar.local(start).hour, celsius, kwh))
    return found


def _full_slots(action: Action) -> Iterable[datetime]:
    at = slot_start(action.at) + SLOT
    while at + SLOT <= action.until:
        yield at
        at += SLOT


def _counts(slot: Summed | None) -> bool:
    if slot is None or slot.energy_kwh is None:
        return False
    heard = (slot.coverage_seconds or 0.0) >= ENOUGH_COVERAGE * SLOT_SECONDS
    return heard and (slot.on_seconds or 0.0) >= ENOUGH_COVERAGE * SLOT_SECONDS


def _deemed(kwh: float, celsius: float, share: float) -> float:
    """Of what it would have used at the old setpoint: used = would_use x (1 - share x degrees)."""
    left = max(0.1, 1 - share * celsius)
    return kwh / left - kwh


def _cost(avoided: Mapping[datetime, float], price: Price) -> float | None:
    total = 0.0
    for at, kwh in avoided.items():
        each = price(at)
        if each is None:
            return None
        total += kwh * each
    return total


def _errors(
    claimed: Sequence[datetime], by_hour: Slopes, celsius: float, calendar: Calendar
) -> tuple[tuple[int, float], ...]:
    """By hour of the day: the slope's standard error on what was claimed in it. One slope errs alike every day."""
    errors: dict[int, float] = {}
    for at in claimed:
        hour = calendar.local(at).hour
        errors[hour] = errors.get(hour, 0.0) + by_hour[hour].error_kwh * celsius / _SLOTS_AN_HOUR
    return tuple(sorted(errors.items()))


def _slope(rows: Sequence[UncontrolledHour]) -> Slope | None:
    if len(rows) < FEWEST_HOURS:
        return None
    mean = sum(row.driving_celsius for row in rows) / len(rows)
    spread = sum((row.driving_celsius - mean) ** 2 for row in rows)
    if spread < _SMALLEST_SPREAD * len(rows):
        return None
    kwh = sum(row.kwh for row in rows) / len(rows)
    slope = sum((row.driving_celsius - mean) * (row.kwh - kwh) for row in rows) / spread
    left = sum((row.kwh - kwh - slope * (row.driving_celsius - mean)) ** 2 for row in rows) / (len(rows) - 2)
    return Slope(slope, sqrt(left / spread))

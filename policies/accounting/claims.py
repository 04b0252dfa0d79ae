"""The slots that one switch-off may claim, each with what it would have used: the sum, its price, and what it rests on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from policies.accounting.baseline import ENOUGH_COVERAGE, Baseline, Summed
from policies.accounting.day_types import SLOT, SLOT_SECONDS, DayClass, day_class, local_slot, slot_start
from policies.office.calendar import Calendar
from sensors.device import DeviceId, ZoneId

DIGITS: Final = 9
"""Of a kWh: what is written of a claim, and what is counted with, so that the written says the same."""
Price = Callable[[datetime], float | None]
"""Money a kWh at an instant; None where no tariff is known."""


@dataclass(frozen=True, slots=True)
class Action:
    """A command that is proved (or not), from `at`; what it was for holds until `until` (the next opening)."""

    device: DeviceId
    zone: ZoneId
    policy: str
    case_id: str
    at: datetime
    until: datetime
    proved: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """The claim of one local day: what the interval is drawn from. `residuals`: of the days that it rests on."""

    day: date
    day_class: DayClass
    residuals: Mapping[date, float]


@dataclass
class Claims:
    """Sums. `cost` None: some slot has no price. `unheard`, `unknown`: slots without a word, and without a baseline."""

    kwh: float = 0.0
    cost: float | None = 0.0
    unheard: int = 0
    unknown: int = 0
    fewest_days: int = 0
    claimed: list[datetime] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


class _Part(NamedTuple):
    """One slot of a local day, and the share of it that came after the switch-off."""

    at: datetime
    quarter: int
    left: float
    used_kwh: float


def claims(
    action: Action,
    slots: Mapping[datetime, Summed],
    baseline: Baseline,
    calendar: Calendar,
    end: datetime,
    standby_kwh: float,
    taken: frozenset[datetime],
    price: Price,
) -> Claims:
    """From the switch-off to `end`, local day by local day."""
    total = Claims()
    days: dict[tuple[date, DayClass], list[_Part]] = {}
    at = slot_start(action.at)
    while at < end:
        if at not in taken:
            kwh = _heard_kwh(slots.get(at))
            if kwh is None:
                total.unheard += 1
            else:
                day, quarter, kind = local_slot(calendar, at)
                # Of the slot in which it went off no more than what was left of it.
                left = min(1.0, (min(at + SLOT, action.until) - max(at, action.at)) / SLOT)
                days.setdefault((day, kind), []).append(_Part(at, quarter, left, kwh))
        at += SLOT
    start = local_slot(calendar, slot_start(action.at))
    for (day, kind), parts in days.items():
        weights: dict[int, float] = {}
        for part in parts:
            weights[part.quarter] = weights.get(part.quarter, 0.0) + part.left
        would = baseline.after(start, _classes(calendar, start.day, day), standby_kwh).would_use(weights)
        if would is None:
            total.unknown += len(parts)
            continue
        for part in parts:
            kwh = would.by_quarter[part.quarter]
            _add(total, part.at, min(max(0.0, kwh - part.used_kwh), kwh * part.left), price)
        total.blocks.append(Block(day, kind, {each: round(kwh, DIGITS) for each, kwh in would.residuals.items()}))
        number = len(would.residuals)
        total.fewest_days = min(total.fewest_days or number, number)
    return total


def _classes(calendar: Calendar, first: date, last: date) -> list[DayClass]:
    return [day_class(calendar, first + timedelta(days=number)) for number in range((last - first).days + 1)]


def _add(total: Claims, at: datetime, kwh: float, price: Price) -> None:
    each = price(at)
    total.kwh += kwh
    total.cost = None if each is None or total.cost is None else total.cost + kwh * each
    total.claimed.append(at)


def _heard_kwh(slot: Summed | None) -> float | None:
    if slot is None or (slot.coverage_seconds or 0.0) < ENOUGH_COVERAGE * SLOT_SECONDS:
        return None
    return slot.energy_kwh

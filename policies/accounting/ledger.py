"""Avoided energy, action by action: what a switched-off device would have used, less what it did use.

Summed over slots from the switch-off to the earliest of: the end of the rule's time, somebody switching it on again, the
next opening. Less the energy of starting again beyond a usual start. Nothing where it was off or asleep already, where
nobody heard it (offline is not saving), or where nothing proves that it went off. Three ledgers, never added up:

    measured     counterfactual and use both from a meter (IPMVP option B)
    estimated    a deemed share of measured energy (setpoints without enough history; `setpoints.py`)
    not_claimed  something was done, and no number can be stood behind; `method` says why
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median
from typing import Final, Literal

from policies.accounting.baseline import ENOUGH_COVERAGE, FEWEST_DAYS, Baseline, Comparable, Summed, percentile
from policies.accounting.day_types import SLOT, SLOT_SECONDS, DayClass, local_slot, slot_start
from policies.office.calendar import Calendar
from sensors.device import DeviceId, ZoneId

LedgerName = Literal["measured", "estimated", "not_claimed"]
Method = Literal[
    "slot_median",
    "regression",
    "deemed",
    "no_baseline",
    "no_meter",
    "already_off",
    "not_heard",
    "not_proved",
    "counted_elsewhere",
]
"""How a number came about, or why there is none."""
Price = Callable[[datetime], float | None]
"""Money a kWh at an instant; None where no tariff is known."""

RESTART_SLOTS: Final = 4
_ON_AGAIN_SECONDS: Final = 60.0


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
    """The claimed quarters of one local day: what the interval is drawn from."""

    day: date
    day_class: DayClass
    quarters: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger. `claimed`: the slots that count, so that nobody counts them again."""

    action: Action
    ledger: LedgerName
    method: Method
    avoided_kwh: float = 0.0
    restart_kwh: float = 0.0
    avoided_cost: float | None = None
    unheard_slots: int = 0
    baseline_days: int = 0
    claimed: tuple[datetime, ...] = ()
    blocks: tuple[Block, ...] = ()
    slope_errors: tuple[tuple[int, float], ...] = ()
    """Of a regression, by hour of the day: the standard error in kWh, the same sign every day."""


@dataclass
class _Sum:
    kwh: float = 0.0
    cost: float | None = 0.0
    restart: float = 0.0
    unheard: int = 0
    fewest_days: int = 0
    unknown: int = 0
    claimed: list[datetime] = field(default_factory=list)
    quarters: dict[tuple[date, DayClass], list[int]] = field(default_factory=dict)

    def pay(self, kwh: float, at: datetime, price: Price) -> None:
        each = price(at)
        self.cost = None if each is None or self.cost is None else self.cost + kwh * each


def switch_off(
    action: Action,
    slots: Mapping[datetime, Summed],
    baseline: Baseline | None,
    calendar: Calendar,
    *,
    price: Price = lambda _: None,
    standby_kwh: float = 0.0,
    taken: frozenset[datetime] = frozenset(),
) -> Entry:
    """What one switch-off avoided. `slots`: the device's own, by start. `standby_kwh`: a slot's worth of standby.

    `taken`: slots of this device that another entry has claimed already.
    """
    if not action.proved:
        return Entry(action, "not_claimed", "not_proved")
    if baseline is None:
        return Entry(action, "not_claimed", "no_meter")
    if _was_off(action, slots, standby_kwh):
        return Entry(action, "not_claimed", "already_off")
    total = _Sum()
    end = _end(action, slots)
    at = slot_start(action.at)
    while at < end:
        if at not in taken:
            _claim(total, action, at, slots.get(at), _comparable(baseline, calendar, at), calendar, price)
        at += SLOT
    if not total.claimed:
        method: Method = "counted_elsewhere" if not total.unheard + total.unknown else "no_baseline"
        return Entry(
            action, "not_claimed", "not_heard" if total.unheard > total.unknown else method, unheard_slots=total.unheard
        )
    _restart(total, end, slots, baseline, calendar, price)
    blocks = tuple(Block(day, kind, tuple(quarters)) for (day, kind), quarters in total.quarters.items())
    return Entry(
        action,
        "measured",
        "slot_median",
        max(0.0, total.kwh - total.restart),
        total.restart,
        None if total.cost is None else max(0.0, total.cost),
        total.unheard,
        total.fewest_days,
        tuple(total.claimed),
        blocks,
    )


def in_order(entries: Sequence[Entry]) -> list[Entry]:
    """By instant, then device, then case: the order in which they are written and shown."""
    return sorted(entries, key=lambda each: (each.action.at, each.action.device, each.action.case_id))


def _claim(
    total: _Sum,
    action: Action,
    at: datetime,
    slot: Summed | None,
    days: Comparable,
    calendar: Calendar,
    price: Price,
) -> None:
    """One slot's part; of the slot in which it went off, no more than what was left of it."""
    if not _is_heard(slot) or slot is None or slot.energy_kwh is None:
        total.unheard += 1
        return
    day, quarter, day_class = local_slot(calendar, at)
    would_use = days.would_use_kwh(quarter)
    if would_use is None:
        total.unknown += 1
        return
    left = min(1.0, (min(at + SLOT, action.until) - max(at, action.at)) / SLOT)
    avoided = min(max(0.0, would_use - slot.energy_kwh), would_use * left)
    total.kwh += avoided
    total.pay(avoided, at, price)
    total.claimed.append(at)
    total.quarters.setdefault((day, day_class), []).append(quarter)
    total.fewest_days = min(total.fewest_days or len(days.days), len(days.days))


def _was_off(action: Action, slots: Mapping[datetime, Summed], standby_kwh: float) -> bool:
    """Off, or asleep, in what is known of the time just before; unknown is no reason to claim either."""
    first = slot_start(action.at)
    for at in (first - SLOT, first):
        slot = slots.get(at)
        if slot is not None and slot.energy_kwh is not None and slot.energy_kwh > standby_kwh and slot.on_seconds != 0:
            return False
    return True


def _end(action: Action, slots: Mapping[datetime, Summed]) -> datetime:
    """The rule's end, or the start of the slot in which somebody switched it on again."""
    at = slot_start(action.at) + SLOT
    while at < action.until:
        slot = slots.get(at)
        if slot is not None and (slot.on_seconds or 0.0) > _ON_AGAIN_SECONDS and at > slot_start(action.at) + SLOT:
            return at
        at += SLOT
    return action.until


def _restart(
    total: _Sum,
    end: datetime,
    slots: Mapping[datetime, Summed],
    baseline: Baseline,
    calendar: Calendar,
    price: Price,
) -> None:
    """The first hour after it, where it used more than nine of ten usual starts: what it used beyond a usual one.

    Less is the ordinary scatter of a morning; counting only its upper half would take away what was truly avoided.
    """
    starts: dict[datetime, Comparable] = {}
    for number in range(RESTART_SLOTS):
        at = slot_start(end) + number * SLOT
        slot = slots.get(at)
        if slot is not None and slot.energy_kwh is not None and slot.on_seconds:
            starts[at] = _comparable(baseline, calendar, at)
    if not starts:
        return
    quarters = [local_slot(calendar, at).quarter for at in starts]
    usual = next(iter(starts.values())).usual_sums_kwh(quarters)
    used = sum(slots[at].energy_kwh or 0.0 for at in starts)
    if len(usual) >= FEWEST_DAYS and used > percentile(usual, 0.9):
        total.restart = used - median(usual)
        total.pay(-total.restart, slot_start(end), price)


def _comparable(baseline: Baseline, calendar: Calendar, at: datetime) -> Comparable:
    day, _, day_class = local_slot(calendar, at)
    return baseline.comparable(day_class, day)


def _is_heard(slot: Summed | None) -> bool:
    return slot is not None and (slot.coverage_seconds or 0.0) >= ENOUGH_COVERAGE * SLOT_SECONDS

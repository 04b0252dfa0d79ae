"""Avoided energy, action by action: what a switched-off device would have used, less what it did use.

Summed over slots from the switch-off to the earliest of: the end of the rule's time, somebody switching it on again, the
next opening. Less the energy of starting again beyond a usual start. Nothing where it was off or asleep already, where
nobody heard it (offline is not saving), or where nothing proves that it went off. Three ledgers, never added up:

    measured     counterfactual and use both from a meter (IPMVP option B)
    estimated    a deemed share of measured energy (setpoints without enough history; `setpoints.py`)
    not_claimed  something was done, and no number can be stood behind; `method` says why
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Final, Literal

from policies.accounting.baseline import FEWEST_DAYS, Baseline, Comparable, Summed, percentile
from policies.accounting.claims import Action, Block, Price, claims
from policies.accounting.day_types import SLOT, local_slot, slot_start
from policies.office.calendar import Calendar

__all__ = ["RESTART_SLOTS", "Action", "Block", "Entry", "LedgerName", "Method", "Price", "in_order", "switch_off"]

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
RESTART_SLOTS: Final = 4
_ON_AGAIN_SECONDS: Final = 60.0


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
    end = _end(action, slots)
    total = claims(action, slots, baseline, calendar, end, standby_kwh, taken, price)
    if not total.claimed:
        method: Method = "counted_elsewhere" if not total.unheard + total.unknown else "no_baseline"
        return Entry(
            action, "not_claimed", "not_heard" if total.unheard > total.unknown else method, unheard_slots=total.unheard
        )
    restart = _restart(end, slots, baseline, calendar)
    each = price(slot_start(end))
    cost = None if total.cost is None or (restart and each is None) else total.cost - restart * (each or 0.0)
    return Entry(
        action,
        "measured",
        "slot_median",
        max(0.0, total.kwh - restart),
        restart,
        None if cost is None else max(0.0, cost),
        total.unheard,
        total.fewest_days,
        tuple(total.claimed),
        tuple(total.blocks),
    )


def in_order(entries: Sequence[Entry]) -> list[Entry]:
    """By instant, then device, then case: the order in which they are written and shown."""
    return sorted(entries, key=lambda each: (each.action.at, each.action.device, each.action.case_id))


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


def _restart(end: datetime, slots: Mapping[datetime, Summed], baseline: Baseline, calendar: Calendar) -> float:
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
        return 0.0
    quarters = [local_slot(calendar, at).quarter for at in starts]
    usual = next(iter(starts.values())).usual_sums_kwh(quarters)
    used = sum(slots[at].energy_kwh or 0.0 for at in starts)
    return used - median(usual) if len(usual) >= FEWEST_DAYS and used > percentile(usual, 0.9) else 0.0


def _comparable(baseline: Baseline, calendar: Calendar, at: datetime) -> Comparable:
    day, _, day_class = local_slot(calendar, at)
    return baseline.comparable(day_class, day)

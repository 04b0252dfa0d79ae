"""How surely energy was avoided: a block bootstrap by day, the same for the same figures.

What a night would have used scatters around its counterfactual as the uncontrolled nights did. A block is one local day of
the whole office, so what makes devices go together (an event, a heat wave) stays together. Two errors add up: the baseline's
own (few days; the same in every night that rests on it) and each night's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from statistics import NormalDist, fmean
from typing import Final

from policies.accounting.baseline import percentile
from policies.accounting.claims import DIGITS
from policies.accounting.day_types import DayClass
from policies.accounting.draws import Draws
from policies.accounting.ledger import Block, Entry
from sensors.device import DeviceId

REPEATS: Final = 400
_FINE: Final = 1 << 20
LEVEL: Final = 0.95
MEDIAN_COSTS: Final = 1.25
"""A median of normal values scatters a quarter more than their mean (sqrt(pi/2))."""


@dataclass(frozen=True, slots=True)
class Interval:
    """What the truth lies in with probability `LEVEL`."""

    low_kwh: float
    high_kwh: float


def interval(entries: Sequence[Entry], *, repeats: int = REPEATS) -> Interval | None:
    """Around the sum of the measured entries; None where there are none."""
    claimed = [entry for entry in entries if entry.ledger == "measured"]
    if not claimed:
        return None
    total = sum(round(entry.avoided_kwh, DIGITS) for entry in claimed)
    days = _by_day(claimed)
    seed = f"{len(claimed)} {total:.9f} {claimed[0].action.at.isoformat()} {claimed[-1].action.device}"
    chance = Draws(seed)
    slopes = _slopes_error(claimed)
    errors = sorted(_drawn(days, chance) + (slopes * _normal(chance) if slopes else 0.0) for _ in range(repeats))
    tail = (1 - LEVEL) / 2
    # Residuals need not be centred, a median being no mean. Which of the two is right nobody knows: it holds for both.
    off = fmean(errors)
    low, high = percentile(errors, tail) - max(off, 0.0), percentile(errors, 1 - tail) - min(off, 0.0)
    return Interval(max(0.0, total + min(low, 0.0)), total + max(high, 0.0))


def by_rule(entries: Sequence[Entry]) -> dict[str, Interval]:
    """The same for the measured entries of each rule by itself. Rules err together: these do not add up to the whole."""
    found: dict[str, Interval] = {}
    for policy in sorted({entry.action.policy for entry in entries}):
        each = interval([entry for entry in entries if entry.action.policy == policy])
        if each is not None:
            found[policy] = each
    return found


class _Day:
    """One class's claims on one local day of the whole office: how far off each day of the baselines was, added up."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        dates = sorted({day for block in blocks for day in block.residuals})
        self.sums = [sum(_of(block, day) for block in blocks) for day in dates]


def _by_day(claimed: Sequence[Entry]) -> Mapping[DayClass, list[_Day]]:
    blocks: dict[tuple[DayClass, date], list[Block]] = {}
    for entry in claimed:
        for block in entry.blocks:
            blocks.setdefault((block.day_class, block.day), []).append(block)
    days: dict[DayClass, list[_Day]] = {}
    for (day_class, _), each in sorted(blocks.items()):
        days.setdefault(day_class, []).append(_Day(each))
    return days


def _slopes_error(claimed: Sequence[Entry]) -> float:
    """Of all regressions together: a device's slopes rest on the same days and err alike, those of two by themselves.

    As if its hours were independent, a third of the width was found: 8 devices of the virtual office were off by two
    such errors (root mean square), whose truth was known.
    """
    errors: dict[DeviceId, float] = {}
    for entry in claimed:
        device = entry.action.device
        errors[device] = errors.get(device, 0.0) + sum(error for _, error in entry.slope_errors)
    return sqrt(sum(error**2 for error in errors.values()))


def _normal(chance: Draws) -> float:
    return NormalDist().inv_cdf((chance.below(_FINE) + 0.5) / _FINE)


def _of(block: Block, day: date) -> float:
    """That day's residual; of a device that does not know the day, its mean."""
    value = block.residuals.get(day)
    if value is not None:
        return value
    return fmean(block.residuals.values()) if block.residuals else 0.0


def _drawn(days: Mapping[DayClass, Sequence[_Day]], chance: Draws) -> float:
    error = 0.0
    for each in days.values():
        for day in each:
            if day.sums:
                error += chance.choice(day.sums)
        error += _baseline_error(each, chance)
    return error


def _baseline_error(days: Sequence[_Day], chance: Draws) -> float:
    """Days that rest on the same baseline err together: one draw of days for all of them."""
    longest = max((len(day.sums) for day in days), default=0)
    if not longest:
        return 0.0
    drawn = [chance.below(longest) for _ in range(longest)]
    error = 0.0
    for day in days:
        if day.sums:
            count = len(day.sums)
            centre = fmean(day.sums)
            error += _few(count) * MEDIAN_COSTS * (fmean(day.sums[number % count] for number in drawn) - centre)
    return error


def _few(days: int) -> float:
    """What a bootstrap of so few days leaves out: the degree of freedom of the mean, and Student's wider tails."""
    return 1.0 if days < 2 else sqrt(days / (days - 1)) * (1 + 1.1 / (days - 1))  # noqa: PLR2004  two make a spread

"""How surely energy was avoided: a block bootstrap by day, the same for the same figures.

What a night would have used scatters around its counterfactual as the uncontrolled nights did. A block is one local day of
the whole office, so what makes devices go together (an event, a heat wave) stays together. Two errors add up: the baseline's
own (few days; the same in every night that rests on it) and each night's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from statistics import NormalDist, fmean
from typing import Final

from policies.accounting.baseline import Baseline, percentile
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


@dataclass(frozen=True, slots=True)
class _Part:
    """One device's claim on one local day: how far its uncontrolled days were from the counterfactual, by date."""

    residuals: Mapping[date, float]


Baselines = Callable[[DeviceId], Baseline | None]


def interval(entries: Sequence[Entry], baselines: Baselines, *, repeats: int = REPEATS) -> Interval | None:
    """Around the sum of the measured entries; None where there are none."""
    claimed = [entry for entry in entries if entry.ledger == "measured"]
    if not claimed:
        return None
    total = sum(entry.avoided_kwh for entry in claimed)
    days = _by_day(claimed, baselines)
    seed = f"{len(claimed)} {total:.9f} {claimed[0].action.at.isoformat()} {claimed[-1].action.device}"
    chance = Draws(seed)
    slopes = _slopes_error(claimed)
    errors = sorted(_drawn(days, chance) + (slopes * _normal(chance) if slopes else 0.0) for _ in range(repeats))
    tail = (1 - LEVEL) / 2
    low, high = percentile(errors, tail), percentile(errors, 1 - tail)
    # Residuals need not be centred (a median is no mean), so the interval need not be symmetric; it holds the figure.
    return Interval(max(0.0, total + min(low, 0.0)), total + max(high, 0.0))


class _Day:
    """One class's claims on one local day of the whole office."""

    def __init__(self, parts: Sequence[_Part]) -> None:
        self.parts = parts
        dates = sorted({day for part in parts for day in part.residuals})
        self.sums = [sum(_of(part, day) for part in parts) for day in dates]


def _by_day(claimed: Sequence[Entry], baselines: Baselines) -> Mapping[DayClass, list[_Day]]:
    parts: dict[tuple[DayClass, date], list[_Part]] = {}
    known: dict[tuple[DeviceId, date, DayClass, tuple[int, ...]], _Part] = {}
    for entry in claimed:
        baseline = baselines(entry.action.device)
        if baseline is None:
            continue
        for block in entry.blocks:
            key = (entry.action.device, block.day, block.day_class, block.quarters)
            if key not in known:
                known[key] = _part(baseline, block)
            parts.setdefault((block.day_class, block.day), []).append(known[key])
    days: dict[DayClass, list[_Day]] = {}
    for (day_class, _), each in sorted(parts.items()):
        days.setdefault(day_class, []).append(_Day(each))
    return days


def _slopes_error(claimed: Sequence[Entry]) -> float:
    """Of all regressions together: one slope errs alike on all days, different ones by themselves."""
    errors: dict[tuple[DeviceId, int], float] = {}
    for entry in claimed:
        for hour, error in entry.slope_errors:
            key = (entry.action.device, hour)
            errors[key] = errors.get(key, 0.0) + error
    return sqrt(sum(error**2 for error in errors.values()))


def _normal(chance: Draws) -> float:
    return NormalDist().inv_cdf((chance.below(_FINE) + 0.5) / _FINE)


def _part(baseline: Baseline, block: Block) -> _Part:
    days = baseline.comparable(block.day_class, block.day)
    would_use = [(quarter, days.would_use_kwh(quarter)) for quarter in block.quarters]
    known = [(quarter, kwh) for quarter, kwh in would_use if kwh is not None]
    return _Part(
        {day.day: sum(day.kwh[quarter] - kwh for quarter, kwh in known if quarter in day.kwh) for day in days.days}
    )


def _of(part: _Part, day: date) -> float:
    """That day's residual; of a device that does not know the day, its mean."""
    value = part.residuals.get(day)
    if value is not None:
        return value
    return fmean(part.residuals.values()) if part.residuals else 0.0


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

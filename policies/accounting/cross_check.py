"""The second number: what the whole office used, against what its baseline year says for this weather and these days.

A check, not a headline: without any intervention such a model prints some 6 % a month in the middle and more than 10 % in
every third month (domain 4.3). So a figure is significant only beyond its interval *and* beyond the placebo floor, "no
significant change" is an answer, and data that do not carry a figure give none, with what is missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean
from typing import Final, Literal

import numpy as np

from policies.accounting.baseline import percentile
from policies.accounting.changepoint import Model, fit
from policies.accounting.draws import Draws
from policies.words import Words, say

ModelDay = Literal["workday", "non_workday"]
Conclusion = Literal["saved", "used_more", "no_significant_change", "not_enough_data"]

BASELINE_DAYS: Final = (330, 366)
FEWEST_OF_A_KIND: Final = 30
FEWEST_REPORTED: Final = 0.9
LARGEST_CV: Final = 0.25
PLACEBO_FLOORS: Final = ((0.05, 0.10), (0.10, 0.15), (LARGEST_CV, 0.33))
"""By CV of the baseline: what nine of ten months without any intervention stay below (108 building-years, domain 4.3)."""
REPEATS: Final = 400
LEVEL: Final = 0.9


@dataclass(frozen=True, slots=True)
class MeterDay:
    """One local day of the office's meter; None: not known. A day of 0 kWh is a meter that was away."""

    day: date
    kwh: float | None
    celsius: float | None
    kind: ModelDay

    @property
    def is_known(self) -> bool:
        """Whether it counts."""
        return self.kwh is not None and self.kwh > 0 and self.celsius is not None


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """`saving`, `low`, `high`: shares of what the model predicts (0.1 is 10 % less). None where there is no figure."""

    conclusion: Conclusion
    saving: float | None = None
    low: float | None = None
    high: float | None = None
    predicted_kwh: float | None = None
    observed_kwh: float | None = None
    floor: float | None = None
    models: Mapping[ModelDay, Model] | None = None
    missing: tuple[Words, ...] = ()


def cross_check(days: Sequence[MeterDay], start: date, end: date, *, gate: bool = True) -> CrossCheck:
    """The reporting days [start, end) against the year before `start`. `gate` False: tests of the estimator alone."""
    first = start - timedelta(days=365)
    baseline = [each for each in days if first <= each.day < start]
    reported = [each for each in days if start <= each.day < end and each.is_known]
    known = [each for each in baseline if each.is_known]
    missing = _missing(known, len(reported), (end - start).days) if gate else ()
    if missing or not reported:
        return CrossCheck("not_enough_data", missing=tuple(missing))
    models: dict[ModelDay, Model] = {}
    residuals: dict[ModelDay, Mapping[tuple[int, int], list[float]]] = {}
    for kind in sorted({each.kind for each in reported}):
        of_kind = [each for each in known if each.kind == kind]
        if len(of_kind) < 3:  # noqa: PLR2004  nothing to fit
            return CrossCheck("not_enough_data", missing=(_too_few(kind, len(of_kind)),))
        models[kind] = fit([each.celsius or 0.0 for each in of_kind], [each.kwh or 0.0 for each in of_kind])
        residuals[kind] = _residuals(models[kind], of_kind)
    cv = _pooled_cv(models)
    if gate and cv > LARGEST_CV:
        words = say(
            "the baseline scatters too much: CV {scatter_percent}, at most {limit_percent}",
            scatter_percent=round(cv * 100, 1),
            limit_percent=LARGEST_CV * 100,
        )
        return CrossCheck("not_enough_data", models=models, missing=(words,))
    predicted = sum(float(models[each.kind].predict(np.array([each.celsius]))[0]) for each in reported)
    observed = sum(each.kwh or 0.0 for each in reported)
    saving = 1 - observed / predicted
    low, high = _interval(reported, residuals, predicted, saving)
    floor = placebo_floor(cv)
    return CrossCheck(
        _conclusion(saving, low, high, floor), saving, low, high, predicted, observed, floor=floor, models=models
    )


def placebo_floor(cv: float) -> float:
    """The share below which a month's figure says nothing, for a baseline that scatters so much."""
    return next((floor for limit, floor in PLACEBO_FLOORS if cv < limit), PLACEBO_FLOORS[-1][1])


def _missing(known: Sequence[MeterDay], reported: int, of: int) -> list[Words]:
    found: list[Words] = []
    if len(known) < BASELINE_DAYS[0]:
        found.append(
            say(
                "{known_days} days of the year before are known, {needed_days} are needed",
                known_days=len(known),
                needed_days=BASELINE_DAYS[0],
            )
        )
    for kind in ("workday", "non_workday"):
        number = sum(1 for each in known if each.kind == kind)
        if number < FEWEST_OF_A_KIND:
            found.append(_too_few(kind, number))
    if reported < FEWEST_REPORTED * of:
        found.append(
            say("{known_days} of {needed_days} days of this month are known", known_days=reported, needed_days=of)
        )
    return found


def _too_few(kind: str, number: int) -> Words:
    if kind == "workday":
        return say(
            "{known_days} workdays are known, {needed_days} are needed", known_days=number, needed_days=FEWEST_OF_A_KIND
        )
    return say(
        "{known_days} days off are known, {needed_days} are needed", known_days=number, needed_days=FEWEST_OF_A_KIND
    )


def _residuals(model: Model, days: Sequence[MeterDay]) -> Mapping[tuple[int, int], list[float]]:
    """By calendar month: neighbouring days err alike, so they are drawn together."""
    predicted = model.predict(np.array([each.celsius for each in days], dtype=float))
    blocks: dict[tuple[int, int], list[float]] = {}
    for each, value in zip(days, predicted, strict=True):
        blocks.setdefault((each.day.year, each.day.month), []).append((each.kwh or 0.0) - float(value))
    return blocks


def _pooled_cv(models: Mapping[ModelDay, Model]) -> float:
    """Of both kinds of day together: one gate for one meter."""
    rss = sum(model.rmse_kwh**2 * (model.days - model.parameters) for model in models.values())
    spare = sum(model.days - model.parameters for model in models.values())
    days = sum(model.days for model in models.values())
    mean = sum(model.mean_kwh * model.days for model in models.values()) / days
    return float(np.sqrt(rss / max(1, spare))) / mean if mean > 0 else float("inf")


def _interval(
    reported: Sequence[MeterDay],
    residuals: Mapping[ModelDay, Mapping[tuple[int, int], list[float]]],
    predicted: float,
    saving: float,
) -> tuple[float, float]:
    """A month of each kind's residuals, drawn whole, in place of the reported month's: how far off it may be."""
    numbers: dict[ModelDay, int] = {}
    for each in reported:
        numbers[each.kind] = numbers.get(each.kind, 0) + 1
    months = sorted(set.union(*(set(blocks) for blocks in residuals.values())))
    # Seeded by the days and not by their figures: the ninth digit of a sum depends on the order of adding up.
    chance = Draws(f"{reported[0].day} {len(reported)}")
    errors: list[float] = []
    for _ in range(REPEATS):
        month = chance.choice(months)
        error = 0.0
        for kind, number in numbers.items():
            block = residuals[kind].get(month) or [value for values in residuals[kind].values() for value in values]
            error += number * fmean(block)
            error += sum(chance.choice(block) - fmean(block) for _ in range(number))
        errors.append(error / predicted)
    errors.sort()
    tail = (1 - LEVEL) / 2
    return saving + percentile(errors, tail), saving + percentile(errors, 1 - tail)


def _conclusion(saving: float, low: float, high: float, floor: float) -> Conclusion:
    if abs(saving) <= floor or low <= 0 <= high:
        return "no_significant_change"
    return "saved" if saving > 0 else "used_more"

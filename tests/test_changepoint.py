"""The cross-check against known answers, noise without an answer, and data that carry none."""

import csv
import gzip
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from math import cos, pi
from pathlib import Path

import pytest

from policies.accounting.changepoint import fit
from policies.accounting.cross_check import CrossCheck, MeterDay, cross_check, placebo_floor

DATA = Path(__file__).parents[2] / "shared/reference/datasets"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA.name} folder of reference data is not here")
START = date(2026, 1, 1)


def office(seed: int = 1, *, saving: float = 0.0, noise: float = 0.04) -> list[MeterDay]:
    """2025 and 2026: 100 kWh a workday, 30 a day off, heated below 12, cooled above 20 °C; from 2026 on less."""
    chance = random.Random(seed)
    days = []
    for number in range(730):
        day = date(2025, 1, 1) + timedelta(days=number)
        celsius = 16 - 12 * cos(2 * pi * (number - 20) / 365) + chance.gauss(0, 2)
        off = day.weekday() >= 5
        kwh = (30 if off else 100) + 2.0 * max(0.0, 12 - celsius) + 4.0 * max(0.0, celsius - 20)
        kwh *= (1 - saving if day >= START else 1) * chance.gauss(1, noise)
        days.append(MeterDay(day, kwh, celsius, "non_workday" if off else "workday"))
    return days


def january(days: list[MeterDay]) -> CrossCheck:
    return cross_check(days, date(2026, 1, 1), date(2026, 2, 1))


def test_a_known_curve_is_found_again() -> None:
    celsius = [number / 4 for number in range(-20, 130)]
    model = fit(celsius, [50 + 3 * max(0.0, 10 - t) + 5 * max(0.0, t - 20) for t in celsius])

    assert (model.form, model.heating_below_celsius, model.cooling_above_celsius) == ("5P", 10.0, 20.0)
    assert (model.base_kwh, model.heating_kwh_per_celsius, model.cooling_kwh_per_celsius) == pytest.approx((50, 3, 5))


@pytest.mark.parametrize(("heat", "cool", "form"), [(0, 0, "1P"), (3, 0, "3P heating"), (0, 5, "3P cooling")])
def test_no_more_than_is_there_is_fitted(heat: float, cool: float, form: str) -> None:
    chance = random.Random(4)
    celsius = [chance.uniform(-5, 32) for _ in range(300)]
    kwh = [50 + heat * max(0.0, 10 - t) + cool * max(0.0, t - 20) + chance.gauss(0, 1) for t in celsius]

    assert fit(celsius, kwh).form == form


def test_a_slope_against_physics_is_no_candidate() -> None:
    celsius = [float(number) for number in range(40)]
    assert fit(celsius, [100 + t for t in range(40)]).heating_kwh_per_celsius == 0
    assert fit(celsius, [100 - t for t in range(40)]).cooling_kwh_per_celsius == 0


def test_a_planted_saving_is_found_and_nothing_is_found_where_nothing_is() -> None:
    saved, nothing = january(office(saving=0.2)), january(office())

    assert (saved.conclusion, nothing.conclusion) == ("saved", "no_significant_change")
    assert saved.saving == pytest.approx(0.2, abs=0.02)
    assert january(office(saving=-0.2)).conclusion == "used_more"
    assert january(office(saving=0.08)).conclusion == "no_significant_change", "below the placebo floor"


def test_the_same_data_give_the_same_interval() -> None:
    assert january(office()) == january(office())


def test_a_digit_that_only_the_order_of_adding_up_decides_moves_no_bound() -> None:
    added_up, other_way = office(saving=0.2), [replace(each, kwh=(each.kwh or 0) + 1e-7) for each in office(saving=0.2)]
    one, other = january(added_up), january(other_way)
    assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=1e-7)


@pytest.mark.parametrize(
    ("lacking", "says"),
    [
        pytest.param(lambda day: day.day < date(2025, 2, 15), "days of the year before are known", id="baseline"),
        pytest.param(lambda day: date(2026, 1, 3) < day.day < date(2026, 1, 10), "of this month", id="month"),
        pytest.param(lambda day: day.kind == "non_workday" and day.day < date(2025, 11, 1), "days off", id="kind"),
    ],
)
def test_what_is_missing_is_named(lacking: "object", says: str) -> None:
    days = [replace(day, kwh=None) if lacking(day) else day for day in office()]  # type: ignore[operator]
    found = january(days)

    assert (found.conclusion, found.saving) == ("not_enough_data", None)
    assert any(says in str(words) for words in found.missing)


def test_a_day_of_nothing_is_a_meter_that_was_away() -> None:
    days = [replace(day, kwh=0.0) if day.day < date(2025, 2, 15) else day for day in office()]

    assert "days of the year before" in str(january(days).missing[0])


def test_a_baseline_that_scatters_too_much_is_refused() -> None:
    found = january(office(noise=0.4))

    assert found.conclusion == "not_enough_data"
    assert "scatters" in str(found.missing[0])


@pytest.mark.parametrize(("cv", "floor"), [(0.0, 0.10), (0.0499, 0.10), (0.05, 0.15), (0.10, 0.33), (0.24, 0.33)])
def test_the_floor_grows_with_the_scatter(cv: float, floor: float) -> None:
    assert placebo_floor(cv) == floor


@needs_data
def test_hardly_a_month_without_intervention_is_significant() -> None:
    counts: Counter[str] = Counter()
    for path in sorted((DATA / "cambridge_daily").glob("*_hourly_*.csv.gz")):
        days = list(_cambridge(path))
        for year in (2017, 2018, 2019):
            for month in range(1, 13):
                after = date(year + month // 12, month % 12 + 1, 1)
                counts[cross_check(days, date(year, month, 1), after).conclusion] += 1
    answered = sum(counts.values()) - counts["not_enough_data"]

    assert answered > 150
    assert (counts["saved"] + counts["used_more"]) / answered <= 0.10


@needs_data
@pytest.mark.parametrize(
    ("meter", "weather", "figure", "passes"),
    [
        ("il-electricity-cdd-hdd-daily", "il-electricity-cdd-hdd-tempF", 0.085, True),
        ("il-electricity-cdd-only-daily", "il-tempF", 0.043, False),
    ],
)
def test_the_sample_meters_agree_with_other_programs(meter: str, weather: str, figure: float, passes: bool) -> None:
    days = list(_sample(meter, weather))
    start, end = date(2016, 12, 26), date(2018, 1, 5)
    days = [day for day in days if not start <= day.day < date(2017, 1, 5)]

    assert cross_check(days, start, end, gate=False).saving == pytest.approx(figure, abs=0.01)
    assert (cross_check(days, start, end).saving is not None) == passes


def _cambridge(path: Path) -> Iterator[MeterDay]:
    sums: dict[date, list[tuple[float, float]]] = {}
    with gzip.open(path, "rt") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["datetime"][:10])
            sums.setdefault(day, []).append((float(row["kwh"]), float(row["outdoor_c"])))
    for day, hours in sorted(sums.items()):
        kwh = None if any(each <= 0 for each, _ in hours) else sum(each for each, _ in hours)
        celsius = sum(each for _, each in hours) / len(hours)
        yield MeterDay(day, kwh, celsius, "non_workday" if day.weekday() >= 5 else "workday")


def _sample(meter: str, weather: str) -> Iterator[MeterDay]:
    celsius: dict[str, list[float]] = {}
    with gzip.open(DATA / f"opendsm_samples/{weather}.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            celsius.setdefault(row["dt"][:10], []).append((float(row["tempF"]) - 32) / 1.8)
    with gzip.open(DATA / f"opendsm_samples/{meter}.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            day = row["start"][:10]
            if row["value"] != "nan" and celsius.get(day):
                mean = sum(celsius[day]) / len(celsius[day])
                off = date.fromisoformat(day).weekday() >= 5
                yield MeterDay(date.fromisoformat(day), float(row["value"]), mean, "non_workday" if off else "workday")

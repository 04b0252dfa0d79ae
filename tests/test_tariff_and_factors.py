"""Prices and factors: what held then, and where it was read."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from pydantic import ValidationError

from policies.accounting.factors import choose, read_factors
from policies.accounting.tariff import Pricing, Tariff
from policies.office.calendar import Calendar

TABLE = Path(__file__).parents[1] / "policies/accounting/tables/factors.yaml"
ROWS = read_factors(yaml.safe_load(TABLE.read_text(encoding="utf-8")))
TARIFF = {
    "id": "office",
    "source": "the bill",
    "rows": [
        {
            "valid_from": "2026-01-01",
            "windows": [
                {"period": "valley", "from": "22:00", "to": "06:00"},
                {"period": "peak", "from": "08:00", "to": "11:00"},
            ],
            "prices": {"valley": 0.3, "flat": 0.7, "peak": 1.1},
        },
        {"valid_from": "2026-07-16", "windows": [], "prices": {"flat": 0.8}},
        {
            "valid_from": "2026-07-17",
            "days": ["weekend"],
            "windows": [{"period": "deep_valley", "from": "11:00", "to": "14:00"}],
            "prices": {"deep_valley": 0.1, "flat": 0.5},
        },
    ],
}
PRICING = Pricing(Tariff.model_validate(TARIFF), Calendar("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-07-15T21:59", ("flat", 0.7)),
        ("2026-07-15T22:00", ("valley", 0.3)),
        ("2026-07-15T05:59", ("valley", 0.3)),
        ("2026-07-15T06:00", ("flat", 0.7)),
        ("2026-07-15T10:59", ("peak", 1.1)),
        ("2026-07-15T11:00", ("flat", 0.7)),
        ("2026-07-16T00:00", ("flat", 0.8)),
        ("2026-07-18T11:00", ("deep_valley", 0.1)),
        ("2026-07-20T11:00", ("flat", 0.8)),
        ("2025-12-31T23:59", None),
    ],
)
def test_a_kwh_costs_what_holds_when_it_is_used(local: str, expected: tuple[str, float] | None) -> None:
    assert (
        PRICING.at(datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)) == expected
    )


def test_a_change_inside_a_month_is_noticed_and_one_at_its_start_is_none() -> None:
    assert PRICING.changes_within(date(2026, 7, 1), date(2026, 8, 1))
    assert not PRICING.changes_within(date(2026, 1, 1), date(2026, 2, 1))


@pytest.mark.parametrize(
    "window", [{"from": "25:00", "to": "06:00"}, {"from": "06:00", "to": "06:00"}, {"from": "24:30", "to": "1"}]
)
def test_a_window_that_is_none_is_refused(window: dict[str, str]) -> None:
    row = {"valid_from": "2026-01-01", "windows": [{"period": "flat", **window}], "prices": {"flat": 1}}
    with pytest.raises(ValidationError):
        Tariff.model_validate({"id": "x", "source": "x", "rows": [row]})


def test_a_period_without_a_price_is_refused() -> None:
    row = {
        "valid_from": "2026-01-01",
        "windows": [{"period": "peak", "from": "08:00", "to": "11:00"}],
        "prices": {"flat": 1},
    }
    with pytest.raises(ValidationError, match="no price for peak"):
        Tariff.model_validate({"id": "x", "source": "x", "rows": [row]})


@pytest.mark.parametrize(
    ("on", "regions", "row"),
    [
        (date(2026, 1, 14), ("CN",), "cn-2022"),
        (date(2026, 1, 15), ("CN",), "cn-2023"),
        (date(2026, 10, 31), ("CN-11", "CN-north", "CN"), "cn-north-2023"),
        (date(2026, 10, 31), ("CN-south-west", "CN"), "cn-2023"),
        (date(2024, 6, 1), ("CN",), None),
    ],
)
def test_the_factor_of_that_day_and_region(on: date, regions: tuple[str, ...], row: str | None) -> None:
    found = choose(ROWS, "electricity_co2", on, regions=regions, basis="generation")

    assert (None if found is None else found.id) == row


def test_what_nobody_has_checked_is_off_until_it_is_turned_on_and_says_so() -> None:
    found = choose(
        ROWS,
        "electricity_co2",
        date(2026, 10, 31),
        regions=("CN-south-west",),
        basis="generation",
        enabled=["cn-south-west-2023"],
    )

    assert found is not None
    assert not found.verified
    assert {row.id for row in ROWS if not row.verified} == {
        "cn-2021",
        "cn-south-west-2023",
        "kgce-calorific",
        "water-cn",
    }


def test_every_row_has_its_own_name_and_a_footprint_is_never_chosen_by_itself() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS)
    assert choose(ROWS, "electricity_co2", date(2026, 10, 31), basis="footprint") is None

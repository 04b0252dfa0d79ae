"""What a site says about its energy in office.yaml reaches the month: prices, targets, regions, factors of its own."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from daemon.configuration.build import build_policies, build_site
from daemon.configuration.load import parse
from daemon.configuration.table_files import bundled_factors, bundled_tariffs
from policies.accounting.tariff import Pricing, price_of, pricing_of
from policies.accounting.yardstick import yardstick
from policies.office.calendar import Calendar
from policies.office.energy_plan import EnergyPlan

OFFICE = """
site: {id: hq, names: Head office, timezone: Asia/Shanghai}
zones:
  hall: {names: Hall, hours: {mon-fri: "08:00-18:00"}}
broker: {host: localhost}
packs: [cn-2007-42]
policies:
  - {kind: after_hours_power, name: after-hours}
energy:
  tariff: ours
  targets: {2026: 36500, 2026-11: 2500}
  region: CN-north
  factors:
    - {id: own, kind: electricity_co2, value: 0.5, unit: kgCO2/kWh, region: CN-north, basis: generation,
       valid_from: 2026-01-01, publisher: us, document: letter, source: letter}
tariffs:
  ours:
    source: bill
    rows:
      - {valid_from: 2026-01-01, prices: {flat: 0.7}}
      - {valid_from: 2026-07-16, prices: {flat: 0.9}, verified: false}
      - {valid_from: 2027-01-01, prices: {flat: 1.0}}
"""


def test_the_office_file_names_prices_targets_and_factors() -> None:
    configuration = parse(OFFICE, file="office.yaml", directory=Path())
    site = build_site(configuration)
    against = yardstick(site, build_policies(configuration), bundled_factors(), 2026, 7)

    price = price_of(pricing_of(site))
    assert price(datetime(2026, 7, 15, 15, 59, tzinfo=UTC)) == 0.7
    assert price(datetime(2026, 7, 15, 16, 0, tzinfo=UTC)) == 0.9  # midnight in Shanghai
    assert against.tariff_changes
    assert [row.valid_from for row in against.price_rows] == [date(2026, 1, 1), date(2026, 7, 16)]
    assert against.regions == ("CN-north", "CN")
    assert against.target_kwh == pytest.approx(3100)
    assert "own" in {row.id for row in against.factors}
    assert "cn-north-2023" not in {row.id for row in against.factors}
    assert against.kinds["after-hours"] == "after_hours"
    assert "setpoint" in against.kinds.values()


def test_without_a_tariff_there_is_no_price() -> None:
    text = OFFICE.replace("  tariff: ours\n", "")
    site = build_site(parse(text, file="office.yaml", directory=Path()))

    assert pricing_of(site) is None
    assert price_of(pricing_of(site))(datetime(2026, 7, 15, tzinfo=UTC)) is None
    assert yardstick(site, (), bundled_factors(), 2026, 7).tariff is None


@pytest.mark.parametrize(
    ("targets", "month", "expected"),
    [
        ({2026: 36500.0}, (2026, 2), 2800.0),
        ({2028: 36600.0}, (2028, 2), 2900.0),
        ({2026: 36500.0, (2026, 2): 99.0}, (2026, 2), 99.0),
        ({(2026, 3): 99.0}, (2026, 2), None),
        ({2025: 1.0}, (2026, 2), None),
    ],
)
def test_a_month_without_its_own_target_has_its_days_share_of_the_year(
    targets: dict[int | tuple[int, int], float], month: tuple[int, int], expected: float | None
) -> None:
    assert EnergyPlan(targets_kwh=targets).target_of_month(*month) == (
        None if expected is None else pytest.approx(expected)
    )


def test_a_year_is_its_own_target_or_all_twelve_months() -> None:
    months: dict[int | tuple[int, int], float] = {(2026, number): 10.0 for number in range(1, 13)}

    assert EnergyPlan(targets_kwh=months).target_of_year(2026) == 120.0
    assert EnergyPlan(targets_kwh=months | {2026: 7.0}).target_of_year(2026) == 7.0
    del months[2026, 5]
    assert EnergyPlan(targets_kwh=months).target_of_year(2026) is None


@pytest.mark.parametrize("name", sorted(bundled_tariffs()))
def test_a_tariff_that_comes_with_officed_prices_every_quarter_of_a_year_and_says_that_nobody_has_checked_it(
    name: str,
) -> None:
    tariff = bundled_tariffs()[name]
    pricing = Pricing(tariff, Calendar("Asia/Shanghai", "CN"))
    start = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    found = [pricing.at(datetime.fromtimestamp(start + 900 * number, UTC)) for number in range(365 * 96)]

    assert all(each is not None and each.price > 0 for each in found)
    assert not tariff.is_verified
    assert tariff.source


def test_the_examples_show_five_periods_seasons_and_kinds_of_day() -> None:
    tariff = bundled_tariffs()["cn-example-five-periods"]
    pricing = Pricing(tariff, Calendar("Asia/Shanghai", "CN"))

    def period(day: str, hour: int) -> str:
        found = pricing.at(datetime.fromisoformat(f"{day}T{hour:02d}:00+08:00"))
        assert found is not None
        return found.period

    assert period("2026-07-15", 14) == "critical_peak"
    assert period("2026-11-11", 14) == "flat"
    assert period("2026-11-11", 9) == "peak"
    assert period("2026-11-14", 12) == "deep_valley"  # a Saturday
    assert period("2026-10-10", 12) == "flat"  # a Saturday that is worked
    assert period("2026-10-01", 12) == "deep_valley"
    assert period("2026-11-11", 2) == "valley"


def test_the_last_day_of_a_row_is_no_change_inside_its_own_month() -> None:
    text = OFFICE.replace("{valid_from: 2026-01-01, prices", "{valid_from: 2026-01-01, valid_to: 2026-06-30, prices")
    pricing = pricing_of(build_site(parse(text, file="office.yaml", directory=Path())))

    assert pricing is not None
    assert not pricing.changes_within(date(2026, 6, 1), date(2026, 7, 1))
    assert pricing.changes_within(date(2026, 6, 15), date(2026, 7, 2))

"""Months that are not like the others: a leap day, two clock changes, new prices in the middle, a device that came, nothing at all."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from offices import OFFICE_HOURS, ROOM, SHANGHAI, plug

from policies.accounting.day_sums import day_sums
from policies.accounting.month import Month, Rows, make_month, month_bounds
from policies.accounting.tariff import pricing_of
from policies.accounting.yardstick import yardstick
from policies.history import SlotRow
from policies.office.calendar import Calendar
from policies.office.energy_plan import EnergyPlan
from policies.office.site import Site, Zone
from policies.office.tariff import Tariff
from sensors.device import Device, DeviceId

QUARTER = timedelta(minutes=15)
TARIFF = Tariff.model_validate(
    {
        "id": "ours",
        "source": "bill",
        "rows": [
            {"valid_from": "2024-01-01", "prices": {"flat": 1.0}},
            {"valid_from": "2026-07-16", "prices": {"flat": 2.0}, "verified": False},
        ],
    }
)


def site_of(*devices: Device, timezone: str = SHANGHAI, **energy: object) -> Site:
    return Site(
        "test",
        Calendar(timezone),
        {ROOM: Zone(ROOM, OFFICE_HOURS)},
        {device.id: device for device in devices},
        energy=EnergyPlan(TARIFF, **energy),  # type: ignore[arg-type]  # a test's own words
    )


def rows_of(name: str, start: datetime, end: datetime) -> list[SlotRow]:
    """0.01 kWh in every slot."""
    number = (end - start) // QUARTER
    return [
        SlotRow(at=start + index * QUARTER, device=name, energy_kwh=0.01, on_seconds=900.0, coverage_seconds=900.0)
        for index in range(number)
    ]


def made(
    site: Site, year: int, month: int, rows: list[SlotRow], first_heard: dict[DeviceId, datetime] | None = None
) -> Month:
    pricing = pricing_of(site)
    assert pricing is not None
    sums = day_sums(rows, site, {name: each.load for name, each in site.devices.items()}, pricing.at)
    return make_month(
        site, year, month, Rows(sums, first_heard=first_heard or {}), yardstick(site, (), (), year, month)
    )


@pytest.mark.parametrize(
    ("timezone", "year", "month", "slots"),
    [
        pytest.param(SHANGHAI, 2028, 2, 29 * 96, id="leap-february"),
        pytest.param(SHANGHAI, 2027, 2, 28 * 96, id="february"),
        pytest.param("Europe/Berlin", 2026, 3, 31 * 96 - 4, id="an-hour-less"),
        pytest.param("Europe/Berlin", 2026, 10, 31 * 96 + 4, id="an-hour-more"),
        pytest.param("Australia/Lord_Howe", 2026, 4, 30 * 96 + 2, id="half-an-hour-more"),
    ],
)
def test_a_month_has_the_slots_that_it_has(timezone: str, year: int, month: int, slots: int) -> None:
    site = site_of(plug(), timezone=timezone)
    found = made(site, year, month, rows_of("plug", *month_bounds(year, month, timezone)))

    assert found.coverage.share == 1.0
    assert found.energy.kwh == pytest.approx(slots * 0.01)
    assert found.energy.by_day is not None
    assert len(found.energy.by_day) == found.days
    assert sum(found.energy.by_day.values()) == pytest.approx(slots * 0.01)


def test_new_prices_in_the_middle_price_each_half_and_are_shown_with_what_nobody_has_checked() -> None:
    found = made(site_of(plug()), 2026, 7, rows_of("plug", *month_bounds(2026, 7, SHANGHAI)))

    assert found.energy.cost == pytest.approx(15 * 96 * 0.01 * 1.0 + 16 * 96 * 0.01 * 2.0)
    assert found.tariff_changes
    assert [row.valid_from for row in found.price_rows] == [date(2024, 1, 1), date(2026, 7, 16)]
    assert not found.is_price_verified
    june = made(site_of(plug()), 2026, 6, rows_of("plug", *month_bounds(2026, 6, SHANGHAI)))
    assert june.is_price_verified
    assert not june.tariff_changes


def test_a_target_of_the_year_is_the_months_share() -> None:
    site = site_of(plug(), targets_kwh={2026: 365.0})
    found = made(site, 2026, 7, rows_of("plug", *month_bounds(2026, 7, SHANGHAI)))

    assert found.against_target.before_kwh == pytest.approx(31.0)
    assert found.against_target.share == pytest.approx(31 * 0.96 / 31 - 1)


def test_a_device_that_came_in_the_middle_keeps_the_figures_of_the_others() -> None:
    site = site_of(plug("old"), plug("new"))
    start, end = month_bounds(2026, 7, SHANGHAI)
    came = datetime(2026, 7, 20, 9, 30, tzinfo=ZoneInfo(SHANGHAI))
    rows = rows_of("old", start, end) + rows_of("new", came, end)

    assert made(site, 2026, 7, rows).energy.kwh is None
    found = made(site, 2026, 7, rows, {DeviceId("new"): came})
    assert found.energy.kwh == pytest.approx(len(rows) * 0.01)
    assert found.coverage.share == 1.0


@pytest.mark.parametrize("devices", [(), (plug(),)])
def test_nothing_is_said_of_nothing(devices: tuple[Device, ...]) -> None:
    found = made(site_of(*devices), 2028, 2, [])

    assert (found.energy.kwh, found.energy.cost, found.kgce, found.co2_kg) == (None, None, None, None)
    assert (found.setpoint.rate, found.room.rate, found.against_target.share) == (None, None, None)
    assert found.avoided.interval is None
    assert found.avoided.hold_outs == 0
    assert found.deeds.cases == 0
    assert found.missing

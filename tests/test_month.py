"""One month: figures where enough is known, sentences where it is not."""

import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from offices import OFFICE_HOURS, ROOM, SHANGHAI, ac, plug

from policies.accounting.avoided import SUPERSEDED
from policies.accounting.cross_check import CrossCheck
from policies.accounting.day_sums import DaySum, day_sums
from policies.accounting.factors import read_factors
from policies.accounting.month import Earlier, Month, Rows, Yardstick, make_month, month_bounds
from policies.accounting.tariff import PeriodPrice
from policies.history import CaseRow, JobRow, SavingRow, SlotRow
from policies.office.calendar import Calendar
from policies.office.site import Site, Zone
from sensors.device import Device, DeviceId

TABLE = Path(__file__).parents[1] / "policies/accounting/tables/factors.yaml"
AGAINST = Yardstick(
    factors=read_factors(yaml.safe_load(TABLE.read_text(encoding="utf-8"))),
    kinds={"setpoints": "setpoint", "room-air": "room"},
    target_kwh=100.0,
)
START, END = month_bounds(2026, 7, SHANGHAI)
QUARTER = timedelta(minutes=15)


def site(*devices: Device, timezone: str = SHANGHAI) -> Site:
    return Site(
        "test",
        Calendar(timezone),
        {ROOM: Zone(ROOM, OFFICE_HOURS)},
        {device.id: device for device in devices},
        area_m2=50.0,
        people=4,
    )


def slots(
    device: str, kwh: float | None, *, known: float = 1.0, start: datetime = START, end: datetime = END
) -> list[SlotRow]:
    rows, at = [], start
    while at < end:
        rows.append(
            SlotRow(
                at=at,
                device=device,
                energy_kwh=kwh,
                on_seconds=900 * known,
                violation_seconds=90.0,
                coverage_seconds=900 * known,
            )
        )
        at += QUARTER
    return rows


def sums(where: Site, rows: list[SlotRow], price: float | None = None) -> list[DaySum]:
    loads = {device.id: device.load for device in where.devices.values()}
    return day_sums(rows, where, loads, lambda _: None if price is None else PeriodPrice("flat", price))


def month(rows: list[SlotRow], *devices: Device, price: float | None = None, **more: object) -> Month:
    where = site(*(devices or (plug(),)))
    return make_month(where, 2026, 7, Rows(sums(where, rows, price), **more), AGAINST)  # type: ignore[arg-type]  # a test's own words


def test_a_month_adds_up() -> None:
    found = month(slots("plug", 0.01), price=0.5, last_month=Earlier(40.0), last_year=Earlier(None))
    kwh = 31 * 96 * 0.01
    closed = kwh - 23 * 38 * 0.01

    assert found.missing == ()
    assert (found.energy.kwh, found.energy.cost, found.energy.closed_kwh) == pytest.approx((kwh, kwh / 2, closed))
    assert (found.energy.kwh_per_m2, found.energy.kwh_per_person) == pytest.approx((kwh / 50, kwh / 4))
    assert found.against_last_month.share == pytest.approx(kwh / 40 - 1)
    assert found.against_last_year.share is None
    assert found.against_target.share == pytest.approx(kwh / 100 - 1)
    assert (found.co2_kg, found.kgce) == pytest.approx((kwh * 0.5306, kwh * 0.1229))
    assert [row.id for row in found.factors] == ["cn-2023", "kgce-calorific"]
    assert found.energy.by_day is not None
    assert len(found.energy.by_day) == found.days == 31


@pytest.mark.parametrize(("known", "is_there"), [(0.90, True), (0.899, False), (0.85, False)])
def test_below_nine_tenths_of_coverage_there_is_no_number(known: float, is_there: bool) -> None:
    found = month(slots("plug", 0.01, known=known))

    assert (found.energy.kwh is not None, found.co2_kg is not None, found.energy.end_uses[0].kwh is not None) == (
        is_there,
    ) * 3
    assert bool(found.missing) != is_there
    assert is_there or "plug" in str(found.missing[1])


def test_a_device_that_came_in_the_middle_is_held_to_its_own_days() -> None:
    middle = START + timedelta(days=15)
    rows = slots("plug", 0.01, start=middle)

    assert month(rows).energy.kwh is None
    assert month(rows, first_heard={DeviceId("plug"): middle}).energy.kwh == pytest.approx(16 * 96 * 0.01)


def test_no_data_and_no_devices_are_words_and_not_zero() -> None:
    for found in (month([]), make_month(site(), 2026, 7, Rows([]), AGAINST)):
        assert (found.energy.kwh, found.setpoint.rate, found.co2_kg, found.factors) == (None, None, None, ())
        assert [str(words) for words in found.missing] == ["no device with a meter was heard"]


def test_a_price_that_is_not_known_makes_the_cost_unknown() -> None:
    assert month(slots("plug", 0.01)).energy.cost is None


def test_setpoint_and_room_are_two_verdicts() -> None:
    opened = int((START + timedelta(days=1)).timestamp() * 1_000_000)
    cases = [
        CaseRow(
            at=START + timedelta(days=1), device="ac", policy="room-air", case_id="r", state="open", opened_at_us=opened
        ),
        CaseRow(at=START + timedelta(days=1, hours=5), device="ac", policy="room-air", case_id="r", state="closed"),
        CaseRow(
            at=START + timedelta(days=2), device="ac", policy="setpoints", case_id="s", state="open", reason="shadow"
        ),
    ]
    found = month(slots("ac", 0.05), ac(), cases=cases)

    assert found.setpoint.rate == pytest.approx(0.9)
    assert (found.setpoint.cases, found.room.cases) == (1, 1)
    assert found.room.violation_hours == pytest.approx(5.0)
    assert (found.deeds.cases, found.deeds.refusals, found.deeds.case_ids) == (2, {"shadow": 1}, ("r", "s"))


def test_a_unit_that_says_nothing_between_commands_is_left_out_by_name_and_keeps_nobody_elses_figure_back() -> None:
    infrared = ac("ir", open_loop=True)
    found = month(slots("ac", None) + slots("ir", None, known=0.01), ac(), infrared)

    assert found.setpoint.violation_hours == pytest.approx(31 * 96 * 90 / 3600)
    assert found.setpoint.left_out == ("ir",)


def test_ledgers_are_never_mixed_and_the_gap_is_shown() -> None:
    rows = [
        SavingRow(
            at=START,
            device="plug",
            ledger="measured",
            policy="p",
            avoided_kwh=3.0,
            avoided_cost=1.0,
            method="slot_median",
        ),
        SavingRow(at=START, device="plug", ledger="estimated", policy="p", avoided_kwh=2.0, method="deemed"),
        SavingRow(at=START, device="plug", ledger="not_claimed", policy="p", avoided_kwh=0.0, method="not_heard"),
        SavingRow(at=START, device="plug", ledger="measured", policy="p", avoided_kwh=0.0, method=SUPERSEDED),
        SavingRow(at=END, device="plug", ledger="measured", policy="p", avoided_kwh=9.0, method="slot_median"),
    ]
    check = CrossCheck("no_significant_change", 0.1, 0.0, 0.2, predicted_kwh=100.0, observed_kwh=91.0)
    found = month(slots("plug", 0.01), savings=rows, cross_check=check).avoided

    assert (found.measured.kwh, found.estimated.kwh, found.not_claimed.entries) == (3.0, 2.0, 1)
    assert (found.measured.entries, found.measured.cost, found.estimated.cost) == (1, 1.0, None)
    assert (found.meter_kwh, found.gap_kwh) == (9.0, 4.0)


def test_a_job_is_counted_once_and_an_unknown_one_in_no_sum() -> None:
    def job(name: str, **more: object) -> JobRow:
        return JobRow(at=START, device="printer", job=name, state="completed", **more)  # type: ignore[arg-type]  # a test's own words

    jobs = [
        job("1", sheets=3, impressions=6, two_sided="yes", duplexable=True),
        job("1", sheets=3, impressions=6, two_sided="yes", duplexable=True),
        job("2", sheets=2, impressions=2, two_sided="no", duplexable=True),
        job("3", sheets=1, impressions=1, two_sided="no", duplexable=False),
        job("4"),
    ]
    found = month(slots("plug", 0.01), jobs=jobs).printing

    assert (found.jobs, found.unknown_jobs, found.sheets, found.duplex_rate) == (4, 1, 6, 0.75)


def test_a_month_with_a_clock_change_is_covered_by_the_hours_it_has() -> None:
    where = site(plug(), timezone="Europe/Berlin")
    start, end = month_bounds(2026, 10, "Europe/Berlin")
    found = make_month(where, 2026, 10, Rows(sums(where, slots("plug", 0.01, start=start, end=end))), AGAINST)

    assert found.coverage.share == 1.0
    assert found.energy.kwh == pytest.approx((31 * 96 + 4) * 0.01)


def test_a_thousand_devices_take_seconds() -> None:
    """A hundredth of the slots is summed, all of the days: what a report does with past days summed already."""
    devices = [plug(f"plug-{number}") for number in range(1000)]
    where = site(*devices)
    one = sums(where, slots("plug-0", 0.01))
    rows = [
        DaySum(
            device.id,
            ROOM,
            "monitor",
            each.day,
            each.type,
            each.kwh,
            None,
            each.on_seconds,
            0.0,
            each.coverage_seconds,
            each.slots,
            each.energy_slots,
        )
        for device in devices
        for each in one
    ]
    before = time.process_time()
    found = make_month(where, 2026, 7, Rows(rows), AGAINST)

    assert time.process_time() - before < 3
    assert found.energy.kwh == pytest.approx(1000 * 31 * 96 * 0.01)


def test_bounds_are_midnights_on_the_wall() -> None:
    assert datetime(2026, 7, 1, tzinfo=ZoneInfo(SHANGHAI)).astimezone(UTC) == START
    assert month_bounds(2026, 12, SHANGHAI)[1].astimezone(ZoneInfo(SHANGHAI)).date() == date(2027, 1, 1)

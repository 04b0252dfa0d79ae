"""Quarters of an hour: what is known is summed, what is not known is nothing, and once or piecemeal is the same."""

from datetime import UTC, date, datetime, timedelta

import pytest
from offices import plug

from policies.accounting.day_types import day_type, local_slot, slots_between
from policies.accounting.month import month_bounds
from policies.accounting.slots import DeviceSlots, Slot
from policies.office.calendar import Calendar, Hours
from policies.office.heard import Heard, hear
from sensors.device import DeviceId
from sensors.readings import Power

START = datetime(2026, 7, 15, 2, 0, tzinfo=UTC)
Row = tuple[float, bool | None, float | None, float | None]
"""Seconds, on, watts, counter."""


def run(rows: list[Row], until: float, looks: tuple[float, ...] = ()) -> list[Slot]:
    slots = DeviceSlots(plug(), "monitor")
    heard = Heard(silent_after=timedelta(minutes=10))
    out: dict[datetime, Slot] = {}
    last = 0.0
    for seconds, on, watts, total in rows:
        for look in (each for each in looks if last < each <= seconds):
            out |= {slot.at: slot for slot in slots.ready(START + timedelta(seconds=look))}
        last = seconds
        at = START + timedelta(seconds=seconds)
        heard = hear(
            heard, Power(device=DeviceId("plug"), arrived_at=at, is_on=on, watts=watts, energy_kwh_total=total)
        )
        slots.hear(heard)
    out |= {slot.at: slot for slot in slots.ready(START + timedelta(seconds=until))}
    return [out[at] for at in sorted(out)]


def every(seconds: int, until: int, watts: float, total: float | None = None) -> list[Row]:
    return [
        (at, True, watts, None if total is None else total + watts * at / 3_600_000)
        for at in range(0, until + 1, seconds)
    ]


def test_a_counter_tells_the_energy_and_reports_tell_the_time() -> None:
    slots = run(every(300, 3600, 400.0, 12.0), 3600)

    assert [round(slot.energy_kwh or 0, 6) for slot in slots] == [0.1] * 4
    assert [(slot.on_seconds, slot.coverage_seconds) for slot in slots] == [(900.0, 900.0)] * 4


def test_without_a_counter_the_watts_hold() -> None:
    assert [round(slot.energy_kwh or 0, 6) for slot in run(every(300, 1800, 400.0), 1800)] == [0.1, 0.1]


def test_a_device_without_a_meter_has_no_energy_rather_than_none_used() -> None:
    slots = run([(at, True, None, None) for at in range(0, 1801, 300)], 1800)

    assert [(slot.energy_kwh, slot.on_seconds) for slot in slots] == [(None, 900.0)] * 2


def test_silence_is_neither_on_nor_covered_and_the_counter_bridges_it() -> None:
    rows: list[Row] = [(0, True, 400.0, 1.0), (3600, True, 400.0, 1.4), (3900, True, 400.0, 1.4333)]
    slots = run(rows, 3600)

    assert sum(slot.energy_kwh or 0 for slot in slots) == pytest.approx(0.4)
    assert [slot.coverage_seconds for slot in slots] == [600.0, 0.0, 0.0, 0.0]
    assert sum(slot.on_seconds for slot in slots) == 600.0


def test_a_coarse_counter_is_laid_where_the_watts_were() -> None:
    """It moves only after the load went off at half past: nothing of it belongs to the time after that."""
    rows: list[Row] = [
        (at, at < 1800, 28.0 if at < 1800 else 0.0, 5.0 if at < 2400 else 5.01) for at in range(0, 14401, 300)
    ]
    slots = run(rows, 4 * 3600)

    assert [round(slot.energy_kwh or 0, 6) for slot in slots[:4]] == [0.005, 0.005, 0.0, 0.0]


def test_a_reset_counter_takes_nothing_away() -> None:
    slots = run([(0, True, 400.0, 500.0), (450, True, 400.0, 500.05), (900, True, 400.0, 0.05)], 900)

    assert slots[0].energy_kwh == pytest.approx(0.1)


def test_looked_at_often_or_once_it_is_the_same() -> None:
    rows = every(70, 9000, 333.0, 5.0)

    often = run(rows, 9000, looks=tuple(range(60, 9000, 60)))
    assert len(often) == 9
    assert [slot.at for slot in often] == [slot.at for slot in run(rows, 9000)]
    for a, b in zip(often, run(rows, 9000), strict=True):
        assert a.energy_kwh == pytest.approx(b.energy_kwh)
        assert (a.on_seconds, a.coverage_seconds) == pytest.approx((b.on_seconds, b.coverage_seconds))


def test_an_energy_that_comes_late_replaces_the_slot_that_lacked_it() -> None:
    slots = run([(0, True, None, 1.0), (4 * 3600, True, None, 3.0)], 4 * 3600, looks=(3.5 * 3600,))

    assert sum(slot.energy_kwh or 0 for slot in slots) == pytest.approx(2.0)
    assert {slot.coverage_seconds for slot in slots[1:]} == {0.0}


@pytest.mark.parametrize(("year", "month", "day", "number"), [(2026, 3, 29, 92), (2026, 10, 25, 100), (2026, 7, 1, 96)])
def test_a_day_has_its_own_number_of_slots(year: int, month: int, day: int, number: int) -> None:
    calendar = Calendar("Europe/Berlin")
    midnight = calendar.next_midnight(datetime(year, month, day, tzinfo=UTC) - timedelta(hours=3))

    assert slots_between(midnight, calendar.next_midnight(midnight)) == number


def test_a_leap_february_and_a_month_with_a_clock_change_have_their_hours() -> None:
    hours = {
        (year, month): (month_bounds(year, month, "Europe/Berlin")[1] - month_bounds(year, month, "Europe/Berlin")[0])
        / timedelta(hours=1)
        for year, month in ((2028, 2), (2026, 3), (2026, 10))
    }

    assert hours == {(2028, 2): 29 * 24, (2026, 3): 31 * 24 - 1, (2026, 10): 31 * 24 + 1}


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        pytest.param("2026-10-09T08:30", "open", id="opening is open"),
        pytest.param("2026-10-09T08:15", "after_hours", id="the slot before is not"),
        pytest.param("2026-10-09T18:00", "after_hours", id="closing is closed"),
        pytest.param("2026-10-10T09:00", "make_up", id="a Saturday made up for"),
        pytest.param("2026-10-11T09:00", "weekend", id="Sunday"),
        pytest.param("2026-10-01T09:00", "holiday", id="National Day"),
        pytest.param("2026-10-20T11:45", "open", id="the morning of a half day"),
        pytest.param("2026-10-20T12:00", "after_hours", id="its afternoon"),
    ],
)
def test_the_type_of_time(local: str, expected: str) -> None:
    calendar = Calendar("Asia/Shanghai", "CN", half_days=frozenset({date(2026, 10, 20)}))
    at = (datetime.fromisoformat(local) - timedelta(hours=8)).replace(tzinfo=UTC)

    assert day_type(calendar, Hours(weekly=(*(((510, 1080),),) * 5, (), ())), at) == expected
    assert local_slot(calendar, at).day.isoformat() == local[:10]

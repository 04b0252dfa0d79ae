"""What a corrected setpoint is worth: by the weather where there is an outdoor sensor, else a deemed share that says so."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from offices import ac, local, plug
from past import Past

from daemon.accounting.ledger_job import ledger
from daemon.accounting.settings import settings_of
from daemon.accounting.weather import Weather
from policies.accounting.baseline import Baseline, FreeDay
from policies.accounting.day_types import LocalSlot
from policies.accounting.hold_outs import hold_outs
from policies.accounting.ledger import Action, Entry
from policies.accounting.setpoints import Slope, UncontrolledHour, correction, slopes
from policies.history import CaseRow
from policies.office.calendar import Calendar
from sensors.device import Address, Device, DeviceId, ZoneId
from sensors.readings import Climate, Environment, Mode, Power

CALENDAR = Calendar("Asia/Shanghai")
START = local("2026-06-29 00:00")
MENDED = local("2026-07-14 10:00")
QUARTER = timedelta(minutes=15)
SENSOR = Device(DeviceId("roof"), "environment", Address("zigbee2mqtt", "roof"), ZoneId("room"), outdoor=True)
METERED = ac(meter=DeviceId("plug"))


def outdoor(at: datetime) -> float:
    """Warmer and cooler days, the same all day."""
    return 29.0 + (at - START).days % 5


def kwh_an_hour(at: datetime, celsius: float) -> float:
    return 0.2 + 0.1 * (outdoor(at) - celsius)


def summer(folder: Path, *, sensor: bool, start: datetime = START, off: bool = False, noise_watts: float = 0.0) -> Past:
    """Two weeks at 22 °C from nine to six; on the last day at ten it is set to 26 and stays there, or is switched off."""
    past = Past(folder, METERED, plug(load="air_conditioner"), *([SENSOR] if sensor else []))
    total, at = 100.0, start
    climate, power, roof = [], [], []
    while at < local("2026-07-14 18:00"):
        hour = CALENDAR.local(at).hour
        mode: Mode = "cool" if 9 <= hour < 18 and not (off and at >= MENDED) else "off"
        celsius = 26.0 if at >= MENDED and not off else 22.0
        climate.append(Climate(device=DeviceId("ac"), arrived_at=at, mode=mode, cooling_setpoint_celsius=celsius))
        watts = 0.0 if mode == "off" else 1000 * kwh_an_hour(at, celsius) + noise_watts * ((at - start).days % 3)
        power.append(Power(device=DeviceId("plug"), arrived_at=at, watts=watts, energy_kwh_total=total))
        roof.append(Environment(device=DeviceId("roof"), arrived_at=at, outdoor_celsius=outdoor(at)))
        total += watts / 12000
        at += timedelta(minutes=5)
    past.hear(climate)
    past.hear(power)
    if sensor:
        past.hear(roof)
    past.sum_up(start, at)
    if off:
        past.command(MENDED, "ac", remedy="SwitchOff")
    else:
        past.command(MENDED, "ac", remedy="SetSetpoint", celsius=26.0)
    return past


def entry_of(past: Past) -> Entry:
    found = ledger(past.site, past.history, START, local("2026-07-14 18:30"))
    assert len(found.entries) == 1
    return found.entries[0]


def test_with_an_outdoor_sensor_it_is_measured_against_hours_of_the_same_weather(tmp_path: Path) -> None:
    entry = entry_of(summer(tmp_path, sensor=True))

    assert (entry.ledger, entry.method) == ("measured", "regression")
    hours = len(entry.claimed) / 4
    assert hours == pytest.approx(7.75, abs=0.3)
    assert entry.avoided_kwh == pytest.approx(4 * 0.1 * hours, rel=0.02)


def test_without_one_it_is_a_deemed_share_in_the_ledger_of_estimates(tmp_path: Path) -> None:
    entry = entry_of(summer(tmp_path, sensor=False))

    assert (entry.ledger, entry.method) == ("estimated", "deemed")
    used = sum(kwh_an_hour(at, 26.0) / 4 for at in entry.claimed)
    assert entry.avoided_kwh == pytest.approx(used / (1 - 0.24) - used, rel=0.05)


@pytest.mark.parametrize(("sensor", "like_celsius"), [(True, outdoor(MENDED)), (False, 31.5)])
def test_a_unit_that_is_switched_off_would_have_used_what_the_weather_of_that_day_asks_for(
    tmp_path: Path, *, sensor: bool, like_celsius: float
) -> None:
    """Without a sensor the median of all days stands for the coolest of them, too."""
    entry = entry_of(summer(tmp_path, sensor=sensor, off=True, start=START - timedelta(days=7)))

    assert (entry.ledger, entry.method) == ("measured", "slot_median")
    hours = len(entry.claimed) / 4
    assert hours >= 6
    assert entry.avoided_kwh == pytest.approx((0.2 + 0.1 * (like_celsius - 22.0)) * hours, rel=0.03)


@pytest.mark.parametrize(("noise_watts", "least", "most"), [(0.0, 0.0, 1e-9), (100.0, 0.01, 1.0)])
def test_what_an_unsure_slope_would_make_of_a_switch_off_is_told_with_it(
    tmp_path: Path, noise_watts: float, least: float, most: float
) -> None:
    past = summer(tmp_path, sensor=True, off=True, start=START - timedelta(days=7), noise_watts=noise_watts)
    entry = entry_of(past)

    assert least <= sum(error for _, error in entry.slope_errors) <= most


def test_a_day_moved_into_other_weather_leaves_off_what_was_off_and_uses_no_less_than_nothing() -> None:
    days = [FreeDay(date(2026, 7, day), {40: 0.2, 41: 0.05, 42: 0.0, 43: 0.1}, off={43}) for day in range(6, 11)]
    baseline = Baseline({"workday": days})
    start = LocalSlot(date(2026, 7, 13), 40, "workday")
    asked: list[tuple[date, date, int]] = []

    def cooler(then: date, now: date, quarter: int) -> float:
        asked.append((then, now, quarter))
        return -0.1

    moved = baseline.shifted(cooler).after(start, ["workday"], 0.0)
    assert {round(day.kwh[40], 9) for day in moved.days} == {0.1}
    assert {(day.kwh[41], day.kwh[42], day.kwh[43]) for day in moved.days} == {(0.0, 0.0, 0.1)}
    assert {now for _, now, _ in asked} == {date(2026, 7, 13)}
    assert {day.kwh[40] for day in baseline.after(start, ["workday"], 0.0).days} == {0.2}


def test_hours_of_another_season_tell_nothing(tmp_path: Path) -> None:
    """A day later begun: only seven days are known to be summer, and the hours before that are no baseline for it."""
    entry = entry_of(summer(tmp_path, sensor=True, start=START + timedelta(days=1)))

    assert (entry.ledger, entry.method) == ("estimated", "deemed")


def test_somebody_who_sets_it_back_ends_what_it_was_worth(tmp_path: Path) -> None:
    past = summer(tmp_path, sensor=True)
    back = Climate(
        device=DeviceId("ac"), arrived_at=local("2026-07-14 12:02"), mode="cool", cooling_setpoint_celsius=23.0
    )
    past.hear([back])

    assert max(entry_of(past).claimed) < local("2026-07-14 12:00")


def test_which_setpoint_counted_and_since_when(tmp_path: Path) -> None:
    past = summer(tmp_path, sensor=False)
    settings = settings_of(past.history, METERED, START, local("2026-07-14 18:00"), CALENDAR, lambda _: "")

    noon = settings.at(local("2026-07-14 12:00"))
    night = settings.at(local("2026-07-14 05:00"))
    assert noon is not None
    assert (noon.side, noon.celsius) == ("cooling", 26.0)
    assert night is not None
    assert night.side is None
    assert settings.before(MENDED, "cooling", 26.0) == 22.0
    assert settings.at(START - QUARTER) is None


def test_the_season_of_a_day_is_what_the_sensor_latched(tmp_path: Path) -> None:
    past = summer(tmp_path, sensor=True)
    weather = Weather(past.site, past.history, START, local("2026-07-14 18:00"))

    assert weather.outdoor_celsius(local("2026-07-14 12:30")) == pytest.approx(outdoor(MENDED))
    assert weather.outdoor_celsius(local("2026-05-14 12:30")) is None
    assert weather.season(local("2026-07-12 12:00").date()) == "summer"
    assert weather.season(local("2026-05-12 12:00").date()) == ""


@pytest.mark.parametrize(
    ("hours", "is_there"),
    [
        pytest.param([(10, float(n % 4), 1.0 + 0.1 * (n % 4)) for n in range(8)], True, id="eight-are-enough"),
        pytest.param([(10, float(n % 4), 1.0 + 0.1 * (n % 4)) for n in range(7)], False, id="seven-are-not"),
        pytest.param([(10, 5.0, 1.0 + n) for n in range(20)], False, id="one-weather-has-no-slope"),
        pytest.param([(10, float(n % 4), 2.0 - 0.1 * (n % 4)) for n in range(20)], False, id="against-physics"),
    ],
)
def test_an_hour_has_a_slope_only_where_the_weather_tells_one(
    hours: list[tuple[int, float, float]], is_there: bool
) -> None:
    assert (10 in slopes([UncontrolledHour(*each) for each in hours])) == is_there


def test_a_noisy_slope_says_how_unsure_it_is() -> None:
    quiet = slopes([UncontrolledHour(10, float(n % 4), 0.1 * (n % 4)) for n in range(40)])
    noisy = slopes([UncontrolledHour(10, float(n % 4), 0.1 * (n % 4) + (0.2 if n % 3 else -0.4)) for n in range(40)])

    assert quiet[10].error_kwh == pytest.approx(0, abs=1e-9)
    assert noisy[10].error_kwh > 0.02


def test_what_a_switch_off_has_claimed_no_setpoint_claims_again() -> None:
    at = local("2026-07-14 10:00")
    action = Action(DeviceId("ac"), ZoneId("room"), "p", "c", at, at + timedelta(hours=2))

    entry = correction(
        action, 2.0, {}, {10: Slope(0.1, 0.01)}, CALENDAR, taken=frozenset({at + QUARTER * n for n in range(8)})
    )

    assert (entry.ledger, entry.method) == ("not_claimed", "counted_elsewhere")


def test_held_out_nights_are_counted_once_a_device_and_night() -> None:
    def row(device: str, at: str, reason: str | None = "hold_out") -> CaseRow:
        return CaseRow(at=local(at), device=device, zone="room", case_id=device + at, state="open", reason=reason)

    rows = [
        row("a", "2026-07-14 18:10"),
        row("a", "2026-07-15 02:00"),
        row("b", "2026-07-14 18:10"),
        row("a", "2026-07-15 18:10"),
        row("c", "2026-07-15 18:10", "busy"),
        row("a", "2026-08-01 18:10"),
    ]

    assert hold_outs(rows, CALENDAR, local("2026-07-01 00:00"), local("2026-08-01 00:00")) == 3

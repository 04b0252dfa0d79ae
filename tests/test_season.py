"""Which season it is: pin, own outdoor days, city; latched, with a reason and since when."""

import math
import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from changed import replace
from offices import SHANGHAI, WEDNESDAY, ac, heard, office
from restored import restore

from daemon.engine.snapshot import pack_office
from policies.office.outdoor import DWELL, DayMean, Outdoor, Season, hear_outdoor, latch
from policies.office.season import CITIES, SeasonPlan, season_on
from policies.rules.setpoint_limit import SetpointLimit
from policies.step import step
from sensors.commands import SetSetpoint
from sensors.device import Address, Device, DeviceId, ZoneId
from sensors.readings import Climate, Environment

DAY = timedelta(days=1)
RULE = SetpointLimit(name="setpoints")
WEATHER = Device(
    id=DeviceId("roof"),
    kind="environment",
    address=Address("zigbee2mqtt", "roof"),
    zone=ZoneId("roof"),
    silent_after_seconds=3600.0,
)


def lived(means: list[float | None], first: date, *, southern: bool = False, before: Outdoor | None = None) -> Outdoor:
    """The weather after days of these means; None: the sensor was silent."""
    outdoor = before or Outdoor()
    for number, mean in enumerate(means):
        if mean is None:
            continue
        days = (*outdoor.days, DayMean(first + number * DAY, mean))[-14:]
        outdoor = latch(msgspec.structs.replace(outdoor, days=days), southern=southern)
    return outdoor


@pytest.mark.parametrize(
    ("means", "season", "since"),
    [
        pytest.param([23.0] * 7, None, None, id="four sliding means are not enough"),
        pytest.param([23.0] * 8, "summer", date(2026, 5, 4), id="eight whole days are five sliding means"),
        pytest.param([22.0] * 9, "summer", date(2026, 5, 4), id="exactly 22 is summer"),
        pytest.param([21.9] * 9, "transition", date(2026, 5, 4), id="just below is not"),
        pytest.param([10.0] * 9, "transition", date(2026, 5, 4), id="exactly 10 is not winter"),
        pytest.param([9.9] * 9, None, None, id="no winter in May"),
        pytest.param([23.0] * 4 + [None] + [23.0] * 4, "summer", date(2026, 5, 4), id="four of five days will do"),
        pytest.param([23.0] * 3 + [None] * 2 + [23.0] * 4, None, None, id="three of five will not"),
    ],
)
def test_five_sliding_means_in_a_row_make_a_season(
    means: list[float | None], season: Season | None, since: date | None
) -> None:
    outdoor = lived(means, date(2026, 5, 1))
    assert (outdoor.season, outdoor.since) == (season, since)


@pytest.mark.parametrize(
    ("latched", "month", "mean", "southern", "changes"),
    [
        ("transition", 2, 25.0, False, False),
        ("transition", 4, 25.0, False, True),
        ("transition", 11, 25.0, False, False),
        ("transition", 11, 25.0, True, True),
        ("transition", 6, 25.0, True, False),
        ("transition", 9, 25.0, True, False),
        ("transition", 10, 25.0, True, True),
        ("transition", 6, 5.0, False, False),
        ("transition", 6, 5.0, True, True),
        ("transition", 10, 5.0, False, True),
        ("summer", 8, 15.0, False, False),
        ("summer", 9, 15.0, False, True),
        ("winter", 1, 15.0, False, False),
        ("winter", 2, 15.0, False, True),
    ],
)
def test_months_hold_a_season(latched: Season, month: int, mean: float, southern: bool, changes: bool) -> None:
    before = Outdoor(season=latched, since=date(2025, 1, 1), latched_on=date(2025, 1, 1))
    outdoor = lived([mean] * 9, date(2026, month, 10), southern=southern, before=before)
    assert (outdoor.season != latched) is changes


def test_a_season_dwells_three_weeks() -> None:
    latched_on = date(2026, 4, 1)
    before = Outdoor(season="transition", since=date(2026, 3, 28), latched_on=latched_on)
    assert lived([23.0] * 19, latched_on + 2 * DAY, before=before).season == "transition"
    outdoor = lived([23.0] * 20, latched_on + 2 * DAY, before=before)
    assert (outdoor.season, outdoor.latched_on) == ("summer", latched_on + DWELL)
    assert outdoor.since == latched_on + DWELL - 4 * DAY


@pytest.mark.parametrize("seed", range(8))
def test_a_year_of_weather_has_few_seasons(seed: int) -> None:
    """A Beijing-like year with weather noise: the naive rule changes far more often than the latched one."""
    draw = random.Random(seed)
    noise, means = 0.0, []
    for number in range(730):
        noise = 0.8 * noise + draw.gauss(0, 2.2)
        means.append(13.0 - 15.5 * math.cos(2 * math.pi * (number - 15) / 365) + noise)
    outdoor, changes, naive, last = Outdoor(), 0, 0, ""
    for number, mean in enumerate(means):
        day = date(2025, 1, 1) + number * DAY
        before = outdoor.season
        outdoor = latch(msgspec.structs.replace(outdoor, days=(*outdoor.days, DayMean(day, mean))[-14:]))
        five = outdoor.mean_celsius(day)
        if five is not None and number >= 365:
            now = "summer" if five >= 22 else "winter" if five < 10 else "transition"
            changes, naive, last = changes + (outdoor.season != before), naive + (now != last), now
    assert 3 <= changes <= 6
    assert changes < naive or naive <= 5


def test_a_day_counts_only_when_all_four_quarters_were_heard() -> None:
    zone = ZoneInfo(SHANGHAI)
    outdoor = Outdoor()
    for hour in (1, 7, 13, 13, 13, 19):
        outdoor = hear_outdoor(outdoor, float(hour), datetime(2026, 5, 1, hour, tzinfo=zone))
    assert outdoor.days == ()
    outdoor = hear_outdoor(outdoor, 20.0, datetime(2026, 5, 2, 0, 0, tzinfo=zone))
    assert outdoor.days == (DayMean(date(2026, 5, 1), 10.0),), "the mean of quarters, not of readings"
    outdoor = hear_outdoor(outdoor, 20.0, datetime(2026, 5, 2, 18, 0, tzinfo=zone))
    outdoor = hear_outdoor(outdoor, 20.0, datetime(2026, 5, 3, 0, 0, tzinfo=zone))
    assert len(outdoor.days) == 1, "a silent night and morning make no day"
    back = hear_outdoor(outdoor, 99.0, datetime(2026, 5, 2, 23, 0, tzinfo=zone))
    assert back == outdoor, "a clock that was set back adds to no other day"


def test_the_pin_wins_over_the_sensor_and_the_sensor_over_the_city() -> None:
    today = date(2026, 5, 10)
    outdoor = lived([23.0] * 9, date(2026, 5, 1))
    plan = SeasonPlan(pin="winter", city="beijing")
    assert (season_on(plan, outdoor, today).season, season_on(plan, outdoor, today).source) == ("winter", "pin")
    now = season_on(SeasonPlan(city="beijing"), outdoor, today)
    assert (now.season, now.source, now.since) == ("summer", "outdoor", date(2026, 5, 4))
    now = season_on(SeasonPlan(city="beijing"), Outdoor(), today)
    assert (now.season, now.source) == ("transition", "city")
    assert "unverified" in str(now.reason)
    assert season_on(SeasonPlan(), Outdoor(), today).season is None


def test_a_sensor_that_went_silent_leaves_it_to_the_city_or_to_what_it_said_last() -> None:
    outdoor = lived([23.0] * 9, date(2026, 5, 1))
    assert season_on(SeasonPlan(city="beijing"), outdoor, date(2026, 5, 11)).source == "outdoor"
    assert season_on(SeasonPlan(city="beijing"), outdoor, date(2026, 5, 12)).source == "city", "three days of five"
    now = season_on(SeasonPlan(), outdoor, date(2026, 5, 12))
    assert (now.season, now.source) == ("summer", "outdoor")
    assert "last spoke" in str(now.reason)


@pytest.mark.parametrize(
    ("plan", "day", "season"),
    [
        (SeasonPlan(city="beijing"), date(2026, 11, 14), "transition"),
        (SeasonPlan(city="beijing"), date(2026, 11, 15), "winter"),
        (SeasonPlan(city="beijing"), date(2026, 1, 1), "winter"),
        (SeasonPlan(city="beijing"), date(2026, 3, 15), "winter"),
        (SeasonPlan(city="beijing"), date(2026, 3, 16), "transition"),
        (SeasonPlan(city="harbin"), date(2026, 10, 20), "winter"),
        (SeasonPlan(city="haikou"), date(2026, 1, 15), "transition"),
        (SeasonPlan(city="haikou"), date(2026, 11, 10), "summer"),
        (SeasonPlan(city="haikou"), date(2026, 11, 11), "transition"),
        (SeasonPlan(city="beijing", winter=((12, 1), (2, 28))), date(2026, 11, 20), "transition"),
        (SeasonPlan(winter=((6, 1), (8, 31)), summer=((12, 1), (2, 29))), date(2026, 7, 1), "winter"),
        (SeasonPlan(winter=((6, 1), (8, 31)), summer=((12, 1), (2, 29))), date(2026, 1, 1), "summer"),
    ],
)
def test_a_citys_dates_include_both_ends(plan: SeasonPlan, day: date, season: Season) -> None:
    assert season_on(plan, Outdoor(), day).season == season


def test_a_citys_seasons_do_not_overlap() -> None:
    for name, city in CITIES.items():
        assert city.winter is None or city.winter[0] > city.winter[1], f"{name}: winter crosses the year"
        assert (
            city.summer is None
            or city.winter is None
            or city.winter[1] < city.summer[0] < city.summer[1] < city.winter[0]
        )


@pytest.mark.parametrize(
    ("fields", "season", "expected"),
    [
        ({"mode": "auto", "setpoint_celsius": 23.0}, "summer", [("cooling", 26.0)]),
        ({"mode": "auto", "setpoint_celsius": 23.0}, "winter", [("heating", 20.0)]),
        ({"mode": "auto", "setpoint_celsius": 23.0}, "transition", []),
        ({"mode": "auto", "setpoint_celsius": 23.0}, None, []),
        ({"mode": "auto", "setpoint_celsius": 23.0, "action": "idle"}, "summer", [("cooling", 26.0)]),
        ({"mode": "auto", "setpoint_celsius": 23.0, "action": "heating"}, "summer", [("heating", 20.0)]),
        ({"mode": "cool", "setpoint_celsius": 23.0}, "winter", [("cooling", 26.0)]),
        ({"mode": "heat", "setpoint_celsius": 23.0}, "summer", [("heating", 20.0)]),
        ({"is_on": True, "setpoint_celsius": 23.0}, "summer", [("cooling", 26.0)]),
        ({"setpoint_celsius": 23.0}, "summer", []),
        ({"mode": "dry", "setpoint_celsius": 23.0}, "summer", []),
        ({"mode": "off", "setpoint_celsius": 23.0}, "summer", []),
    ],
)
def test_season_decides_auto_and_unknown_units_and_no_others(
    fields: dict[str, object], season: Season | None, expected: list[tuple[str, float]]
) -> None:
    state = office(ac())
    site = replace(state.office.site, seasons=SeasonPlan(pin=season))
    said = Climate(device=DeviceId("ac"), arrived_at=WEDNESDAY, **fields)  # type: ignore[arg-type]  # a row of a table
    after = step(replace(state, office=replace(state.office, site=site)), heard(said), WEDNESDAY).state
    found = [finding.remedy for finding in RULE.judge(after.office, WEDNESDAY)]
    assert [(one.side, one.celsius) for one in found if isinstance(one, SetSetpoint)] == expected
    assert len(found) == len(expected)


@pytest.mark.parametrize(
    ("fields", "season", "expected"),
    [
        ({"mode": "auto", "setpoint_celsius": 23.0}, "transition", ["ac"]),
        ({"mode": "heat_cool", "setpoint_celsius": 23.0}, None, ["ac"]),
        ({"mode": "auto", "setpoint_celsius": 23.0}, "summer", []),
        ({"mode": "auto", "setpoint_celsius": 23.0, "action": "cooling"}, "transition", []),
        ({"mode": "auto", "cooling_setpoint_celsius": 27.0, "heating_setpoint_celsius": 19.0}, "transition", []),
        ({"mode": "auto", "setpoint_celsius": 23.0, "is_on": False}, "transition", []),
        ({"mode": "auto"}, "transition", []),
        ({"mode": "cool", "setpoint_celsius": 23.0}, "transition", []),
    ],
)
def test_what_cannot_be_judged_is_counted_apart(
    fields: dict[str, object], season: Season | None, expected: list[str]
) -> None:
    state = office(ac())
    site = replace(state.office.site, seasons=SeasonPlan(pin=season))
    said = Climate(device=DeviceId("ac"), arrived_at=WEDNESDAY, **fields)  # type: ignore[arg-type]  # a row of a table
    after = step(replace(state, office=replace(state.office, site=site)), heard(said), WEDNESDAY).state
    assert list(RULE.undetermined(after.office, WEDNESDAY)) == expected


def test_the_weather_survives_a_restart() -> None:
    state = office(ac(), WEATHER)
    start = datetime(2026, 5, 1, tzinfo=UTC)
    for hour in range(24 * 10):
        now = start + timedelta(hours=hour)
        said = Environment(device=WEATHER.id, arrived_at=now, outdoor_celsius=24.0)
        state = step(state, heard(said), now).state
    now = start + timedelta(days=10)
    assert state.office.season(now).season == "summer"
    again = restore(office(ac(), WEATHER), None, pack_office(state), now)
    assert again.office.outdoor == state.office.outdoor
    assert again.office.season(now).source == "outdoor"


def test_a_retained_temperature_is_no_weather() -> None:
    said = Environment(device=WEATHER.id, arrived_at=WEDNESDAY, outdoor_celsius=24.0, live=False)
    after = step(office(ac(), WEATHER), heard(said), WEDNESDAY).state
    assert after.office.outdoor == Outdoor()
    assert after.office.outdoor_celsius(WEDNESDAY) is None

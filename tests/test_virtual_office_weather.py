"""The weather of the virtual office, its thermometer outside, and what people do alike in two lives of one office."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import correlation, mean, pstdev
from zoneinfo import ZoneInfo

import pytest

from daemon.configuration.build import build_site
from daemon.configuration.load import parse
from sensors.device import Address, Device, DeviceId, ZoneId
from sensors.messages import Message
from sensors.readings import Environment
from sensors.registry import Registry
from sensors.virtual.building import VirtualOffice
from sensors.virtual.climate import Weather
from sensors.virtual.days import Days
from sensors.virtual.office_yaml import office_yaml
from sensors.virtual.plan import Plan, PlannedDevice
from sensors.virtual.plans import demo_plan, plan, room_plan

MIDNIGHT = datetime(2026, 6, 30, 16, 0, tzinfo=UTC)
"""In Shanghai; the first of July begins."""
HOUR = timedelta(hours=1)
YARD = DeviceId("room-outside-1")


def weather(seed: int) -> Weather:
    return Weather(seed, Days("Asia/Shanghai", frozenset(), frozenset()))


def day(sky: Weather, number: int) -> list[float]:
    midnight = MIDNIGHT + timedelta(days=number)
    return [sky.outdoor_celsius((midnight + hour * HOUR).timestamp()) for hour in range(24)]


def test_warm_and_cold_come_in_spells_and_differ_from_seed_to_seed() -> None:
    means = [mean(day(weather(1), number)) for number in range(60)]
    steps = [abs(after - before) for before, after in pairwise(means)]
    assert 1.2 < pstdev(means) < 3.5
    alike = [[mean(day(weather(seed), number)) for number in range(60)] for seed in range(1, 6)]
    assert 0.65 < mean(correlation(each[:-1], each[1:]) for each in alike) < 0.95
    assert max(steps) < 5
    assert means != [mean(day(weather(2), number)) for number in range(60)]
    assert means == [mean(day(weather(1), number)) for number in range(60)]


def test_no_midnight_is_a_jump() -> None:
    sky = weather(1)
    for number in range(1, 60):
        at = (MIDNIGHT + timedelta(days=number)).timestamp()
        assert abs(sky.outdoor_celsius(at) - sky.outdoor_celsius(at - 60.0)) < 0.3


def test_clear_days_swing_more_than_cloudy_ones() -> None:
    sky = weather(1)
    days = range(1, 120)
    noons = [sky.sun((MIDNIGHT + timedelta(days=number, hours=12)).timestamp()) for number in days]
    swings = [max(hours) - min(hours) for hours in (day(sky, number) for number in days)]
    assert correlation(noons, swings) > 0.25
    assert min(swings) > 5
    assert max(swings) < 16


def test_the_thermometer_outside_tells_the_weather_and_nothing_of_the_room() -> None:
    chosen = room_plan("outside", "cool2", people=0)
    configuration = parse(office_yaml(chosen), file="virtual office", directory=Path())
    site = build_site(configuration)
    assert site.devices[YARD].outdoor
    assert site.seasons.summer is not None
    registry = Registry(list(site.devices.values()), ZoneInfo("Asia/Shanghai"))
    office = VirtualOffice(chosen, 1)
    said = office.advance(MIDNIGHT)
    for room in office.rooms.values():
        room.celsius = 18.0
    said += office.advance(MIDNIGHT + 14 * HOUR)
    heard = [
        reading
        for one in said
        for reading in registry.decode(Message(one.topic, one.payload, one.at))
        if isinstance(reading, Environment) and reading.device == YARD
    ]
    assert registry.refusals == {}
    assert len(heard) > 60
    for reading in heard:
        assert reading.outdoor_celsius == pytest.approx(
            office.weather.outdoor_celsius(reading.arrived_at.timestamp()), abs=0.05
        )
        assert (reading.room_celsius, reading.humidity_percent) == (None, None)


def test_every_ready_made_office_has_one_but_the_smallest() -> None:
    for made in (demo_plan(), plan(100), plan(1000)):
        assert sum(planned.device.outdoor for planned in made.devices) == 1
    assert not any(planned.device.outdoor for planned in plan(20).devices)


def test_a_yard_that_speaks_what_nobody_taught_it_is_refused() -> None:
    (zone,) = room_plan("eye").zones
    yard = Device(YARD, "environment", Address("tasmota", "yard"), ZoneId("room"), outdoor=True)
    with pytest.raises(ValueError, match="room-outside-1: the virtual yard does not speak tasmota"):
        VirtualOffice(Plan((zone,), (PlannedDevice(yard),)))


def test_people_have_the_same_impulses_whether_something_was_commanded_or_not() -> None:
    """Else nobody could say what a command has avoided: by dinner the two lives would have nothing in common."""
    told, left_alone = (VirtualOffice(room_plan("cool2", "lights", "pc", "window", people=4), 5) for _ in range(2))
    noon = MIDNIGHT + 12 * HOUR
    for office in (told, left_alone):
        office.advance(noon)
    told.hear("zigbee2mqtt/room/lights-1/set", b'{"state":"OFF"}', noon)
    lives = []
    for office in (told, left_alone):
        office.advance(noon + 7 * 24 * HOUR)
        changes = [one for one in office.settle().transitions if one.at > noon.timestamp()]
        lives.append([one for one in changes if one.device == "room-ac-1"])
    assert len(told.truth.transitions) > len(left_alone.truth.transitions)
    assert lives[1]
    assert lives[0] == lives[1]

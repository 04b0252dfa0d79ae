"""Rooms, weather and air conditioners of the virtual office behave like real ones where it matters."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from sensors.virtual.building import VirtualOffice
from sensors.virtual.plans import room_plan
from sensors.virtual.units import Unit

NOON = datetime(2026, 7, 15, 4, 0, tzinfo=UTC)
WINTER_NOON = datetime(2026, 1, 14, 4, 0, tzinfo=UTC)


def unit_of(office: VirtualOffice) -> Unit:
    (unit,) = (thing for thing in office.things.values() if isinstance(thing, Unit))
    return unit


def kwh_of_a_day(celsius: float, *, start: datetime = NOON, heat: bool = False) -> float:
    office = VirtualOffice(room_plan("cool2", people=0), 1)
    office.advance(start)
    unit = unit_of(office)
    unit.set(start.timestamp(), "person", on=True, mode="heat" if heat else "cool", celsius=celsius)
    office.advance(start + timedelta(hours=24))
    unit.settle((start + timedelta(hours=24)).timestamp())
    return unit.energy_kwh


def test_a_hot_afternoon_costs_more_than_the_night_before() -> None:
    office = VirtualOffice(room_plan("cool2", people=0), 1)
    midnight = datetime(2026, 7, 14, 16, 0, tzinfo=UTC)
    office.advance(midnight)
    unit = unit_of(office)
    unit.set(midnight.timestamp(), "person", on=True, mode="cool", celsius=24.0)
    readings = []
    for hour in range(24):
        office.advance(midnight + timedelta(hours=hour))
        unit.settle((midnight + timedelta(hours=hour)).timestamp())
        readings.append(unit.energy_kwh)
    night, afternoon = readings[6] - readings[2], readings[17] - readings[13]
    assert afternoon > 2 * night > 0


@pytest.mark.parametrize(("warmer", "cooler"), [(27.0, 26.0), (26.0, 24.0), (24.0, 20.0)])
def test_every_degree_of_cooling_costs(warmer: float, cooler: float) -> None:
    saving = 1 - kwh_of_a_day(warmer) / kwh_of_a_day(cooler)
    assert 0.02 * (warmer - cooler) < saving < 0.2 * (warmer - cooler)


def test_every_degree_of_heating_costs() -> None:
    assert kwh_of_a_day(23.0, start=WINTER_NOON, heat=True) > 1.08 * kwh_of_a_day(20.0, start=WINTER_NOON, heat=True)


def test_the_unit_holds_its_setpoint_and_an_idle_room_drifts() -> None:
    office = VirtualOffice(room_plan("cool2", people=0), 1)
    office.advance(NOON)
    unit = unit_of(office)
    unit.set(NOON.timestamp(), "person", on=True, mode="cool", celsius=24.0)
    office.advance(NOON + timedelta(hours=3))
    assert abs(unit.room.celsius - 24.0) < 1.0
    unit.set((NOON + timedelta(hours=3)).timestamp(), "person", on=False)
    office.advance(NOON + timedelta(hours=6))
    assert unit.room.celsius > 25.5
    assert unit.watts == 3.0


def test_the_year_has_a_winter_and_a_summer_and_the_day_an_afternoon() -> None:
    weather = VirtualOffice(room_plan("eye"), 1).weather

    def mean(month: int, hour: int) -> float:
        days = (datetime(2026, month, day, hour, tzinfo=UTC).timestamp() for day in range(1, 29))
        return sum(weather.outdoor_celsius(at) for at in days) / 28

    assert mean(1, 7) < 12
    assert mean(7, 7) > 24
    assert mean(5, 7) - mean(5, 19) > 6  # 15:00 and 03:00 in Shanghai


def test_people_warm_a_room_and_use_up_its_air() -> None:
    empty, full = (VirtualOffice(room_plan("air", people=people), 2) for people in (0, 6))
    start = datetime(2026, 1, 13, 23, 0, tzinfo=UTC)
    for office in (empty, full):
        office.advance(start)
        office.advance(start + timedelta(hours=4))
    (one,), (other,) = empty.rooms.values(), full.rooms.values()
    assert other.celsius > one.celsius + 0.3
    assert other.co2_ppm > one.co2_ppm + 200


def test_equipment_warms_the_room_it_stands_in() -> None:
    bare, warm = (VirtualOffice(room_plan(*pieces, people=0), 2) for pieces in (("eye",), ("eye", "server")))
    for office in (bare, warm):
        office.advance(WINTER_NOON)
        office.advance(WINTER_NOON + timedelta(hours=12))
    (one,), (other,) = bare.rooms.values(), warm.rooms.values()
    assert 0.5 < other.celsius - one.celsius < 230 / (3.5 * 30)


def test_an_open_window_lets_the_outdoors_in_and_its_contact_says_false() -> None:
    office = VirtualOffice(room_plan("window", people=0), 2)
    office.advance(WINTER_NOON)
    (room,) = office.rooms.values()
    before = room.celsius
    room.window_open = True
    said = office.advance(WINTER_NOON + timedelta(hours=2))
    told = [json.loads(each.payload)["contact"] for each in said if each.topic == "zigbee2mqtt/room/window-1"]
    assert set(told) == {False}
    assert room.celsius < before - 3
    room.window_open = False
    said = office.advance(WINTER_NOON + timedelta(hours=2, minutes=2))
    assert [json.loads(each.payload)["contact"] for each in said] == [True]

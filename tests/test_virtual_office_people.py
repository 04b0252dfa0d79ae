"""The people of the virtual office come, go, forget, print, override and insist as people do."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from sensors.device import DeviceId
from sensors.virtual.building import VirtualOffice
from sensors.virtual.people import Person
from sensors.virtual.plan import Plan
from sensors.virtual.plans import demo_plan, room_plan
from sensors.virtual.units import Unit

MONDAY = datetime(2026, 7, 5, 16, 0, tzinfo=UTC)  # midnight in Shanghai


def people_by_hour(plan: Plan, day: datetime) -> list[int]:
    office = VirtualOffice(plan, 3)
    counts = []
    for hour in range(24):
        office.advance(day + timedelta(hours=hour, minutes=30))
        counts.append(sum(room.people for room in office.rooms.values()))
    return counts


def test_a_working_day_fills_empties_for_lunch_and_ends() -> None:
    counts = people_by_hour(demo_plan(), MONDAY)
    most = sum(zone.people for zone in demo_plan().zones)
    assert counts[6] == 0
    assert counts[10] > 0.75 * most
    assert counts[12] < 0.75 * counts[10]
    assert counts[15] > 0.75 * most
    assert counts[23] == 0


@pytest.mark.parametrize(
    ("closed", "opened", "day", "full"),
    [
        pytest.param((), (), 4, True, id="friday"),
        pytest.param((), (), 5, False, id="saturday"),
        pytest.param((date(2026, 7, 10),), (), 4, False, id="holiday"),
        pytest.param((), (date(2026, 7, 11),), 5, True, id="make-up saturday"),
    ],
)
def test_days_off_are_nearly_empty_and_make_up_days_are_not(
    closed: tuple[date, ...], opened: tuple[date, ...], day: int, full: bool
) -> None:
    counts = people_by_hour(demo_plan(frozenset(closed), frozenset(opened)), MONDAY + timedelta(days=day))
    assert (max(counts) > 12) is full
    assert full or max(counts) <= 3


def test_a_day_depends_on_the_seed_and_the_date_and_not_on_what_was_asked_before() -> None:
    zone = demo_plan().zones[1]
    person, again = Person(1, zone, 0), Person(1, zone, 0)
    again.day(date(2026, 7, 1), workday=True)
    assert person.day(date(2026, 7, 6), workday=True) == again.day(date(2026, 7, 6), workday=True)
    days = {person.day(date(2026, 7, 1) + timedelta(days=n), workday=True) for n in range(20)}
    assert len(days) > 15


def test_an_office_that_starts_at_noon_is_already_full() -> None:
    office = VirtualOffice(demo_plan(), 3)
    office.advance(MONDAY + timedelta(hours=10))
    assert sum(room.people for room in office.rooms.values()) > 15


def test_in_a_week_of_july_people_break_the_limit_leave_things_on_and_open_windows() -> None:
    office = VirtualOffice(demo_plan(), 3)
    windows = 0
    for hour in range(7 * 24):
        office.advance(MONDAY + timedelta(hours=hour))
        windows += any(room.window_open for room in office.rooms.values())
    truth = office.settle()
    total = truth.summary()
    assert total["violation_seconds"] > 10 * 3600
    assert total["after_hours_kwh"] > 5
    assert any(change.by == "person" and change.to == "off" for change in truth.transitions)
    assert windows > 0
    present = sum(seconds for zones in truth.person_seconds.values() for seconds in zones.values())
    assert 24 * 5 * 5 < present / 3600 < 24 * 5 * 12


def test_a_violation_is_booked_only_while_the_unit_is_on_and_beyond_its_limit() -> None:
    office = VirtualOffice(room_plan("cool2", people=0), 3)
    office.advance(MONDAY)
    (unit,) = (thing for thing in office.things.values() if isinstance(thing, Unit))
    for minute, changes in enumerate((
        {"on": True, "mode": "cool", "celsius": 25.5}, {"celsius": 26.0}, {"mode": "heat", "celsius": 20.0},
        {"celsius": 20.5}, {"mode": "fan_only"}, {"mode": "cool", "celsius": 20.0, "on": False},
    )):  # fmt: skip
        unit.set((MONDAY + timedelta(minutes=10 * minute)).timestamp(), "person", **changes)  # type: ignore[arg-type]  # a table
    office.advance(MONDAY + timedelta(hours=2))
    tally = office.settle().device(unit.id)
    assert tally.violation_seconds == pytest.approx(2 * 600)
    assert tally.on_seconds == pytest.approx(5 * 600)


def test_stubborn_people_undo_a_correction_and_have_enough_after_five() -> None:
    office = VirtualOffice(room_plan("cool2", people=6), 1)
    noon = MONDAY + timedelta(hours=10)
    office.advance(noon)
    (unit,) = (thing for thing in office.things.values() if isinstance(thing, Unit))
    for person in office.people("room"):
        person.stubborn = True
        person.cool_celsius = 22.0
    unit.set(noon.timestamp(), "person", on=True, mode="cool", celsius=22.0)
    for minute in range(0, 8 * 60, 5):
        now = noon + timedelta(minutes=minute)
        if unit.is_on and unit.target_celsius < 26.0:
            office.hear("zigbee2mqtt/room/ac-1/set", b'{"occupied_cooling_setpoint":26}', now)
        office.advance(now + timedelta(seconds=30))
    undone = [change for change in office.truth.transitions if change.by == "person" and change.to == "cool 22.0"]
    assert 3 <= len(undone) - 1 <= 8


def test_a_screen_that_is_cut_before_its_owners_eyes_is_switched_on_again() -> None:
    office = VirtualOffice(room_plan("gang", people=2), 1)
    noon = MONDAY + timedelta(hours=10)
    office.advance(noon)
    office.hear("zigbee2mqtt/room/desk-1/set", b'{"state_l1":"OFF"}', noon)
    office.advance(noon + timedelta(minutes=10))
    assert [(change.to, change.by) for change in office.truth.transitions[-2:]] == [
        ("off", "command"),
        ("on", "person"),
    ]


def test_jobs_are_counted_page_by_page_and_told_by_the_print_agent() -> None:
    office = VirtualOffice(demo_plan(), 3)
    told: list[dict[str, Any]] = []
    for hour in range(7 * 24):
        said = office.advance(MONDAY + timedelta(hours=hour))
        told.extend(json.loads(each.payload) for each in said if each.topic == "officed/print/copy-printer-1/job")
    tally = office.settle().device(DeviceId("copy-printer-1"))
    completed = [job for job in told if job["state"] == "completed"]
    assert tally.jobs == len(completed) > 150
    assert len({job["job"] for job in told}) == len(told)
    assert tally.impressions == sum(job["impressions"] for job in completed)
    sheets = 0
    for job in completed:
        a_copy = job["impressions"] // job["copies"]
        sheets += job["copies"] * (-(-a_copy // 2) if job["sides"].startswith("two") else a_copy)
    assert tally.sheets == sheets
    assert 0.2 < tally.duplex_jobs / (tally.jobs - tally.one_page_jobs) < 0.8
    assert any(len([j for j in told if j["title_hash"] == job["title_hash"]]) > 1 for job in told)
    assert "east" not in json.dumps(told)


def test_a_presence_sensor_sees_people_and_forgets_them() -> None:
    office = VirtualOffice(room_plan("eye", people=4), 1)
    answers: list[tuple[datetime, bool]] = []
    for hour in range(24):
        said = (
            each for each in office.advance(MONDAY + timedelta(hours=hour)) if each.topic == "zigbee2mqtt/room/eye-1"
        )
        answers.extend((each.at, json.loads(each.payload)["occupancy"]) for each in said)
    busy = [at for at, occupied in answers if occupied]
    assert MONDAY + timedelta(hours=7) < min(busy) < MONDAY + timedelta(hours=9.5)
    assert max(busy) < MONDAY + timedelta(hours=23)
    assert answers[-1][1] is False


def test_nobody_fights_against_what_a_colleague_has_set() -> None:
    office = VirtualOffice(room_plan("cool2", people=6), 1)
    noon = MONDAY + timedelta(hours=10)
    office.advance(noon)
    (unit,) = (thing for thing in office.things.values() if isinstance(thing, Unit))
    for person in office.people("room"):
        person.stubborn = True
        person.cool_celsius = 25.0
    for celsius in (24.0, 24.5, 24.0, 24.5, 24.0, 24.5):
        unit.set(noon.timestamp(), "person", on=True, mode="cool", celsius=celsius)
    office.advance(noon + timedelta(minutes=50))
    assert [change.to for change in office.truth.transitions].count("cool 25.0") == 0

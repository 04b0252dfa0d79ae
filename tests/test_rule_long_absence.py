"""Long absence: silence of a motion sensor is no proof that nobody is there."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from offices import ROOM, WEDNESDAY, Run, heard, local, office, plug, power

from policies.control.effects import Notify, Publish
from policies.inputs import Tick
from policies.office.presence import presence
from policies.rules.long_absence import LongAbsence
from policies.state import State
from sensors.commands import SwitchOff
from sensors.device import Address, Device, DeviceId
from sensors.readings import AnyReading, Contact, Occupancy

RULE = LongAbsence(name="absence", mode="enforce", loads=("monitor",))


def sensor(name: str, kind: Any = "occupancy") -> Device:
    return Device(
        id=DeviceId(name), kind=kind, address=Address("zigbee2mqtt", name), zone=ROOM, silent_after_seconds=7200.0
    )


def at(minute: float) -> datetime:
    return WEDNESDAY + timedelta(minutes=minute)


def seen(minute: float, name: str, *, somebody: bool, live: bool = True) -> tuple[float, AnyReading]:
    return minute, Occupancy(device=DeviceId(name), arrived_at=at(minute), occupied=somebody, live=live)


def door(minute: float, *, is_open: bool, name: str = "door") -> tuple[float, AnyReading]:
    return minute, Contact(device=DeviceId(name), arrived_at=at(minute), open=is_open)


def walked(*moments: tuple[float, AnyReading], sensors: tuple[str, ...], rule: LongAbsence = RULE) -> Run:
    """An office in which a monitor is on and these things are said."""
    devices = [sensor(name, "contact" if name.startswith("door") else "occupancy") for name in sensors]
    run = Run(office(plug(busy_watts=None), *devices, policies=[rule]), WEDNESDAY)
    run.at(0, *heard(power(at(0), on=True, watts=40.0)))
    for minute, reading in sorted(moments, key=lambda one: one[0]):
        run.at(minute * 60, *heard(reading))
    return run


def verdict(state: State, now: datetime, *, doors: bool = False, still: bool = False) -> str:
    return presence(
        state.office,
        ROOM,
        now,
        doors=(DeviceId("door"),) if doors else (),
        still=(DeviceId("radar"),) if still else (),
    ).presence


def test_two_sensors_that_agree_are_believed_and_one_is_not() -> None:
    gone = (seen(0, "a", somebody=True), seen(5, "a", somebody=False))
    assert verdict(walked(*gone, sensors=("a",)).state, at(6)) == "perhaps"
    both = (*gone, seen(6, "b", somebody=False))
    assert verdict(walked(*both, sensors=("a", "b")).state, at(7)) == "nobody"
    assert presence(walked(*both, sensors=("a", "b")).state.office, ROOM, at(7)).since == at(6), (
        "the last to see nobody"
    )
    assert verdict(walked(*gone, seen(6, "b", somebody=True), sensors=("a", "b")).state, at(7)) == "somebody"


def test_a_sensor_that_sees_still_people_is_believed_alone() -> None:
    run = walked(seen(5, "radar", somebody=False), sensors=("radar",))
    assert verdict(run.state, at(6), still=True) == "nobody"
    assert verdict(run.state, at(6)) == "perhaps"


@pytest.mark.parametrize("why", ["never heard", "silent", "retained"])
def test_one_deaf_sensor_makes_the_room_unknown(why: str) -> None:
    moments = [seen(5, "a", somebody=False)]
    now = at(6)
    if why == "silent":
        moments += [seen(0, "b", somebody=False), seen(130, "a", somebody=False)]
        now = at(131)
    if why == "retained":
        moments += [seen(5, "b", somebody=False, live=False)]
    assert verdict(walked(*moments, sensors=("a", "b")).state, now) == "unknown"
    assert list(RULE.judge(walked(*moments, sensors=("a", "b")).state.office, now)) == []


@pytest.mark.parametrize(
    ("closed_at", "gone_at", "expected"),
    [
        pytest.param(20.0, 19.0, "nobody", id="gone before the door closed"),
        pytest.param(20.0, 25.0, "nobody", id="the sensor holds for five minutes"),
        pytest.param(20.0, 25.1, "somebody", id="seen behind the closed door: still inside"),
        pytest.param(20.0, 90.0, "somebody", id="and stays so"),
    ],
)
def test_nobody_leaves_through_a_closed_door(closed_at: float, gone_at: float, expected: str) -> None:
    run = walked(
        door(10, is_open=True),
        door(closed_at, is_open=False),
        seen(15, "a", somebody=True),
        seen(gone_at, "a", somebody=False),
        sensors=("a", "door"),
    )
    assert verdict(run.state, at(110), doors=True) == expected


def test_an_open_door_keeps_nobody_in_and_an_unheard_one_proves_nothing() -> None:
    gone = (seen(0, "a", somebody=True), seen(30, "a", somebody=False))
    run = walked(door(10, is_open=True), *gone, sensors=("a", "door"))
    assert verdict(run.state, at(31), doors=True) == "nobody"
    assert verdict(walked(*gone, sensors=("a", "door")).state, at(31), doors=True) == "perhaps"


def switched(run: Run, until_minute: int, start_minute: int) -> list[tuple[int, object]]:
    found: list[tuple[int, object]] = []
    for minute in range(start_minute, until_minute):
        alive = power(at(minute), on=True, watts=40.0)
        found += [
            (minute, effect.command.remedy)
            for effect in run.at(minute * 60, *heard(alive), Tick())
            if isinstance(effect, Publish)
        ]
    return found


def test_it_waits_warns_and_acts() -> None:
    run = walked(seen(5, "a", somebody=False), seen(6, "b", somebody=False), sensors=("a", "b"))
    assert switched(run, 47, 7)[:1] == [(46, SwitchOff(DeviceId("plug")))], "half an hour, then ten minutes of warning"
    warned = [effect for effect in run.effects if isinstance(effect, Notify)]
    assert [effect.at for effect in warned] == [at(36)]


def test_somebody_who_comes_back_in_the_warning_ends_it() -> None:
    run = walked(seen(5, "a", somebody=False), seen(6, "b", somebody=False), sensors=("a", "b"))
    assert switched(run, 46, 7) == []
    run.at(45.5 * 60, *heard(seen(45.5, "a", somebody=True)[1]))
    assert switched(run, 90, 46) == []
    assert run.state.cases == {}


def test_one_motion_sensor_never_switches_anything_off() -> None:
    run = walked(seen(5, "a", somebody=False), sensors=("a",))
    assert switched(run, 110, 6) == []
    (case,) = run.state.cases.values()
    assert (case.finding.remedy, case.refusal and case.refusal.reason) == (None, "no_remedy")


def test_a_closed_zone_is_the_after_hours_rules_business() -> None:
    night = local("2026-07-15 18:00")
    run = Run(office(plug(), sensor("a"), sensor("b"), policies=[RULE]), night - timedelta(minutes=20))
    said = [Occupancy(device=DeviceId(name), arrived_at=run.start, occupied=False) for name in ("a", "b")]
    run.at(0, *heard(power(run.start, on=True, watts=40.0), *said))
    (finding,) = RULE.judge(run.state.office, night - timedelta(seconds=1))
    assert finding.until == night
    assert list(RULE.judge(run.state.office, night)) == []
    run.at(21 * 60, Tick())
    assert run.state.cases == {}


def test_only_the_loads_named_are_meant() -> None:
    run = walked(seen(5, "a", somebody=False), seen(6, "b", somebody=False), sensors=("a", "b"))
    assert len(list(RULE.judge(run.state.office, at(7)))) == 1
    assert list(RULE.model_copy(update={"loads": ("lighting",)}).judge(run.state.office, at(7))) == []

"""The room air rule, 建科〔2008〕115号: what an inspector's thermometer would say, and not what the unit is set to."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from changed import replace
from offices import ROOM, WEDNESDAY, Run, ac, heard, local, office

from daemon.configuration.pack_files import load_pack
from policies.control.effects import Publish, Record
from policies.finding import Finding
from policies.inputs import Input, Tick
from policies.office.averages import Window, put
from policies.office.desk import Desk, Exemption, Override
from policies.office.season import SeasonPlan
from policies.rules.room_air import RoomAir
from policies.rules.setpoint_limit import SetpointLimit
from policies.state import State
from sensors.device import Address, Device, DeviceId
from sensors.readings import AnyReading, Climate, Environment, Occupancy

(PACKED,) = load_pack("cn-2008-115").policies
assert isinstance(PACKED, RoomAir)
RULE = PACKED
SETPOINT = SetpointLimit(name="setpoints")


def sensor(name: str = "air", **more: Any) -> Device:
    kind = more.pop("kind", "environment")
    fields = {"silent_after_seconds": 1800.0, **more}
    return Device(id=DeviceId(name), kind=kind, address=Address("zigbee2mqtt", name), zone=ROOM, **fields)


AIR = sensor()
HOUR = timedelta(hours=1)
PIR = sensor("pir", kind="occupancy")


def unit(at: datetime, **fields: Any) -> Climate:
    return Climate(device=DeviceId("ac"), arrived_at=at, **({"mode": "cool"} | fields))


def air(at: datetime, celsius: float | None, percent: float | None = None, device: str = "air") -> Environment:
    return Environment(device=DeviceId(device), arrived_at=at, room_celsius=celsius, humidity_percent=percent)


def there(at: datetime, *, somebody: bool = True) -> Occupancy:
    return Occupancy(device=DeviceId("pir"), arrived_at=at, occupied=somebody)


def findings(state: State, rule: RoomAir, now: datetime) -> list[Finding]:
    return list(rule.judge(state.office, now))


def after_a_while(
    celsius: float, percent: float | None = None, *, rule: RoomAir = RULE, start: datetime = WEDNESDAY, **said: Any
) -> list[Finding]:
    """What the rule finds after twenty minutes of this air, said every minute, with somebody there."""
    run = Run(office(ac(), AIR, PIR), start)
    for minute in range(21):
        at = start + timedelta(minutes=minute)
        run.at(minute * 60, *heard(unit(at, **said), air(at, celsius, percent), there(at)))
    return findings(run.state, rule, start + timedelta(minutes=20))


@pytest.mark.parametrize(
    ("celsius", "percent", "passes"),
    [
        (25.8, None, True),
        (25.8, 60.0, True),
        (25.7, 60.0, True),
        (25.69, 60.0, False),
        (25.6, 60.0, False),
        (25.6, None, False),
        (24.2, 66.0, True),
        (24.2, 60.0, False),
        (24.2, 62.0, False),
        (24.2, 62.1, True),
        (23.7, 66.0, True),
        (23.69, 66.0, False),
        (24.2, None, False),
        (27.0, 40.0, True),
    ],
)
def test_a_cooled_room_passes_or_fails_as_at_an_inspection(celsius: float, percent: float | None, passes: bool) -> None:
    assert (after_a_while(celsius, percent) == []) is passes


@pytest.mark.parametrize(("celsius", "passes"), [(20.0, True), (20.3, True), (20.31, False), (23.0, False)])
def test_a_heated_room_passes_up_to_the_tolerance(celsius: float, passes: bool) -> None:
    assert (after_a_while(celsius, 70.0, mode="heat") == []) is passes


def test_setpoint_and_room_are_two_facts() -> None:
    run = Run(office(ac(), AIR, PIR, policies=[SETPOINT, RULE]), WEDNESDAY)
    for minute in range(61):
        at = WEDNESDAY + timedelta(minutes=minute)
        said = unit(at, cooling_setpoint_celsius=24.0), air(at, 27.0, 50.0), there(at)
        run.at(minute * 60, *heard(*said), Tick())
    assert {key[0] for key in run.state.cases} == {"setpoints"}, "set too cold, and the air is within the limit"

    run = Run(office(ac(), AIR, PIR, policies=[SETPOINT, RULE]), WEDNESDAY)
    for minute in range(61):
        at = WEDNESDAY + timedelta(minutes=minute)
        said = unit(at, cooling_setpoint_celsius=26.0), air(at, 25.0, 50.0), there(at)
        run.at(minute * 60, *heard(*said), Tick())
    assert {key[0] for key in run.state.cases} == {RULE.name}, "set within the limit, and the air is too cold"


def test_it_corrects_nothing_and_shows_the_air() -> None:
    (finding,) = after_a_while(25.0, 50.0)
    assert finding.remedy is None
    assert [(item.device, item.quantity, item.value) for item in finding.evidence] == [
        ("air", "room_celsius", 25.0),
        ("air", "humidity_percent", 50.0),
    ]
    assert str(finding.verdict) == "the room is cooled to 25.0, below 26.0"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"mode": "off"}, id="off"),
        pytest.param({"mode": "fan_only"}, id="only a fan"),
        pytest.param({"mode": "dry"}, id="drying"),
        pytest.param({"mode": "cool", "is_on": False}, id="off by its power key"),
        pytest.param({"mode": "auto"}, id="auto that does not say what it does"),
        pytest.param(
            {"mode": "cool", "action": "idle", "cooling_setpoint_celsius": 26.0}, id="rests at a legal setpoint"
        ),
        pytest.param({"mode": "cool", "live": False}, id="last known only"),
    ],
)
def test_a_room_that_is_not_cooled_may_be_cold(said: dict[str, Any]) -> None:
    assert after_a_while(22.0, 50.0, **said) == []


def test_a_unit_that_rests_below_the_limit_has_made_the_room_cold() -> None:
    assert after_a_while(24.0, 50.0, action="idle", cooling_setpoint_celsius=24.0)
    assert after_a_while(22.0, 50.0, mode="auto", action="cooling")
    assert after_a_while(22.0, 50.0, mode="heat", action="idle", heating_setpoint_celsius=22.0)
    assert after_a_while(22.0, 50.0, mode="heat", action="idle", heating_setpoint_celsius=20.0) == []


def test_an_auto_unit_is_judged_by_the_season() -> None:
    state = office(ac(), AIR, PIR)
    for season, expected in (("summer", 1), ("transition", 0), ("winter", 0)):
        site = replace(state.office.site, seasons=SeasonPlan(pin=season))  # type: ignore[arg-type]  # three of the words
        run = Run(replace(state, office=replace(state.office, site=site)), WEDNESDAY)
        for minute in range(21):
            at = WEDNESDAY + timedelta(minutes=minute)
            run.at(minute * 60, *heard(unit(at, mode="auto"), air(at, 19.0), there(at)))
        assert len(findings(run.state, RULE, WEDNESDAY + timedelta(minutes=20))) == expected, season


def walked(*moments: tuple[float, AnyReading], devices: tuple[Device, ...] = (AIR, PIR)) -> Run:
    run = Run(office(ac(), *devices), WEDNESDAY)
    for minute, reading in moments:
        run.at(minute * 60, *heard(reading))
    return run


def at(minute: float) -> datetime:
    return WEDNESDAY + timedelta(minutes=minute)


def test_a_quarter_of_an_hour_has_to_be_known() -> None:
    cold = [(float(minute), air(at(minute), 24.0)) for minute in range(14)]
    run = walked((0, unit(at(0))), (0, there(at(0))), *cold)
    assert findings(run.state, RULE, at(13)) == []
    run.at(14 * 60, *heard(air(at(14), 24.0)))
    assert len(findings(run.state, RULE, at(14))) == 1


def test_neither_a_cold_moment_nor_a_warm_past_is_enough() -> None:
    warm = [(float(minute), air(at(minute), 26.5)) for minute in range(20)]
    run = walked((0, unit(at(0))), (0, there(at(0))), *warm, (20, air(at(20), 22.0)))
    assert findings(run.state, RULE, at(20)) == [], "one reading by the outlet"
    cold = [(float(minute), air(at(minute), 24.0)) for minute in range(20)]
    run = walked((0, unit(at(0))), (0, there(at(0))), *cold, (20, air(at(20), 26.5)))
    assert findings(run.state, RULE, at(20)) == [], "the mean is still cold, the room is not"


def test_a_sensor_that_speaks_only_on_a_change_stands_for_its_last_value() -> None:
    run = walked((0, unit(at(0))), (0, there(at(0))), (0, air(at(0), 24.0)), (20, air(at(20), 24.1)))
    (finding,) = findings(run.state, RULE, at(21))
    assert finding.evidence[0].value == pytest.approx((14 * 24.0 + 24.1) / 15)


def test_a_chatty_sensor_weighs_no_more_than_its_minute() -> None:
    window = Window()
    for minute in range(15):
        for second in range(0, 60, 20):
            window = put(window, [(at(minute) + timedelta(seconds=second), 24.0 if minute else 24.0 + second)], HOUR)
    assert window.mean == pytest.approx((14 * 24.0 + 44.0) / 15)
    assert len(window.minutes) == 15


def test_a_clock_that_was_set_back_begins_a_new_quarter_of_an_hour() -> None:
    window = Window()
    for minute in (0, 30, 60):
        window = put(window, [(at(minute), 24.0)], HOUR)
    assert window.mean == 24.0
    assert put(window, [(at(50), 24.0)], HOUR).mean is None


@pytest.mark.parametrize("minutes", [(0, 0.5, 1, 30), (0, 60, 30, 30.5, 31), (5, 4.5, 4.6, 90)])
def test_many_values_at_once_leave_what_one_after_the_other_leaves(minutes: tuple[float, ...]) -> None:
    said = [(at(minute), 20.0 + minute) for minute in minutes]
    window = Window()
    for one in said:
        window = put(window, [one], HOUR)
    assert put(Window(), said, HOUR) == window


def test_a_silent_thermometer_gives_no_verdict_and_begins_anew() -> None:
    cold = [(float(minute), air(at(minute), 24.0)) for minute in range(20)]
    run = walked((0, unit(at(0))), *cold)
    run.at(49 * 60, *heard(unit(at(49)), there(at(49))))
    assert len(findings(run.state, RULE, at(49))) == 1
    assert findings(run.state, RULE, at(49.1)) == [], "silent for half an hour"
    run.at(50 * 60, *heard(air(at(50), 24.0)))
    assert findings(run.state, RULE, at(50)) == []


def test_the_rooms_thermometer_counts_before_the_units_own() -> None:
    moments: list[tuple[float, AnyReading]] = []
    for minute in range(21):
        moments += [(minute, unit(at(minute), room_celsius=23.0)), (minute, air(at(minute), 26.0))]
    assert findings(walked(*moments).state, RULE, at(20)) == []
    alone = [moment for moment in moments if isinstance(moment[1], Climate)]
    assert len(findings(walked(*alone).state, RULE, at(20))) == 1, "without one, the unit's own has to do"


def test_several_thermometers_are_meant_together() -> None:
    moments: list[tuple[float, AnyReading]] = [(0, unit(at(0)))]
    for minute in range(21):
        moments += [(minute, air(at(minute), 24.9)), (minute, air(at(minute), 26.6, device="air2"))]
    run = walked(*moments, devices=(AIR, sensor("air2"), PIR))
    assert findings(run.state, RULE, at(20)) == [], "25.75 on average"


def test_an_empty_room_is_nobodys_discomfort_and_unknown_people_are_there_in_opening_hours() -> None:
    cold = [(float(minute), air(at(minute), 24.0)) for minute in range(21)]
    assert len(findings(walked((0, unit(at(0))), *cold).state, RULE, at(20))) == 1, "10:20, nobody says who is there"
    empty = walked((0, unit(at(0))), (0, there(at(0), somebody=False)), *cold)
    assert findings(empty.state, RULE, at(20)) == []
    night = local("2026-07-15 22:00")
    run = Run(office(ac(), AIR), night)
    for minute in range(21):
        then = night + timedelta(minutes=minute)
        run.at(minute * 60, *heard(unit(then), air(then, 24.0)))
    assert findings(run.state, RULE, night + timedelta(minutes=20)) == []


def test_leave_and_exemptions_free_a_room() -> None:
    cold = [(float(minute), air(at(minute), 24.0)) for minute in range(21)]
    run = walked((0, unit(at(0))), *cold)
    leave = Desk(overrides=(Override("o", ROOM, at(30), "li", "a guest"),))
    free = Desk(exemptions=(Exemption("e", ROOM, at(30), "medical", "wang", "7/2026", "li", policies=(RULE.name,)),))
    other = Desk(exemptions=(Exemption("e", ROOM, at(30), "medical", "wang", "7/2026", "li", policies=("x",)),))
    found = [
        len(list(RULE.judge(replace(run.state.office, desk=desk), at(20)))) for desk in (leave, free, other, Desk())
    ]
    assert found == [0, 0, 1, 1]


def test_it_counts_when_the_unit_has_run_for_half_an_hour_and_sends_nothing() -> None:
    run = Run(office(ac(), AIR, PIR, policies=[RULE.model_copy(update={"mode": "enforce"})]), WEDNESDAY)
    opened: list[int] = []
    for minute in range(100):
        then = at(minute)
        mode = "cool" if minute >= 20 else "off"
        inputs: list[Input] = [*heard(unit(then, mode=mode), air(then, 24.0, 50.0), there(then))]
        opened += [
            minute for effect in run.at(minute * 60, *inputs) if isinstance(effect, Record) and effect.what == "opened"
        ]
    assert opened == [50]
    assert not any(isinstance(effect, Publish) for effect in run.effects)


@pytest.mark.parametrize(
    ("pack", "celsius", "percent", "passes"),
    [
        ("es-rdl14-2022", 26.7, 50.0, True),
        ("es-rdl14-2022", 26.6, 50.0, False),
        ("es-rdl14-2022", 26.6, 70.0, False),
        ("es-rdl14-2022", 26.6, 70.1, True),
        ("es-rdl14-2022", 26.6, 29.9, True),
        ("it", 25.0, 50.0, True),
        ("it", 24.9, 50.0, False),
    ],
)
def test_other_countries_have_other_limits(pack: str, celsius: float, percent: float, passes: bool) -> None:
    (rule,) = (policy for policy in load_pack(pack).policies if isinstance(policy, RoomAir))
    assert (after_a_while(celsius, percent, rule=rule) == []) is passes

"""The outdoor gate: no air conditioning but in real heat or cold; service halls may ventilate."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from changed import replace
from offices import WEDNESDAY, ac, heard, office
from pydantic import ValidationError

from daemon.configuration.pack_files import load_pack
from policies.office.outdoor import DayMean, Outdoor
from policies.rules.outdoor_gate import OutdoorGate
from policies.state import State
from policies.step import step
from sensors.commands import SwitchOff
from sensors.device import Address, Device, DeviceId, ZoneId
from sensors.readings import Climate, Environment

(RULE,) = (policy for policy in load_pack("yuexiu").policies if isinstance(policy, OutdoorGate))
HALL = ZoneId("hall")
ROOF = Device(
    id=DeviceId("roof"),
    kind="environment",
    address=Address("zigbee2mqtt", "roof"),
    zone=ZoneId("roof"),
    silent_after_seconds=600.0,
)


def running(
    outdoor: float | None, *, mode: Any = "cool", days: list[float] | None = None, live: bool = True, **device: Any
) -> State:
    state = office(ac(**device), ac("hall-ac", HALL), ROOF)
    weather = Outdoor(days=tuple(DayMean(date(2026, 7, 14) - timedelta(days=n), c) for n, c in enumerate(days or [])))
    state = replace(state, office=replace(state.office, outdoor=weather))
    said: list[Any] = [Climate(device=DeviceId(name), arrived_at=WEDNESDAY, mode=mode) for name in ("ac", "hall-ac")]
    if outdoor is not None:
        said.append(Environment(device=ROOF.id, arrived_at=WEDNESDAY, outdoor_celsius=outdoor, live=live))
    return step(state, heard(*said), WEDNESDAY).state


def found(state: State, rule: OutdoorGate = RULE, now: datetime = WEDNESDAY) -> list[str]:
    return [finding.device for finding in rule.judge(state.office, now)]


@pytest.mark.parametrize(
    ("outdoor", "allowed"),
    [(32.0, True), (31.9, False), (20.0, False), (5.1, False), (5.0, True), (-3.0, True), (40.0, True), (None, True)],
)
def test_units_run_only_in_real_heat_or_cold(outdoor: float | None, allowed: bool) -> None:
    assert found(running(outdoor)) == ([] if allowed else ["ac", "hall-ac"])


def test_a_unit_that_is_off_is_no_business_of_the_gate() -> None:
    assert found(running(25.0, mode="off")) == []


def test_old_or_retained_weather_opens_the_gate() -> None:
    state = running(25.0)
    later = WEDNESDAY + timedelta(seconds=601)
    alive = Climate(device=DeviceId("ac"), arrived_at=later, mode="cool")
    assert found(step(state, heard(alive), later).state, now=later) == []
    assert found(running(25.0, live=False)) == []


def test_service_halls_may_ventilate_and_nothing_else() -> None:
    rule = RULE.model_copy(update={"ventilation_zones": (HALL,)})
    assert found(running(25.0, mode="fan_only"), rule) == ["ac"]
    assert found(running(25.0, mode="cool"), rule) == ["ac", "hall-ac"]
    assert found(running(25.0, mode="fan_only"), RULE) == ["ac", "hall-ac"]
    assert found(running(25.0, mode="fan_only"), RULE.model_copy(update={"ventilation_zones": None})) == []


def test_the_remedy_is_off_and_the_finding_shows_the_weather() -> None:
    finding = next(iter(RULE.judge(running(25.0).office, WEDNESDAY)))
    assert finding.remedy == SwitchOff(DeviceId("ac"))
    assert [(one.device, one.quantity, one.value) for one in finding.evidence] == [
        ("roof", "outdoor_celsius", 25.0),
        ("ac", "mode", "cool"),
    ]


def test_a_machine_room_is_left_alone() -> None:
    assert found(running(25.0, never_off=True)) == ["hall-ac"]


@pytest.mark.parametrize(
    ("days", "allowed"),
    [
        pytest.param([30.0, 31.0, 30.0], True, id="three hot days"),
        pytest.param([30.0, 29.9, 30.0], False, id="two of three"),
        pytest.param([8.0, 7.0, 6.0], True, id="three cold days"),
        pytest.param([30.0, 8.0, 30.0], False, id="hot and cold do not add up"),
        pytest.param([20.0, 20.0, 20.0, 30.0], False, id="the last three count"),
        pytest.param([30.0, 31.0], True, id="too few days are known: nobody is accused"),
    ],
)
def test_the_weather_may_have_to_last(days: list[float], allowed: bool) -> None:
    """Newest first; yesterday is 14 July."""
    rule = OutdoorGate(
        name="gate", allow_if_outdoor_at_least_celsius=30, allow_if_outdoor_at_most_celsius=8, persists_days=3
    )
    assert found(running(35.0, days=days), rule) == ([] if allowed else ["ac", "hall-ac"])


def test_a_gate_that_is_never_closed_is_refused() -> None:
    with pytest.raises(ValidationError, match="less than or equal to 18"):
        OutdoorGate(name="gate", allow_if_outdoor_at_most_celsius=20)
    with pytest.raises(ValidationError, match="greater than or equal to 20"):
        OutdoorGate(name="gate", allow_if_outdoor_at_least_celsius=18)


def test_one_outdoor_reading_has_every_unit_judged() -> None:
    state = office(ac(), ac("hall-ac", HALL), ROOF, policies=[RULE])
    said = [Climate(device=DeviceId(name), arrived_at=WEDNESDAY, mode="cool") for name in ("ac", "hall-ac")]
    state = step(state, heard(*said), WEDNESDAY).state
    now = WEDNESDAY + timedelta(seconds=5)
    weather = Environment(device=ROOF.id, arrived_at=now, outdoor_celsius=25.0)
    assert {key[1] for key in step(state, heard(weather), now).state.cases} == {"ac", "hall-ac"}

"""The setpoint rule, 国办发〔2007〕42号: which setpoint counts, on which side, and what is asked for instead."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from changed import replace
from offices import WEDNESDAY, ac, cooling, heard, office

from policies.rules.setpoint_limit import SetpointLimit, legal_setpoint
from policies.step import step
from sensors.commands import SetSetpoint
from sensors.device import DeviceId, Traits
from sensors.readings import Climate

RULE = SetpointLimit(name="setpoints")


def verdicts(reading: Climate, **device: Any) -> list[tuple[str, float | None]]:
    """(side, corrected to) of every finding after this one reading."""
    state = step(office(ac(**device), policies=[RULE]), heard(reading), WEDNESDAY).state
    found = []
    for finding in RULE.judge(state.office, WEDNESDAY):
        remedy = finding.remedy
        assert remedy is None or isinstance(remedy, SetSetpoint)
        found.append((finding.evidence[0].quantity.split("_")[0], None if remedy is None else remedy.celsius))
    return found


def said(**fields: object) -> Climate:
    return Climate(device=DeviceId("ac"), arrived_at=WEDNESDAY, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        pytest.param(said(mode="cool", cooling_setpoint_celsius=26.0), [], id="exactly the limit is legal"),
        pytest.param(said(mode="cool", cooling_setpoint_celsius=25.9), [("cooling", 26.0)], id="a tenth below is not"),
        pytest.param(said(mode="heat", heating_setpoint_celsius=20.0), [], id="heating at the limit is legal"),
        pytest.param(said(mode="heat", heating_setpoint_celsius=20.1), [("heating", 20.0)], id="a tenth above is not"),
        pytest.param(
            said(mode="heat", heating_setpoint_celsius=16.0), [], id="the saving direction is never corrected"
        ),
        pytest.param(said(mode="cool", cooling_setpoint_celsius=30.0), [], id="nor is a warm summer"),
        pytest.param(
            said(mode="cool", heating_setpoint_celsius=23.0),
            [("cooling", 26.0)],
            id="cools by a setpoint named heating",
        ),
        pytest.param(
            said(mode="cool", cooling_setpoint_celsius=26.0, heating_setpoint_celsius=22.0),
            [],
            id="while cooling the heating setpoint says nothing",
        ),
        pytest.param(
            said(mode="heat", cooling_setpoint_celsius=22.0, heating_setpoint_celsius=20.0),
            [],
            id="while heating the cooling setpoint says nothing",
        ),
        pytest.param(
            said(mode="heat", cooling_setpoint_celsius=24.0), [], id="no heating setpoint, no heating verdict"
        ),
        pytest.param(
            said(mode="heat_cool", cooling_setpoint_celsius=24.0, heating_setpoint_celsius=19.0),
            [("cooling", 26.0)],
            id="both sides of a band are checked: the cooling one",
        ),
        pytest.param(
            said(mode="auto", cooling_setpoint_celsius=27.0, heating_setpoint_celsius=21.0),
            [("heating", 20.0)],
            id="both sides of a band are checked: the heating one",
        ),
        pytest.param(said(mode="auto", setpoint_celsius=23.0), [], id="auto with one setpoint and no action: unknown"),
        pytest.param(
            said(mode="auto", setpoint_celsius=23.0, action="cooling"), [("cooling", 26.0)], id="auto that is cooling"
        ),
        pytest.param(
            said(mode="auto", setpoint_celsius=23.0, action="heating"), [("heating", 20.0)], id="auto that is heating"
        ),
        pytest.param(said(mode="auto", setpoint_celsius=23.0, action="idle"), [], id="auto that rests: unknown"),
        pytest.param(
            said(action="cooling", cooling_setpoint_celsius=20.0), [("cooling", 26.0)], id="unknown mode, seen cooling"
        ),
        pytest.param(said(cooling_setpoint_celsius=20.0), [], id="unknown mode gives no verdict"),
        pytest.param(said(mode="dry", setpoint_celsius=18.0), [], id="drying has no limit"),
        pytest.param(said(mode="fan_only", setpoint_celsius=18.0), [], id="a fan has no limit"),
        pytest.param(said(mode="off", cooling_setpoint_celsius=18.0), [], id="off has no limit"),
        pytest.param(
            said(mode="cool", is_on=False, cooling_setpoint_celsius=18.0),
            [],
            id="a power key that says off beats the mode",
        ),
        pytest.param(said(mode="cool"), [], id="no setpoint, no verdict"),
        pytest.param(said(mode="cool", cooling_setpoint_celsius=18.0, live=False), [], id="last known is no evidence"),
        pytest.param(said(mode="cool", setpoint_celsius=(78.8 - 32) / 1.8), [], id="78.8 °F is 26 °C"),
        pytest.param(said(mode="cool", setpoint_celsius=(79 - 32) / 1.8), [], id="79 °F passes"),
        pytest.param(said(mode="cool", setpoint_celsius=(78 - 32) / 1.8), [("cooling", 26.0)], id="78 °F does not"),
    ],
)
def test_the_limit_follows_what_the_unit_is_doing(reading: Climate, expected: list[tuple[str, float | None]]) -> None:
    assert verdicts(reading) == expected


@pytest.mark.parametrize(
    ("side", "limit", "step_celsius", "low", "high", "expected"),
    [
        pytest.param("cooling", 26.0, 0.5, 16, 30, 26.0, id="the limit itself where the step allows"),
        pytest.param("cooling", 26.0, 0.4, 16, 30, 26.0, id="65 steps of 0.4"),
        pytest.param("cooling", 26.0, 0.7, 16, 30, 26.6, id="up, away from the violation"),
        pytest.param("cooling", 25.5, 1.0, 16, 30, 26.0, id="whole degrees: up"),
        pytest.param("heating", 20.0, 0.7, 5, 30, 19.6, id="down, away from the violation"),
        pytest.param("heating", 19.5, 1.0, 5, 30, 19.0, id="whole degrees: down"),
        pytest.param("cooling", 26.0, 0.5, 27, 30, 27.0, id="not below what the unit can"),
        pytest.param("heating", 20.0, 0.5, 5, 19, 19.0, id="not above what the unit can"),
        pytest.param("cooling", 26.0, 0.5, 16, 25, None, id="a unit that cannot be legal: a person has to"),
        pytest.param("heating", 20.0, 0.5, 21, 30, None, id="nor this one"),
        pytest.param("cooling", 26.0, 0.1, 16, 30, 26.0, id="binary fractions do not push it one step on"),
    ],
)
def test_a_correction_is_rounded_to_the_step_towards_the_legal_side(
    side: str, limit: float, step_celsius: float, low: float, high: float, expected: float | None
) -> None:
    device = ac(step_celsius=step_celsius, minimum_celsius=low, maximum_celsius=high)
    assert legal_setpoint(side, limit, device, None) == expected  # type: ignore[arg-type]


def test_what_a_device_announced_counts_before_what_was_configured() -> None:
    traits = Traits(minimum_celsius=18.0, maximum_celsius=30.0, step_celsius=1.0)
    assert legal_setpoint("cooling", 25.5, ac(step_celsius=0.5, maximum_celsius=25), traits) == 26.0


def test_a_device_that_fell_silent_gets_no_verdict() -> None:
    state = step(office(ac(), policies=[RULE]), heard(cooling(WEDNESDAY, 22.0)), WEDNESDAY).state
    last = WEDNESDAY + timedelta(seconds=3600)
    assert list(RULE.judge(state.office, last))
    assert not list(RULE.judge(state.office, last + timedelta(microseconds=1)))


def test_a_last_known_setpoint_under_a_live_mode_is_no_evidence() -> None:
    old = said(cooling_setpoint_celsius=20.0, live=False)
    state = step(office(ac()), heard(old, said(mode="cool")), WEDNESDAY).state
    assert not list(RULE.judge(state.office, WEDNESDAY))


def test_a_policy_holds_only_in_its_zones() -> None:
    elsewhere = RULE.model_copy(update={"zones": ("canteen",)})
    state = step(office(ac()), heard(cooling(WEDNESDAY, 22.0)), WEDNESDAY).state
    assert list(RULE.judge(state.office, WEDNESDAY))
    assert not list(elsewhere.judge(state.office, WEDNESDAY))


def test_the_evidence_names_the_setpoint_and_the_words_name_the_limit() -> None:
    state = step(office(ac()), heard(cooling(WEDNESDAY, 22.0)), WEDNESDAY).state
    (finding,) = RULE.judge(state.office, WEDNESDAY)
    assert [(item.quantity, item.value) for item in finding.evidence] == [
        ("cooling_setpoint_celsius", 22.0),
        ("mode", "cool"),
    ]
    assert str(finding.verdict) == "cooling is set to 22.0, below 26.0"


def test_a_limit_may_be_stricter_but_stays_plausible() -> None:
    assert SetpointLimit(name="spain", cooling_minimum_celsius=27, heating_maximum_celsius=19).breaks("cooling", 26.5)
    with pytest.raises(ValueError, match="less than or equal to 32"):
        SetpointLimit(name="x", cooling_minimum_celsius=60)


def test_replace_keeps_the_state_immutable() -> None:
    state = office(ac())
    with pytest.raises(AttributeError):
        state.office.site = replace(state.office.site)  # type: ignore[misc]
    with pytest.raises(AttributeError):
        cooling(WEDNESDAY, 20.0).mode = "off"  # type: ignore[misc]
    assert msgspec.structs.replace(cooling(WEDNESDAY, 20.0), mode="off").mode == "off"

"""What stands between a decision and a command: each guard refuses for its own named reason, and only then."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from offices import EVENING, ROOM, Run, ac, cooling, heard, local, office, plug, power

from policies.control.case import RefusalReason
from policies.control.effects import Notify, Publish
from policies.control.guards import GUARDS
from policies.control.lifecycle import begin
from policies.control.memory import Memory
from policies.control.request import Request
from policies.inputs import Asked, Tick
from policies.office.requests import Exempt, Extend, SetMode, Silence
from policies.rules.after_hours_power import AfterHoursPower
from policies.rules.setpoint_limit import SetpointLimit
from policies.state import State
from sensors.device import Address, Device, DeviceId
from sensors.readings import Occupancy

EVENINGS = AfterHoursPower(name="evenings", mode="enforce", grace="0s", warn="0s")


def outcome(state: State, watts: float | None = 40.0) -> tuple[RefusalReason | None, int]:
    """(the refusal of the evening's case, commands sent) for a plug that was left on."""
    run = Run(state, EVENING)
    run.at(0, *heard(power(EVENING, on=True, watts=watts)))
    refusals = [case.refusal.reason for case in run.state.cases.values() if case.refusal]
    return (refusals[0] if refusals else None, sum(isinstance(effect, Publish) for effect in run.effects))


@pytest.mark.parametrize(
    ("device", "mode", "watts", "expected"),
    [
        pytest.param({}, "enforce", 40.0, (None, 1), id="an allowed plug goes off"),
        pytest.param({}, "watch", 40.0, ("shadow", 0), id="a new policy watches"),
        pytest.param({"switchable": False}, "enforce", 40.0, ("not_switchable", 0), id="nobody allowed it"),
        pytest.param({"busy_watts": 40.0}, "enforce", 40.0, (None, 1), id="at the busy floor it rests"),
        pytest.param({"busy_watts": 39.9}, "enforce", 40.0, ("busy", 0), id="above it, it works"),
        pytest.param({"busy_watts": 60.0}, "enforce", None, ("busy_unknown", 0), id="unseen work counts as work"),
        pytest.param({"never_off": True}, "enforce", 40.0, (None, 0), id="never-off is no case at all"),
        pytest.param({"load": "server"}, "enforce", 40.0, (None, 0), id="nor is a server"),
    ],
)
def test_a_switch_off_is_refused_by_name(
    device: dict[str, Any], mode: str, watts: float | None, expected: tuple[str, int]
) -> None:
    policy = EVENINGS.model_copy(update={"mode": mode})
    assert outcome(office(plug(**device), policies=[policy]), watts) == expected


def test_every_guard_of_the_list_is_named_by_a_test() -> None:
    source = "".join(
        Path(__file__).with_name(name).read_text()
        for name in ("test_guards.py", "test_lifecycle.py", "test_guards_of_crowds.py")
    )
    assert [guard.__name__ for guard in GUARDS if f'"{guard.__name__}"' not in source] == []


def test_never_off_refuses_even_a_rule_that_forgot_it() -> None:
    guard = next(guard for guard in GUARDS if guard.__name__ == "never_off")
    request = _request(plug(never_off=True))
    refusal = guard(request)
    assert refusal is not None
    assert refusal.reason == "never_off"


def _request(device: Device) -> Request:
    state = office(plug(), policies=[EVENINGS])
    run = Run(state, EVENING)
    run.at(0, *heard(power(EVENING, on=True, watts=40.0)))
    (case,) = run.state.cases.values()
    assert case.finding.remedy is not None
    fresh = begin(case.finding, EVENINGS, EVENING)
    return Request(fresh, case.finding.remedy, device, EVENINGS, run.state.office, Memory(), EVENING)


def test_leave_suspends_until_it_ends_by_itself() -> None:
    run = Run(office(plug(), policies=[EVENINGS]), EVENING)
    leave = Extend(id="o1", zone=ROOM, until=EVENING + timedelta(seconds=600), why="late shift")
    run.at(0, Asked(leave, "li"), *heard(power(EVENING, on=True, watts=40.0)))
    (case,) = run.state.cases.values()
    assert (case.phase, case.refusal and case.refusal.reason) == ("suspended", "override")
    run.at(599)
    assert not [effect for effect in run.effects if isinstance(effect, Publish)]
    run.at(600)
    assert [effect for effect in run.effects if isinstance(effect, Publish)]


def test_leave_one_second_before_the_act_wins() -> None:
    policy = EVENINGS.model_copy(update={"warn": timedelta(minutes=10)})
    run = Run(office(plug(silent_after_seconds=9000.0), policies=[policy]), EVENING)
    run.at(0, *heard(power(EVENING, on=True, watts=40.0)))
    run.at(599, Asked(Extend(id="o1", zone=ROOM, until=EVENING + timedelta(hours=1), why=""), "li"))
    run.at(600)
    run.at(3599, Tick())
    assert not [effect for effect in run.effects if isinstance(effect, Publish)]
    run.at(3600)
    run.at(4199)
    assert not [effect for effect in run.effects if isinstance(effect, Publish)], "people are warned again after leave"
    run.at(4200)
    assert [effect for effect in run.effects if isinstance(effect, Publish)]


def test_leave_for_another_device_is_no_leave() -> None:
    run = Run(office(plug(), policies=[EVENINGS]), EVENING)
    other = Extend(id="o1", zone=ROOM, until=EVENING + timedelta(hours=1), why="", device=DeviceId("lamp"))
    run.at(0, Asked(other, "li"), *heard(power(EVENING, on=True, watts=40.0)))
    assert [effect for effect in run.effects if isinstance(effect, Publish)]


def sensor(name: str = "pir") -> Device:
    return Device(
        id=DeviceId(name),
        kind="occupancy",
        address=Address("zigbee2mqtt", name),
        zone=ROOM,
        silent_after_seconds=90000.0,
    )


@pytest.mark.parametrize(("seen", "live", "refused"), [(True, True, True), (False, True, False), (True, False, False)])
def test_nothing_goes_off_over_somebodys_head_even_if_a_rule_forgets_it(seen: bool, live: bool, refused: bool) -> None:
    run = Run(office(plug(), sensor(), policies=[EVENINGS]), EVENING)
    run.at(0, *heard(Occupancy(device=DeviceId("pir"), arrived_at=EVENING, occupied=seen, live=live)))
    guard = next(guard for guard in GUARDS if guard.__name__ == "occupied")
    refusal = guard(replace(_request(plug()), office=run.state.office))
    assert (refusal is not None and refusal.reason == "occupied") is refused


@pytest.mark.parametrize(
    ("evening", "reason"),
    [
        pytest.param("2026-10-09 18:30", None, id="2026 is official"),
        pytest.param("2027-10-08 18:30", "unknown_day", id="2027 is a guess near its holidays"),
        pytest.param("2027-07-14 18:30", None, id="far from them a Wednesday is a Wednesday"),
    ],
)
def test_on_a_day_nobody_vouches_for_nothing_is_switched_off(evening: str, reason: str | None) -> None:
    now = local(evening)
    run = Run(office(plug(), policies=[EVENINGS], country="CN"), now)
    run.at(0, *heard(power(now, on=True, watts=40.0)))
    (case,) = run.state.cases.values()
    assert (case.refusal and case.refusal.reason) == reason


def test_setpoint_writes_are_a_minute_apart_and_six_an_hour() -> None:
    """Two policies on one unit, so that neither's own count of corrections comes first."""
    policies = [
        SetpointLimit(name=f"p{number}", mode="enforce", grace="0s", give_way_after=20, zones=None)
        for number in range(8)
    ]
    run = Run(office(ac(), policies=policies), EVENING)
    run.at(0, *heard(cooling(EVENING, 23.0)))
    assert sum(isinstance(effect, Publish) for effect in run.effects) == 1
    assert {case.refusal.reason for case in run.state.cases.values() if case.refusal} == {"write_rate"}
    run.at(59)
    assert sum(isinstance(effect, Publish) for effect in run.effects) == 1
    sent_at = []
    for second in range(60, 3600, 5):
        sent_at += [second for effect in run.at(second) if isinstance(effect, Publish)]
    assert sent_at[:3] == [60, 120, 180]
    assert len(sent_at) + 1 == 6


def test_an_after_hours_command_dies_before_the_zone_opens_again() -> None:
    opening = local("2026-07-16 08:30")
    run = Run(office(plug(), policies=[EVENINGS]), opening - timedelta(seconds=20))
    (publish,) = [
        effect for effect in run.at(0, *heard(power(run.start, on=True, watts=40.0))) if isinstance(effect, Publish)
    ]
    assert publish.command.expires_at == opening
    run.at(20)
    assert not run.state.cases


def test_an_exemption_suspends_with_its_approver_until_it_ends() -> None:
    run = Run(office(plug(), policies=[EVENINGS]), EVENING)
    until = EVENING + timedelta(seconds=600)
    free = Exempt("e1", ROOM, until, "process", approved_by="Director Wang", document="2026-17")
    run.at(0, Asked(free, "chen"), *heard(power(EVENING, on=True, watts=40.0)))
    (case,) = run.state.cases.values()
    assert (case.phase, case.refusal and case.refusal.reason) == ("suspended", "exempt")
    assert "Director Wang" in str(case.refusal and case.refusal.words)
    run.at(600)
    assert [effect for effect in run.effects if isinstance(effect, Publish)]


def test_an_exemption_from_another_policy_frees_nobody() -> None:
    run = Run(office(plug(), policies=[EVENINGS]), EVENING)
    free = Exempt("e1", ROOM, EVENING + timedelta(hours=1), "process", "Wang", "17", policies=("setpoints",))
    run.at(0, Asked(free, "chen"), *heard(power(EVENING, on=True, watts=40.0)))
    assert [effect for effect in run.effects if isinstance(effect, Publish)]


def test_a_watching_policy_acts_once_somebody_has_said_so_and_stops_again() -> None:
    run = Run(office(plug(), policies=[EVENINGS.model_copy(update={"mode": "watch"})]), EVENING)
    run.at(0, *heard(power(EVENING, on=True, watts=40.0)))
    assert not [effect for effect in run.effects if isinstance(effect, Publish)]
    run.at(1, Asked(SetMode("evenings", "enforce", "watched for two weeks"), "chen"))
    assert [effect for effect in run.effects if isinstance(effect, Publish)]
    run.at(2, Asked(SetMode("evenings", "watch", "too many complaints"), "chen"))
    before = len(run.effects)
    run.at(2000, *heard(power(EVENING + timedelta(seconds=2000), on=True, watts=40.0)))
    assert not [effect for effect in run.effects[before:] if isinstance(effect, Publish)]


def test_a_mute_silences_the_notice_and_nothing_else() -> None:
    policy = EVENINGS.model_copy(update={"warn": timedelta(minutes=10)})
    run = Run(office(plug(), policies=[policy]), EVENING)
    quiet = Silence("m1", ROOM, EVENING + timedelta(hours=1), "the fitters know")
    run.at(0, Asked(quiet, "chen"), *heard(power(EVENING, on=True, watts=40.0)))
    run.at(600)
    assert not [effect for effect in run.effects if isinstance(effect, Notify)]
    assert [effect for effect in run.effects if isinstance(effect, Publish)]

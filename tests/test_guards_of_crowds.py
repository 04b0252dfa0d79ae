"""Guards that look beyond one reading: lots, compressors, plugs of air conditioners, crowds, gateways, signs of work."""

from datetime import timedelta
from typing import Any

import pytest
from offices import EVENING, ROOM, Run, ac, heard, local, office, plug, power

from policies.control.effects import Notify, Publish
from policies.control.guards_of_people import SAFE_TO_LEAVE_ON
from policies.control.pace import BURST, SPACING
from policies.inputs import Asked, Tick
from policies.office.requests import AllowCrowd
from policies.rules.after_hours_power import AfterHoursPower
from policies.rules.silent_device import SilentDevice
from sensors.device import Address, Device, DeviceId
from sensors.readings import Busy, Climate, Power

NOW = AfterHoursPower(name="evenings", mode="enforce", grace="0s", warn="0s", hold_out_share=0, most_share=1)


def sent(run: Run) -> list[str]:
    return [str(effect.command.device) for effect in run.effects if isinstance(effect, Publish)]


def reason(run: Run, device: str = "plug") -> str | None:
    found = [case.refusal.reason for case in run.state.cases.values() if case.refusal and case.device == device]
    return found[0] if found else None


# lots


def test_one_night_in_twenty_a_safe_load_stays_on_by_lot_and_the_lot_can_be_drawn_again() -> None:
    devices = [plug(f"p{number}", silent_after_seconds=1e6) for number in range(200)]
    policy = NOW.model_copy(update={"hold_out_share": 0.05})

    def night(days: int) -> set[str]:
        run = Run(office(*devices, policies=[policy]), EVENING + timedelta(days=days))
        run.at(0, *heard(*(power(run.start, True, 40.0, device.id) for device in devices)))
        return {
            str(case.device) for case in run.state.cases.values() if case.refusal and case.refusal.reason == "hold_out"
        }

    first, again, second = night(0), night(0), night(1)
    assert first == again
    assert first != second
    assert 2 <= len(first) <= 24


def test_lots_are_drawn_for_safe_loads_only() -> None:
    devices = [plug(f"p{number}", load="other") for number in range(100)]
    policy = NOW.model_copy(update={"hold_out_share": 0.5})
    run = Run(office(*devices, policies=[policy]), EVENING)
    run.at(0, *heard(*(power(EVENING, True, 40.0, device.id) for device in devices)))
    assert "other" not in SAFE_TO_LEAVE_ON
    assert len(sent(run)) == 100


# compressors


def unit(at: float, mode: str) -> Climate:
    return Climate(device=DeviceId("ac"), arrived_at=EVENING + timedelta(seconds=at), mode=mode)  # type: ignore[arg-type]


def test_a_unit_that_has_just_started_runs_five_minutes() -> None:
    run = Run(office(ac(switchable=True), policies=[NOW]), EVENING)
    run.at(0, *heard(unit(0, "cool")))
    assert reason(run, "ac") == "compressor"
    run.at(299)
    assert not sent(run)
    run.at(300)
    assert sent(run) == ["ac"]


def test_a_unit_that_starts_too_often_is_left_alone_for_the_hour() -> None:
    day = local("2026-07-15 17:00")
    run = Run(office(ac(switchable=True, silent_after_seconds=1e5), policies=[NOW]), day)
    for number in range(4):
        for offset, mode in ((0, "off"), (60, "cool")):
            at = number * 600 + offset
            reading = Climate(device=DeviceId("ac"), arrived_at=day + timedelta(seconds=at), mode=mode)  # type: ignore[arg-type]
            run.at(at, *heard(reading))
    run.at(3600, Tick())
    assert reason(run, "ac") == "compressor"
    assert run.wake_at == day + timedelta(seconds=3660), "an hour after the first of the four starts"
    run.at(3659)
    assert not sent(run)
    run.at(3660)
    assert sent(run) == ["ac"]


@pytest.mark.parametrize(
    ("watts", "refused"),
    [(3.0, None), (5.0, None), (5.1, "inverter_plug"), (900.0, "inverter_plug"), (None, "inverter_plug")],
)
def test_the_plug_of_an_air_conditioner_is_cut_only_at_rest(watts: float | None, refused: str | None) -> None:
    run = Run(office(plug(load="air_conditioner"), policies=[NOW]), EVENING)
    run.at(0, *heard(power(EVENING, True, watts)))
    assert reason(run) == refused
    assert bool(sent(run)) is (refused is None)


# signs of work


def terminal(seconds: float = 600.0) -> Device:
    return Device(
        id=DeviceId("till"),
        kind="occupancy",
        address=Address("mapped", "till"),
        zone=ROOM,
        silent_after_seconds=seconds,
    )


def test_business_in_progress_is_not_cut() -> None:
    run = Run(office(plug(busy_signs=("till",)), terminal(), policies=[NOW]), EVENING)
    run.at(0, *heard(Busy(device=DeviceId("till"), arrived_at=EVENING, busy=True), power(EVENING, True, 40.0)))
    assert (reason(run), sent(run)) == ("busy", [])
    run.at(60, *heard(Busy(device=DeviceId("till"), arrived_at=EVENING + timedelta(seconds=60), busy=False)), Tick())
    assert sent(run) == ["plug"]


def test_a_sign_of_work_that_fell_silent_is_believed_half_an_hour_and_is_a_case() -> None:
    quiet = SilentDevice(name="silent", grace="0s")
    run = Run(office(plug(busy_signs=("till",), silent_after_seconds=1e5), terminal(), policies=[NOW, quiet]), EVENING)
    run.at(0, *heard(Busy(device=DeviceId("till"), arrived_at=EVENING, busy=True), power(EVENING, True, 40.0)))
    run.at(601, Tick())
    assert reason(run) == "busy_stale"
    assert any(case.policy == "silent" for case in run.state.cases.values())
    run.at(2399, Tick())
    assert not sent(run)
    run.at(2401)
    assert sent(run) == ["plug"]


# crowds


def crowd(number: int, on: int, **fields: Any) -> Run:
    devices = [plug(f"p{count:03}") for count in range(number)]
    policy = NOW.model_copy(update={"most_share": 0.6, **fields})
    run = Run(office(*devices, policies=[policy]), EVENING)
    readings = [power(EVENING, count < on, 40.0 if count < on else 0.0, f"p{count:03}") for count in range(number)]
    run.at(0, *heard(*readings))
    return run


@pytest.mark.parametrize(
    ("number", "on", "goes"),
    [
        pytest.param(100, 60, True, id="sixty of a hundred is an evening"),
        pytest.param(100, 61, False, id="sixty-one is not"),
        pytest.param(10, 10, True, id="few devices need no question"),
        pytest.param(11, 11, False, id="eleven of eleven do"),
    ],
)
def test_more_than_the_expected_share_at_once_needs_a_person(number: int, on: int, goes: bool) -> None:
    run = crowd(number, on)
    assert len(sent(run)) == (on if goes else 0)
    if not goes:
        assert reason(run, "p000") == "blast_radius"
        run.at(5, Asked(AllowCrowd("evenings", EVENING + timedelta(hours=1), "move-out day"), "chen"))
        assert len(sent(run)) == on


# gateways


def test_a_gateway_takes_its_commands_one_by_one_and_the_largest_load_first() -> None:
    devices = [plug(f"p{number:02}", gateway="zigbee2mqtt") for number in range(20)]
    run = Run(office(*devices, policies=[NOW]), EVENING)
    run.at(0, *heard(*(power(EVENING, True, 10.0 + number, f"p{number:02}") for number in range(20))))
    assert sent(run) == [f"p{number:02}" for number in range(19, 19 - BURST, -1)]
    assert reason(run, "p00") == "gateway_rate"
    seconds = 0.0
    while len(sent(run)) < 20:
        before = len(sent(run))
        assert run.wake_at - run.start <= timedelta(seconds=seconds) + SPACING, (
            "it asks to be woken when the next may go"
        )
        seconds = (run.wake_at - run.start).total_seconds()
        run.at(seconds)
        assert len(sent(run)) == before + 1
    assert sent(run) == [f"p{number:02}" for number in range(19, -1, -1)]
    assert seconds == pytest.approx((20 - BURST) * SPACING.total_seconds(), abs=0.01)


# silence


def test_a_silent_device_is_a_case_once_and_closes_once() -> None:
    run = Run(office(plug(silent_after_seconds=600.0), policies=[SilentDevice(name="silent", grace="10m")]), EVENING)
    run.at(0, *heard(power(EVENING, False, 0.0)))
    for second in range(60, 4000, 60):
        run.at(second, Tick())
    assert [effect.what for effect in run.effects if not isinstance(effect, Notify | Publish)] == ["opened", "refused"]  # type: ignore[union-attr]
    run.at(4000, *heard(Power(device=DeviceId("plug"), arrived_at=EVENING + timedelta(seconds=4000), is_on=False)))
    run.at(4060, Tick())
    assert [case.outcome for case in run.state.recent] == ["cleared"]

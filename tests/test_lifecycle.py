"""Grace, command, proof, retry, stuck, escalated: series of (seconds, what is heard, what follows), boundaries included."""

from collections.abc import Sequence
from typing import Any

import pytest
from offices import EVENING, WEDNESDAY, Run, ac, cooling, heard, office, plug, power

from policies.control.effects import Notify, Publish, Record
from policies.inputs import NotSent, Tick
from policies.policy import Policy
from policies.rules.after_hours_power import AfterHoursPower
from policies.rules.setpoint_limit import SetpointLimit
from sensors.commands import SetSetpoint
from sensors.device import DeviceId
from sensors.readings import CommandReply

SETPOINTS = SetpointLimit(
    name="setpoints", mode="enforce", grace="5m", confirm_within="3m", retry_after="1m", attempts=2
)
EVENINGS = AfterHoursPower(
    name="evenings", mode="enforce", grace="5m", warn="10m", confirm_within="3m", retry_after="1m", attempts=2
)


def told(run: Run) -> list[str]:
    """The effects, as a person would list them."""
    lines = []
    for effect in run.effects:
        if isinstance(effect, Publish):
            remedy = effect.command.remedy
            lines.append(f"set {remedy.celsius}" if isinstance(remedy, SetSetpoint) else "switch off")
        elif isinstance(effect, Record):
            lines.append(effect.what)
        elif isinstance(effect, Notify):
            lines.append(f"tell {effect.to}")
    return lines


Row = tuple[float, float | None]


def walk(rows: Sequence[Row], policy: Policy = SETPOINTS, **device: Any) -> list[str]:
    run = Run(office(ac(**device), policies=[policy]), WEDNESDAY)
    for seconds, celsius in rows:
        now = run.start.__class__.fromtimestamp(run.start.timestamp() + seconds, tz=run.start.tzinfo)
        run.at(seconds, *([Tick()] if celsius is None else heard(cooling(now, celsius))))
    return told(run)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([(0, 23.0), (299, 23.0)], [], id="nothing within the grace"),
        pytest.param(
            [(0, 23.0), (299, None), (300, None)], ["opened", "commanded", "set 26.0"], id="acts when the grace ends"
        ),
        pytest.param([(0, 23.0), (301, None)], ["opened", "commanded", "set 26.0"], id="a late tick acts as well"),
        pytest.param(
            [(0, 23.0), (299, 26.0), (300, None), (900, None)], [], id="mended within the grace: nothing was wrong"
        ),
        pytest.param(
            [(0, 23.0), (200, 26.0), (201, 23.0), (500, None)], [], id="a pause restarts the grace: 299 s after it"
        ),
        pytest.param(
            [(0, 23.0), (200, 26.0), (201, 23.0), (501, None)],
            ["opened", "commanded", "set 26.0"],
            id="a pause restarts the grace: 300 s after it",
        ),
        pytest.param(
            [(0, 23.0), (100, 24.0), (300, None)],
            ["opened", "commanded", "set 26.0"],
            id="another wrong value goes on counting",
        ),
        pytest.param(
            [(0, 23.0), (300, None), (302, 26.0)],
            ["opened", "commanded", "set 26.0", "proved"],
            id="proved by the device's word",
        ),
        pytest.param(
            [(0, 23.0), (300, None), (302, 26.25)],
            ["opened", "commanded", "set 26.0", "proved"],
            id="within half a step is proved",
        ),
        pytest.param(
            [(0, 23.0), (300, None), (302, 27.0)],
            ["opened", "commanded", "set 26.0", "closed"],
            id="legal, but not what was asked: somebody else; not proved",
        ),
        pytest.param(
            [(0, 23.0), (300, None), (479, 23.0)],
            ["opened", "commanded", "set 26.0"],
            id="disobedience is not judged early",
        ),
        pytest.param(
            [(0, 23.0), (300, None), (480, 23.0)],
            ["opened", "commanded", "set 26.0", "failed"],
            id="disobedience is judged when the time for proof is over",
        ),
        pytest.param(
            [(0, 23.0), (300, None), (480, 23.0), (539, 23.0)],
            ["opened", "commanded", "set 26.0", "failed"],
            id="the second attempt waits its pause",
        ),
        pytest.param(
            [(0, 23.0), (300, None), (480, 23.0), (540, 23.0)],
            ["opened", "commanded", "set 26.0", "failed", "commanded", "set 26.0"],
            id="the second attempt comes after its pause",
        ),
        pytest.param(
            [(0, 23.0), (300, None), (480, 23.0), (500, 26.0)],
            ["opened", "commanded", "set 26.0", "failed", "proved"],
            id="a late proof between two attempts counts",
        ),
        pytest.param(
            [(0, 23.0), (300, None), (480, 23.0), (540, 23.0), (720, 23.0)],
            ["opened", "commanded", "set 26.0", "failed", "commanded", "set 26.0", "tell owner", "stuck"],
            id="after the last attempt it is stuck and has an owner",
        ),
        pytest.param(
            [(0, 23.0), (300, None), (480, 23.0), (540, 23.0), (720, 23.0), (2519, 23.0), (2520, 23.0), (9000, 23.0)],
            [
                "opened",
                "commanded",
                "set 26.0",
                "failed",
                "commanded",
                "set 26.0",
                "tell owner",
                "stuck",
                "tell manager",
                "escalated",
                "tell lead",
                "escalated",
            ],
            id="nobody mends it: manager and lead hear of it once, and no third command",
        ),
        pytest.param(
            [(0, 23.0), (300, None), (480, 23.0), (540, 23.0), (720, 23.0), (2519, 23.0)],
            ["opened", "commanded", "set 26.0", "failed", "commanded", "set 26.0", "tell owner", "stuck"],
            id="the owner has his time before the manager hears of it",
        ),
        pytest.param(
            [(0, 23.0), (300, None), (480, 23.0), (540, 23.0), (720, 23.0), (800, 26.0)],
            ["opened", "commanded", "set 26.0", "failed", "commanded", "set 26.0", "tell owner", "stuck", "proved"],
            id="a stuck case closes when it shows after all",
        ),
        pytest.param(
            [(0, 23.0), (300, None), (480, 23.0), (540, 23.0), (720, 23.0), (800, 27.0)],
            ["opened", "commanded", "set 26.0", "failed", "commanded", "set 26.0", "tell owner", "stuck", "closed"],
            id="a stuck case closes when somebody sets another legal value",
        ),
    ],
)
def test_a_setpoint_case_moves_with_time_and_readings(rows: list[Row], expected: list[str]) -> None:
    assert walk(rows) == expected


def test_a_stuck_setpoint_case_ends_when_the_unit_is_switched_off() -> None:
    """Else it would count as hours of violation all night."""
    run = Run(office(ac(), policies=[SETPOINTS]), WEDNESDAY)
    for seconds in (0, 300, 480, 540, 720):
        now = run.start.__class__.fromtimestamp(run.start.timestamp() + seconds, tz=run.start.tzinfo)
        run.at(seconds, *heard(cooling(now, 23.0)))
    assert told(run)[-1] == "stuck"
    run.at(
        800,
        *heard(
            cooling(
                run.start.__class__.fromtimestamp(run.start.timestamp() + 800, tz=run.start.tzinfo), 23.0, mode="off"
            )
        ),
    )
    assert told(run)[-1] == "closed"


def test_the_engine_asks_to_be_woken_at_the_instant_that_matters() -> None:
    run = Run(office(ac(), policies=[SETPOINTS]), WEDNESDAY)
    run.at(0, *heard(cooling(WEDNESDAY, 23.0)))
    assert (run.wake_at - WEDNESDAY).total_seconds() == 300
    run.at(300)
    assert (run.wake_at - WEDNESDAY).total_seconds() == 480


def test_a_device_that_falls_silent_is_neither_mended_nor_commanded() -> None:
    rows: list[Row] = [(0, 23.0), (300, None), (480, None), (4000, None), (9000, None)]
    assert walk(rows, silent_after_seconds=400.0) == [
        "opened",
        "commanded",
        "set 26.0",
        "tell owner",
        "stuck",
        "tell manager",
        "escalated",
        "tell lead",
        "escalated",
    ]


def test_a_policy_that_watches_says_why_once_and_never_publishes() -> None:
    watching = SETPOINTS.model_copy(update={"mode": "watch"})
    rows: list[Row] = [(0, 23.0), (300, None), (330, None), (360, 23.0), (9000, 26.0)]
    assert walk(rows, watching) == ["opened", "refused", "closed"]


def test_a_unit_without_a_legal_setpoint_needs_a_person() -> None:
    assert walk([(0, 23.0), (300, None), (600, None)], maximum_celsius=25.0) == ["opened", "refused"]


def test_people_who_change_it_back_win_after_the_third_time() -> None:
    run = Run(office(ac(), policies=[SETPOINTS]), WEDNESDAY)
    for turn in range(6):
        at = turn * 1000
        run.at(at, *heard(cooling(WEDNESDAY.fromtimestamp(WEDNESDAY.timestamp() + at, tz=WEDNESDAY.tzinfo), 23.0)))
        run.at(at + 300)
        at += 310
        run.at(at, *heard(cooling(WEDNESDAY.fromtimestamp(WEDNESDAY.timestamp() + at, tz=WEDNESDAY.tzinfo), 26.0)))
    assert told(run).count("set 26.0") == 3
    refusals = [
        effect.case.refusal.reason for effect in run.effects if isinstance(effect, Record) and effect.case.refusal
    ]
    assert "give_way" in refusals


def test_a_command_the_gateway_refuses_is_tried_again_at_once_after_its_pause() -> None:
    run = Run(office(ac(), policies=[SETPOINTS]), WEDNESDAY)
    run.at(0, *heard(cooling(WEDNESDAY, 23.0)))
    run.at(300)
    no = CommandReply(
        device=DeviceId("ac"),
        arrived_at=WEDNESDAY.fromtimestamp(WEDNESDAY.timestamp() + 303, tz=WEDNESDAY.tzinfo),
        accepted=False,
        words="timeout",
    )
    run.at(303, *heard(no))
    run.at(362)
    assert told(run) == ["opened", "commanded", "set 26.0", "failed", "failed"]
    run.at(363)
    assert told(run)[-2:] == ["commanded", "set 26.0"]


def test_a_command_that_never_left_is_no_attempt_and_goes_again() -> None:
    run = Run(office(ac(), policies=[SETPOINTS]), WEDNESDAY)
    run.at(0, *heard(cooling(WEDNESDAY, 23.0)))
    (command,) = [effect.command for effect in run.at(300) if isinstance(effect, Publish)]
    run.at(301, NotSent(command.id, "the broker is away"))
    (case,) = run.state.cases.values()
    assert (case.attempts, case.phase, case.refusal and case.refusal.reason) == (0, "open", "not_sent")
    assert not [effect for effect in run.at(310) if isinstance(effect, Publish)]
    (again,) = [effect.command for effect in run.at(311) if isinstance(effect, Publish)]
    assert again.id == command.id


def test_a_device_without_words_for_it_is_left_to_a_person() -> None:
    run = Run(office(ac(), policies=[SETPOINTS]), WEDNESDAY)
    run.at(0, *heard(cooling(WEDNESDAY, 23.0)))
    (command,) = [effect.command for effect in run.at(300) if isinstance(effect, Publish)]
    run.at(301, NotSent(command.id, "no setpoint key", final=True))
    run.at(2000, Tick())
    assert told(run).count("set 26.0") == 1


def evening(rows: Sequence[tuple[float, bool | None, float | None]], **device: Any) -> list[str]:
    run = Run(office(plug(**device), policies=[EVENINGS]), EVENING)
    for seconds, on, watts in rows:
        now = run.start.__class__.fromtimestamp(run.start.timestamp() + seconds, tz=run.start.tzinfo)
        run.at(seconds, *([Tick()] if on is None and watts is None else heard(power(now, on, watts))))
    return told(run)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([(0, True, 40.0), (299, None, None)], [], id="the grace runs from closing time"),
        pytest.param([(0, True, 40.0), (300, None, None)], ["opened", "tell zone"], id="then people are warned"),
        pytest.param(
            [(0, True, 40.0), (300, None, None), (899, None, None)],
            ["opened", "tell zone"],
            id="a warning is a warning",
        ),
        pytest.param(
            [(0, True, 40.0), (300, None, None), (900, None, None)],
            ["opened", "tell zone", "commanded", "switch off"],
            id="then it goes off",
        ),
        pytest.param(
            [(0, True, 40.0), (300, None, None), (600, False, 0.5), (900, None, None)],
            ["opened", "tell zone", "closed"],
            id="somebody switches it off during the warning",
        ),
        pytest.param(
            [(0, True, 40.0), (300, None, None), (900, None, None), (902, False, 0.0)],
            ["opened", "tell zone", "commanded", "switch off", "proved"],
            id="off is proved by state and watts",
        ),
        pytest.param(
            [(0, True, None), (300, None, None), (900, None, None), (902, True, None)],
            ["opened", "tell zone", "commanded", "switch off"],
            id="without a meter: on is not off",
        ),
        pytest.param(
            [(0, True, None), (300, None, None), (900, None, None), (902, False, None)],
            ["opened", "tell zone", "commanded", "switch off", "proved"],
            id="without a meter: off by its word",
        ),
        pytest.param(
            [(0, True, 40.0), (300, None, None), (900, None, None), (902, False, None), (903, None, 5.0)],
            ["opened", "tell zone", "commanded", "switch off", "proved"],
            id="the standby ceiling itself is off",
        ),
        pytest.param(
            [(0, True, 40.0), (300, None, None), (900, None, None), (902, False, None), (903, None, 5.1)],
            ["opened", "tell zone", "commanded", "switch off"],
            id="a tenth of a watt above is not",
        ),
        pytest.param(
            [(0, True, 40.0), (300, None, None), (900, None, None), (902, False, None), (1080, None, None)],
            ["opened", "tell zone", "commanded", "switch off", "tell owner", "stuck"],
            id="reported off and nothing measured: not proved",
        ),
        pytest.param(
            [
                (0, True, 60.0),
                (300, None, None),
                (900, None, None),
                (902, False, 60.0),
                (910, False, 60.0),
                (1080, None, None),
                (1140, None, None),
                (1150, False, 60.0),
                (1320, None, None),
            ],
            [
                "opened",
                "tell zone",
                "commanded",
                "switch off",
                "failed",
                "commanded",
                "switch off",
                "tell owner",
                "stuck",
            ],
            id="a relay that says OFF and draws 60 W is never off",
        ),
    ],
)
def test_an_evening_case_warns_acts_and_proves(
    rows: list[tuple[float, bool | None, float | None]], expected: list[str]
) -> None:
    assert evening(rows) == expected


def test_watts_as_old_as_the_off_itself_accuse_nobody() -> None:
    assert evening([(0, False, 60.0), (600, None, None)]) == []
    assert evening([(0, False, 60.0), (10, False, 60.0), (310, None, None)])[0] == "opened"


def test_an_infrared_unit_is_commanded_and_never_proved() -> None:
    run = Run(office(ac(open_loop=True), policies=[SETPOINTS]), WEDNESDAY)
    run.at(0, *heard(cooling(WEDNESDAY, 23.0)))
    run.at(300)
    run.at(301, *heard(cooling(WEDNESDAY.fromtimestamp(WEDNESDAY.timestamp() + 301, tz=WEDNESDAY.tzinfo), 26.0)))
    run.at(480)
    assert told(run) == ["opened", "commanded", "set 26.0", "closed"]
    assert run.state.recent[0].outcome == "commanded"

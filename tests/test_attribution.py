"""Who changed it: ten thousand echoes and hands, shuffled; the power coming back; a unit that cuts what it is told."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from policies.control.attribution import Around, Cause, Change, attribute, wastes
from policies.control.memory import Sent
from sensors.commands import SetSetpoint, SwitchOff
from sensors.device import DeviceId

AC = DeviceId("ac")
AT = datetime(2026, 7, 15, 6, 0, tzinfo=UTC)


def change(seconds: float, before: float, after: float, via: str = "") -> Change:
    return Change(AC, AT + timedelta(seconds=seconds), "cooling_setpoint_celsius", before, after, via)


def sent(seconds: float, celsius: float) -> Sent:
    return Sent(AT + timedelta(seconds=seconds), "setpoints", 1, SetSetpoint(AC, celsius, "cooling"))


@pytest.mark.parametrize(
    ("changed", "around", "cause"),
    [
        pytest.param(change(2, 23.0, 26.0), Around(sent=[sent(0, 26.0)]), "ours", id="our echo"),
        pytest.param(change(2, 23.0, 26.25), Around(sent=[sent(0, 26.0)]), "ours", id="our echo, rounded by the unit"),
        pytest.param(change(900, 23.0, 26.0), Around(sent=[sent(0, 26.0)]), "ours", id="a sleepy unit's echo"),
        pytest.param(change(901, 23.0, 26.0), Around(sent=[sent(0, 26.0)]), "person", id="too late for an echo"),
        pytest.param(
            change(0, 23.0, 26.0), Around(sent=[sent(0, 26.0)]), "person", id="not after the command: no echo"
        ),
        pytest.param(change(2, 23.0, 24.0), Around(sent=[sent(0, 26.0)]), "person", id="another value than ours"),
        pytest.param(
            change(5, 24.0, 26.0),
            Around(sent=[sent(0, 26.0)], explained=frozenset({AT})),
            "person",
            id="a command explains one change",
        ),
        pytest.param(change(2, 26.0, 23.0), Around(), "person", id="a hand on the wall"),
        pytest.param(change(2, 26.0, 23.0, via="timer"), Around(), "controller", id="the device says it was a timer"),
        pytest.param(
            change(30, 26.0, 23.0),
            Around(returned_at=AT),
            "power_return",
            id="just back on the network: its own default",
        ),
        pytest.param(change(61, 26.0, 23.0), Around(returned_at=AT), "person", id="a minute later it is somebody"),
        pytest.param(
            change(5, 23.0, 25.0),
            Around(sent=[sent(0, 26.0)], limits_celsius=(16.0, 25.0)),
            "device",
            id="cut to its range",
        ),
        pytest.param(
            change(86400 * 3, 26.0, 22.0),
            Around(earlier=[change(86400 * day, 26.0, 22.0) for day in range(3)]),
            "controller",
            id="the same minute every day: a programme",
        ),
    ],
)
def test_a_change_has_one_cause(changed: Change, around: Around, cause: Cause) -> None:
    assert attribute(changed, around)[0] == cause


def test_off_is_explained_by_switch_off_alone() -> None:
    off = Change(AC, AT + timedelta(seconds=3), "mode", "cool", "off")
    assert attribute(off, Around(sent=[Sent(AT, "evenings", 1, SwitchOff(AC))]))[0] == "ours"
    assert attribute(off, Around(sent=[sent(0, 26.0)]))[0] == "person"


def test_of_ten_thousand_shuffled_echoes_and_hands_none_is_mistaken() -> None:
    """Echoes come 0.1 s to 14 min late and overtake each other; people turn it to other values in between."""
    chance = random.Random(20260715)
    wrong = 0
    for _ in range(10_000):
        commands = [sent(seconds, 26.0) for seconds in sorted(chance.uniform(0, 3000) for _ in range(3))]
        happened: list[tuple[Change, Cause]] = []
        for command in commands:
            late = chance.uniform(0.1, 800)
            at = (command.at - AT).total_seconds() + late
            happened.append((change(at, 23.0, 26.0 + chance.choice((0.0, 0.1, -0.2))), "ours"))
        for _ in range(3):
            to = chance.choice((21.0, 22.5, 23.0, 24.5, 25.0, 27.5))
            happened.append((change(chance.uniform(0, 3800), 26.0, to), "person"))
        happened.sort(key=lambda one: one[0].at)
        explained: frozenset[datetime] = frozenset()
        for changed, cause in happened:
            found, by = attribute(changed, Around(sent=commands, explained=explained))
            wrong += found != cause
            if by is not None:
                explained |= {by}
    assert wrong == 0


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (change(0, 26.0, 24.0), True),
        (change(0, 24.0, 26.0), False),
        (Change(AC, AT, "heating_setpoint_celsius", 20.0, 22.0), True),
        (Change(AC, AT, "heating_setpoint_celsius", 22.0, 20.0), False),
        (Change(AC, AT, "is_on", False, True), True),
        (Change(AC, AT, "is_on", True, False), False),
    ],
)
def test_only_the_wasting_direction_counts_against_anybody(changed: Change, expected: bool) -> None:
    assert wastes(changed) is expected

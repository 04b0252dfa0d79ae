"""Who changed it: ten thousand echoes and hands, shuffled; the power coming back; a unit that cuts what it is told."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from policies.control.attribution import Around, attribute, wastes
from policies.control.changes import Cause, Change
from policies.control.memory import Memory, Sent
from policies.control.observing import observe
from policies.office.calendar import Calendar, Hours
from policies.office.heard import Heard, Signal
from policies.office.office import Office
from policies.office.site import Site, Zone
from sensors.commands import SetSetpoint, SwitchOff
from sensors.device import Address, Device, DeviceId, ZoneId
from sensors.readings import Mode

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
        pytest.param(change(9, 26.0, 23.0, via="MQTT"), Around(), "controller", id="another program's MQTT"),
        pytest.param(change(2, 23.0, 26.0, via="MQTT"), Around(sent=[sent(0, 26.0)]), "ours", id="our MQTT"),
        pytest.param(change(9, 26.0, 23.0, via="init"), Around(), "power_return", id="so since the boot, it says"),
        pytest.param(
            change(9, 26.0, 23.0, via="button"), Around(returned_at=AT), "person", id="a button, whatever the power did"
        ),
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


UNIT = Device(AC, "climate", Address("mapped", "ac"), ZoneId("z"), minimum_celsius=16.0, maximum_celsius=30.0)
SITE = Site("hq", Calendar("Asia/Shanghai"), {ZoneId("z"): Zone(ZoneId("z"), Hours(((),) * 7))}, {AC: UNIT})


def said(celsius: float, at: datetime, *, live: bool = True, online: bool = True) -> Heard:
    return Heard(heard_at=at, available=online, cooling_setpoint_celsius=Signal(celsius, at, at, live))


def watched(*words: Heard, memory: Memory = Memory()) -> Memory:  # noqa: B008  immutable
    """What is remembered after the unit has said this, word by word."""
    was = words[0]
    for word in words[1:]:
        at = max(at for at in (word.heard_at, AT) if at is not None)
        memory = observe(memory, Office(SITE, {AC: was}), Office(SITE, {AC: word}), [AC], at)
        was = word
    return memory


def causes(memory: Memory) -> list[Cause]:
    return [one.cause for one in memory.changes.get(AC, ())]


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


OUR_26 = Memory(sent={AC: (Sent(AT, "setpoints", 1, SetSetpoint(AC, 26.0, "cooling")),)})


def test_our_echo_then_a_hand_is_one_revert_and_both_are_remembered() -> None:
    memory = watched(said(22, AT), said(26, later(3)), said(22, later(600)), memory=OUR_26)
    assert causes(memory) == ["ours", "person"]
    assert memory.changes[AC][0].by == AT
    assert memory.reverts[AC] == (later(600),)
    thrifty = watched(said(22, AT), said(26, later(3)), said(28, later(600)), memory=OUR_26)
    assert causes(thrifty) == ["ours", "person"]
    assert not thrifty.reverts, "to ask for less is no argument"


def test_a_command_explains_one_change_and_the_next_one_is_somebody() -> None:
    memory = watched(said(22, AT), said(26, later(3)), said(27, later(60)), said(26, later(120)), memory=OUR_26)
    assert causes(memory) == ["ours", "person", "person"]


def test_what_comes_back_with_the_power_is_counted_against_nobody() -> None:
    gone = replace(said(26, later(300)), available=False)
    back, reset = said(26, later(400)), said(22, later(410))
    memory = watched(said(22, AT), said(26, later(3)), gone, back, reset, memory=OUR_26)
    assert causes(memory) == ["ours", "power_return"]
    assert not memory.reverts
    slow = watched(said(22, AT), said(26, later(3)), gone, back, said(22, later(461)), memory=OUR_26)
    assert causes(slow) == ["ours", "person"], "a minute later it is somebody"


def test_what_was_last_known_is_no_change_and_so_nobodys() -> None:
    assert not watched(said(26, AT, live=False), said(22, later(5))).changes
    assert not watched(said(26, AT), said(22, later(5), live=False)).changes


def test_a_programme_of_every_day_is_known_by_the_fourth_day_and_a_hand_is_not() -> None:
    words = [said(26, AT)]
    for day in range(4):
        jitter = (0.0, 1.5, -1.0, 2.0)[day]
        words += [said(22, later(86_400 * day + 3_600 + jitter)), said(26, later(86_400 * day + 7_000 + day * 61))]
    found = causes(watched(*words, memory=OUR_26))
    assert found[::2] == ["person"] * 3 + ["controller"]
    assert found[1::2] == ["person"] * 4


@pytest.mark.parametrize("named", ["setpoint_celsius", "heating_setpoint_celsius"])
def test_a_unit_that_cools_with_its_only_setpoint_is_watched_like_any_other(named: str) -> None:
    def told(celsius: float, at: datetime) -> Heard:
        cools = Signal[Mode]("cool", AT, AT, live=True)
        return replace(Heard(heard_at=at, mode=cools), **{named: Signal(celsius, at, at, live=True)})

    memory = watched(told(22, AT), told(26, later(3)), told(22, later(600)), memory=OUR_26)
    assert causes(memory) == ["ours", "person"]
    assert {one.change.quantity for one in memory.changes[AC]} == {"cooling_setpoint_celsius"}
    assert memory.reverts[AC] == (later(600),)


def test_a_valve_that_only_heats_is_watched_on_its_own_side() -> None:
    def told(celsius: float, at: datetime) -> Heard:
        return Heard(heard_at=at, heating_setpoint_celsius=Signal(celsius, at, at, live=True))

    ours = Memory(sent={AC: (Sent(AT, "setpoints", 1, SetSetpoint(AC, 20.0, "heating")),)})
    memory = watched(told(24, AT), told(20, later(700)), told(24, later(800)), memory=ours)
    assert causes(memory) == ["ours", "person"]
    assert memory.reverts[AC] == (later(800),)


def test_one_switch_off_explains_the_power_key_and_the_mode_but_each_only_once() -> None:
    def told(mode: Mode, at: datetime, *, on: bool) -> Heard:
        return Heard(heard_at=at, mode=Signal(mode, at, at, live=True), is_on=Signal(on, at, at, live=True))

    ours = Memory(sent={AC: (Sent(AT, "evenings", 1, SwitchOff(AC)),)})
    words = [told("cool", AT, on=True), told("off", later(3), on=False), told("cool", later(60), on=True)]
    memory = watched(*words, told("off", later(120), on=False), memory=ours)
    assert causes(memory) == ["ours", "ours", *["person"] * 4]


def test_what_is_remembered_is_bounded() -> None:
    words = [said(22 + number % 2, later(7 * number)) for number in range(200)]
    assert len(watched(*words).changes[AC]) == 24
    old = watched(said(22, AT), said(23, later(1)), said(24, later(86_400 * 6)))
    assert [one.change.after for one in old.changes[AC]] == [24.0]

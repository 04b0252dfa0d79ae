"""Each fault of the virtual office shows itself on the wire as it does in real life, and the truth is not deceived."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from sensors.device import DeviceId
from sensors.virtual.building import VirtualOffice
from sensors.virtual.faults import Faults
from sensors.virtual.plans import room_plan
from sensors.virtual.said import Said
from sensors.virtual.things import Plug
from sensors.virtual.units import Unit

NIGHT = datetime(2026, 7, 7, 18, 0, tzinfo=UTC)
LIGHTS = DeviceId("room-lights-1")


def office(faults: Faults, *pieces: str) -> VirtualOffice:
    made = VirtualOffice(room_plan(*pieces, people=0), 1, faults)
    made.advance(NIGHT)
    return made


def hours(made: VirtualOffice, count: float) -> list[Said]:
    return made.advance(NIGHT + timedelta(hours=count))


def states(said: Sequence[Said], topic: str) -> list[dict[str, object]]:
    return [json.loads(each.payload) for each in said if each.topic == topic]


def test_without_faults_nothing_is_null_and_nothing_comes_twice() -> None:
    said = hours(office(Faults(), "lights", "gang", "cool2", "air"), 12)
    assert len({(each.topic, each.payload, each.at) for each in said}) == len(said)
    assert not any(b"null" in each.payload for each in said if "/bridge/" not in each.topic)


def test_null_fields_come_and_the_next_state_knows_again() -> None:
    seen = states(hours(office(Faults(null_share=0.2), "gang"), 24), "zigbee2mqtt/room/desk-1")
    nulls = [state for state in seen if None in state.values()]
    assert 0.05 < len(nulls) / len(seen) < 0.4
    assert None not in seen[-1].values() or None not in seen[-2].values()


def test_a_lost_report_is_missing_and_a_doubled_one_comes_twice() -> None:
    usual = len(hours(office(Faults(), "pc", "pc"), 24))
    fewer = len(hours(office(Faults(lost_report_share=0.3), "pc", "pc"), 24))
    more = len(hours(office(Faults(twice_share=0.3), "pc", "pc"), 24))
    assert 0.6 * usual < fewer < 0.8 * usual
    assert 1.2 * usual < more < 1.4 * usual


def test_a_lost_command_changes_nothing_and_only_the_truth_knows() -> None:
    made = office(Faults(lost_command_share=1.0), "lights")
    made.hear("zigbee2mqtt/room/lights-1/set", b'{"state":"OFF"}', NIGHT)
    assert made.advance(NIGHT + timedelta(seconds=30)) == []
    assert [heard.fate for heard in made.truth.commands] == ["lost"]


def test_a_deaf_device_reports_on_and_the_gateway_gives_up_in_its_log() -> None:
    made = office(Faults(deaf=frozenset({LIGHTS})), "lights")
    made.hear("zigbee2mqtt/room/lights-1/set", b'{"state":"OFF"}', NIGHT)
    said = hours(made, 1)
    (line,) = states(said, "zigbee2mqtt/bridge/logging")
    assert "room/lights-1" in str(line["message"])
    assert {state["state"] for state in states(said, "zigbee2mqtt/room/lights-1")} == {"ON"}


@pytest.mark.parametrize(("pieces", "device", "topic", "off"), [
    (("gang",), "room-monitor-11", "zigbee2mqtt/room/desk-1", b'{"state_l1":"OFF"}'),
    (("terminal",), "room-terminal-1", "tasmota_room_terminal_1", b"OFF"),
])  # fmt: skip
def test_a_liar_says_off_and_draws_sixty_watts(pieces: tuple[str, ...], device: str, topic: str, off: bytes) -> None:
    made = office(Faults(liars=frozenset({DeviceId(device)})), *pieces)
    made.hear(f"{topic}/set" if "/" in topic else f"cmnd/{topic}/POWER", off, NIGHT)
    said = hours(made, 10)
    thing = made.things[DeviceId(device)]
    assert isinstance(thing, Plug)
    assert (thing.relay_on, thing.watts) == (False, 60.0)
    if "/" in topic:
        last = states(said, topic)[-1]
        assert (last["state_l1"], last["power_l1"]) == ("OFF", 60.0)
    else:
        assert states(said, f"tele/{topic}/STATE")[-1]["POWER"] == "OFF"
        assert states(said, f"tele/{topic}/SENSOR")[-1]["ENERGY"]["Power"] == 60  # type: ignore[index]  # JSON
    assert made.settle().device(DeviceId(device)).kwh == pytest.approx(0.6, abs=0.02)


@pytest.mark.parametrize(("pieces", "device", "will"), [
    (("lights",), "room-lights-1", ("zigbee2mqtt/room/lights-1/availability", b'{"state":"offline"}')),
    (("terminal",), "room-terminal-1", ("tele/tasmota_room_terminal_1/LWT", b"Offline")),
    (("pc", "pc"), "room-pc-2", ("shelly-room-pc-2/online", b"false")),
])  # fmt: skip
def test_a_device_goes_silent_and_its_last_will_follows(
    pieces: tuple[str, ...], device: str, will: tuple[str, bytes]
) -> None:
    made = office(Faults(silent={DeviceId(device): timedelta(hours=1)}), *pieces)
    name = will[0].rpartition("/")[0].removeprefix("tele/")
    before = [each for each in hours(made, 1) if name in each.topic]
    after = [each for each in hours(made, 5) if name in each.topic]
    assert len(before) >= 6
    assert [(each.topic, each.payload, each.retain) for each in after] == [(*will, True)]


def test_a_restarted_gateway_replays_its_cache_unretained_and_drops_commands_meanwhile() -> None:
    made = office(Faults(gateway_restarts_per_day=24.0), "lights", "gang")
    said = hours(made, 12)
    bridge = [index for index, each in enumerate(said) if each.topic == "zigbee2mqtt/bridge/state"]
    words = [said[index].payload for index in bridge]
    assert words[:2] == [b'{"state":"offline"}', b'{"state":"online"}']
    assert all(said[index].retain for index in bridge)
    assert bridge[1] == bridge[0] + 1  # nobody speaks in between
    assert [each.topic for each in said[bridge[1] + 1 : bridge[1] + 4]] == [
        "zigbee2mqtt/bridge/devices",
        "zigbee2mqtt/room/lights-1",
        "zigbee2mqtt/room/desk-1",
    ]
    replayed = said[bridge[1] + 3]
    assert not replayed.retain
    earlier = [each.payload for each in said[: bridge[0]] if each.topic == replayed.topic]
    assert not earlier or replayed.payload == earlier[-1]


def test_a_command_to_a_gateway_that_is_down_is_gone() -> None:
    made = office(Faults(), "lights")
    made.gateways["zigbee2mqtt"].restart(made, NIGHT.timestamp())
    made.hear("zigbee2mqtt/room/lights-1/set", b'{"state":"OFF"}', NIGHT + timedelta(seconds=2))
    made.advance(NIGHT + timedelta(minutes=5))
    assert made.truth.transitions == []
    assert made.truth.commands[0].fate == "silent"


def test_a_counter_falls_to_zero_and_the_truth_does_not() -> None:
    made = office(Faults(counter_resets_per_day=2.0), "server")
    readings: list[float] = []
    for hour in range(1, 49):
        told = (each for each in hours(made, hour) if each.topic.endswith("/SENSOR"))
        readings.extend(json.loads(each.payload)["ENERGY"]["Total"] for each in told)
    drops = [after for before, after in pairwise(readings) if after < before]
    assert drops
    assert min(drops) < 0.2
    assert made.settle().device(DeviceId("room-server-1")).kwh == pytest.approx(0.23 * 48, rel=0.05)


def test_missed_infrared_is_answered_like_a_hit() -> None:
    said = []
    for share in (0.0, 1.0):
        made = office(Faults(infrared_missed_share=share), "coolir")
        made.hear("cmnd/tasmota_room_ac_1/IRHVAC", b'{"Vendor":"COOLIX","Power":"On","Mode":"Cool","Temp":26}', NIGHT)
        answers = states(made.advance(NIGHT + timedelta(seconds=5)), "stat/tasmota_room_ac_1/RESULT")
        (unit,) = (thing for thing in made.things.values() if isinstance(thing, Unit))
        assert unit.is_on == (share == 0.0)
        said.append(answers)
    assert said[0] == said[1]


def test_a_fahrenheit_sensor_says_so_beside_its_number() -> None:
    made = office(Faults(), "airf")
    last = states(hours(made, 1), "tele/tasmota_room_air_1/SENSOR")[-1]
    assert last["TempUnit"] == "F"
    assert last["SCD40"]["Temperature"] == pytest.approx(  # type: ignore[index]  # JSON
        next(iter(made.rooms.values())).celsius * 1.8 + 32, abs=0.5
    )

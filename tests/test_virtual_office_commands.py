"""Virtual devices obey the real commands of their dialects and answer as the real ones do."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from sensors.device import Address, DeviceId
from sensors.virtual.building import VirtualOffice
from sensors.virtual.plans import room_plan
from sensors.virtual.said import Said
from sensors.virtual.things import Plug
from sensors.virtual.units import Unit

NIGHT = datetime(2026, 7, 7, 18, 0, tzinfo=UTC)


def fresh(*pieces: str) -> VirtualOffice:
    """A quiet room at two in the morning, its first words said."""
    office = VirtualOffice(room_plan(*pieces, people=0), 1)
    office.advance(NIGHT)
    return office


def told(office: VirtualOffice, topic: str, payload: bytes | str, seconds: float = 3.0) -> list[Said]:
    """What the office says until so long after a command."""
    words = payload.encode() if isinstance(payload, str) else payload
    at = NIGHT + timedelta(seconds=1)
    return office.hear(topic, words, at) + office.advance(at + timedelta(seconds=seconds))


def plug(office: VirtualOffice, name: str) -> Plug:
    thing = office.things[DeviceId(name)]
    assert isinstance(thing, Plug)
    return thing


def unit(office: VirtualOffice) -> Unit:
    (thing,) = (thing for thing in office.things.values() if isinstance(thing, Unit))
    return thing


def bodies(said: Sequence[Said], topic: str) -> list[dict[str, object]]:
    return [json.loads(each.payload) for each in said if each.topic == topic]


def test_a_zigbee_light_is_switched_and_publishes_its_whole_state() -> None:
    office = fresh("lights")
    said = told(office, "zigbee2mqtt/room/lights-1/set", '{"state":"OFF"}')
    assert not plug(office, "room-lights-1").relay_on
    (state,) = bodies(said, "zigbee2mqtt/room/lights-1")
    assert state["state"] == "OFF"
    assert {"linkquality", "last_seen", "power_on_behavior"} <= state.keys()
    assert not any(each.retain for each in said)


def test_one_endpoint_of_a_double_plug_leaves_the_other_alone() -> None:
    office = fresh("gang")
    said = told(office, "zigbee2mqtt/room/desk-1/set", '{"state_l2":"OFF"}')
    assert plug(office, "room-monitor-11").relay_on
    assert not plug(office, "room-monitor-12").relay_on
    state = bodies(said, "zigbee2mqtt/room/desk-1")[0]
    assert (state["state_l1"], state["state_l2"]) == ("ON", "OFF")


def test_a_set_that_changes_nothing_is_still_answered_with_the_state() -> None:
    office = fresh("lights")
    said = told(office, "zigbee2mqtt/room/lights-1/set", '{"state":"ON"}')
    assert len(bodies(said, "zigbee2mqtt/room/lights-1")) == 1
    assert office.truth.transitions == []


def test_a_bare_word_on_a_key_topic_and_a_get_work_too() -> None:
    office = fresh("lights")
    told(office, "zigbee2mqtt/room/lights-1/set/state", "OFF")
    assert not plug(office, "room-lights-1").relay_on
    office = fresh("lights")
    assert len(bodies(told(office, "zigbee2mqtt/room/lights-1/get", '{"state":""}'), "zigbee2mqtt/room/lights-1")) == 1
    assert office.truth.commands == []


@pytest.mark.parametrize(
    ("payload", "words"), [('{"stat":"OFF"}', "failed"), ('{"state":"MAYBE"}', "failed"), ("{broken", "Invalid JSON")]
)
def test_the_only_sign_of_a_refused_zigbee_command_is_the_log(payload: str, words: str) -> None:
    office = fresh("lights")
    said = told(office, "zigbee2mqtt/room/lights-1/set", payload)
    (line,) = bodies(said, "zigbee2mqtt/bridge/logging")
    assert line["level"] == "error"
    assert words in str(line["message"])
    assert [heard.fate for heard in office.truth.commands] == ["refused"]
    assert bodies(said, "zigbee2mqtt/room/lights-1") == []


def test_two_setpoints_are_set_apart_and_only_a_mode_switches_the_unit_on() -> None:
    office = fresh("cool2")
    topic = "zigbee2mqtt/room/ac-1"
    told(office, f"{topic}/set", '{"occupied_cooling_setpoint":27.5}')
    assert (unit(office).cooling_celsius, unit(office).heating_celsius, unit(office).is_on) == (27.5, 20.0, False)
    said = told(office, f"{topic}/set", '{"system_mode":"cool"}', 10)
    assert unit(office).is_on
    assert bodies(said, topic)[-1]["system_mode"] == "cool"
    told(office, f"{topic}/set", '{"system_mode":"off"}', 20)
    assert not unit(office).is_on


def test_a_unit_with_one_setpoint_cools_with_a_heating_name_and_has_its_off_in_another_key() -> None:
    office = fresh("cool1")
    topic = "zigbee2mqtt/room/ac-1"
    told(office, f"{topic}/set", '{"system_mode":"cool"}')
    said = told(office, f"{topic}/set", '{"current_heating_setpoint":24}', 10)
    assert (unit(office).target_celsius, unit(office).breaks_setpoint) == (24.0, True)
    assert "occupied_cooling_setpoint" not in bodies(said, topic)[-1]
    told(office, f"{topic}/set", '{"system_mode":"off"}', 20)
    assert unit(office).is_on
    told(office, f"{topic}/set", '{"state":"OFF"}', 30)
    assert not unit(office).is_on


def test_a_setpoint_out_of_range_is_refused() -> None:
    office = fresh("cool2")
    told(office, "zigbee2mqtt/room/ac-1/set", '{"occupied_cooling_setpoint":45}')
    assert unit(office).cooling_celsius == 26.0
    assert office.truth.commands[-1].fate == "refused"


def test_tasmota_answers_a_switch_with_result_and_power_and_never_with_telemetry() -> None:
    office = fresh("terminal")
    name = "tasmota_room_terminal_1"
    said = told(office, f"cmnd/{name}/POWER", "off")
    assert not plug(office, "room-terminal-1").relay_on
    assert [(each.topic, each.payload) for each in said] == [
        (f"stat/{name}/RESULT", b'{"POWER":"OFF"}'),
        (f"stat/{name}/POWER", b"OFF"),
    ]


def test_tasmota_answers_questions_and_unknown_commands() -> None:
    name = "tasmota_room_terminal_1"
    (sensor,) = bodies(told(fresh("terminal"), f"cmnd/{name}/STATUS", "10"), f"stat/{name}/STATUS10")
    energy = sensor["StatusSNS"]
    assert isinstance(energy, dict)
    assert energy["Time"].startswith("2026-07-08T02:00:0")  # local, without a zone
    assert 15 <= energy["ENERGY"]["Power"] <= 30
    (state,) = bodies(told(fresh("terminal"), f"cmnd/{name}/STATUS", "11"), f"stat/{name}/STATUS11")
    assert state["StatusSTS"]["POWER"] == "ON"  # type: ignore[index]  # decoded JSON, checked by the comparison
    (power,) = bodies(told(fresh("terminal"), f"cmnd/{name}/POWER", ""), f"stat/{name}/RESULT")
    assert power == {"POWER": "ON"}
    (nothing,) = bodies(told(fresh("terminal"), f"cmnd/{name}/DANCE", ""), f"stat/{name}/RESULT")
    assert nothing == {"Command": "Unknown"}


def test_shelly_answers_an_rpc_on_the_askers_topic_and_tells_the_change_as_a_delta() -> None:
    office = fresh("pc", "pc")
    name = "shelly-room-pc-2"
    said = told(office, f"{name}/rpc", '{"id":7,"src":"officed","method":"Switch.Set","params":{"id":0,"on":false}}')
    (answer,) = bodies(said, "officed/rpc")
    assert (answer["id"], answer["result"]) == (7, {"was_on": True})
    delta = bodies(said, f"{name}/events/rpc")[0]["params"]
    assert isinstance(delta, dict)
    assert delta["switch:0"] == {"id": 0, "output": False, "source": "MQTT"}
    assert not plug(office, "room-pc-2").relay_on


def test_shelly_gives_its_status_refuses_what_it_does_not_know_and_takes_plain_commands() -> None:
    name = "shelly-room-pc-2"
    ask = '{"id":1,"src":"me","method":"%s","params":%s}'
    (status,) = bodies(told(fresh("pc", "pc"), f"{name}/rpc", ask % ("Shelly.GetStatus", "{}")), "me/rpc")
    result = status["result"]
    assert isinstance(result, dict)
    assert result["switch:0"]["output"] is True
    (error,) = bodies(told(fresh("pc", "pc"), f"{name}/rpc", ask % ("Shelly.Dance", "{}")), "me/rpc")
    assert error["error"] == {"code": 404, "message": "No handler for Shelly.Dance"}
    (wrong,) = bodies(told(fresh("pc", "pc"), f"{name}/rpc", ask % ("Switch.Set", '{"id":3,"on":false}')), "me/rpc")
    assert "error" in wrong
    office = fresh("pc", "pc")
    told(office, f"{name}/command/switch:0", "off")
    assert not plug(office, "room-pc-2").relay_on
    (asked,) = bodies(told(office, f"{name}/command/switch:0", "status_update", 9), f"{name}/status/switch:0")
    assert asked["output"] is False


def test_infrared_says_what_was_sent_and_takes_defaults_for_what_was_left_out() -> None:
    office = fresh("coolir")
    topic = "cmnd/tasmota_room_ac_1/IRHVAC"
    said = told(office, topic, '{"Vendor":"COOLIX","Power":"On","Mode":"Cool","Temp":27}')
    (answer,) = bodies(said, "stat/tasmota_room_ac_1/RESULT")
    sent = answer["IRHVAC"]
    assert isinstance(sent, dict)
    assert (sent["Power"], sent["Temp"], sent["FanSpeed"]) == ("On", 27, "Medium")
    assert (unit(office).is_on, unit(office).target_celsius) == (True, 27.0)
    told(office, topic, '{"Vendor":"COOLIX","Temp":26}', 9)
    assert not unit(office).is_on
    (wrong,) = bodies(told(office, topic, '{"Power":"On"}', 12), "stat/tasmota_room_ac_1/RESULT")
    assert str(wrong["IRHVAC"]).startswith("Wrong")


def test_the_answer_takes_its_time_and_the_truth_knows_when() -> None:
    office = fresh("lights")
    at = NIGHT + timedelta(seconds=1)
    assert office.hear("zigbee2mqtt/room/lights-1/set", b'{"state":"OFF"}', at) == []
    (state, *_) = office.advance(at + timedelta(seconds=3))
    assert timedelta(seconds=0.2) <= state.at - at <= timedelta(seconds=1.5)
    (transition,) = office.truth.transitions
    assert (transition.to, transition.by) == ("off", "command")
    assert transition.at == pytest.approx(state.at.timestamp())
    assert [heard.fate for heard in office.truth.commands] == ["obeyed"]


@pytest.mark.parametrize(
    "topic",
    [
        "zigbee2mqtt/room/nobody/set",
        "zigbee2mqtt/room/lights-1",
        "shelly-room-pc-2",
        "officed/x",
        "",
        "///",
        "cmnd/x/POWER",
    ],
)
def test_foreign_topics_and_its_own_state_topics_are_left_alone(topic: str) -> None:
    office = fresh("lights", "pc", "pc")
    assert told(office, topic, "OFF", 5) == []
    assert office.truth.commands == []


def test_the_command_topics_cover_every_voice() -> None:
    topics = fresh("lights", "pc", "pc", "terminal").command_topics()
    assert "cmnd/+/+" in topics
    assert "+/rpc" in topics
    assert "zigbee2mqtt/room/lights-1/set" in topics


@pytest.mark.parametrize(
    ("full_topic", "command", "answer"),
    [
        ("%topic%/%prefix%/", "desk/7/cmnd/POWER", "desk/7/stat/POWER"),
        ("house/%prefix%/office/%topic%/", "house/cmnd/office/desk/7/POWER", "house/stat/office/desk/7/POWER"),
    ],
)
def test_tasmota_lives_under_the_full_topic_it_was_given(full_topic: str, command: str, answer: str) -> None:
    plan = room_plan("terminal", people=0)
    (planned,) = plan.devices
    device = msgspec.structs.replace(planned.device, address=Address("tasmota", "desk/7", base=full_topic))
    office = VirtualOffice(replace(plan, devices=(replace(planned, device=device),)), 1)
    office.advance(NIGHT)
    assert answer in [said.topic for said in told(office, command, "OFF")]
    assert f"{command.rpartition('/')[0]}/+" in office.command_topics()


def test_infrared_in_fahrenheit_sets_celsius() -> None:
    office = fresh("coolir")
    words = '{"Vendor":"COOLIX","Power":"On","Mode":"Cool","Celsius":"Off","Temp":77}'
    told(office, "cmnd/tasmota_room_ac_1/IRHVAC", words)
    assert unit(office).target_celsius == 25.0

"""A command in each device's own words, or a refusal that a person can read."""

import json
from datetime import timedelta

import msgspec
import pytest
from family_office import NOW, OFFICES, device, message, registry

from sensors.commands import Command, CommandId, Remedy, SetSetpoint, Side, SwitchOff
from sensors.device import Device, DeviceId, FamilyName, Kind, Traits
from sensors.family import Refused
from sensors.readings import Announced, Climate
from sensors.registry import Registry

TRAITS = Traits(
    words='{"cool":"current_heating_setpoint","heat":"current_heating_setpoint","off":{"state":"OFF"},'
    '"limits":{"current_heating_setpoint":[16,32,1]}}'
)


def command(remedy: Remedy) -> Command:
    return Command(
        id=CommandId("case-1/1"), remedy=remedy, reason="", issued_at=NOW, expires_at=NOW + timedelta(minutes=1)
    )


def off(to: Device) -> Command:
    return command(SwitchOff(to.id))


def target(to: Device, celsius: float, side: Side = "cooling") -> Command:
    return command(SetSetpoint(to.id, celsius, side))


def sent(order: Command, to: Device, traits: Traits | None = None, memo: str = "") -> tuple[str, object]:
    (outgoing,) = Registry([to]).encode(order, to, traits, memo)
    return outgoing.topic, _decoded(outgoing.payload)


def _decoded(payload: bytes) -> object:
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode()


def one(family: FamilyName, identifier: str) -> Device:
    return next(found for found in OFFICES[family] if found.id == DeviceId(identifier))


FCU = one("zigbee2mqtt", "fcu")


def test_a_zigbee_setpoint_goes_to_the_key_that_was_discovered_and_carries_no_mode() -> None:
    assert sent(target(FCU, 26.0), FCU, TRAITS) == ("zigbee2mqtt/FCU 3/set", {"current_heating_setpoint": 26})


def test_a_device_of_whole_degrees_gets_the_legal_side_of_a_half() -> None:
    assert sent(target(FCU, 25.5), FCU, TRAITS)[1] == {"current_heating_setpoint": 26}
    assert sent(target(FCU, 20.5, "heating"), FCU, TRAITS)[1] == {"current_heating_setpoint": 20}


def test_without_discovery_a_command_uses_the_keys_of_the_last_state() -> None:
    hears = registry("zigbee2mqtt")
    state = '{"system_mode":"cool","occupied_cooling_setpoint":23,"occupied_heating_setpoint":20}'
    (said,) = hears.decode(message("zigbee2mqtt/FCU 3", state))
    assert isinstance(said, Climate)
    assert sent(target(FCU, 26.5), FCU, None, said.memo)[1] == {"occupied_cooling_setpoint": 26.5}
    assert sent(target(FCU, 20.0, "heating"), FCU, None, said.memo)[1] == {"occupied_heating_setpoint": 20}
    assert sent(off(FCU), FCU, None, said.memo)[1] == {"system_mode": "off"}


def test_discovery_of_a_bridge_is_what_encode_needs() -> None:
    features = [
        {
            "type": "enum",
            "name": "system_mode",
            "property": "system_mode_th1",
            "access": 7,
            "values": ["off", "heat"],
        },
        {
            "type": "numeric",
            "name": "occupied_heating_setpoint",
            "property": "occupied_heating_setpoint_th1",
            "access": 7,
            "value_min": 5,
            "value_max": 30,
            "value_step": 0.5,
        },
    ]
    exposes = [{"type": "climate", "endpoint": "th1", "features": features}]
    inventory = json.dumps([{"friendly_name": "Floor", "definition": {"model": "H", "exposes": exposes}}])
    (said,) = registry("zigbee2mqtt").decode(message("zigbee2mqtt/bridge/devices", inventory, retained=True))
    assert isinstance(said, Announced)
    floor = one("zigbee2mqtt", "floor")
    assert sent(target(floor, 19.8, "heating"), floor, said.traits)[1] == {"occupied_heating_setpoint_th1": 19.5}
    assert sent(off(floor), floor, said.traits)[1] == {"system_mode_th1": "off"}
    with pytest.raises(Refused, match="no setpoint for cooling"):
        sent(target(floor, 26.0), floor, said.traits)


def test_a_zigbee_gang_is_switched_by_its_own_key() -> None:
    gang = one("zigbee2mqtt", "gang2")
    assert sent(off(gang), gang) == ("zigbee2mqtt/Zwei fach/Küche/set", {"state_l2": "OFF"})
    upstairs = one("zigbee2mqtt", "upstairs")
    assert sent(off(upstairs), upstairs, Traits(words='{"off":{"state":false}}')) == (
        "upstairs/z2m/Plug/set",
        {"state": False},
    )


def test_a_zigbee_device_that_told_no_off_is_not_guessed_at() -> None:
    with pytest.raises(Refused, match="no way to switch it off"):
        sent(off(FCU), FCU, Traits(words="{}"))
    with pytest.raises(Refused, match="no setpoint"):
        sent(target(FCU, 26.0), FCU)


def test_tasmota_relays_go_off_by_their_number() -> None:
    desk, strip, nine = (one("tasmota", identifier) for identifier in ("desk", "strip2", "nine"))
    assert sent(off(desk), desk) == ("cmnd/desk-2/POWER", "OFF")
    assert sent(off(strip), strip) == ("cmnd/strip/POWER2", "OFF")
    assert sent(off(nine), nine) == ("floor1/plug-9/cmnd/POWER", "OFF")
    zigbee = one("tasmota", "zbplug")
    assert sent(off(zigbee), zigbee) == ("cmnd/zb/ZbSend", {"Device": "0x7120", "Send": {"Power": "Off"}})
    named = device("tasmota", "plug", "named", "zb", "Stairs")
    with pytest.raises(Refused, match="Stairs is no number of a relay"):
        sent(off(named), named)
    with pytest.raises(Refused, match="no setpoint"):
        sent(target(desk, 26.0), desk)


INFRARED = {"Vendor": "COOLIX", "Model": -1, "Power": "On", "Mode": "Cool", "Celsius": "On", "Temp": 22, "Light": "On"}


def test_infrared_sends_the_whole_last_state_with_one_field_changed() -> None:
    unit = one("tasmota", "ir")
    memo = json.dumps(INFRARED)
    assert sent(target(unit, 25.5), unit, None, memo) == ("cmnd/ir/IRHVAC", {**INFRARED, "Temp": 26})
    assert sent(off(unit), unit, None, memo)[1] == {**INFRARED, "Power": "Off"}
    fahrenheit = json.dumps({**INFRARED, "Celsius": "Off", "Temp": 70})
    assert sent(target(unit, 26.0), unit, None, fahrenheit)[1] == {**INFRARED, "Celsius": "Off", "Temp": 79}
    assert sent(target(unit, 20.0, "heating"), unit, None, fahrenheit)[1] == {**INFRARED, "Celsius": "Off", "Temp": 68}


def test_infrared_refuses_what_it_does_not_know() -> None:
    unit = one("tasmota", "ir")
    for memo in ("", "[]", "{}", '{"Power":"On","Mode":"Cool","Temp":22}'):
        with pytest.raises(Refused, match="last whole state"):
            sent(off(unit), unit, None, memo)
    with pytest.raises(Refused, match="one code for on and off"):
        sent(off(unit), unit, None, json.dumps({**INFRARED, "Vendor": "Whirlpool_AC"}))
    with pytest.raises(Refused, match="last seen off"):
        sent(target(unit, 26.0), unit, None, json.dumps({**INFRARED, "Power": "Off"}))


def test_a_wired_mitsubishi_unit_takes_commands_of_its_own() -> None:
    unit = one("tasmota", "wired")
    (said,) = registry("tasmota").decode(message("tele/wired/HVACSETTINGS", '{"Power":"on","Mode":"cool","Temp":22}'))
    assert isinstance(said, Climate)
    assert sent(target(unit, 25.5), unit, None, said.memo) == ("cmnd/wired/HVACSetTemp", 26)
    assert sent(target(unit, 20.5, "heating"), unit, None, said.memo) == ("cmnd/wired/HVACSetTemp", 20)
    assert sent(off(unit), unit, None, said.memo) == ("cmnd/wired/HVACSetHAMode", "off")


def test_infrared_answers_with_the_state_it_heard() -> None:
    heard = json.dumps({"IrReceived": {"Protocol": "COOLIX", "IRHVAC": {**INFRARED, "New": 1, "iFeel": [1]}}})
    (said,) = registry("tasmota").decode(message("tele/ir/RESULT", heard))
    assert isinstance(said, Climate)
    unit = one("tasmota", "ir")
    assert sent(target(unit, 27.0), unit, None, said.memo)[1] == {**INFRARED, "Temp": 27}


@pytest.mark.parametrize(
    ("kind", "channel", "method", "parameters"),
    [
        ("plug", "", "Switch.Set", {"id": 0, "on": False}),
        ("plug", "switch:3", "Switch.Set", {"id": 3, "on": False}),
        ("light", "", "Light.Set", {"id": 0, "on": False}),
        ("light", "rgbw:1", "RGBW.Set", {"id": 1, "on": False}),
        ("climate", "", "Thermostat.SetConfig", {"config": {"id": 0, "enable": False}}),
    ],
)
def test_shelly_is_switched_off_by_rpc(kind: Kind, channel: str, method: str, parameters: object) -> None:
    to = device("shelly_gen2", kind, "d", "office/wall", channel)
    topic, call = sent(off(to), to)
    assert topic == "office/wall/rpc"
    assert call == {"id": 2127591457, "src": "officed", "method": method, "params": parameters}


def test_a_shelly_reply_carries_the_number_of_its_command() -> None:
    to = one("shelly_gen2", "desk")
    _, call = sent(off(to), to)
    assert isinstance(call, dict)
    reply = json.dumps({"id": call["id"], "src": "shelly-7", "dst": "officed", "result": {"was_on": True}})
    (said,) = registry("shelly_gen2").decode(message("officed/rpc", reply))
    assert msgspec.to_builtins(said)["command"] == str(call["id"])


def test_a_reply_finds_a_device_that_has_a_prefix_of_its_own() -> None:
    hears = registry("shelly_gen2")
    reply = message("officed/rpc", '{"id":5,"src":"wall-020000000001","error":{"code":-103,"message":"no"}}')
    assert [said.device for said in hears.decode(reply)] == [""]
    hears.decode(message("office/wall/events/rpc", '{"src":"wall-020000000001","method":"NotifyEvent","params":{}}'))
    assert [said.device for said in hears.decode(reply)] == ["wall"]


def test_after_a_connect_a_shelly_is_asked_for_its_status_and_a_thermostat_for_its_type() -> None:
    hears = registry("shelly_gen2")
    asked = {(one.topic, json.loads(one.payload)["method"]) for one in hears.greetings()}
    assert ("shelly-7/rpc", "Shelly.GetStatus") in asked
    assert ("shelly-7/rpc", "Shelly.GetConfig") not in asked
    assert ("office/wall/rpc", "Shelly.GetConfig") in asked


def _answered(hears: Registry, prefix: str, method: str, result: object) -> list[dict[str, object]]:
    """The device answers, under an id of its own, the question that was asked at the start."""
    questions = [json.loads(one.payload) for one in hears.greetings() if one.topic == f"{prefix}/rpc"]
    number = next(one["id"] for one in questions if one["method"] == method)
    reply = json.dumps({"id": number, "src": "wall-020000000009", "dst": "officed", "result": result})
    return [msgspec.to_builtins(said) for said in hears.decode(message("officed/rpc", reply))]


def test_the_answer_to_a_question_tells_who_the_device_is_and_what_it_does_now() -> None:
    hears = registry("shelly_gen2")
    status = {"sys": {"unixtime": None}, "thermostat:0": {"id": 0, "enable": True, "target_C": 24, "current_C": 25.5}}
    (said,) = _answered(hears, "office/wall", "Shelly.GetStatus", status)
    assert (said["device"], said["mode"], said["setpoint_celsius"]) == ("wall", None, 24.0)
    refused = '{"id":5,"src":"wall-020000000009","error":{"code":-103,"message":"no"}}'
    assert [said.device for said in hears.decode(message("officed/rpc", refused))] == ["wall"], "the id is learned"


@pytest.mark.parametrize(("told", "mode", "action"), [("cooling", "cool", "cooling"), ("heating", "heat", "heating")])
def test_a_thermostats_type_is_asked_for_and_gives_its_states_a_mode(told: str, mode: str, action: str) -> None:
    hears = registry("shelly_gen2")
    state = message("office/wall/status/thermostat:0", '{"id":0,"enable":true,"output":true,"target_C":24}')
    (before,) = hears.decode(state)
    config = {"sys": {"device": {}}, "thermostat:0": {"id": 0, "type": told, "enable": True, "target_C": 23}}
    announced, now = _answered(hears, "office/wall", "Shelly.GetConfig", config)
    assert (now["mode"], now["is_on"], now["setpoint_celsius"]) == (mode, True, 23.0), (
        "the state was told before the type"
    )
    (after,) = hears.decode(state)
    assert isinstance(before, Climate)
    assert isinstance(after, Climate)
    assert (before.mode, after.mode, after.action) == (None, mode, action)
    traits = msgspec.convert(announced["traits"], Traits)
    wall = one("shelly_gen2", "wall")
    wrong: Side = "heating" if told == "cooling" else "cooling"
    with pytest.raises(Refused, match="it only"):
        sent(target(wall, 22.0, wrong), wall, traits)
    assert isinstance(sent(target(wall, 22.0, "cooling" if told == "cooling" else "heating"), wall, traits)[1], dict)


def test_a_configuration_that_tells_nothing_is_no_answer() -> None:
    nothing: list[dict[str, object]] = [{}, {"thermostat:0": {"type": 5}}, {"thermostat:0": {"type": "party"}}]
    for config in (*nothing, {"thermostat:0": []}):
        assert _answered(registry("shelly_gen2"), "office/wall", "Shelly.GetConfig", config) == []


def test_shelly_thermostats_take_a_setpoint_and_meters_take_nothing() -> None:
    wall, valve, meter = (one("shelly_gen2", identifier) for identifier in ("wall", "valve", "meter"))
    _, call = sent(target(wall, 25.6), wall)
    assert isinstance(call, dict)
    assert (call["method"], call["params"]) == ("Thermostat.SetConfig", {"config": {"id": 0, "target_C": 26}})
    _, call = sent(target(valve, 20.0, "heating"), valve)
    assert isinstance(call, dict)
    assert call["params"] == {"id": 200, "method": "TRV.SetTarget", "params": {"id": 0, "target_C": 20}}
    _, call = sent(off(valve), valve)
    assert isinstance(call, dict)
    assert call["params"]["params"] == {"id": 0, "target_C": 4}, "a valve has no off but its lowest target"
    for order in (off(meter), target(meter, 26.0), target(valve, 26.0)):
        with pytest.raises(Refused):
            sent(order, meter if order.device == meter.id else valve)


def test_a_fan_coil_of_virtual_components_is_set_by_their_numbers() -> None:
    coil, floor = one("shelly_gen2", "coil"), one("shelly_gen2", "floor")
    for order, to, method, parameters in (
        (target(coil, 25.6), coil, "Number.Set", {"id": 203, "value": 26}),
        (target(coil, 20.7, "heating"), coil, "Number.Set", {"id": 203, "value": 20.5}),
        (off(coil), coil, "Boolean.Set", {"id": 201, "value": False}),
        (target(floor, 20.0, "heating"), floor, "Number.Set", {"id": 202, "value": 20}),
        (off(floor), floor, "Boolean.Set", {"id": 202, "value": False}),
    ):
        _, call = sent(order, to)
        assert isinstance(call, dict)
        assert (call["method"], call["params"]) == (method, parameters)
    with pytest.raises(Refused, match="only heats"):
        sent(target(floor, 26.0), floor)


def test_a_print_queue_takes_no_commands() -> None:
    queue = one("print_job", "laser")
    with pytest.raises(Refused, match="a printer is not switched off"):
        sent(off(queue), queue)


def test_no_command_outlives_a_minute() -> None:
    desk = one("tasmota", "desk")
    assert [one.expiry_seconds for one in Registry([desk]).encode(off(desk), desk, None, "")] == [60]

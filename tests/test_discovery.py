"""`officed init` and `officed discover`, as a person types them: on paper, and against a real Mosquitto."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import paho.mqtt.publish as once
import pytest
import yaml
from family_office import message
from real_mosquitto import Mosquitto, mosquitto, needs_mosquitto
from typer.testing import CliRunner

from daemon.command_line.commands import app
from daemon.configuration.load import load
from daemon.discovery.found import found
from daemon.discovery.hazards import hazards
from daemon.discovery.suggestion import suggestion
from sensors.device import Address, Device, DeviceId, ZoneId
from sensors.messages import Message

__all__ = ["mosquitto"]  # a fixture

INVENTORY = [
    {"friendly_name": "Desk plug", "type": "Router", "definition": {"model": "P1", "vendor": "Acme", "exposes": [
        {"type": "switch", "features": [{"type": "binary", "name": "state", "property": "state", "access": 7,
                                         "value_on": "ON", "value_off": "OFF"}]},
        {"type": "numeric", "name": "power", "property": "power", "access": 1}]}},
    {"friendly_name": "Eye", "type": "EndDevice", "definition": {"model": "E", "exposes": [
        {"type": "binary", "name": "occupancy", "property": "occupancy", "access": 1}]}},
    {"friendly_name": "Button", "type": "EndDevice", "definition": {"model": "B", "exposes": [
        {"type": "enum", "name": "action", "property": "action", "access": 1}]}},
]  # fmt: skip
RETAINED = {
    "upstairs/bridge/devices": json.dumps(INVENTORY),
    "homeassistant/climate/ac/config": '{"uniq_id":"ac-7","temp_cmd_t":"hvac/7/t/set","mode_cmd_t":"hvac/7/m/set",'
    '"temp_stat_t":"hvac/7/t","min_temp":17,"max_temp":30}',
    "homeassistant/switch/lock/config": '{"uniq_id":"l","name":"Child lock","stat_t":"x","cmd_t":"y"}',
    "cmnd/fridge-plug/POWER": "OFF",
    "hvac/7/m/set": "cool",
    "tele/fridge-plug/LWT": "Online",
}


def heard() -> list[Message]:
    return [message(topic, payload, retained=True) for topic, payload in RETAINED.items()]


def test_what_was_heard_is_written_down_with_its_doubts() -> None:
    devices = found(heard(), [], ZoneInfo("UTC"))
    assert [(one.address.family, one.address.name, one.address.base, one.kind) for one in devices] == [
        ("homeassistant", "ac-7", "", "climate"),
        ("zigbee2mqtt", "Button", "upstairs", None),
        ("zigbee2mqtt", "Desk plug", "upstairs", "plug"),
        ("zigbee2mqtt", "Eye", "upstairs", "occupancy"),
    ]
    text = suggestion(devices, ["beware"], ["hall"], ["eye"])
    written = yaml.safe_load("devices:\n" + text)["devices"]
    assert written["desk-plug"] == {
        "kind": "plug", "family": "zigbee2mqtt", "address": "Desk plug", "base_topic": "upstairs", "zone": "hall",
    }  # fmt: skip
    assert "eye-2" in written
    assert written["ac-7"]["min_celsius"] == 17
    assert "# HAZARD: beware" in text
    assert "# heard, but nothing to judge: Button" in text
    assert "# doubt: heard by Home Assistant discovery" in text
    assert "switchable: true" not in "\n".join(line for line in text.splitlines() if "#" not in line)


def test_a_shelly_whose_part_is_its_kinds_first_is_known_and_its_other_parts_are_not() -> None:
    parts = '{"method":"NotifyStatus","params":{"ts":1.0,"switch:0":{"id":0,"output":true},"switch:1":{"id":1,"output":true}}}'
    messages = [message("plug-9/events/rpc", parts)]
    plug = Device(DeviceId("plug"), "plug", Address("shelly_gen2", "plug-9"), ZoneId("hall"))
    assert [one.address.channel for one in found(messages, [], ZoneInfo("UTC"))] == ["switch:0", "switch:1"]
    assert [one.address.channel for one in found(messages, [plug], ZoneInfo("UTC"))] == ["switch:1"]


def test_a_name_cannot_break_out_of_its_comment_or_value() -> None:
    nasty = [{"friendly_name": 'a"\n  evil: {kind: plug}\n#', "type": "EndDevice", "definition": {"model": "x\ny: z",
        "exposes": [{"type": "binary", "name": "contact", "property": "contact", "access": 1}]}}]  # fmt: skip
    devices = found([message("zigbee2mqtt/bridge/devices", json.dumps(nasty))], [], ZoneInfo("UTC"))
    written = yaml.safe_load("devices:\n" + suggestion(devices, ["a\nb: c"], [], []))["devices"]
    assert len(written) == 1


def test_only_what_is_retained_on_a_command_topic_is_a_hazard() -> None:
    said = [*heard(), message("cmnd/other/POWER", "ON"), message("shellies/s/relay/0/command", "", retained=True)]
    assert [line.split("'")[1] for line in hazards(said, ["hvac/7/m/set"])] == [
        "cmnd/fridge-plug/POWER",
        "hvac/7/m/set",
    ]


def asked(file: Path, *more: str) -> tuple[int, str]:
    answers = [
        "--name",
        "Riverside",
        "--timezone",
        "Europe/Berlin",
        "--country",
        "",
        "--username",
        "",
        "--zones",
        "Hall, 会议室",
    ]
    result = CliRunner().invoke(app, ["init", str(file), *answers, *(more or ("--broker", "localhost"))])
    return result.exit_code, result.output


def test_init_writes_what_check_config_accepts(tmp_path: Path) -> None:
    file = tmp_path / "office.yaml"
    assert asked(file)[0] == 0
    for arguments in ([str(file)], ["--config", str(file)]):
        checked = CliRunner().invoke(app, ["check-config", *arguments])
        assert (checked.exit_code, "Zones: 2, devices: 0, packs: 1" in checked.output) == (0, True)
    configuration = load(file)
    assert list(configuration.zones) == ["hall", "zone-2"]
    assert {policy.mode for policy in configuration.policies} == {"watch"}


def test_init_asks_for_what_was_not_given(tmp_path: Path) -> None:
    file = tmp_path / "office.yaml"
    result = CliRunner().invoke(app, ["init", str(file)], input="Ours\nAsia/Shanghai\nCN\nbroker:1884\nme\nA,B\n")
    assert result.exit_code == 0, result.output
    configuration = load(file)
    assert (configuration.broker.host, configuration.broker.effective_port) == ("broker", 1884)
    assert (configuration.broker.username, configuration.site.country) == ("me", "CN")


def test_init_overwrites_nothing_and_writes_nothing_wrong(tmp_path: Path) -> None:
    file = tmp_path / "office.yaml"
    assert asked(file, "--broker", "mqtt://x")[0] == 2
    assert not file.exists()
    file.write_text("mine")
    assert asked(file)[0] == 2
    assert file.read_text() == "mine"


def test_no_broker_is_a_sentence_and_no_traceback() -> None:
    result = CliRunner().invoke(app, ["discover", "--host", "127.0.0.1", "--port", "1", "--seconds", "0.2"])
    assert result.exit_code == 1
    assert "no broker at 127.0.0.1:1" in result.output


@pytest.mark.real
@needs_mosquitto
def test_discover_hears_a_real_broker_and_its_text_can_be_pasted(mosquitto: Mosquitto, tmp_path: Path) -> None:
    once.multiple(
        [{"topic": topic, "payload": payload, "retain": True, "qos": 1} for topic, payload in RETAINED.items()],
        hostname=mosquitto.host, port=mosquitto.port,
    )  # fmt: skip
    file = tmp_path / "office.yaml"
    assert asked(file, "--broker", f"{mosquitto.host}:{mosquitto.port}")[0] == 0
    result = CliRunner().invoke(app, ["discover", "-c", str(file), "--seconds", "1"])
    assert result.exit_code == 0, result.output
    text = result.stdout
    assert "# HAZARD: a retained message on 'cmnd/fridge-plug/POWER' (OFF)" in text
    assert "# HAZARD: a retained message on 'hvac/7/m/set' (cool)" in text
    whole = file.read_text().replace("devices: {}", f"devices:\n{text}\n")
    file.write_text(whole)
    devices = load(file).devices
    assert set(devices) == {"ac-7", "desk-plug", "eye"}
    again = CliRunner().invoke(app, ["discover", "-c", str(file), "--seconds", "1"])
    assert "Nobody has announced a device" in again.stdout

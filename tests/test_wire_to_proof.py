"""The main job on real input: published to a real Mosquitto, heard, judged, corrected on the wire, proved and stored."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from real_mosquitto import Mosquitto, needs_mosquitto
from running_office import Devices, lately, running, wait_for

pytestmark = [pytest.mark.real, needs_mosquitto]

PAYLOADS = Path(__file__).parents[1].parent / "shared" / "reference" / "payloads"
ZONES = """
zones:
  room: {names: Room, hours: {mon-sun: "00:00-24:00"}}
  shut: {names: Shut, hours: {mon-sun: closed}}
packs:
  - {pack: cn-2007-42, mode: enforce, overrides: {cn-2007-42-setpoint: {grace: 0s}}}
policies:
  - {kind: after_hours_power, name: after-hours, mode: enforce, hold_out_share: 0, grace: 0s, warn: 0s}
"""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "broker") as running_broker:
        yield running_broker


def test_a_cooling_setpoint_of_23_becomes_26_in_the_devices_own_words_and_is_proved(
    tmp_path: Path, broker: Mosquitto
) -> None:
    devices = Devices(broker, "zigbee2mqtt/meeting/ac/set")
    said = {"system_mode": "cool", "occupied_cooling_setpoint": 23, "local_temperature": 27.1, "running_state": None}
    office = ZONES + "devices:\n  ac: {kind: climate, family: zigbee2mqtt, address: meeting/ac, zone: room}\n"
    with running(tmp_path, broker, office) as daemon:
        devices.say("zigbee2mqtt/meeting/ac", json.dumps(said))
        topic, payload = devices.told()
        assert (topic, json.loads(payload)) == ("zigbee2mqtt/meeting/ac/set", {"occupied_cooling_setpoint": 26})
        devices.say("zigbee2mqtt/meeting/ac", json.dumps({**said, "occupied_cooling_setpoint": 26}))
        wait_for(lambda: any(row.state == "proved" for row in daemon.history.commands(*lately())), "the stored proof")
        setpoints = [
            sample.value for sample in daemon.history.series("ac", "climate", "cooling_setpoint_celsius", *lately())
        ]
        assert setpoints == [23.0, 26.0]
        (proved,) = [row for row in daemon.history.commands(*lately()) if row.state == "proved"]
        evidence = json.loads(proved.proof or "")
        assert [(item["quantity"], item["value"]) for item in evidence] == [("cooling_setpoint_celsius", 26.0)]
        assert devices.nothing_told(), "the case is closed, and yet something was sent"
    devices.close()


def test_a_plug_left_on_in_a_closed_room_goes_off_and_its_watts_prove_it(tmp_path: Path, broker: Mosquitto) -> None:
    devices = Devices(broker, "cmnd/#")
    office = ZONES + (
        "devices:\n  plug: {kind: plug, family: tasmota, address: pc_7, zone: shut, load: monitor, switchable: true}\n"
    )
    with running(tmp_path, broker, office) as daemon:
        devices.say("tele/pc_7/STATE", '{"POWER":"ON"}')
        topic, payload = devices.told()
        assert (topic.upper(), payload.upper()) in {("CMND/PC_7/POWER", b"OFF"), ("CMND/PC_7/POWER1", b"OFF")}
        devices.say("stat/pc_7/RESULT", '{"POWER":"OFF"}')
        devices.say("tele/pc_7/SENSOR", '{"ENERGY":{"Total":1.5,"Power":0}}')
        wait_for(lambda: any(row.state == "proved" for row in daemon.history.commands(*lately())), "the stored proof")
    devices.close()


def test_a_policy_that_watches_and_a_device_nobody_allowed_are_told_nothing(tmp_path: Path, broker: Mosquitto) -> None:
    devices = Devices(broker, "cmnd/#", "zigbee2mqtt/+/set")
    office = ZONES.replace("mode: enforce, overrides", "mode: watch, overrides") + (
        "devices:\n"
        "  ac: {kind: climate, family: zigbee2mqtt, address: ac, zone: room}\n"
        "  plug: {kind: plug, family: tasmota, address: pc_7, zone: shut, load: monitor}\n"
    )
    with running(tmp_path, broker, office) as daemon:
        devices.say("zigbee2mqtt/ac", '{"system_mode":"cool","occupied_cooling_setpoint":20}')
        devices.say("tele/pc_7/STATE", '{"POWER":"ON"}')
        reasons = {"shadow", "not_switchable"}
        wait_for(
            lambda: {case.refusal.reason for case in daemon.engine.state.cases.values() if case.refusal} == reasons,
            "two named refusals",
        )
        assert devices.nothing_told()
    devices.close()


def test_a_retained_value_is_shown_and_never_acted_on(tmp_path: Path, broker: Mosquitto) -> None:
    devices = Devices(broker, "zigbee2mqtt/+/set")
    devices.say("zigbee2mqtt/ac", '{"system_mode":"cool","occupied_cooling_setpoint":20}', retain=True)
    office = ZONES + "devices:\n  ac: {kind: climate, family: zigbee2mqtt, address: ac, zone: room}\n"
    with running(tmp_path, broker, office) as daemon:
        wait_for(lambda: daemon.engine.state.office.heard, "the retained value")
        assert devices.nothing_told()
        assert not daemon.engine.state.cases
    devices.close()


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the reference payloads (../shared/reference/payloads) are not here")
def test_real_messages_of_two_families_are_heard_judged_corrected_and_stored(tmp_path: Path, broker: Mosquitto) -> None:
    devices = Devices(broker, "zigbee2mqtt/+/set", "cmnd/#")
    office = ZONES + (
        "devices:\n"
        "  pct504: {kind: climate, family: zigbee2mqtt, address: '0x0220c53aa8f54b9c', zone: room}\n"
        "  buero: {kind: climate, family: zigbee2mqtt, address: OfficeTRV2, zone: room}\n"
        "  nas: {kind: plug, family: zigbee2mqtt, address: sonoff-plug-2-nas, zone: shut, switchable: true}\n"
        "  athom: {kind: plug, family: tasmota, address: athomspv3a, zone: shut, load: monitor, switchable: true}\n"
        "  meter: {kind: meter, family: tasmota, address: meter1, zone: room}\n"
    )
    with running(tmp_path, broker, office) as daemon:
        for message in _lines("zigbee2mqtt", "tasmota"):
            devices.say(message["topic"], message["payload"], retain=bool(message.get("retain")))
        topic, payload = devices.told()
        assert (topic, json.loads(payload)) == (
            "zigbee2mqtt/0x0220c53aa8f54b9c/set",
            {"occupied_cooling_setpoint": 26},
        )
        assert devices.nothing_told(), "a stamp of 2021 or 2024 is no evidence about now"
        for message in _lines("zigbee2mqtt", "tasmota"):
            devices.say(message["topic"], _as_if_now(message["payload"]), retain=bool(message.get("retain")))
        told = dict([devices.told(), devices.told()])
        assert json.loads(told.pop("zigbee2mqtt/OfficeTRV2/set")) == {"occupied_heating_setpoint": 20}
        assert [topic.upper().removesuffix("1") for topic in told] == ["CMND/ATHOMSPV3A/POWER"]
        devices.say("zigbee2mqtt/0x0220c53aa8f54b9c", '{"running_state":"cool","occupied_cooling_setpoint":26}')
        wait_for(lambda: any(row.state == "proved" for row in daemon.history.commands(*lately())), "the stored proof")
        watts = [sample.value for sample in daemon.history.series("meter", "power", "watts", *lately())]
        assert watts == [305.0, 305.0], "three phases are summed"
        assert not daemon.history.series("nas", "power", "is_on", *lately()), "null is unknown, not off"
        assert devices.nothing_told(), "a plug whose state is unknown was switched"
    devices.close()


def _lines(*names: str) -> list[dict[str, Any]]:
    """What devices said in these captures; not what they were told.

    Nor that a bridge came online: for ten seconds after that nothing from behind it would be news.
    """
    read = [(PAYLOADS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines() for name in names]
    messages = [json.loads(line) for lines in read for line in lines]
    return [
        message
        for message in messages
        if message["direction"] != "command" and not message["topic"].endswith("bridge/state")
    ]


def _as_if_now(payload: str) -> str:
    """The same message, without the old stamp."""
    try:
        said = json.loads(payload)
    except ValueError:
        return payload
    if isinstance(said, dict):
        said.pop("last_seen", None)
        said.pop("Time", None)
        return json.dumps(said)
    return payload

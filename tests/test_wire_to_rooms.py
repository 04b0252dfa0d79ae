"""From the wire to the case on a real Mosquitto, for a rule that looks at two devices of a room."""

import json
from pathlib import Path

import pytest
from real_mosquitto import Mosquitto, needs_mosquitto
from running_office import Devices, running, wait_for

pytestmark = [pytest.mark.real, needs_mosquitto]

OFFICE = """
zones:
  room: {names: Room, hours: {mon-sun: "00:00-24:00"}}
policies:
  - {kind: window_open, name: windows, mode: enforce, grace: 0s, warn: 0s}
devices:
  ac: {kind: climate, family: zigbee2mqtt, address: ac, zone: room, switchable: true}
  window: {kind: contact, family: zigbee2mqtt, address: window, zone: room}
"""


def test_a_window_that_opens_is_judged_at_once_and_a_unit_that_has_just_started_runs_on(tmp_path: Path) -> None:
    cooling = {"system_mode": "cool", "occupied_cooling_setpoint": 26}
    with Mosquitto(tmp_path / "broker") as broker:
        devices = Devices(broker, "zigbee2mqtt/+/set")
        with running(tmp_path, broker, OFFICE) as daemon:
            devices.say("zigbee2mqtt/ac", json.dumps(cooling))
            devices.say("zigbee2mqtt/window", '{"contact": true}')
            wait_for(lambda: len(daemon.engine.state.office.heard) == 2, "both devices")
            assert not daemon.engine.state.cases, "the window is shut"
            devices.say("zigbee2mqtt/window", '{"contact": false}')
            wait_for(lambda: daemon.engine.state.cases, "a case")
            (case,) = daemon.engine.state.cases.values()
            assert case.refusal is not None
            assert (case.policy, case.refusal.reason) == ("windows", "compressor")
            assert [(item.device, item.value) for item in case.finding.evidence] == [("window", True)]
            devices.say("zigbee2mqtt/window", '{"contact": true}')
            wait_for(lambda: not daemon.engine.state.cases, "the case to end with the draught")
            assert devices.nothing_told()
        devices.close()

"""A whole daemon beside a real Mosquitto: Home Assistant finds what is retained there, and a second run tidies up."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from network_site import Device, until
from real_mosquitto import Mosquitto, mosquitto, needs_mosquitto
from running_office import running

pytestmark = [pytest.mark.real, needs_mosquitto]
__all__ = ["mosquitto"]

OFFICE = """
home_assistant: {{may_arm: true}}
zones: {{{zones}}}
devices:
  plug: {{kind: plug, family: tasmota, address: plug, zone: east, switchable: true}}
  other: {{kind: plug, family: tasmota, address: other, zone: {zone}, switchable: true}}
policies:
  - {{kind: after_hours_power, name: after-hours}}
"""
HOURS = 'names: Room, hours: {daily: "08:00-18:00"}'
TWO = OFFICE.format(zones=f"east: {{{HOURS}}}, west: {{{HOURS}}}", zone="west")
ONE = OFFICE.format(zones=f"east: {{{HOURS}}}", zone="east")
CONFIG = "homeassistant/device/officed/test-{}/config"


def retained(broker: Mosquitto) -> Mapping[str, bytes]:
    """What somebody who comes now finds, in a moment."""
    with Device(broker, ["homeassistant/#", "officed/test/home_assistant/#"]) as somebody:
        somebody.say("homeassistant/end", "end")
        until(lambda: any(message.topic == "homeassistant/end" for message in somebody.heard))
        return {message.topic: bytes(message.payload) for message in somebody.heard if message.retain}


def test_rooms_are_announced_a_switch_arms_a_rule_and_a_room_that_is_gone_is_taken_back(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    with running(tmp_path, mosquitto, TWO) as daemon:
        until(lambda: CONFIG.format("ROOM-west") in retained(mosquitto))
        values = json.loads(retained(mosquitto)["officed/test/home_assistant/SITE"])
        assert values["acts"] == {"after-hours": "OFF"}
        with Device(mosquitto) as home_assistant:
            home_assistant.say("officed/test/home_assistant/after-hours/set", "ON")
        until(lambda: daemon.engine.state.office.desk.mode_of("after-hours", "watch") == "enforce")
        until(
            lambda: json.loads(retained(mosquitto)["officed/test/home_assistant/SITE"])["acts"] == {"after-hours": "ON"}
        )
    with Device(mosquitto) as somebody:
        somebody.say("homeassistant/device/lamp/config", "{}", retain=True)
    with running(tmp_path, mosquitto, ONE):
        until(lambda: CONFIG.format("ROOM-west") not in retained(mosquitto))
        left = retained(mosquitto)
    assert {CONFIG.format("SITE"), CONFIG.format("ROOM-east"), "homeassistant/device/lamp/config"} <= set(left)


def test_without_its_part_of_the_configuration_nothing_is_announced(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with running(tmp_path, mosquitto, TWO.replace("home_assistant: {may_arm: true}", "")):
        assert retained(mosquitto) == {}

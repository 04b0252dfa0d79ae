"""A whole daemon beside a real Mosquitto: Home Assistant finds what is retained there, and a second run tidies up."""

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from network_site import Device, until
from real_mosquitto import Mosquitto, mosquitto, needs_mosquitto
from running_office import running

from daemon.engine.inbox import Inbox, Item
from policies.inputs import Tick

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


def test_a_press_of_now_has_everything_judged_and_one_that_was_kept_or_queued_does_not(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ticks of the schedule come from threads of its own; what the button asks for comes from that of the connection."""
    pressed: list[Tick] = []
    put = Inbox.put

    def noted(inbox: Inbox, item: Item) -> None:
        if isinstance(item, Tick) and "mqtt" in threading.current_thread().name:
            pressed.append(item)
        put(inbox, item)

    monkeypatch.setattr(Inbox, "put", noted)
    topic = "officed/test/home_assistant/SITE/press"
    with Device(mosquitto) as home_assistant:
        with running(tmp_path, mosquitto, TWO):
            until(lambda: CONFIG.format("SITE") in retained(mosquitto))
            announced = json.loads(retained(mosquitto)[CONFIG.format("SITE")])["components"]["recheck"]
            assert (announced["command_topic"], announced["retain"]) == (topic, False)
        home_assistant.say(topic, announced["payload_press"])
        home_assistant.say(topic, announced["payload_press"], retain=True)
        with running(tmp_path, mosquitto, TWO) as daemon:
            home_assistant.say("officed/test/home_assistant/after-hours/set", "ON")
            until(lambda: daemon.engine.state.office.desk.mode_of("after-hours", "watch") == "enforce")
            assert pressed == []
            at = datetime.now(UTC)
            home_assistant.say(topic, announced["payload_press"])
            until(lambda: pressed)
            until(lambda: (daemon.engine.state.stepped_at or at) > at)
    assert len(pressed) == 1


def test_without_its_part_of_the_configuration_nothing_is_announced(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with running(tmp_path, mosquitto, TWO.replace("home_assistant: {may_arm: true}", "")):
        assert retained(mosquitto) == {}

"""What we announce keeps the rules of Home Assistant's discovery: our own reading of them, and its own schema where it is."""

import importlib
import re
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from home_assistant_site import Broker, after_closing

DEVICE_KEYS = {"identifiers", "name", "manufacturer", "model", "via_device", "suggested_area"}
SHARED = {"availability_topic", "state_topic"}
ALLOWED = {
    "binary_sensor": {"device_class", "json_attributes_topic", "json_attributes_template"},
    "sensor": {"device_class", "state_class", "unit_of_measurement", "suggested_display_precision"},
    "switch": {"entity_category", "command_topic", "optimistic", "qos"},
    "button": {"command_topic", "payload_press", "retain", "qos"},
}
COMMON = {"platform", "unique_id", "name"}


def configs() -> Mapping[str, dict[str, Any]]:
    broker = Broker(may_arm=True)
    broker.look(after_closing())
    return {
        topic: msgspec.json.decode(payload) for topic, payload in broker.retained.items() if topic.endswith("/config")
    }


def test_every_config_has_the_form_of_a_device_announcement() -> None:
    assert len(configs()) == 3
    for topic, config in configs().items():
        assert re.fullmatch(r"homeassistant/device/[a-zA-Z0-9_-]+/[a-zA-Z0-9_-]+/config", topic)
        assert set(config) == {"device", "origin", "components", *SHARED}
        assert config["origin"]["name"]
        assert set(config["device"]) <= DEVICE_KEYS
        for part in config["components"].values():
            own = set(part) - {"value_template"} if part["platform"] != "button" else set(part)
            assert COMMON <= own <= COMMON | ALLOWED[part["platform"]]
            assert ("value_template" in part) is (part["platform"] != "button")
            if part.get("device_class") == "energy":
                assert (part["state_class"], part["unit_of_measurement"]) == ("total_increasing", "kWh")


def test_each_part_passes_home_assistants_own_schema() -> None:
    for platform in ALLOWED:
        pytest.importorskip(
            f"homeassistant.components.mqtt.{platform}", reason="homeassistant is not installed (pip: homeassistant)"
        )
    checked = 0
    for config in configs().values():
        shared = {key: config[key] for key in ("device", "origin", *SHARED)}
        for part in config["components"].values():
            own = {key: value for key, value in part.items() if key != "platform"}
            module = importlib.import_module(f"homeassistant.components.mqtt.{part['platform']}")
            # Before 2024.11 it knows no devices with parts: each part is then what it would have been alone.
            module.DISCOVERY_SCHEMA({**shared, **own})
            checked += 1
    assert checked == 11

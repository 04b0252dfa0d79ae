"""The reference corpus as an acceptance test: what real devices sent decodes, is refused by name, or is not ours.

The corpus is no part of this repository; `tests/data` has samples of our own for the same branches. What is expected of a
line is written out below by its number.
"""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from family_office import NOW, device

from sensors.device import Device, FamilyName
from sensors.messages import Message
from sensors.registry import Registry

PAYLOADS = Path(__file__).parents[1].parent / "shared" / "reference" / "payloads"

pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="the reference corpus ../shared/reference/payloads is absent"
)

Said = dict[str, Any]

DEVICES: list[Device] = [
    device("zigbee2mqtt", "climate", "radiator", "bedroom/radiator"),
    device("zigbee2mqtt", "climate", "buero", "Thermostat Buero"),
    device("zigbee2mqtt", "climate", "sofa", "Thermostat Wohnzimmer Sofa"),
    device("zigbee2mqtt", "climate", "trv2", "OfficeTRV2"),
    device("zigbee2mqtt", "climate", "ally", "0x024c9b58eba6f0e4"),
    device("zigbee2mqtt", "climate", "owon", "0x0220c53aa8f54b9c"),
    device("zigbee2mqtt", "plug", "p23", "plug_zigbee23", base="zigbee2mqttcc1352"),
    device("zigbee2mqtt", "plug", "p22", "plug_zigbee22", base="zigbee2mqttcc1352"),
    device("zigbee2mqtt", "plug", "nas", "sonoff-plug-2-nas"),
    device("zigbee2mqtt", "plug", "z1", "z1"),
    device("zigbee2mqtt", "environment", "smoke1", "sens_smoke1"),
    device("zigbee2mqtt", "water", "leak1", "0x0294f8dea99cc807"),
    device("zigbee2mqtt", "water", "leak2", "0x020bd3ecced5dfaf"),
    device("zigbee2mqtt", "occupancy", "radar", "0x02320f6ed3cd9ce8"),
    device("zigbee2mqtt", "occupancy", "pir", "0x0281bdb3c44ddde3"),
    device("zigbee2mqtt", "light", "fan", "Office Fan"),
    device("zigbee2mqtt", "light", "bulb", "bulb_color"),
    device("zigbee2mqtt", "plug", "power_plug", "power_plug"),
    device("tasmota", "plug", "E719FE", "sonoff-E719FE"),
    device("tasmota", "meter", "meter1", "meter1"),
    device("tasmota", "plug", "athom", "athomspv3a"),
    device("tasmota", "plug", "demo", "demo-sensor"),
    device("tasmota", "environment", "sonoff", "sonoff"),
    device("tasmota", "plug", "switch", "tasmota_switch"),
    device("tasmota", "climate", "ir1", "tasmota/IR1"),
    device("tasmota", "climate", "tasmota", "tasmota"),
    device("tasmota", "climate", "living", "remote_livingroom"),
    device("tasmota", "climate", "miel", "tasmota_38A424"),
    device("tasmota", "meter", "beer", "tasmota_14051A", base="%topic%/%prefix%/"),
    device("shelly_gen2", "plug", "einfahrt", "shellyplus2pm-Einfahrt"),
    device("shelly_gen2", "plug", "sat", "shelly1pmmini-Sat"),
    device("shelly_gen2", "plug", "g3", "shelly1pmminig3-024028b89346"),
    device("shelly_gen2", "plug", "plugs", "shellyplusplugs-aabbccddeeff"),
    device("shelly_gen2", "climate", "wall", "ShellyWallDisplay-AABBCCDDEEFF"),
    device("shelly_gen2", "meter", "pro3", "shellypro3em-aabbccddeeff", "em:0"),
    device("shelly_gen2", "climate", "blutrv", "shellyblugwg3-aabbccddeeff", "blutrv:200"),
    device("shelly_gen2", "light", "dimmer", "shellydimmerg3-0215ab8b9c18"),
    device("shelly_gen2", "plug", "mini", "shelly1minig3-026696b7f368"),
]

EXPECTED: dict[tuple[FamilyName, int], list[Said]] = {
    ("zigbee2mqtt", 1): [{"device": "radiator", "heating_setpoint_celsius": 16.5, "room_celsius": 19.78}],
    ("zigbee2mqtt", 2): [{"device": "buero", "heating_setpoint_celsius": 5.0, "room_celsius": 21.5, "mode": "heat"}],
    ("zigbee2mqtt", 3): [{"device": "sofa", "heating_setpoint_celsius": 18.0, "is_on": True}],
    ("zigbee2mqtt", 4): [{"device": "trv2", "live": False, "device_at": "2021-03-11T19:34:09.195000Z", "mode": "heat"}],
    ("zigbee2mqtt", 5): [{"device": "ally", "room_celsius": 21.59, "action": "heating", "live": True}],
    ("zigbee2mqtt", 6): [
        {
            "device": "owon",
            "mode": None,
            "action": "cooling",
            "cooling_setpoint_celsius": 20.0,
            "heating_setpoint_celsius": 18.5,
            "room_celsius": 22.0,
        }
    ],
    ("zigbee2mqtt", 7): [],
    ("zigbee2mqtt", 8): [{"device": "p23", "is_on": True, "watts": 3.0, "energy_kwh_total": 8.42, "live": False}],
    ("zigbee2mqtt", 9): [{"device": "p22", "is_on": True, "watts": 2.0, "energy_kwh_total": 9.43}],
    ("zigbee2mqtt", 10): [{"device": "nas", "is_on": None, "watts": 0.0, "energy_kwh_total": None}],
    ("zigbee2mqtt", 11): [{"device": "z1", "energy_kwh_total": 12.05, "is_on": None}],
    ("zigbee2mqtt", 12): [],
    ("zigbee2mqtt", 14): [],
    ("zigbee2mqtt", 15): [
        {"device": "smoke1", "smoke": True, "device_at": "2019-11-10T13:43:09.829000Z", "live": False}
    ],
    ("zigbee2mqtt", 18): [{"device": "leak1", "leak": True}],
    ("zigbee2mqtt", 19): [{"device": "leak2", "leak": True}],
    ("zigbee2mqtt", 20): [{"device": "leak2", "leak": False}],
    ("zigbee2mqtt", 22): [{"device": "radar", "occupied": True}, {"device": "radar", "illuminance_lux": 369.0}],
    ("zigbee2mqtt", 24): [{"device": "pir", "occupied": False}, {"device": "pir", "illuminance_lux": 323.0}],
    ("zigbee2mqtt", 26): [{"device": "fan", "is_on": True, "device_at": "2020-07-17T15:17:16.268000Z"}],
    ("zigbee2mqtt", 33): [{"device": "bulb", "online": True, "live": False}],
    ("zigbee2mqtt", 34): [{"device": "bulb", "online": False}],
    ("zigbee2mqtt", 35): [{"device": "zigbee2mqtt", "online": True}],
    ("zigbee2mqtt", 36): [{"device": "zigbee2mqtt", "online": True}],
    ("zigbee2mqtt", 37): [],
    ("tasmota", 1): [{"device": "E719FE", "watts": 76.0, "energy_kwh_total": 94.493, "live": False}],
    ("tasmota", 3): [{"device": "E719FE", "is_on": True}],
    ("tasmota", 4): [{"device": "E719FE", "watts": 75.0, "energy_kwh_total": 0.0}],
    ("tasmota", 6): [{"device": "meter1", "watts": 305.0, "energy_kwh_total": 436.786}],
    ("tasmota", 8): [{"device": "athom", "watts": 0.0, "energy_kwh_total": 1066.0}],
    ("tasmota", 11): [{"device": "demo", "online": True}],
    ("tasmota", 13): [{"device": "demo", "is_on": True}],
    ("tasmota", 14): [{"device": "demo", "is_on": True}],
    ("tasmota", 15): [{"device": "demo", "is_on": True, "device_at": "2021-06-27T13:03:44Z"}],
    ("tasmota", 18): [{"device": "tasmota", "room_celsius": 23.8, "humidity_percent": 61.1}],
    ("tasmota", 20): [{"device": "switch", "is_on": False}],
    ("tasmota", 21): [{"device": "switch", "is_on": False}],
    ("tasmota", 27): [{"device": "sonoff", "room_celsius": 26.0, "humidity_percent": 27.0}],
    ("tasmota", 28): [{"device": "sonoff", "room_celsius": 25.0, "illuminance_lux": None, "noise_dba": None}],
    ("tasmota", 33): [{"device": "ir1", "mode": "auto", "setpoint_celsius": 22.0, "is_on": True}],
    ("tasmota", 36): [{"device": "tasmota", "mode": "auto", "setpoint_celsius": 18.0, "is_on": True}],
    ("tasmota", 38): [{"accepted": True}, {"device": "living", "mode": "cool", "setpoint_celsius": 19.0}],
    ("tasmota", 41): [{"device": "miel", "room_celsius": 19.0, "device_at": None, "live": True}],
    ("tasmota", 42): [{"device": "beer", "address": {"base": "%topic%/%prefix%/"}}],
    ("tasmota", 44): [{"device": "beer", "energy_kwh_total": 4.6, "watts": None}],
    ("shelly_gen2", 13): [{"device": "einfahrt", "is_on": False, "watts": 0.0, "energy_kwh_total": 0.123585}],
    ("shelly_gen2", 14): [{"device": "einfahrt", "is_on": None, "watts": None, "energy_kwh_total": 0.123585}],
    ("shelly_gen2", 15): [],
    ("shelly_gen2", 16): [{"device": "g3", "is_on": None, "watts": 11.5}],
    ("shelly_gen2", 17): [{"device": "g3", "is_on": True, "energy_kwh_total": 152.669987}],
    ("shelly_gen2", 18): [],
    ("shelly_gen2", 20): [{"device": "plugs", "is_on": True, "watts": 2.7, "energy_kwh_total": 7.258589}],
    ("shelly_gen2", 22): [{"device": "wall", "setpoint_celsius": 21.0, "room_celsius": 21.3, "action": "idle"}],
    ("shelly_gen2", 27): [{"device": "pro3", "watts": 558.965}],
    ("shelly_gen2", 28): [{"device": "pro3", "energy_kwh_total": 2589.77339}],
    ("shelly_gen2", 29): [{"device": "blutrv", "heating_setpoint_celsius": 19.0, "live": False}],
    ("shelly_gen2", 30): [{"device": "dimmer", "online": True}],
    ("shelly_gen2", 31): [{"device": "dimmer", "is_on": False, "watts": 0.0}],
    ("shelly_gen2", 33): [{"device": "mini", "is_on": False, "watts": None, "energy_kwh_total": None}],
}
FILES: dict[FamilyName, str] = {"zigbee2mqtt": "zigbee2mqtt", "tasmota": "tasmota", "shelly_gen2": "shelly"}


def heard(family: FamilyName, number: int) -> list[Said]:
    """The readings of one line, written out; a refused payload fails."""
    line = json.loads((PAYLOADS / f"{FILES[family]}.jsonl").read_text(encoding="utf-8").splitlines()[number - 1])
    hears = Registry(DEVICES, ZoneInfo("Asia/Shanghai"))
    raw = Message(
        topic=line["topic"], payload=line["payload"].encode(), arrived_at=NOW, retained=line.get("retain", False)
    )
    readings = [msgspec.to_builtins(reading) for reading in hears.decode(raw)]
    assert not hears.refusals
    return readings


def test_every_line_decodes_or_is_not_ours_and_none_is_refused() -> None:
    for family, file in FILES.items():
        for number in range(1, len((PAYLOADS / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()) + 1):
            heard(family, number)


@pytest.mark.parametrize(("family", "number"), list(EXPECTED))
def test_a_line_says_what_is_written_here(family: FamilyName, number: int) -> None:
    readings = heard(family, number)
    expected = EXPECTED[family, number]
    assert len(readings) == len(expected)
    for reading, wanted in zip(readings, expected, strict=True):
        for key, value in wanted.items():
            found = {k: reading[key].get(k) for k in value} if isinstance(value, dict) else reading[key]
            assert found == value, (key, reading)


def test_the_real_inventory_announces_each_device_but_the_coordinator() -> None:
    found = {
        (one["device"] or one["address"]["name"], one["address"]["channel"]): one["traits"]
        for one in heard("zigbee2mqtt", 39)
    }
    assert ("Coordinator", "") not in found
    assert found["power_plug", ""]["words"] == '{"off":{"state":"OFF"}}'
    assert found["power_plug", ""]["has_meter"] is True
    assert found["button", ""]["can_switch_off"] is False
    assert [channel for name, channel in found if name == "zigfred_plus"] == ["l1", "l2", "l3", "l4", "l5"]

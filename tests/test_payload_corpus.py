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

from sensors.device import Device
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
    device("shelly_gen2", "climate", "wall", "ShellyWallDisplay-AABBCCDDEEFF", "thermostat:0"),
    device("shelly_gen2", "environment", "wallair", "ShellyWallDisplay-AABBCCDDEEFF"),
    device("shelly_gen2", "plug", "wallrelay", "ShellyWallDisplay-AABBCCDDEEFF", "switch:0"),
    device("shelly_gen2", "meter", "pro3", "shellypro3em-aabbccddeeff", "em:0"),
    device("shelly_gen2", "climate", "blutrv", "shellyblugwg3-aabbccddeeff", "blutrv:200"),
    device("shelly_gen2", "light", "dimmer", "shellydimmerg3-0215ab8b9c18"),
    device("shelly_gen2", "plug", "mini", "shelly1minig3-026696b7f368"),
    device("tasmota", "light", "relay", "tasmota", "1"),
    device("tasmota", "environment", "adc", "tasmota", "ANALOG"),
    device("tasmota", "environment", "zbair", "tasmota", "0x2916"),
    device("tasmota", "plug", "zbplug", "tasmota", "SHP15"),
    device("tasmota", "plug", "zbnamed", "tasmota", "0x4773"),
    device("tasmota", "plug", "gone", "tasmota_XXXXXX"),
    device("tasmota", "water", "zbleak", "898E", "0x898E", base="SonoffZigbeeBridge/%topic%/%prefix%/"),
    device("shelly_gen1", "plug", "em3", "shellyem3-02B80C98D7B3"),
    device("shelly_gen1", "meter", "phase", "shellyem3-02B80C98D7B3", "emeter/0"),
    device("shelly_gen1", "plug", "plug_s", "shellyplug-s-XXYYYY"),
    device("shelly_gen1", "climate", "trv", "shellytrv-ABCDEFGH1234"),
    device("shelly_gen1", "climate", "raw_trv", "shellytrv-xxx"),
    device("esphome", "plug", "pump", "node-b", "switch/pump1"),
    device("esphome", "climate", "pump_t", "node-b", "climate/pump1_t"),
    device("homie", "environment", "car", "super-car", "engine"),
    device("homie", "light", "kitchen", "kitchen-light", "light/power"),
]
AS: dict[tuple[str, int], Device] = {
    # the samples of a manual share one name; who it is for one line
    ("zigbee2mqtt", 16): device("zigbee2mqtt", "environment", "smoke", "livingroomsmokedetector"),
    ("zigbee2mqtt", 17): device("zigbee2mqtt", "environment", "smoke", "FRIENDLY_NAME"),
    ("zigbee2mqtt", 21): device("zigbee2mqtt", "water", "valve", "FRIENDLY_NAME"),
    ("zigbee2mqtt", 23): device("zigbee2mqtt", "occupancy", "desk", "OF_presence_1"),
    ("zigbee2mqtt", 27): device("zigbee2mqtt", "environment", "air", "FRIENDLY_NAME"),
    ("zigbee2mqtt", 28): device("zigbee2mqtt", "occupancy", "eye", "FRIENDLY_NAME"),
    ("zigbee2mqtt", 29): device("zigbee2mqtt", "light", "lamp", "FRIENDLY_NAME"),
    ("zigbee2mqtt", 30): device("zigbee2mqtt", "light", "lamp", "FRIENDLY_NAME"),
    ("zigbee2mqtt", 31): device("zigbee2mqtt", "light", "lamp", "FRIENDLY_NAME"),
    ("zigbee2mqtt", 32): device("zigbee2mqtt", "light", "lamp", "FRIENDLY_NAME"),
    ("tasmota", 16): device("tasmota", "occupancy", "second", "demo-sensor", "2"),
    ("tasmota", 26): device("tasmota", "plug", "old", "sonoff"),
    ("tasmota", 50): device("tasmota", "plug", "zb", "xxxx", "0x8959"),
}

EXPECTED: dict[tuple[str, int], list[Said]] = {
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
    ("shelly", 13): [{"device": "einfahrt", "is_on": False, "watts": 0.0, "energy_kwh_total": 0.123585}],
    ("shelly", 14): [{"device": "einfahrt", "is_on": None, "watts": None, "energy_kwh_total": 0.123585}],
    ("shelly", 15): [],
    ("shelly", 16): [{"device": "g3", "is_on": None, "watts": 11.5}],
    ("shelly", 17): [{"device": "g3", "is_on": True, "energy_kwh_total": 152.669987}],
    ("shelly", 18): [],
    ("shelly", 20): [{"device": "plugs", "is_on": True, "watts": 2.7, "energy_kwh_total": 7.258589}],
    ("shelly", 22): [{"device": "wall", "setpoint_celsius": 21.0, "room_celsius": 21.3, "action": "idle"}],
    ("shelly", 27): [{"device": "pro3", "watts": 558.965}],
    ("shelly", 28): [{"device": "pro3", "energy_kwh_total": 2589.77339}],
    ("shelly", 29): [{"device": "blutrv", "heating_setpoint_celsius": 19.0, "live": False}],
    ("shelly", 30): [{"device": "dimmer", "online": True}],
    ("shelly", 31): [{"device": "dimmer", "is_on": False, "watts": 0.0}],
    ("shelly", 33): [{"device": "mini", "is_on": False, "watts": None, "energy_kwh_total": None}],
    ("zigbee2mqtt", 16): [{"device": "smoke", "smoke": False}],
    ("zigbee2mqtt", 17): [{"device": "smoke", "smoke": False}],
    ("zigbee2mqtt", 21): [{"device": "valve", "leak": None, "litres_per_minute": None, "live": False}],
    ("zigbee2mqtt", 23): [{"device": "desk", "occupied": True}, {"device": "desk", "illuminance_lux": 14.0}],
    ("zigbee2mqtt", 25): [{"device": "pir", "occupied": True}, {"device": "pir", "illuminance_lux": 323.0}],
    ("zigbee2mqtt", 27): [{"device": "air", "room_celsius": 27.34, "humidity_percent": 44.72}],
    ("zigbee2mqtt", 28): [{"device": "eye", "occupied": True}],
    ("zigbee2mqtt", 29): [{"device": "lamp", "is_on": True}],
    ("tasmota", 7): [{"device": "athom", "is_on": True, "device_at": "2024-01-14T10:03:15Z", "live": False}],
    ("tasmota", 9): [{"device": "relay", "is_on": False, "live": False}],
    ("tasmota", 10): [{"device": "adc", "illuminance_lux": 8.0, "live": False}],
    ("tasmota", 12): [{"device": "gone", "online": False, "live": False}],
    ("tasmota", 16): [{"device": "second", "occupied": True, "live": False}],
    ("tasmota", 17): [{"device": "adc", "illuminance_lux": None, "room_celsius": None}],
    ("tasmota", 25): [{"device": "tasmota", "room_celsius": 20.6, "device_at": "2017-02-16T02:13:52Z"}],
    ("tasmota", 26): [{"device": "old", "watts": 0.0, "energy_kwh_total": 3.185, "device_at": "2018-02-04T15:17:01Z"}],
    ("tasmota", 34): [{"device": "ir1", "mode": "auto", "setpoint_celsius": 22.0, "is_on": True}],
    ("tasmota", 35): [{"device": "tasmota", "mode": "auto", "setpoint_celsius": 22.0, "live": False}],
    ("tasmota", 37): [{"device": "tasmota", "mode": "cool", "setpoint_celsius": 26.0, "is_on": True}],
    ("tasmota", 45): [{"device": "zbleak", "leak": True}],
    ("tasmota", 46): [{"device": "zbair", "room_celsius": 25.72, "humidity_percent": 47.73}],
    ("tasmota", 47): [{"device": "zbplug", "is_on": False, "watts": None}],
    ("tasmota", 48): [{"device": "zbplug", "is_on": None, "watts": 0.0}],
    ("tasmota", 49): [{"device": "zbnamed", "is_on": True}],
    ("shelly", 1): [{"device": "em3", "is_on": False, "watts": None}],
    ("shelly", 2): [{"device": "phase", "watts": 120.11}],
    ("shelly", 6): [{"device": "plug_s", "energy_kwh_total": 1.350167}],
    ("shelly", 7): [{"device": "trv", "online": True}],
    ("shelly", 8): [{"device": "trv", "address": {"name": "shellytrv-ABCDEFGH1234"}, "traits": {"model": "SHTRV-01"}}],
    ("shelly", 9): [{"device": "raw_trv", "mode": "heat", "action": None, "heating_setpoint_celsius": 24.0}],
    ("shelly", 23): [{"device": "wallair", "room_celsius": 21.3}],
    ("shelly", 24): [{"device": "wallair", "humidity_percent": 43.8}],
    ("shelly", 25): [{"device": "wallair", "illuminance_lux": 30.0}],
    ("shelly", 26): [{"device": "wallrelay", "is_on": False, "watts": None}],
    ("shelly", 35): [{"device": "mini", "online": True}],
    ("esphome", 3): [{"device": "pump", "is_on": False, "live": False}],
    ("esphome", 4): [{"device": "pump_t", "mode": "heat", "live": False}],
    ("esphome", 5): [{"device": "pump_t", "room_celsius": 7.7, "live": False}],
    ("esphome", 6): [{"device": "pump_t", "setpoint_celsius": 14.0, "live": False}],
    ("esphome", 8): [{"device": "pump_t", "action": "off", "live": False}],
    ("esphome", 10): [{"device": "pump", "online": False, "live": False}, {"device": "pump_t", "online": False}],
    ("esphome", 11): [{"device": "", "address": {"name": "node-a"}, "traits": {"model": "nodemcu"}}],
    ("esphome", 13): [{"device": "", "address": {"name": "officenode1"}, "traits": {"model": "esp32"}}],
    ("esphome", 18): [{"device": "pump_t", "room_celsius": None}],
    ("homie", 5): [{"device": "car", "online": True, "live": False}],
    **{("homie", number): [{"device": "car", "traits": {"can_switch_off": False}}] for number in (*range(10, 15), 34)},
}
NOTHING: dict[str, dict[str, tuple[int, ...]]] = {
    "a command, ours or somebody's": {
        "zigbee2mqtt": (30, 31, 32),
        "tasmota": (19, 22, 39, 40),
        "shelly": (10, 11, 19, 36, 37),
        "esphome": (15, 16, 17),
        "homie": (16, 21, 23),
    },
    "a key, a topic or a component that says nothing of what we read": {
        "zigbee2mqtt": (13, 38),
        "tasmota": (2, 5, 23, 24, 43, 51),
        "shelly": (3, 4, 5, 21, 32, 34),
        "esphome": (2, 7, 9),
        "homie": (1, 2, 3, 4, 6, 7, 8, 18, 30, 31, 32, 33),
    },
    "a remote control that is no air conditioner's": {"tasmota": (29, 30, 31, 32)},
    "last known values of a Zigbee bridge, long ago": {"tasmota": (50,)},
    "Home Assistant's discovery, for that family": {"shelly": (12,), "esphome": (1, 12, 14, 19)},
    "a value before its description": {"homie": (9, 15, 17, 20, 22)},
    "a part that nobody configured": {"homie": (24, 25, 26, 27, 28, 29)},
    "a device on its way, which is neither here nor gone": {"homie": (19,)},
}
ELSEWHERE = {("zigbee2mqtt", 39)}
"""The inventory, in a test of its own below."""
FILES = ("zigbee2mqtt", "tasmota", "shelly", "esphome", "homie")


def lines(file: str) -> list[Any]:
    return [json.loads(line) for line in (PAYLOADS / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()]


def raw(line: Any) -> Message:
    payload, retained = line["payload"].encode(), line.get("retain", False)
    return Message(topic=line["topic"], payload=payload, arrived_at=NOW, retained=retained)


def heard(file: str, number: int) -> list[Said]:
    """The readings of one line, written out; a refused payload fails."""
    own = AS.get((file, number))
    others = [one for one in DEVICES if own is None or one.address.name != own.address.name]
    hears = Registry([*others, own] if own is not None else DEVICES, ZoneInfo("Asia/Shanghai"))
    readings = [msgspec.to_builtins(reading) for reading in hears.decode(raw(lines(file)[number - 1]))]
    assert not hears.refusals
    return readings


def hold(readings: list[Said], expected: list[Said]) -> None:
    assert len(readings) == len(expected), readings
    for reading, wanted in zip(readings, expected, strict=True):
        for key, value in wanted.items():
            found = {k: reading[key].get(k) for k in value} if isinstance(value, dict) else reading[key]
            assert found == value, (key, reading)


def test_each_line_is_expected_to_say_something_or_known_to_say_nothing() -> None:
    known = [*EXPECTED, *ELSEWHERE]
    known += [(file, number) for silent in NOTHING.values() for file, numbers in silent.items() for number in numbers]
    assert sorted(known) == sorted((file, number + 1) for file in FILES for number in range(len(lines(file))))


@pytest.mark.parametrize(("file", "number"), list(EXPECTED))
def test_a_line_says_what_is_written_here(file: str, number: int) -> None:
    hold(heard(file, number), EXPECTED[file, number])


@pytest.mark.parametrize("why", NOTHING)
def test_what_says_nothing_gives_no_reading_and_is_no_error(why: str) -> None:
    for file, numbers in NOTHING[why].items():
        for number in numbers:
            assert heard(file, number) == [], (file, number)


def test_a_homie_device_is_understood_once_it_has_described_itself() -> None:
    hears = Registry(DEVICES)
    first, second = ([hears.decode(raw(line)) for line in lines("homie")] for _ in range(2))
    room = [{"device": "car", "room_celsius": 21.5, "live": False}]
    assert first[8] == (), "in version 4 its attributes come later"
    hold([msgspec.to_builtins(one) for one in first[14]], room)
    assert first[19] == (), "in version 5 its description is the last line"
    hold([msgspec.to_builtins(one) for one in second[19]], room)


def test_an_esphome_node_that_is_online_is_heard_live() -> None:
    hears = Registry(DEVICES)
    for line in lines("esphome")[:9]:
        live = msgspec.structs.replace(raw(line), retained=False)
        assert all(one.live for one in hears.decode(live))

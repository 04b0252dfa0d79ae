"""The reference corpus of Home Assistant discovery and of gateways: every line is an announcement, a reading, a refusal or not ours.

The corpus is no part of this repository. What is expected of a line is written out below by its number.
"""

import base64
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from family_office import NOW, SITE_ZONE
from mapped_office import announced, behind, mapped

from sensors.mapping import Mapping, Signal, Source
from sensors.messages import Message
from sensors.registry import Registry

PAYLOADS = Path(__file__).parents[1].parent / "shared" / "reference" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="the reference corpus ../shared/reference/payloads is absent"
)

DISCOVERED = [
    announced("bulb", "light", "bulb_enddevice"),
    announced("weather", "environment", "zigbee2mqtt_0x0226a64036dbc768"),
    announced("left", "plug", "0x0238c5a354315ac0_switch_left_zigbee2mqtt"),
    announced("trv", "climate", "0x027e235626687322_climate_zigbee2mqtt"),
    announced("room", "climate", "0x02a86d3bd3d278c0_climate_zigbee2mqtt"),
    announced("st1820", "climate", "st1820-ccddeeff0011-0"),
    announced("pac", "climate", "027178b2cdf7-climate-pac"),
    announced("air", "environment", "ESPsensoroffice_temperature"),
    announced("ac", "climate", "faikin"),
]
GATEWAYS = [
    behind("mitsubishi2mqtt", "mitsubishi", "topic/HVAC_XXX"),
    behind("wmp2mqtt", "intesis", "00000000"),
    behind("coolmaster", "vrf", "L1_100"),
    behind("daikin2mqtt", "daikin", "North_Office"),
    behind("midea2mqtt", "midea", "livingroom"),
    behind("gree", "gree", "home/greehvac"),
]
ANNOUNCED = {
    1: "bulb",
    2: "weather",
    3: "weather",
    7: "left",
    14: "trv",
    18: "room",
    25: "st1820",
    51: "pac",
    55: "air",
}
STRANGERS = {32: "shellyplugmg3-aabbccddeeff-0"}
"""The first line in which each stranger is announced; a repeated config announces it again."""
REFUSED = {52: "has no unique_id"}
GATEWAY_LINES: dict[int, list[dict[str, Any]]] = {
    1: [{"device": "mitsubishi", "mode": "cool", "action": "cooling", "setpoint_celsius": 26.0, "room_celsius": 26.5}],
    4: [{"device": "mitsubishi", "online": False, "live": False}],
    7: [{"device": "intesis", "is_on": False}],
    8: [{"device": "intesis", "setpoint_celsius": 22.0}],
    9: [{"device": "intesis", "room_celsius": 24.5}],
    12: [
        {"device": "vrf", "mode": "cool", "setpoint_celsius": 26.0, "room_celsius": 27.5, "action": None, "live": False}
    ],
    15: [{"device": "daikin", "is_on": True, "mode": "cool", "setpoint_celsius": 24.0}],
    16: [
        {"device": "daikin", "room_celsius": 25.5, "humidity_percent": None},
        {"device": "daikin", "outdoor_celsius": None},
    ],
    20: [{"device": "ac"}],
    21: [{"device": "midea", "online": False, "live": False}],
    22: [{"device": "midea", "online": False, "live": False}],
    23: [{"device": "midea", "is_on": True, "mode": "cool", "setpoint_celsius": 26.0}],
}


def heard(file: str, hears: Registry) -> dict[int, list[dict[str, Any]]]:
    lines = (PAYLOADS / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()
    found = {}
    for number, text in enumerate(lines, start=1):
        line = json.loads(text)
        raw = Message(line["topic"], line["payload"].encode(), NOW, retained=line.get("retain", False))
        readings = [msgspec.to_builtins(reading) for reading in hears.decode(raw)]
        if readings:
            found[number] = readings
    return found


def test_every_discovery_line_announces_what_is_written_here_and_nothing_else() -> None:
    hears = Registry(DISCOVERED, SITE_ZONE)
    found = heard("ha_discovery", hears)
    ours = {number: said[0]["device"] for number, said in found.items() if said[0]["device"]}
    assert ours == ANNOUNCED
    strangers = {number: said[0]["address"]["name"] for number, said in found.items() if not said[0]["device"]}
    assert STRANGERS.items() <= strangers.items()
    assert not any("lock" in name or "zigbee2mqtt" in name for name in strangers.values())
    assert [refusal.words.partition("component ")[2].partition(" ")[2] for refusal in hears.refusals.values()] == [
        *REFUSED.values()
    ]


def test_every_gateway_line_says_what_is_written_here_and_commands_say_nothing() -> None:
    hears = Registry([*GATEWAYS, *DISCOVERED], SITE_ZONE)
    found = heard("ac_gateways", hears)
    assert set(found) == set(GATEWAY_LINES)
    assert not hears.refusals
    for number, expected in GATEWAY_LINES.items():
        assert len(found[number]) == len(expected), number
        for reading, wanted in zip(found[number], expected, strict=True):
            assert {key: reading[key] for key in wanted} == wanted, number


PIBRELLA = "spBv1.0/Sparkplug B Devices/DDATA/Raspberry Pi/Pibrella"
SPARKPLUG = mapped(
    "board",
    "occupancy",
    "pibrella",
    Mapping((Signal("occupied", Source(PIBRELLA, "Inputs/A")), Signal("room_celsius", Source(PIBRELLA, "Temp")))),
)


def test_every_sparkplug_line_is_a_reading_or_a_refusal_and_commands_are_not_ours() -> None:
    """Lines 1 to 8 are the specification's JSON view, which is on no wire; 5, 6, 9 and 13 are nobody's readings."""
    hears = Registry([SPARKPLUG], SITE_ZONE)
    found: dict[int, list[tuple[str, object]]] = {}
    refused: set[int] = set()
    for number, text in enumerate((PAYLOADS / "sparkplug.jsonl").read_text(encoding="utf-8").splitlines(), start=1):
        line = json.loads(text)
        told = line["payload"]
        raw = base64.b64decode(told[7:]) if told.startswith("base64:") else told.encode()
        before = sum(refusal.count for refusal in hears.refusals.values())
        for reading in hears.decode(Message(line["topic"], raw, NOW)):
            said = msgspec.to_builtins(reading)
            found.setdefault(number, []).extend(
                (key, said[key]) for key in ("online", "occupied", "room_celsius") if said.get(key) is not None
            )
        if sum(refusal.count for refusal in hears.refusals.values()) > before:
            refused.add(number)
    assert found == {
        11: [("online", True), ("occupied", False), ("room_celsius", 21.5)],
        12: [("room_celsius", 22.5)],
    }
    assert refused == {1, 2, 4, 7, 8}, "3 is the node's data, which nobody has mapped"
    assert {refusal.words for refusal in hears.refusals.values()} == {"JSON, where Sparkplug B has protobuf"}

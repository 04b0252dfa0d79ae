"""Whatever a device sends, a decoder gives readings in their windows or refuses the payload, and does so quickly."""

import json
import math
import os
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from family_office import OFFICES, message, registry
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sensors import units
from sensors.device import FamilyName
from sensors.readings import AnyReading
from sensors.registry import Registry

FUZZ_EXAMPLES = int(os.environ.get("OFFICED_FUZZ_EXAMPLES", "25"))
"""A topic; more of them when a decoder was changed: `OFFICED_FUZZ_EXAMPLES=500 make test TESTS=tests/test_family_hostility.py`."""

TOPICS: dict[FamilyName, list[str]] = {
    "zigbee2mqtt": [
        f"zigbee2mqtt/{tail}"
        for tail in (
            "Desk/Plug 1",
            "Zwei fach/Küche",
            "FCU 3",
            "Floor",
            "Presence",
            "Air",
            "Window",
            "Tap",
            "Desk/Plug 1/power",
            "FCU 3/occupied_heating_setpoint",
            "Desk/Plug 1/availability",
            "bridge/state",
            "bridge/devices",
            "bridge/logging",
        )
    ],
    "tasmota": [
        "tele/desk-2/STATE",
        "tele/desk-2/SENSOR",
        "tele/desk-2/LWT",
        "stat/desk-2/POWER",
        "stat/desk-2/STATUS0",
        "tele/strip/SENSOR",
        "tele/air/SENSOR",
        "tele/zb/SENSOR",
        "tele/ir/RESULT",
        "stat/ir/RESULT",
        "tele/pir/SENSOR",
        "tasmota/discovery/02/config",
    ],
    "shelly_gen2": [
        "shelly-7/events/rpc",
        "shelly-7/status/switch:0",
        "shelly-7/online",
        "office/wall/status/thermostat:0",
        "gw/status/blutrv:200",
        "meter/events/rpc",
        "air/events/rpc",
        "sink/status/flood:0",
        "officed/rpc",
    ],
    "shelly_gen1": [
        *("shellies/shellyplug-7/relay/0", "shellies/shellyplug-7/relay/0/energy", "shellies/shellyplug-7/info"),
        *("shellies/shellyplug-7/online", "shellies/shellydimmer-1/light/0/status", "shellies/shellyem3-1/info"),
        *("shellies/shellyem3-1/emeter/1/total", "shellies/shellytrv-1/info", "shellies/shellyht-1/info"),
        *("shellies/shellyht-1/sensor/temperature", "shellies/shelly1-9/ext_temperature/0", "shellies/announce"),
        *("shellies/shellymotion-1/status", "shellies/shellydw-1/sensor/state", "shellies/shellyflood-1/sensor/flood"),
    ],
    "esphome": [
        *("desk/switch/relay/state", "desk/sensor/relay_power/state", "desk/sensor/total/state", "desk/status"),
        *("floor3/ac/climate/split/target_temperature/state", "floor3/ac/climate/split/mode/state"),
        *("floor3/ac/climate/split/current_humidity/state", "air/sensor/air_temperature/state", "air/sensor/x/state"),
        *("air/binary_sensor/motion/state", "lamp/light/ceiling/state", "tap/sensor/counted/state"),
        *("esphome/discover/new", "homeassistant/climate/ac/split/config", "homeassistant/sensor/air/odd/config"),
    ],
    "homie": [
        *("homie/5/ac-1/$state", "homie/5/ac-1/$description", "homie/5/ac-1/ac/target/$target"),
        *("homie/plug-1/$state", "homie/plug-1/outlet/power/$datatype", "homie/plug-1/outlet/watts/$unit"),
        *("homie/5/new/$description", "homie/5/other/$state"),
    ],
    "print_job": ["officed/print/laser/job"],
    "mapped": [
        *("bms/ahu1", "bms/ahu1/mode", "bms/weather", "bms/ahu1/power", "mb/meter", "mb/status", "mb/tap", "mb/leak"),
        "mb/seat",
    ],
    "homeassistant": [
        *("homeassistant/climate/ac7/config", "homeassistant/device/room/config", "homeassistant/switch/kettle/config"),
        *("hvac/7/mode", "hvac/7/air", "hvac/7/set_temp", "hvac/7/doing", "k/st", "two/p", "r/air", "l/avty", "w"),
    ],
}
KEYS = [
    *("state", "state_l1", "power", "energy", "last_seen", "system_mode", "operating_mode", "running_state"),
    *("occupied_cooling_setpoint", "occupied_heating_setpoint", "current_heating_setpoint", "local_temperature"),
    *("thermostat_occupancy", "unoccupied_heating_setpoint", "occupancy", "presence", "contact", "water_leak", "flow"),
    *("temperature", "humidity", "co2", "smoke", "illuminance", "level", "message", "friendly_name", "definition"),
    *("exposes", "type", "features", "name", "property", "access", "values", "value_off", "value_min", "endpoint"),
    *("Time", "POWER", "POWER2", "ENERGY", "Power", "Total", "TempUnit", "Temperature", "StatusSNS", "StatusSTS"),
    *("IrReceived", "IRHVAC", "Vendor", "Mode", "Temp", "Celsius", "ZbReceived", "0x7120", "Switch1", "Command"),
    *("t", "ft", "rl", "md", "onln", "method", "params", "ts", "switch:0", "output", "apower", "aenergy", "total"),
    *("temperature:0", "tC", "em:0", "emdata:0", "total_act", "result", "error", "id", "src", "sys", "unixtime"),
    *("relays", "ison", "meters", "emeters", "is_valid", "thermostats", "pos", "target_t", "tmp", "value", "units"),
    *(
        "hum",
        "motion",
        "lights",
        "model",
        "boolean:201",
        "enum:201",
        "number:203",
        "thermostat:0",
        "enable",
        "target_C",
    ),
    *("stat_t", "~", "unit_of_meas", "dev_cla", "modes", "min_temp", "max_temp", "temp_step", "temp_unit", "board"),
    *("nodes", "ac", "properties", "target", "mode", "datatype", "format", "settable", "unit", "root", "tp", "COUNTER"),
    *("HVACSettings", "MiElHVAC", "HAMode", "preset", "operating_mode", "ZoneStatusChange", "window:0"),
    *("job", "copies", "impressions", "pages", "sides", "duplex", "duplexer", "wins", "completed_at"),
]
WORDS = ["ON", "OFF", "on", "cool", "auto", "online", "NotifyStatus", "climate", "switch", "numeric", "system_mode"]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-10, 50),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from([*WORDS, "2026-03-02T08:15:00", "1970-01-01T00:00:00Z", "nan", "-inf", "1e999", "state"]),
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(KEYS), inner, max_size=8)),
    max_leaves=30,
)
OBJECTS = st.dictionaries(st.sampled_from(KEYS), JSON, min_size=1, max_size=10)
PAYLOADS = st.one_of(
    OBJECTS.map(lambda value: json.dumps(value).encode()),
    st.lists(OBJECTS, max_size=4).map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=60),
    LEAVES.map(lambda value: str(value).encode("utf-8", "replace")),
)
WINDOWS = {
    "setpoint_celsius": units.SETPOINT_CELSIUS,
    "cooling_setpoint_celsius": units.SETPOINT_CELSIUS,
    "heating_setpoint_celsius": units.SETPOINT_CELSIUS,
    "room_celsius": units.ROOM_CELSIUS,
    "humidity_percent": units.HUMIDITY_PERCENT,
    "watts": units.WATTS,
    "energy_kwh_total": units.KWH,
    "co2_ppm": units.CO2_PPM,
    "illuminance_lux": units.LUX,
    "litres_per_minute": units.LITRES_PER_MINUTE,
    "litres_total": units.LITRES,
    "minimum_celsius": units.SETPOINT_CELSIUS,
    "maximum_celsius": units.SETPOINT_CELSIUS,
    "sheets": (1, 10_000_000),
}
CASES = [(family, topic) for family, topics in TOPICS.items() for topic in topics]


def ready(family: FamilyName) -> Registry:
    """The office of this family, with all that its samples want to be announced before anything has a meaning."""
    hears = registry(family)
    if family == "homeassistant":
        first: dict[str, str] = {}
        for text in (Path(__file__).parent / "data" / "homeassistant.jsonl").read_text(encoding="utf-8").splitlines():
            for topic, words in json.loads(text).get("before", ()):
                if topic.endswith("/config"):
                    first.setdefault(topic, words)
        for topic, words in first.items():
            hears.decode(message(topic, words, retained=True))
    return hears


def hold(reading: AnyReading) -> None:
    """Every field has its declared type, every number is finite and in its window."""
    fields: dict[str, Any] = msgspec.to_builtins(reading)
    assert msgspec.convert(fields, type(reading)) == reading
    for name, value in (*fields.items(), *(fields.get("traits") or {}).items()):
        if isinstance(value, float):
            assert math.isfinite(value), name
        if name in WINDOWS and value is not None:
            low, high = WINDOWS[name]
            assert low <= value <= high, (name, value)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(payload=PAYLOADS)
@pytest.mark.parametrize(("family", "topic"), CASES)
def test_nothing_but_readings_and_refusals_comes_out(family: FamilyName, topic: str, payload: bytes) -> None:
    for reading in ready(family).decode(message(topic, payload)):
        hold(reading)


@pytest.mark.slow
@settings(max_examples=FUZZ_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(payload=PAYLOADS)
@pytest.mark.parametrize(("family", "topic"), CASES)
def test_nothing_but_readings_and_refusals_comes_out_of_much_more(
    family: FamilyName, topic: str, payload: bytes
) -> None:
    for reading in ready(family).decode(message(topic, payload)):
        hold(reading)


DESCRIBED = ["target", "temperature", "mode", "power", "watts"]
"""The properties below, whose values mean something only after their description came."""
UNITS = st.sampled_from(["°C", "°F", "W", "kWh", "Wh", "%", "lx", "m³", "", "furlong"])
DATATYPES = st.sampled_from(["float", "integer", "boolean", "enum", "string", ""])
FORMATS = st.sampled_from(["16:30", "16:30:0.5", ":", "a:b:c", "off,cool,heat", "1e999:-1e999:nan", ""])
PROPERTY = st.fixed_dictionaries({"unit": UNITS, "datatype": DATATYPES, "format": FORMATS, "settable": st.booleans()})


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    properties=st.fixed_dictionaries(dict.fromkeys(DESCRIBED, PROPERTY)),
    payload=st.one_of(PAYLOADS, st.floats().map(lambda value: str(value).encode())),
)
def test_a_value_of_any_description_is_a_reading_in_its_window_or_none(
    properties: dict[str, object], payload: bytes
) -> None:
    hears = registry("homie")
    described = json.dumps({"nodes": {"ac": {"properties": properties}}})
    for reading in hears.decode(message("homie/5/ac-1/$description", described)):
        hold(reading)
    for name in DESCRIBED:
        for reading in hears.decode(message(f"homie/5/ac-1/ac/{name}", payload)):
            hold(reading)


def test_the_topics_here_are_all_heard() -> None:
    for family, topic in CASES:
        hears = ready(family)
        assert hears._found(topic) is not None, topic
        assert {device.address.family for device in OFFICES[family]} == {family}


HOSTILE = [
    b"{" + b'"a":1,' * 1_500_000 + b'"b":2}',
    b"[" * 10_000_000,
    b'{"a":' * 2_000_000,
    b'[{"friendly_name":"x","definition":{"exposes":' + b"[" * 900 + b"]" * 900 + b"}}]",
    b"[" + b'{"friendly_name":"Tap"},' * 100_000 + b"{}]",
    b'{"level":"error","message":"' + b"publish 'set' 'x' to '" * 2_500 + b'"}',
    b'{"state":"' + b"x" * 60_000 + b'"}',
    b"9" * 60_000,
    *(
        b'{"uniq_id":"kettle-sw","stat_t":"k/st","cmd_t":"k/c","val_tpl":"' + template + b'"}'
        for template in (
            b"{{ 'x' * 999999999 }}",
            b"{% for a in range(99999999) %}{% for b in range(99999999) %}x{% endfor %}{% endfor %}",
            b"{{ 9 ** 9 ** 9 ** 9 }}",
            b"{{ ''.__class__.__mro__ }}",
            b"{{ (" * 5_000 + b") }}",
            b"{{ value" + b"|upper" * 9_000 + b" }}",
        )
    ),
]


@pytest.mark.parametrize("payload", HOSTILE, ids=range(len(HOSTILE)))
def test_ten_megabytes_and_ten_thousand_brackets_are_over_quickly(payload: bytes) -> None:
    for family, topic in CASES:
        hears = ready(family)
        hears.decode(message(topic, b"{}"))
        began = time.process_time()
        hears.decode(message(topic, payload))
        assert time.process_time() - began < 2.0, topic

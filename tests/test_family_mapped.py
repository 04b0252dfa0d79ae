"""Devices whose messages are written down: commands, confirmations, presets of gateways, and hostile input for all of them."""

import json
import time
from datetime import timedelta

import pytest
from family_office import NOW, OFFICES, message, registry
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mapped_office import behind, mapped
from test_family_hostility import JSON, PAYLOADS, hold

from sensors.commands import Command, CommandId, Remedy, SetSetpoint, Side, SwitchOff
from sensors.device import Device
from sensors.families.gateways import PRESETS
from sensors.families.mapped_signals import steps_of
from sensors.family import Refused
from sensors.mapping import Instruction, Instructions, Mapping
from sensors.readings import Climate
from sensors.registry import Registry


def sent(to: Device, remedy: Remedy) -> tuple[str, str]:
    order = Command(CommandId("c/1"), remedy, "", NOW, NOW + timedelta(minutes=1))
    (outgoing,) = Registry([to]).encode(order, to, None, "")
    return outgoing.topic, outgoing.payload.decode()


def off(to: Device) -> tuple[str, str]:
    return sent(to, SwitchOff(to.id))


def target(to: Device, celsius: float, side: Side = "cooling") -> tuple[str, str]:
    return sent(to, SetSetpoint(to.id, celsius, side))


def one(identifier: str) -> Device:
    return next(found for found in OFFICES["mapped"] if found.id == identifier)


COMMANDS = {
    "mitsubishi2mqtt": (("x/mode/set", "off"), ("x/temp/set", "26.5")),
    "swicago": (("x/set", '{"power":"OFF"}'), ("x/set", '{"temperature":26.5}')),
    "wmp2mqtt": (("/cmnd/hvac/intesis/x/settings/ONOFF", "OFF"), ("/cmnd/hvac/intesis/x/settings/SETPTEMP", "27")),
    "coolmaster": (
        ("homeassistant/climate/coolmaster_x/set/mode", "off"),
        ("homeassistant/climate/coolmaster_x/set/temperature", "26.5"),
    ),
    "daikin2mqtt": (
        ("daikin2mqtt/x/set/controls", '{"power": false}'),
        ("daikin2mqtt/x/set/controls", '{"set_temp": 27}'),
    ),
    "faikin": (("x/command/power", "0"), ("x/command/temp", "26.5")),
    "midea2mqtt": (("midea2mqtt/x/set", '{"power": false}'), ("midea2mqtt/x/set/targetTemperature", "26.5")),
    "gree": (("x/power/set", "0"), ("x/temperature/set", "27")),
}


def test_every_gateway_has_its_commands_written_out_here() -> None:
    assert set(COMMANDS) == set(PRESETS)


@pytest.mark.parametrize("gateway", list(PRESETS))
def test_a_gateway_is_told_off_and_a_setpoint_in_its_own_words(gateway: str) -> None:
    unit = behind(gateway, "unit", "x")
    assert off(unit) == COMMANDS[gateway][0]
    assert target(unit, 26.5) == COMMANDS[gateway][1]


@pytest.mark.parametrize("gateway", list(PRESETS))
def test_no_setpoint_command_touches_the_mode_or_the_power(gateway: str) -> None:
    topic, payload = target(behind(gateway, "unit", "x"), 26.0)
    assert "mode" not in topic.lower()
    assert "power" not in topic.lower()
    assert not any(word in payload.lower() for word in ("mode", "power", "on", "cool"))


def test_fahrenheit_gateways_are_told_fahrenheit() -> None:
    assert target(one("hot"), 26.0) == ("hvac/hot/temp/set", "79")
    assert target(one("hot"), 25.0) == ("hvac/hot/temp/set", "77")


def test_a_written_command_is_rendered_and_kept_within_its_range() -> None:
    assert off(one("ahu")) == ("bms/ahu1/write", '{"run":false,"priority":8}')
    assert target(one("ahu"), 25.3) == ("bms/ahu1/write", '{"setpoint":255.0}')
    assert target(one("ahu"), 26.0) == ("bms/ahu1/write", '{"setpoint":260}')
    with pytest.raises(Refused, match="at most 28"):
        target(one("ahu"), 28.5)


def test_what_is_not_written_down_is_refused() -> None:
    for identifier in ("meter", "seat"):
        with pytest.raises(Refused):
            off(one(identifier))
        with pytest.raises(Refused):
            target(one(identifier), 26.0)
    one_sided = mapped(
        "x", "climate", "x", Mapping((), Instructions(heating_setpoint=Instruction("h", template="{{ value }}")))
    )
    assert target(one_sided, 20.0, "heating") == ("h", "20")
    with pytest.raises(Refused):
        target(one_sided, 26.0, "cooling")


@pytest.mark.parametrize("template", ["{{ value", "{{ 1/0 }}", "{{ '' }}", "{{ value.__class__ }}"])
def test_a_command_template_that_renders_nothing_sends_nothing(template: str) -> None:
    broken = mapped("x", "climate", "x", Mapping((), Instructions(setpoint=Instruction("h", template=template))))
    with pytest.raises(Refused):
        target(broken, 26.0)


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("a", ["a"]),
        ("a.b[0].c", ["a", "b", 0, "c"]),
        ('a["b.c"][-1]', ["a", "b.c", -1]),
        ("[2]", [2]),
        ("空调.设定", ["空调", "设定"]),
        (".a", None),
        ("a..b", None),
        ("a.", None),
        ("a[x]", None),
        ('a["b]', None),
        ("", []),
    ],
)
def test_paths(path: str, steps: list[str | int] | None) -> None:
    assert steps_of(path) == steps


def test_from_violation_to_proof_behind_each_gateway_that_tells_its_setpoint() -> None:
    """A small gateway by hand: too cold, told, obeyed, said. One that does not obey says the old value."""
    unit = behind("midea2mqtt", "unit", "den")
    hears = Registry([unit])
    state = {"power": True, "mode": "cool", "targetTemperature": 22}
    for obeys, expected in ((True, 26.0), (False, 22.0)):
        own = dict(state)
        order = Command(CommandId("c/1"), SetSetpoint(unit.id, 26.0, "cooling"), "", NOW, NOW + timedelta(minutes=1))
        (outgoing,) = hears.encode(order, unit, None, "")
        key = outgoing.topic.removeprefix("midea2mqtt/den/set/")
        if obeys:
            own[key] = json.loads(outgoing.payload)
        (said,) = hears.decode(message("midea2mqtt/den/state", json.dumps(own)))
        assert isinstance(said, Climate)
        assert (said.setpoint_celsius, said.mode, said.is_on) == (expected, "cool", True)


TOPICS = sorted(
    {signal.source.topic for device in OFFICES["mapped"] if device.mapping for signal in device.mapping.signals}
)
BAD = [
    b"",
    b"null",
    b"NaN",
    b'"inf"',
    b"1e999",
    b"[]",
    b"{}",
    b"true",
    b"\xff\xfe",
    b"None",
    b"unavailable",
    b"-99",
    b"99999999",
]


@pytest.mark.parametrize("topic", TOPICS)
def test_bad_values_are_unknown_or_refused(topic: str) -> None:
    for payload in BAD:
        for reading in registry("mapped").decode(message(topic, payload)):
            hold(reading)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(payload=PAYLOADS)
@pytest.mark.parametrize("topic", TOPICS)
def test_nothing_but_readings_and_refusals_comes_out_of_what_is_mapped(topic: str, payload: bytes) -> None:
    for reading in registry("mapped").decode(message(topic, payload)):
        hold(reading)


KEYS = st.sampled_from(
    [
        "~",
        "stat_t",
        "cmd_t",
        "uniq_id",
        "obj_id",
        "dev",
        "ids",
        "cns",
        "o",
        "name",
        "cmps",
        "p",
        "avty",
        "avty_t",
        "avty_mode",
        "val_tpl",
        "pl_on",
        "pl_off",
        "stat_on",
        "dev_cla",
        "unit_of_meas",
        "temp_cmd_t",
        "temp_stat_t",
        "temp_stat_tpl",
        "mode_stat_t",
        "mode_cmd_t",
        "modes",
        "min_temp",
        "max_temp",
        "temp_step",
        "temperature_unit",
        "curr_temp_t",
        "schema",
        "ent_cat",
        "migrate_discovery",
        "act_t",
        "pow_cmd_t",
        "temp_hi_stat_t",
        "availability",
        "device",
    ]
)
WORDS = st.sampled_from(
    [
        "a/b",
        "~/x",
        "a/~",
        "#",
        "ac7",
        "kettle-sw",
        "power",
        "W",
        "°F",
        "F",
        "json",
        "switch",
        "climate",
        "{{ value }}",
        "{{",
        "30",
    ]
)
CONFIGS = st.dictionaries(
    KEYS,
    st.one_of(WORDS, JSON, st.lists(WORDS, max_size=3), st.dictionaries(KEYS, WORDS | st.dictionaries(KEYS, WORDS))),
    max_size=12,
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    configs=st.lists(CONFIGS, max_size=3),
    platform=st.sampled_from(["climate", "switch", "light", "fan", "sensor", "binary_sensor", "device"]),
    state=PAYLOADS,
)
def test_no_discovery_config_breaks_anything(configs: list[dict[str, object]], platform: str, state: bytes) -> None:
    hears = registry("homeassistant")
    for number, config in enumerate(configs):
        topic = f"homeassistant/{platform}/{'ac7' if number else 'x'}/config"
        for reading in hears.decode(message(topic, json.dumps(config))):
            hold(reading)
    for topic in hears.fresh_subscriptions():
        assert topic
        assert not set("+#") & set(topic)
        for reading in hears.decode(message(topic, state)):
            hold(reading)


def test_a_flood_of_configs_is_taken_in_quickly() -> None:
    hears = registry("homeassistant")
    began = time.process_time()
    for number in range(3000):
        config = {
            "uniq_id": f"u{number}",
            "stat_t": f"s/{number}",
            "cmd_t": "c",
            "dev": {"ids": [f"device-{number % 50}"]},
        }
        hears.decode(message(f"homeassistant/sensor/n{number}/config", json.dumps(config)))
    assert time.process_time() - began < 6.0
    big = json.dumps({"dev": {"ids": "x"}, "o": {}, "cmps": {str(n): {"p": "switch"} for n in range(3000)}})
    hears.decode(message("homeassistant/device/big/config", big))
    assert "homeassistant/device/big/config" in hears.refusals

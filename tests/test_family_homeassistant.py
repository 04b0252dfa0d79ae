"""Home Assistant discovery as a consumer: what is learned, what is subscribed, what is sent, and who wins."""

import json
from datetime import timedelta

import pytest
from family_office import NOW, device, message
from mapped_office import announced

from sensors.commands import Command, CommandId, Remedy, SetSetpoint, Side, SwitchOff
from sensors.device import Device, Traits
from sensors.family import Refused
from sensors.messages import Message
from sensors.readings import Announced, Climate, Power
from sensors.registry import Registry


def config(platform: str, name: str, /, **keys: object) -> Message:
    return message(f"homeassistant/{platform}/{name}/config", json.dumps({"uniq_id": name, **keys}), retained=True)


def learned(registry: Registry, *configs: Message) -> Traits:
    """The traits that were announced last."""
    readings = [reading for one in configs for reading in registry.decode(one)]
    said = [one for one in readings if isinstance(one, Announced) and one.device]
    return said[-1].traits


def sent(to: Device, remedy: Remedy, *configs: Message, memo: str = "") -> tuple[str, str]:
    registry = Registry([to])
    traits = learned(registry, *configs)
    order = Command(CommandId("c/1"), remedy, "", NOW, NOW + timedelta(minutes=1))
    (outgoing,) = registry.encode(order, to, traits, memo)
    return outgoing.topic, outgoing.payload.decode()


def off(to: Device, *configs: Message) -> tuple[str, str]:
    return sent(to, SwitchOff(to.id), *configs)


def target(to: Device, celsius: float, side: Side, *configs: Message, memo: str = "") -> tuple[str, str]:
    return sent(to, SetSetpoint(to.id, celsius, side), *configs, memo=memo)


AC = announced("ac", "climate", "ac")
PLUG = announced("plug", "plug", "plug")


def test_topics_are_learned_from_discovery_and_only_for_configured_devices() -> None:
    registry = Registry([PLUG])
    assert list(registry.subscriptions()) == ["homeassistant/+/+/config", "homeassistant/+/+/+/config"]
    assert list(registry.decode(message("p/state", "ON"))) == []
    registry.decode(config("switch", "plug", stat_t="p/state", cmd_t="p/set", avty_t="p/up"))
    registry.decode(config("switch", "stranger", stat_t="s/state", cmd_t="s/set"))
    assert list(registry.fresh_subscriptions()) == ["p/state", "p/up"]
    assert list(registry.fresh_subscriptions()) == []
    assert list(registry.subscriptions())[2:] == ["p/state", "p/up"]
    (reading,) = registry.decode(message("p/state", "ON"))
    assert isinstance(reading, Power)
    assert reading.is_on is True


def test_a_config_that_names_another_topic_moves_the_device() -> None:
    registry = Registry([PLUG])
    registry.decode(config("switch", "plug", stat_t="old", cmd_t="c"))
    registry.decode(config("switch", "plug", stat_t="new", cmd_t="c"))
    assert list(registry.fresh_subscriptions()) == ["old", "new"]
    assert list(registry.decode(message("old", "ON"))) == []
    assert len(registry.decode(message("new", "ON"))) == 1


def test_the_same_config_again_announces_nothing_new() -> None:
    registry = Registry([PLUG])
    assert len(registry.decode(config("switch", "plug", stat_t="s", cmd_t="c"))) == 1
    assert list(registry.decode(config("switch", "plug", stat_t="s", cmd_t="c"))) == []


def test_the_native_family_wins_when_both_hear_a_state_topic() -> None:
    native = device("zigbee2mqtt", "plug", "native", "Plug")
    registry = Registry([native, PLUG])
    assert list(registry.decode(config("switch", "0x1", stat_t="zigbee2mqtt/Plug", cmd_t="zigbee2mqtt/Plug/set"))) == []
    registry.decode(config("switch", "plug", stat_t="zigbee2mqtt/Plug", cmd_t="zigbee2mqtt/Plug/set"))
    assert list(registry.fresh_subscriptions()) == []
    (reading,) = registry.decode(message("zigbee2mqtt/Plug", '{"state":"ON"}'))
    assert reading.device == "native"


@pytest.mark.parametrize(
    "told", [{"cns": [["mac", "02:AA:BB:CC:DD:EE"]]}, {"ids": "02aabbccddee"}, {"ids": ["0x02AABBCCDDEE"]}]
)
def test_the_native_family_wins_by_the_address_in_its_name(told: dict[str, object]) -> None:
    native = device("shelly_gen2", "plug", "native", "shellyplug-02aabbccddee")
    registry = Registry([native, PLUG])
    assert list(registry.decode(config("switch", "other", stat_t="x/y", cmd_t="x/z", dev=told))) == []
    assert len(registry.decode(config("switch", "third", stat_t="x/y", cmd_t="x/z", dev={"ids": "02aabbccddff"}))) == 1


def test_a_short_identifier_in_a_name_is_no_sign() -> None:
    registry = Registry([device("tasmota", "plug", "native", "node-1"), PLUG])
    assert len(registry.decode(config("switch", "other", stat_t="x/y", cmd_t="x/z", dev={"ids": "node"}))) == 1


CLIMATE = {"temp_cmd_t": "t", "temp_stat_t": "s", "mode_cmd_t": "m"}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param({"modes": ["off", "cool"]}, ("m", "off"), id="a listed off"),
        pytest.param({"modes": ["off", "cool"], "pow_cmd_t": "p"}, ("m", "off"), id="a listed off before the power"),
        pytest.param(
            {"modes": ["cool"], "pow_cmd_t": "p", "pl_off": "0"}, ("p", "0"), id="power where off is not listed"
        ),
        pytest.param({"pow_cmd_t": "p"}, ("p", "OFF"), id="power where no mode is listed"),
        pytest.param({}, ("m", "off"), id="the default modes have off"),
        pytest.param(
            {"modes": ["off"], "mode_cmd_tpl": "{%if value=='off'%}{{ {'on': false}|tojson }}{%endif%}"},
            ("m", '{"on": false}'),
            id="a template",
        ),
    ],
)
def test_off_is_the_listed_mode_or_else_the_power_topic(keys: dict[str, object], expected: tuple[str, str]) -> None:
    assert off(AC, config("climate", "ac", **CLIMATE, **keys)) == expected


def test_a_climate_without_off_is_not_switched_off() -> None:
    with pytest.raises(Refused):
        off(AC, config("climate", "ac", **CLIMATE, modes=["cool", "heat"]))


@pytest.mark.parametrize(
    ("celsius", "side", "keys", "expected"),
    [
        pytest.param(26.0, "cooling", {}, "26", id="a whole number"),
        pytest.param(25.6, "cooling", {}, "26", id="Home Assistant's step is 1, cooling goes up"),
        pytest.param(20.4, "heating", {}, "20", id="heating goes down"),
        pytest.param(25.6, "cooling", {"temp_step": 0.1}, "25.6", id="its own step"),
        pytest.param(26.0, "cooling", {"temperature_unit": "F"}, "79", id="Fahrenheit, up"),
        pytest.param(20.0, "heating", {"temperature_unit": "F"}, "68", id="Fahrenheit, exactly"),
        pytest.param(26.0, "cooling", {"min_temp": "16", "max_temp": "30"}, "26", id="limits as text"),
        pytest.param(26.0, "cooling", {"temp_cmd_tpl": '{"v":{{ value * 10 }}}'}, '{"v":260}', id="a template"),
    ],
)
def test_a_setpoint_goes_out_in_the_units_and_steps_of_the_config(
    celsius: float, side: Side, keys: dict[str, object], expected: str
) -> None:
    assert target(AC, celsius, side, config("climate", "ac", **CLIMATE, **keys)) == ("t", expected)


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param({"max_temp": 25}, id="beyond what it takes"),
        pytest.param({"temperature_unit": "F", "max_temp": 77}, id="beyond, in Fahrenheit"),
        pytest.param({"temp_cmd_tpl": "{{ value.__class__.__mro__[1] }}"}, id="a template that reaches out"),
        pytest.param({"temp_cmd_t": "a/#"}, id="a topic with a wildcard"),
    ],
)
def test_a_setpoint_that_cannot_be_said_is_refused(keys: dict[str, object]) -> None:
    with pytest.raises(Refused):
        target(AC, 26.0, "cooling", config("climate", "ac", **{**CLIMATE, **keys}))


def test_which_of_three_setpoints_counts_follows_the_mode() -> None:
    three = config("climate", "ac", temp_cmd_t="one", temp_hi_cmd_t="hi", temp_lo_cmd_t="lo", mode_stat_t="m")
    assert target(AC, 26.0, "cooling", three, memo="single") == ("one", "26")
    assert target(AC, 26.0, "cooling", three, memo="range") == ("hi", "26")
    assert target(AC, 20.0, "heating", three, memo="range") == ("lo", "20")
    two = config("climate", "ac", temp_hi_cmd_t="hi", temp_lo_cmd_t="lo")
    assert target(AC, 26.0, "cooling", two) == ("hi", "26")


@pytest.mark.parametrize(
    ("platform", "keys", "expected"),
    [
        ("switch", {"cmd_t": "c"}, ("c", "OFF")),
        ("switch", {"cmd_t": "c", "pl_off": '{"on":false}'}, ("c", '{"on":false}')),
        ("switch", {"cmd_t": "c", "cmd_tpl": '{"s":"{{ value }}"}'}, ("c", '{"s":"OFF"}')),
        ("light", {"cmd_t": "c", "schema": "json"}, ("c", '{"state":"OFF"}')),
        ("light", {"cmd_t": "c", "schema": "template", "cmd_off_tpl": "off,{{ transition|d(0) }}"}, ("c", "off,0")),
        ("fan", {"cmd_t": "c"}, ("c", "OFF")),
    ],
)
def test_equipment_is_switched_off_in_its_own_words(
    platform: str, keys: dict[str, object], expected: tuple[str, str]
) -> None:
    assert off(PLUG, config(platform, "plug", **keys)) == expected


@pytest.mark.parametrize("name", ["Child lock", "Window detection", "Anti-freeze", "LED", "Away", "Enable thermostat"])
def test_settings_in_a_switchs_clothes_are_never_switched(name: str) -> None:
    with pytest.raises(Refused, match="setting"):
        off(PLUG, config("switch", "plug", cmd_t="c", stat_t="s", name=name))


def test_configuration_and_switches_beside_a_climate_are_settings() -> None:
    with pytest.raises(Refused, match="setting"):
        off(PLUG, config("switch", "plug", cmd_t="c", ent_cat="config"))
    beside = config("climate", "ac", **CLIMATE, dev={"ids": "unit-1"})
    with pytest.raises(Refused, match="setting"):
        off(PLUG, beside, config("switch", "plug", cmd_t="c", dev={"ids": "unit-1"}))


def test_a_device_with_two_switches_says_that_one_must_be_named() -> None:
    both = announced("both", "plug", "unit-2")
    parts = [config("switch", name, cmd_t=name, stat_t=name, dev={"ids": "unit-2"}) for name in ("a", "b")]
    with pytest.raises(Refused, match="several switches"):
        off(both, *parts)


def test_what_has_not_announced_itself_is_not_commanded() -> None:
    order = Command(CommandId("c/1"), SwitchOff(PLUG.id), "", NOW, NOW + timedelta(minutes=1))
    with pytest.raises(Refused, match="not announced"):
        Registry([PLUG]).encode(order, PLUG, None, "")


def test_a_template_that_cannot_be_parsed_disables_its_own_value_only() -> None:
    registry = Registry([AC])
    registry.decode(
        config(
            "climate",
            "ac",
            mode_stat_t="s",
            mode_stat_tpl="{{ value_json.m",
            temp_stat_t="s",
            temp_stat_tpl="{{ value_json.t }}",
        )
    )
    (reading,) = registry.decode(message("s", '{"m":"cool","t":24}'))
    assert isinstance(reading, Climate)
    assert (reading.mode, reading.setpoint_celsius) == (None, 24.0)


def test_from_violation_to_proof_with_a_unit_that_only_speaks_discovery() -> None:
    """A small unit by hand: it is heard too cold, is told so in its own words, obeys, and says so."""
    registry = Registry([AC])
    traits = learned(
        registry,
        config(
            "climate", "ac", temp_stat_t="u", temp_stat_tpl="{{ value_json.set }}", temp_cmd_t="u/set", modes=["off", "cool"],
            temp_cmd_tpl='{{ {"set": value}|tojson }}', mode_stat_t="u", mode_stat_tpl="{{ value_json.mode }}", mode_cmd_t="u/m",
        ),
    )  # fmt: skip
    unit = {"set": 22, "mode": "cool"}
    (heard,) = registry.decode(message("u", json.dumps(unit)))
    assert isinstance(heard, Climate)
    assert (heard.mode, heard.setpoint_celsius) == ("cool", 22.0)
    order = Command(CommandId("c/1"), SetSetpoint(AC.id, 26.0, "cooling"), "", NOW, NOW + timedelta(minutes=1))
    (outgoing,) = registry.encode(order, AC, traits, heard.memo)
    assert outgoing.topic == "u/set"
    unit |= json.loads(outgoing.payload)
    assert unit == {"set": 26, "mode": "cool"}
    (proof,) = registry.decode(message("u", json.dumps(unit)))
    assert isinstance(proof, Climate)
    assert proof.setpoint_celsius == 26.0


@pytest.mark.parametrize("platform", [{}, [], None, 5, True, "party"])
def test_a_platform_that_is_no_word_of_ours_is_nothing(platform: object) -> None:
    parts = {
        "odd": {"p": platform, "uniq_id": "odd", "stat_t": "a"},
        "even": {"p": "switch", "uniq_id": "plug", "stat_t": "p"},
    }
    told = message("homeassistant/device/two/config", json.dumps({"dev": {"ids": ["x"]}, "cmps": parts}))
    registry = Registry([PLUG])
    assert [reading.device for reading in registry.decode(told)] == ["plug"]
    assert registry.refusals == {}

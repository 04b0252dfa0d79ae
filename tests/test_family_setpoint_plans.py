"""What a Zigbee2MQTT device exposes decides which key is its target and which value is off."""

import json
from pathlib import Path

import msgspec
import pytest

from sensors.device import Traits
from sensors.family import Refused
from sensors.setpoints import Scalar, Words, channels, fitted, traits_from, words_from

DEFINITIONS = Path(__file__).parents[1].parent / "shared/reference/payloads/zigbee2mqtt_definitions.jsonl"
Expose = dict[str, object]


def setpoint(
    name: str, low: float = 16, high: float = 30, step: float = 0.5, access: int = 7, suffix: str = ""
) -> Expose:
    limits = {"value_min": low, "value_max": high, "value_step": step}
    return {"type": "numeric", "name": name, "property": name + suffix, "access": access, **limits}


def modes(*values: str, access: int = 7, suffix: str = "") -> Expose:
    return {
        "type": "enum",
        "name": "system_mode",
        "property": f"system_mode{suffix}",
        "access": access,
        "values": list(values),
    }


def climate(*features: Expose, endpoint: str = "") -> Expose:
    return {"type": "climate", "features": list(features), **({"endpoint": endpoint} if endpoint else {})}


def binary(name: str, key: str, access: int = 7, off: Scalar = "OFF", **more: object) -> Expose:
    return {
        "type": "binary",
        "name": name,
        "property": key,
        "access": access,
        "value_on": "ON",
        "value_off": off,
        **more,
    }


def switch(key: str, endpoint: str = "", off: Scalar = "OFF") -> Expose:
    return {
        "type": "switch",
        "features": [binary("state", key, off=off)],
        **({"endpoint": endpoint} if endpoint else {}),
    }


def plan(*exposes: Expose, channel: str = "") -> tuple[Traits, Words]:
    traits = traits_from(exposes, channel, "model")
    return traits, words_from(traits.words)


def test_two_setpoints_each_serve_their_side() -> None:
    cool = setpoint("occupied_cooling_setpoint", 18, 30, 1)
    heat = setpoint("occupied_heating_setpoint", 8, 28, 0.5)
    traits, words = plan(climate(modes("off", "heat", "cool", "auto"), cool, heat))
    assert (words.cool, words.heat) == ("occupied_cooling_setpoint", "occupied_heating_setpoint")
    assert words.off == {"system_mode": "off"}
    assert words.limits == {"occupied_cooling_setpoint": (18, 30, 1), "occupied_heating_setpoint": (8, 28, 0.5)}
    assert (traits.minimum_celsius, traits.maximum_celsius, traits.step_celsius) == (18, 28, 1)
    assert (traits.can_cool, traits.can_heat, traits.can_switch_off) == (True, True, True)


def test_a_unit_that_cools_with_a_setpoint_named_heating_is_told_by_that_name() -> None:
    traits, words = plan(climate(modes("off", "cool", "heat"), setpoint("current_heating_setpoint", access=3)))
    assert (words.cool, words.heat) == ("current_heating_setpoint", "current_heating_setpoint")
    assert traits.can_cool is True


def test_a_unit_that_only_cools_has_no_heating_target() -> None:
    traits, words = plan(climate(modes("cool", "dry", "fan_only"), setpoint("current_heating_setpoint")))
    assert (words.cool, words.heat) == ("current_heating_setpoint", "")
    assert (traits.can_cool, traits.can_heat) == (True, False)


def test_a_radiator_valve_has_no_cooling_target() -> None:
    traits, words = plan(climate(modes("heat"), setpoint("occupied_heating_setpoint")))
    assert (words.cool, words.heat) == ("", "occupied_heating_setpoint")
    assert (traits.can_cool, traits.can_heat, traits.can_switch_off) == (False, True, False)


def test_modes_that_name_no_side_leave_it_to_the_names_of_the_setpoints() -> None:
    valve = climate(modes("off", "auto"), setpoint("current_heating_setpoint"))
    assert (plan(valve)[1].cool, plan(valve)[1].heat) == ("", "current_heating_setpoint")
    band = climate(
        modes("off", "heat_cool"), setpoint("occupied_cooling_setpoint"), setpoint("occupied_heating_setpoint")
    )
    assert (plan(band)[0].can_cool, plan(band)[0].can_heat) == (True, True)
    bare = climate(setpoint("occupied_heating_setpoint"))
    assert (plan(bare)[1].cool, plan(bare)[1].heat) == ("", "occupied_heating_setpoint")


def enumeration(name: str, *values: str, access: int = 7, suffix: str = "") -> Expose:
    return {"type": "enum", "name": name, "property": name + suffix, "access": access, "values": list(values)}


def test_a_preset_that_is_on_or_off_and_nothing_else_is_the_switch() -> None:
    target, heats = setpoint("current_heating_setpoint"), modes("heat", "cool")
    assert plan(climate(heats, target, enumeration("preset", "off", "on")))[1].off == {"preset": "off"}
    assert plan(climate(heats, target, enumeration("preset", "off", "sleep")))[1].off == {}
    assert plan(climate(heats, target, enumeration("preset", "off", "on", access=1)))[1].off == {}
    assert plan(climate(modes("off", "heat"), target, enumeration("preset", "off", "on")))[1].off == {
        "system_mode": "off"
    }
    assert plan(climate(heats, target, enumeration("preset", "off", "on")), switch("state"))[1].off == {"state": "OFF"}


def test_a_pause_is_the_off_of_a_thermostat_that_has_no_other() -> None:
    valve = climate(modes("heat"), setpoint("occupied_heating_setpoint"))
    assert plan(valve, enumeration("operating_mode", "schedule", "pause"))[1].off == {"operating_mode": "pause"}
    assert plan(valve, enumeration("operating_mode", "schedule", "manual"))[1].off == {}
    assert plan(valve, enumeration("operating_mode", "pause", access=5))[1].off == {}
    floor = climate(modes("heat", suffix="_th1"), setpoint("occupied_heating_setpoint", suffix="_th1"), endpoint="th1")
    paused = enumeration("operating_mode", "pause", suffix="_th1")
    assert plan(floor, paused, channel="th1")[1].off == {"operating_mode_th1": "pause"}


def test_a_setpoint_that_cannot_be_set_is_no_target() -> None:
    _, words = plan(climate(modes("heat", "cool"), setpoint("occupied_cooling_setpoint", access=5)))
    assert (words.cool, words.heat) == ("", "")


def test_off_stands_in_the_state_beside_the_modes_where_the_modes_have_none() -> None:
    unit = climate(modes("cool", "heat"), setpoint("current_heating_setpoint"))
    assert plan(binary("state", "state", access=3), unit)[1].off == {"state": "OFF"}
    assert plan(switch("state"), unit)[1].off == {"state": "OFF"}
    assert plan(unit)[1].off == {}


def test_a_setting_in_the_clothes_of_a_switch_is_no_off() -> None:
    unit = climate(modes("cool"), setpoint("current_heating_setpoint"))
    lookalikes = [
        switch("window_detection"),
        switch("state_mute", "mute"),
        binary("state", "state", access=1),
        binary("child_lock", "child_lock"),
        binary("state", "state", category="config"),
    ]
    for lookalike in lookalikes:
        assert plan(lookalike, unit)[1].off == {}, lookalike
        assert plan(lookalike)[0].can_switch_off is False, lookalike


def test_the_off_of_modes_comes_before_the_state_beside_them() -> None:
    unit = climate(modes("off", "cool"), setpoint("occupied_heating_setpoint"))
    assert plan(switch("state"), unit)[1].off == {"system_mode": "off"}


def test_a_thermostat_behind_an_endpoint_is_told_by_its_own_keys() -> None:
    one = climate(
        modes("off", "heat", suffix="_th1"), setpoint("occupied_heating_setpoint", suffix="_th1"), endpoint="th1"
    )
    _, words = plan(one, channel="th1")
    assert words.heat == "occupied_heating_setpoint_th1"
    assert words.off == {"system_mode_th1": "off"}
    assert channels([one]) == ["th1"]


def test_a_plug_is_switched_off_by_the_value_it_exposes() -> None:
    assert plan(switch("state", off=False))[1].off == {"state": False}
    gangs = [switch("state_l1", "l1"), switch("state_l2", "l2")]
    assert channels(gangs) == ["l1", "l2"]
    assert plan(*gangs, channel="l2")[1].off == {"state_l2": "OFF"}
    assert plan(*gangs)[1].off == {}


def test_a_unit_is_listed_once_and_a_setting_is_none() -> None:
    light = {"type": "light", "features": [binary("state", "state")]}
    assert channels([switch("state"), light]) == [""]
    assert channels([switch("state"), switch("state_l1", "l1")]) == ["", "l1"]
    assert channels([switch("state_l1", "l1"), switch("state_l1", "l1"), switch("mute", "mute")]) == ["l1"]


def test_switches_beside_a_thermostat_are_no_units_of_their_own() -> None:
    unit = climate(modes("off", "cool"), setpoint("occupied_heating_setpoint"))
    assert channels([unit, switch("state_mute", "mute")]) == [""]


@pytest.mark.parametrize(
    ("celsius", "side", "limits", "expected"),
    [
        (26.0, "cooling", (16, 30, 1), 26.0),
        (26.0, "cooling", (16, 30, 0.5), 26.0),
        (25.5, "cooling", (16, 30, 1), 26.0),
        (25.6, "cooling", (16, 30, 0.5), 26.0),
        (25.5, "cooling", (16, 30, 0.5), 25.5),
        (20.5, "heating", (16, 30, 1), 20.0),
        (20.4, "heating", (16, 30, 0.5), 20.0),
        (20.1, "heating", (16, 30, 0.1), 20.1),
        (26.3, "cooling", (16, 30, 0.1), 26.3),
        (26.0, "cooling", (None, None, None), 26.0),
        (26.0, "cooling", (27, 30, 1), 27.0),
        (20.0, "heating", (5, 19, 0.5), 19.0),
        (26.5, "cooling", (16, 26.5, 1), 26.5),
        (16.5, "heating", (16.5, 30, 1), 16.5),
    ],
)
def test_a_value_is_rounded_to_the_step_towards_the_legal_side(
    celsius: float, side: str, limits: tuple[float | None, float | None, float | None], expected: float
) -> None:
    assert fitted(celsius, "cooling" if side == "cooling" else "heating", limits) == expected


def test_a_range_without_a_legal_value_is_a_refusal() -> None:
    with pytest.raises(Refused, match="at most 25 °C"):
        fitted(26.0, "cooling", (16, 25, 1))
    with pytest.raises(Refused, match="at least 21 °C"):
        fitted(20.0, "heating", (21, 30, 1))


def test_hostile_exposes_give_no_plan_and_no_error() -> None:
    nasty: list[object] = [
        None,
        5,
        "x",
        [],
        {},
        {"type": "climate"},
        {"type": "climate", "features": 7},
        {"type": "climate", "features": [{"name": ["system_mode"]}, {"name": "system_mode", "values": [[], {}]}]},
        {"type": "switch", "endpoint": ["l1"], "features": [None, {"name": "state", "property": {}}]},
        {"type": ["climate"]},
    ]
    assert traits_from(nasty, "", "m").can_switch_off is False
    assert channels(nasty) == [""]


_H, _C, _CUR = "occupied_heating_setpoint", "occupied_cooling_setpoint", "current_heating_setpoint"
_MODE, _STATE = {"system_mode": "off"}, {"state": "OFF"}
_Plan = tuple[str, str, dict[str, str], dict[str, tuple[float, float, float]]]
_PLANS: dict[str, _Plan] = {
    # model: key for cooling, key for heating, off, range and step of each; worked out by hand from the definitions
    "AC201": (_C, _H, _MODE, {_C: (8, 30, 1), _H: (8, 30, 1)}),
    "AC221": (_C, _H, _MODE, {_C: (8, 30, 1), _H: (8, 30, 1)}),
    "PCT504": (_C, _H, _MODE, {_C: (7, 35, 0.5), _H: (5, 30, 0.5)}),
    "BAC-002-ALZB": (_CUR, _CUR, _MODE, {_CUR: (5, 35, 1)}),
    "TYBAC-006": (_CUR, _CUR, _MODE, {_CUR: (5, 35, 0.5)}),
    "TS0601_thermostat_fancoil": (_CUR, _CUR, {"preset": "off"}, {_CUR: (10, 35, 1)}),
    "AE-940K": (_CUR, _CUR, _STATE, {_CUR: (16, 32, 1)}),
    "AETZ01_AC": (_CUR, "", _STATE, {_CUR: (16, 30, 1)}),
    "XZ-AKT101": (_CUR, _CUR, {}, {_CUR: (20, 30, 0.5)}),
    "HP6000ZB": (_H, _H, _MODE, {_H: (16, 30, 1)}),
    "ACW02-ZB": (_H, _H, _MODE, {_H: (16, 31, 1)}),
    "ZB-MIDEA-AC": (_H, _H, _MODE, {_H: (16, 30, 1)}),
    "AZAI6ZBEMHI": (_C, _H, _MODE, {_C: (5, 30, 0.5), _H: (5, 30, 0.5)}),
    "FC600": (_H, _H, _MODE, {_H: (5, 40, 0.5)}),
    "IRB-4-1-00": (_C, _H, _MODE, {_C: (18, 30, 0.5), _H: (16, 30, 0.5)}),
    "BTH-RM230Z": (_C, _H, _MODE, {_C: (5, 30, 0.5), _H: (5, 30, 0.5)}),
    "BTH-RA": ("", _H, {"operating_mode": "pause"}, {_H: (5, 30, 0.5)}),
    "SPZB0001": ("", _H, _MODE, {_H: (5, 30, 0.5)}),
    "014G2461": ("", _H, {}, {_H: (5, 35, 0.5)}),
    "TH1123ZB": ("", _H, _MODE, {_H: (5, 30, 0.5)}),
    "Zen-01-W": (_C, _H, _MODE, {_C: (10, 31, 0.5), _H: (10, 30, 0.5)}),
    "TS0601_thermostat": ("", _CUR, _MODE, {_CUR: (5, 35, 0.5)}),
    "UFO-R11": ("", "", {}, {}),
    "TS011F_plug_1": ("", "", _STATE, {}),
    "ZNCZ04LM": ("", "", _STATE, {}),
    "S31ZB": ("", "", _STATE, {}),
    "SBTZB-110": ("", "", {}, {}),
    "S60ZBTPF": ("", "", _STATE, {}),
    "TS0001_power": ("", "", _STATE, {}),
    "SNZB-06P": ("", "", {}, {}),
    "ZY-M100-S_1": ("", "", {}, {}),
    "RTCGQ11LM": ("", "", {}, {}),
    "GZCGQ01LM": ("", "", {}, {}),
    "SJCGQ11LM": ("", "", {}, {}),
    "WSDCGQ11LM": ("", "", {}, {}),
    "SNZB-02D": ("", "", {}, {}),
    "SWV": ("", "", _STATE, {}),
}


@pytest.mark.skipif(not DEFINITIONS.exists(), reason=f"the reference corpus is not here: {DEFINITIONS.name}")
def test_no_real_definition_is_left_out() -> None:
    lines = DEFINITIONS.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["model"] for line in lines] == list(_PLANS)


@pytest.mark.skipif(not DEFINITIONS.exists(), reason=f"the reference corpus is not here: {DEFINITIONS.name}")
@pytest.mark.parametrize("model", _PLANS)
def test_real_definitions_give_the_plan_worked_out_by_hand(model: str) -> None:
    lines = DEFINITIONS.read_text(encoding="utf-8").splitlines()
    definition = next(one for one in map(json.loads, lines) if one["model"] == model)
    words = words_from(traits_from(definition["exposes"], "", model).words)
    assert (words.cool, words.heat, words.off, words.limits) == _PLANS[model]


def test_words_survive_their_own_writing() -> None:
    words = Words(cool="a", heat="b", off={"state": False}, limits={"a": (16.0, 30.0, None)})
    assert words_from(msgspec.json.encode(words).decode()) == words
    assert words_from("") == words_from("not ours") == Words()

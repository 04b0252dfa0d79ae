"""Every sample in tests/data decodes to the readings written beside it; nothing is recomputed here."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from family_office import OFFICES, message, registry

from sensors.device import FamilyName
from sensors.readings import AnyReading
from sensors.registry import FAMILIES

DATA = Path(__file__).parent / "data"


def samples() -> Iterator[Any]:
    for family in OFFICES:
        for number, line in enumerate((DATA / f"{family}.jsonl").read_text(encoding="utf-8").splitlines(), start=1):
            sample = json.loads(line)
            yield pytest.param(family, sample, id=f"{family}:{number}: {sample['note']}")


def written_out(reading: AnyReading) -> dict[str, object]:
    """A reading without what it did not say, its arrival, and `live` where that is true."""
    fields = _without_nothing(msgspec.to_builtins(reading))
    del fields["arrived_at"]
    if fields.pop("live") is False:
        fields["live"] = False
    return fields


def _without_nothing(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _without_nothing(value) if isinstance(value, dict) else value
        for key, value in fields.items()
        if value is not None and value != ""
    }


@pytest.mark.parametrize(("family", "sample"), list(samples()))
def test_a_sample_decodes_to_the_readings_written_beside_it(family: FamilyName, sample: dict[str, Any]) -> None:
    hears = registry(family)
    for topic, payload in sample.get("before", ()):
        hears.decode(message(topic, payload, retained=True))
    readings = hears.decode(message(sample["topic"], sample["payload"], retained=sample.get("retained", False)))
    assert [written_out(reading) for reading in readings] == sample["readings"]
    assert bool(hears.refusals) is sample.get("refused", False)


def test_every_family_has_samples() -> None:
    assert set(OFFICES) == set(FAMILIES)


def test_words_learned_from_discovery_replace_on_and_off() -> None:
    hears = registry("tasmota")
    assert written_out(hears.decode(message("stat/wort/POWER", "AUS"))[0]) == {"type": "Power", "device": "wort"}
    config = '{"t":"wort","rl":[1],"state":["AUS","AN"],"onln":"Da","ofln":"Weg"}'
    hears.decode(message("tasmota/discovery/020000000001/config", config, retained=True))
    assert written_out(hears.decode(message("stat/wort/POWER", "AUS"))[0])["is_on"] is False
    assert written_out(hears.decode(message("stat/wort/RESULT", '{"POWER":"AN"}'))[0])["is_on"] is True
    assert written_out(hears.decode(message("tele/wort/LWT", "Weg"))[0])["online"] is False


def test_a_water_counter_counts_in_the_unit_that_discovery_told() -> None:
    hears = registry("zigbee2mqtt")
    exposes = [{"type": "numeric", "name": "water_consumed", "property": "water_consumed", "unit": "m³", "access": 1}]
    inventory = [{"friendly_name": "Tap", "type": "EndDevice", "definition": {"model": "W", "exposes": exposes}}]
    hears.decode(message("zigbee2mqtt/bridge/devices", json.dumps(inventory)))
    assert written_out(hears.decode(message("zigbee2mqtt/Tap", '{"water_consumed":1.5}'))[0])["litres_total"] == 1500.0


@pytest.mark.parametrize(("values", "expected"), [(["off", "on"], [False, True]), (["off", "sleep"], [None, None])])
def test_a_preset_is_a_power_switch_where_the_inventory_says_so(values: list[str], expected: list[bool | None]) -> None:
    hears = registry("zigbee2mqtt")
    target = {
        "type": "numeric",
        "name": "current_heating_setpoint",
        "property": "current_heating_setpoint",
        "access": 3,
    }
    preset = {"type": "enum", "name": "preset", "property": "preset", "access": 3, "values": values}
    definition = {"model": "F", "exposes": [{"type": "climate", "features": [target, preset]}]}
    hears.decode(
        message("zigbee2mqtt/bridge/devices", json.dumps([{"friendly_name": "FCU 3", "definition": definition}]))
    )
    states = [hears.decode(message("zigbee2mqtt/FCU 3", json.dumps({"preset": word})))[0] for word in ("off", "on")]
    assert [written_out(one).get("is_on") for one in states] == expected


@pytest.mark.parametrize(
    "payload",
    [
        '{"Time":"2026-03-02T16:14:30","POWER":"ON"}',
        '{"POWER":1}',
        '{"POWER1":"OFF"}',
        '{"POWER":"ON","POWER1":"OFF"}',
        '{"ENERGY":{"Power":61,"Total":"12.5"}}',
        '{"ENERGY":{"Power":true,"Total":null}}',
        '{"ENERGY":{"Power":[1,2],"Total":3}}',
        '{"ENERGY":{}}',
        '{"Command":"Unknown"}',
        '{"Time":5,"POWER":"ON"}',
    ],
)
def test_the_short_way_for_tasmota_plugs_says_what_the_long_way_says(payload: str) -> None:
    hears = registry("tasmota")
    short = hears.decode(message("tele/desk-2/STATE", payload))
    # the answer to a STATUS is always read the long way
    long = hears.decode(message("stat/desk-2/STATUS11", f'{{"StatusSTS":{payload}}}'))
    assert [written_out(reading) for reading in short] == [written_out(reading) for reading in long]


def test_what_a_homie_device_publishes_on_its_way_is_news_once_it_is_ready() -> None:
    hears = registry("homie")
    root = "homie/5/ac-1"
    described = json.dumps(
        {"nodes": {"ac": {"properties": {"target": {"datatype": "float", "unit": "°C", "settable": True}}}}}
    )
    hears.decode(message(f"{root}/$state", "init"))
    hears.decode(message(f"{root}/$description", described))
    (early,) = hears.decode(message(f"{root}/ac/target", "24.0"))
    assert early.live is False
    online, target = hears.decode(message(f"{root}/$state", "ready"))
    assert (written_out(online)["online"], written_out(target)["setpoint_celsius"], target.live) == (True, 24.0, True)
    assert len(hears.decode(message(f"{root}/$state", "ready"))) == 1, "once"


def test_what_a_homie_device_had_published_before_we_came_is_no_news_when_it_is_ready() -> None:
    hears = registry("homie")
    root = "homie/5/ac-1"
    described = json.dumps({"nodes": {"ac": {"properties": {"target": {"datatype": "float", "unit": "°C"}}}}})
    hears.decode(message(f"{root}/$state", "init", retained=True))
    hears.decode(message(f"{root}/$description", described, retained=True))
    hears.decode(message(f"{root}/ac/target", "24.0", retained=True))
    assert len(hears.decode(message(f"{root}/$state", "ready"))) == 1

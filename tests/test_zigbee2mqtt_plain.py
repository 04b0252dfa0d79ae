"""The quick ways through the states of plugs and of climate units say what the usual way says, whatever the state holds."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.device import Address, Device, DeviceId, ZoneId
from sensors.errors import PayloadError
from sensors.families.zigbee2mqtt_climate import CLIMATE_STATE_KEYS, climate_builder
from sensors.families.zigbee2mqtt_plain import _plug, _usual, plain
from sensors.families.zigbee2mqtt_power import power_builder
from sensors.messages import Message
from sensors.readings import AnyReading

NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
PLUG = Device(id=DeviceId("pc"), kind="plug", address=Address("zigbee2mqtt", "PC"), zone=ZoneId("east"))
BUILD = power_builder(PLUG, "")
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=12),
    st.sampled_from(["ON", "OFF", "on", " off ", "21.5", "nan", "2026-03-02T08:15:00Z", "2026-03-02T05:00:00Z", 1772439300000]),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip
STATES = st.dictionaries(
    st.sampled_from(["state", "power", "energy", "last_seen", "linkquality", "x"]), ODD, max_size=6
)


def said(decode: object, message: Message) -> list[AnyReading] | str:
    try:
        return list(decode(message))  # type: ignore[operator]  # a decoder
    except PayloadError as error:
        return str(error)


@given(state=STATES, retained=st.booleans(), backlog=st.booleans(), more=st.timedeltas(timedelta(0), timedelta(days=1)))
def test_quick_and_usual_say_the_same_of_every_state(
    state: dict[str, object], retained: bool, backlog: bool, more: timedelta
) -> None:
    message = Message("zigbee2mqtt/PC", json.dumps(state).encode(), NOW + more, retained, backlog)
    assert said(lambda one: _plug(BUILD, PLUG.id, one), message) == said(lambda one: _usual(BUILD, one), message)


@pytest.mark.parametrize(
    "payload",
    [b"", b"null", b"[]", b'"ON"', b"{", b'{"state":"ON"', b'{"power":NaN}', b'{"state":"\xff"}', b'{"power":1e400}',
     b"[" * 5000, b'{"state":"' + b"O" * 70_000 + b'"}', b'{"state":"OFF","state":"ON"}'],
)  # fmt: skip
def test_quick_and_usual_refuse_the_same_and_say_why(payload: bytes) -> None:
    message = Message("zigbee2mqtt/PC", payload, NOW)
    assert said(plain(PLUG, BUILD), message) == said(lambda one: _usual(BUILD, one), message)


UNIT = Device(id=DeviceId("ac"), kind="climate", address=Address("zigbee2mqtt", "AC"), zone=ZoneId("east"))
BUILD_UNIT = climate_builder(UNIT, "", lambda: True)
ORDINARY = ("system_mode", "running_state", "local_temperature", "occupied_cooling_setpoint", "humidity", "last_seen")
SAID = st.one_of(ODD, st.sampled_from(["cool", " Heat ", "off", "idle", "pause", "unoccupied", False, 26, 26.5, "19"]))
UNIT_STATES = st.one_of(
    st.dictionaries(st.sampled_from((*ORDINARY, "occupied_heating_setpoint", "x")), SAID, max_size=8),
    st.dictionaries(
        st.sampled_from((*ORDINARY, *CLIMATE_STATE_KEYS, "power", "energy", "current_heating_setpoint")),
        SAID,
        max_size=8,
    ),
)


@given(state=UNIT_STATES, retained=st.booleans(), more=st.timedeltas(timedelta(0), timedelta(days=1)))
def test_quick_and_usual_say_the_same_of_every_state_of_a_unit(
    state: dict[str, object], retained: bool, more: timedelta
) -> None:
    message = Message("zigbee2mqtt/AC", json.dumps(state).encode(), NOW + more, retained, False)
    assert said(plain(UNIT, BUILD_UNIT), message) == said(lambda one: _usual(BUILD_UNIT, one), message)


@pytest.mark.parametrize("key", [*CLIMATE_STATE_KEYS, "power", "energy", "local_temperature", "humidity"])
@pytest.mark.parametrize("value", ["pause", "ON", "off", "cool", "unoccupied", False, 21.5, None])
def test_no_key_that_counts_is_overlooked(key: str, value: object) -> None:
    ordinary = {
        "system_mode": "heat",
        "occupied_cooling_setpoint": 26,
        "local_temperature": 24,
        "unoccupied_cooling_setpoint": 30,
    }
    message = Message("zigbee2mqtt/AC", json.dumps({**ordinary, key: value}).encode(), NOW)
    assert said(plain(UNIT, BUILD_UNIT), message) == said(lambda one: _usual(BUILD_UNIT, one), message)

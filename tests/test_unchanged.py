"""Said to be unchanged is only what, decoded, says nothing new about a state; what devices repeat is said to be unchanged."""

from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from offices import office

from policies.hearing import Heed, heed
from policies.pressing import is_pressing
from sensors.device import Address, Device, DeviceId, Kind, ZoneId
from sensors.families.zigbee2mqtt_states import KEYS, STATE_KEYS
from sensors.messages import Message
from sensors.registry import Registry

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
WORDS = ["ON", "OFF", "cool", "heat", "off", "idle", "pause", "", None, True, False, 0, 1, 20.0, 26, 27.5, "26"]
MORE = [
    "thermostat_occupancy",
    "occupancy",
    "unoccupied_cooling_setpoint",
    "unoccupied_heating_setpoint",
    "linkquality",
]


def device(kind: str, channel: str = "") -> Device:
    address = Address("zigbee2mqtt", "unit", channel=channel)
    return Device(id=DeviceId("unit"), kind=kind, zone=ZoneId("open"), address=address)  # type: ignore[arg-type]  # any


def message(said: object, at: datetime = AT, topic: str = "zigbee2mqtt/unit", **flags: bool) -> Message:
    return Message(topic, said if isinstance(said, bytes) else msgspec.json.encode(said), at, **flags)


@given(st.data(), st.sampled_from(get_args(Kind)), st.sampled_from(["", "l1"]))
def test_what_is_said_to_be_unchanged_presses_nobody(data: st.DataObject, kind: str, channel: str) -> None:
    unit = device(kind, channel)
    suffix = f"_{channel}" if channel else ""
    keys = st.sampled_from([f"{key}{suffix}" for key in (*KEYS[kind], *MORE)])
    states = st.dictionaries(keys, st.sampled_from(WORDS), max_size=6)
    before = data.draw(states)
    after = {**before, **data.draw(states)}
    for key in data.draw(st.sets(keys, max_size=2)):
        after.pop(key, None)
    registry = Registry([unit], ZONE)
    unchanged = registry.unchanged()
    heard = Heed(office(unit).office)
    said = registry.decode_all([message(before)])
    assume(said)  # what has said nothing yet waits its second, whatever it says first
    heed(heard, said)
    unchanged.all([message(before)])
    if unchanged.all([message(after)]):
        assert not is_pressing(heard.done(), registry.decode_all([message(after)]))


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("plug", {"state": "ON", "power": 40.5, "energy": 1.0}, {"state": "ON", "power": 41.5, "energy": 1.1}),
        (
            "climate",
            {"system_mode": "cool", "occupied_cooling_setpoint": 26, "local_temperature": 24.5},
            {"system_mode": "cool", "occupied_cooling_setpoint": 26.0, "local_temperature": 25.0},
        ),
        ("environment", {"temperature": 21.0, "smoke": False}, {"temperature": 22.0, "smoke": False}),
        ("printer", {"linkquality": 1}, {"linkquality": 2}),
    ],
)
def test_what_is_only_measured_is_no_news(kind: str, first: object, second: object) -> None:
    unchanged = Registry([device(kind)], ZONE).unchanged()
    assert not unchanged.all([message(first)]), "the first word of a topic"
    assert unchanged.all([message(second)])


ON = {"state": "ON", "power": 40.0}


@pytest.mark.parametrize(
    "news",
    [
        message({"state": "OFF", "power": 0.0}),
        message({"power": 40.0}),
        message({"state": None, "power": 40.0}),
        message(ON, retained=True),
        message(ON, backlog=True),
        message(b"{not json"),
        message(b"[" * 10_000),
        message(b'{"state":"ON","x":"' + b"x" * 70_000 + b'"}'),
        message(ON, AT + timedelta(days=30)),
        message(ON, topic="zigbee2mqtt/unit/availability"),
        message(ON, topic="zigbee2mqtt/bridge/state"),
        message(ON, topic="elsewhere"),
    ],
)
def test_whatever_is_unusual_is_news_and_all_that_came_with_it(news: Message) -> None:
    unchanged = Registry([device("plug")], ZONE).unchanged()
    unchanged.all([message(ON)])
    assert unchanged.all([message(ON)])
    assert not unchanged.all([news, message({"state": "ON", "power": 42.0})])


@pytest.mark.parametrize("word", [message({"state": "OFF"}, retained=True), message({"state": "OFF"}, backlog=True)])
def test_after_a_word_that_was_no_evidence_the_next_is_news(word: Message) -> None:
    unchanged = Registry([device("plug")], ZONE).unchanged()
    unchanged.all([message(ON)])
    unchanged.all([word])
    assert not unchanged.all([message(ON)])
    assert unchanged.all([message(ON)])


def test_another_setpoint_is_news_also_where_it_holds_while_nobody_is_there() -> None:
    unchanged = Registry([device("climate")], ZONE).unchanged()
    away = {"system_mode": "cool", "thermostat_occupancy": "unoccupied", "unoccupied_cooling_setpoint": 28}
    unchanged.all([message(away)])
    assert unchanged.all([message({**away, "local_temperature": 27.0})])
    assert not unchanged.all([message({**away, "unoccupied_cooling_setpoint": 24})])


def test_after_a_state_was_news_its_repetition_is_not() -> None:
    unchanged = Registry([device("plug")], ZONE).unchanged()
    for said in (ON, {"state": "OFF"}):
        assert not unchanged.all([message(said)])
        assert unchanged.all([message(said)])
    unchanged.forget()
    assert not unchanged.all([message({"state": "OFF"})])


def test_a_channel_that_json_must_escape_is_always_news() -> None:
    unchanged = Registry([device("plug", 'a"b\\')], ZONE).unchanged()
    assert [unchanged.all([message(ON)]) for _ in range(3)] == [False] * 3


def test_print_jobs_are_never_news() -> None:
    printer = Device(id=DeviceId("laser"), kind="printer", zone=ZoneId("open"), address=Address("print_job", "laser"))
    unchanged = Registry([printer], ZONE).unchanged()
    job = message({"job": "1", "state": "completed"}, topic="officed/print/laser/job")
    unchanged.all([job])
    assert unchanged.all([message({"job": "2", "state": "completed"}, topic="officed/print/laser/job")])


def test_every_state_key_is_a_key_that_says_something() -> None:
    for kind, keys in STATE_KEYS.items():
        assert set(keys) <= {*KEYS[kind], *MORE}, kind

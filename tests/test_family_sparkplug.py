"""Sparkplug B: births name, data tell, deaths end; what no birth has named is refused by name. Bytes are written out by hand."""

import struct

import pytest
from family_office import NOW, SITE_ZONE, message
from hypothesis import given, settings
from hypothesis import strategies as st
from mapped_office import mapped
from test_family_hostility import hold

from sensors.commands import Command, CommandId, SetSetpoint, SwitchOff
from sensors.families.sparkplug_wire import read, typed, written
from sensors.family import Refused
from sensors.mapping import Instruction, Instructions, Mapping, Signal, Source
from sensors.readings import AnyReading, Availability, Climate, Power
from sensors.registry import Registry

DATA, BIRTH, DEATH = (f"spBv1.0/Tower/D{word}/Edge 1/AC 7" for word in ("DATA", "BIRTH", "DEATH"))
NODE_BIRTH, NODE_DEATH = (f"spBv1.0/Tower/N{word}/Edge 1" for word in ("BIRTH", "DEATH"))
COMMAND = "spBv1.0/Tower/DCMD/Edge 1/AC 7"
AC = mapped(
    "ac",
    "climate",
    "ac7",
    Mapping(
        (
            Signal("room_celsius", Source(DATA, "Room/Temp")),
            Signal("cooling_setpoint_celsius", Source(DATA, "Set")),
            Signal("mode", Source(DATA, "Run"), words={"true": "cool", "false": "off"}),
            Signal("watts", Source(DATA, '["Power.W"]')),
        ),
        Instructions(
            off=Instruction(COMMAND, payload='{"Run": false}'),
            setpoint=Instruction(COMMAND, template='{"Set": {{ value }} }'),
        ),
    ),
)


def field(number: int, value: int | bytes | float) -> bytes:
    """One field; numbers of this test are small, so a key or length is one byte."""
    if isinstance(value, bytes):
        return bytes([number << 3 | 2, len(value)]) + value
    if isinstance(value, float):
        return bytes([number << 3 | 5]) + struct.pack("<f", value)
    return bytes([number << 3, value])


def metric(*fields: bytes) -> bytes:
    return field(2, b"".join(fields))


def number(value: float, alias: int = 0, name: str = "", datatype: int = 9, *more: bytes) -> bytes:
    said = [field(1, name.encode())] if name else []
    return metric(*said, field(2, alias), field(4, datatype), field(12, value), *more)


def run(value: bool, alias: int = 3, name: str = "Run") -> bytes:
    return metric(field(1, name.encode()), field(2, alias), field(4, 11), field(14, int(value)))


BORN = number(26.5, 1, "Room/Temp") + number(22.0, 2, "Set") + run(True) + number(640.0, 4, "Power.W") + field(3, 1)


def heard(hears: Registry, topic: str, payload: bytes, *, retained: bool = False) -> list[AnyReading]:
    return list(hears.decode(message(topic, payload, retained=retained)))


@pytest.fixture
def hears() -> Registry:
    return Registry([AC], SITE_ZONE)


def climate(readings: list[AnyReading]) -> Climate:
    return next(one for one in readings if isinstance(one, Climate))


def why(hears: Registry, topic: str) -> str:
    return hears.refusals[topic].words


def test_births_deaths_and_data_are_asked_for_and_nothing_else(hears: Registry) -> None:
    assert set(hears.subscriptions()) == {DATA, BIRTH, DEATH, NODE_BIRTH, NODE_DEATH}


def test_a_birth_says_all_and_data_by_alias_say_what_changed(hears: Registry) -> None:
    born = heard(hears, BIRTH, BORN)
    assert [one.online for one in born if isinstance(one, Availability)] == [True]
    first = climate(born)
    assert (first.room_celsius, first.cooling_setpoint_celsius, first.mode) == (26.5, 22.0, "cool")
    assert [one.watts for one in born if isinstance(one, Power)] == [640.0]
    later = climate(heard(hears, DATA, metric(field(2, 2), field(12, 24.5))))
    assert (later.cooling_setpoint_celsius, later.room_celsius, later.mode) == (24.5, None, None)
    assert later.live
    assert not climate(heard(hears, DATA, metric(field(2, 2), field(12, 24.5)), retained=True)).live


def test_an_alias_that_no_birth_has_named_is_refused_by_name(hears: Registry) -> None:
    assert heard(hears, DATA, number(24.5, 2)) == []
    assert why(hears, DATA) == "alias 2 was named by no birth"
    heard(hears, BIRTH, BORN)
    assert heard(hears, DATA, number(24.5, 9)) == []
    assert "alias 9" in why(hears, DATA)
    heard(hears, BIRTH, number(22.0, 5, "Set"))
    assert heard(hears, DATA, number(24.5, 2)) == [], "a new birth is a new list of names"


def test_a_metric_of_the_past_or_null_is_no_value(hears: Registry) -> None:
    heard(hears, BIRTH, BORN)
    assert heard(hears, DATA, number(24.5, 2, "", 9, field(5, 1))) == []
    assert climate(heard(hears, DATA, number(24.5, 2, "", 9, field(7, 1)))).cooling_setpoint_celsius is None
    for odd in (float("nan"), float("inf"), 3e38):
        assert climate(heard(hears, DATA, number(odd, 2))).cooling_setpoint_celsius is None


def test_a_death_takes_it_off_line_but_not_that_of_an_older_session(hears: Registry) -> None:
    def session(count: int) -> bytes:
        return metric(field(1, b"bdSeq"), field(4, 8), field(11, count))

    heard(hears, NODE_BIRTH, session(4))
    assert heard(hears, NODE_DEATH, session(3)) == []
    assert why(hears, NODE_DEATH) == "the death of an older session"
    for topic, payload in ((NODE_DEATH, session(4)), (DEATH, field(3, 9))):
        (gone,) = heard(hears, topic, payload)
        assert isinstance(gone, Availability)
        assert not gone.online


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b'{"timestamp":1,"metrics":[]}', "JSON, where Sparkplug B has protobuf"),
        (b"\x12\x7f\x01", "it ends within a field"),
        (b"\xff" * 12, "a number without an end"),
        (b"\x13", "wire type 3"),
        (field(2, field(1, b"\xff\xfe")), "a name that is no text"),
        (b"\x12\x00" * 20_001, "more than 20000 metrics"),
        (b"\x00" * 1_048_577, "1048577 bytes"),
    ],
)
def test_what_is_not_sparkplug_is_refused_by_name(hears: Registry, payload: bytes, words: str) -> None:
    for topic in (DATA, BIRTH, NODE_BIRTH, NODE_DEATH):
        assert heard(hears, topic, payload) == []
        assert words in why(hears, topic)


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_are_readings_or_a_refusal(payload: bytes) -> None:
    hears = Registry([AC], SITE_ZONE)
    for topic in (BIRTH, DATA, NODE_BIRTH, DEATH):
        for whole in (payload, BORN + payload, metric(payload)[:127]):
            for reading in heard(hears, topic, whole):
                hold(reading)


@pytest.mark.parametrize(
    ("datatype", "wire", "value"),
    [
        (1, 0xFF, -1.0),
        (1, 0xFFFF_FFFF, -1.0),
        (2, 0x8000, -32768.0),
        (3, 25, 25.0),
        (4, 2**64 - 7, -7.0),
        (7, 2**32 - 1, 2.0**32 - 1),
    ],
)
def test_whole_numbers_have_the_sign_of_their_type(datatype: int, wire: int, value: float) -> None:
    assert typed(wire, datatype) == value


@pytest.mark.parametrize(
    ("datatype", "value"),
    [(3, -5.0), (4, -5.0), (7, 300.0), (8, 2.0**40), (9, 22.5), (10, 22.3), (11, True), (11, False), (12, "cool")],
)
def test_what_is_written_is_read_again(datatype: int, value: float | bool | str) -> None:
    (one,) = read(written("Set", datatype, value))
    assert (one.name, one.datatype, typed(one.value, one.datatype)) == ("Set", datatype, value)


def test_a_command_is_one_metric_of_the_type_that_the_birth_has_said(hears: Registry) -> None:
    off = Command(CommandId("c"), SwitchOff(AC.id), "x", NOW, NOW)
    cooler = Command(CommandId("c"), SetSetpoint(AC.id, 26.0, "cooling"), "x", NOW, NOW)
    for command in (off, cooler):
        with pytest.raises(Refused, match=r"heard|named"):
            hears.encode(command, AC, None, "")
    heard(hears, BIRTH, BORN)
    (sent,) = hears.encode(off, AC, None, "")
    assert (sent.topic, sent.payload) == (COMMAND, metric(field(1, b"Run"), field(4, 11), field(14, 0)))
    (sent,) = hears.encode(cooler, AC, None, "")
    assert sent.payload == metric(field(1, b"Set"), field(4, 9), field(12, 26.0))


def test_every_node_is_asked_once_for_its_births(hears: Registry) -> None:
    (asking,) = hears.greetings()
    assert asking.topic == "spBv1.0/Tower/NCMD/Edge 1"
    assert asking.payload == metric(field(1, b"Node Control/Rebirth"), field(4, 11), field(14, 1))

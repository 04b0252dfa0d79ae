"""The compiled reading of states says what the usual one says, of whatever bytes come; and it reads the ordinary ones itself."""

import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sensors.device import Address, Device, DeviceId, ZoneId
from sensors.errors import PayloadError
from sensors.families.zigbee2mqtt_climate import CLIMATE_STATE_KEYS, climate_builder
from sensors.families.zigbee2mqtt_plain import _usual
from sensors.families.zigbee2mqtt_power import power_builder
from sensors.messages import Message
from sensors.readings import AnyReading, Climate, Power

fast = pytest.importorskip(
    "sensors.families.fast_zigbee2mqtt", reason="the hot loops are not compiled (Debian: gcc, python3-dev)"
)
NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
PLUG = Device(DeviceId("pc"), "plug", Address("zigbee2mqtt", "PC"), ZoneId("east"))
UNIT = Device(DeviceId("ac"), "climate", Address("zigbee2mqtt", "AC"), ZoneId("east"))
BUILDERS = {"plug": power_builder(PLUG, ""), "unit": climate_builder(UNIT, "", lambda: True)}

NUMERALS = [
    "0", "-0", "00", "01", "-", "+1", ".5", "1.", "1.5", "-1.50", "1e1", "1E+1", "1e-1", "1e", "1e400", "1e22", "1e23", "2.5e-7",
    "123456789012345", "1234567890123456", "0.000000000000001", "9007199254740993", "0.1", "21.55", "1772439300000", "NaN", "Infinity",
]  # fmt: skip
VALUES = [
    *NUMERALS, "null", "true", "false", "nul", '"ON"', '"OFF"', '"on"', '""', '"21.5"', '"cool"', '" Heat "', '"K\\u00fche"',
    '"\\"', '"a\tb"', '"\x7f"', '"é"', '"2026-03-02T08:14:00Z"', '"2026-03-02T05:00:00Z"', "{}", "[]", '{"a":[1,{"b":null}]}', "[1,]",
    '{"a":1,}', "[" * 15 + "]" * 15, "[" * 16 + "]" * 16, "[" * 40 + "]" * 40, "[1 2]", '{"a" 1}', "{1:2}",
]  # fmt: skip
NAMES = [
    *CLIMATE_STATE_KEYS,
    "state",
    "power",
    "energy",
    "local_temperature",
    "humidity",
    "last_seen",
    "x",
    "",
    "lin\\u006b",
]
ORDINARY = {
    "state": ['"ON"', '"OFF"', "null"], "power": ["61.2", "-1e6", "1000000", "1e22", "0.25e-1", "-7"], "energy": ["12.05", "-0.5", "1e9", "2e9"],
    "last_seen": ["null", '"2026-03-02T08:14:00Z"', '"2026-03-02T05:00:00Z"', "1772439300000", "1772439300000.5"],
    "system_mode": ['"cool"', '" Heat "', '"off"', '"party"', "null"], "running_state": ['"cool"', '"idle"', '"fan_only"', "null"],
    "local_temperature": ["24.5", "60", "60.5", "-20.0", "-21", "null"], "humidity": ["45", "100.5", "null"],
    "occupied_cooling_setpoint": ["26", "40.5", "3", "null"], "occupied_heating_setpoint": ["20.5", "null"],
    "linkquality": ["98", "null", '{"a":[1,2,{}]}', '"x"', "[true,false]", "[" * 30_000 + "]" * 30_000],
}  # fmt: skip
PLAIN = st.sampled_from(sorted(ORDINARY)).flatmap(
    lambda name: st.tuples(st.just(name), st.sampled_from(ORDINARY[name]))
)
PAIRS = st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES))
SPACE = st.sampled_from(["", "", "", " ", "\n\t", "\r", "\0"])


def written(pairs: list[tuple[str, str]], space: str, ending: str) -> bytes:
    """An object, or nearly one."""
    body = f"{space},{space}".join(f'"{name}"{space}:{space}{value}' for name, value in pairs)
    return f"{space}{{{space}{body}{space}}}{space}{ending}".encode()


def decoders(kind: str) -> tuple[Any, Any]:
    """The compiled one, with the usual one behind it, and the usual one."""

    def usual(message: Message) -> Sequence[AnyReading]:
        return _usual(BUILDERS[kind], message)

    return (fast.plug(usual, PLUG.id) if kind == "plug" else fast.unit(usual, UNIT.id)), usual


def said(decode: Any, message: Message) -> list[AnyReading] | str:
    """Its readings, or why there are none."""
    try:
        return list(decode(message))
    except PayloadError as error:
        return str(error)


@pytest.mark.parametrize("kind", BUILDERS)
@settings(max_examples=400)
@given(
    pairs=st.lists(st.one_of(PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PAIRS), max_size=7),
    space=SPACE,
    ending=st.sampled_from(["", "", "", " ", "x", "{}", "\0"]),
    cut=st.sampled_from([0, 0, 1, 2, 7, 30]),
    flags=st.tuples(st.booleans(), st.booleans()),
    later=st.timedeltas(timedelta(0), timedelta(hours=1)),
)
@example([], "", "", 0, (False, False), timedelta(0))
@example([("power", "21.55"), ("power", "7")], "", "", 0, (False, False), timedelta(0))
def test_every_state_is_read_alike_whole_or_cut_short(
    kind: str,
    pairs: list[tuple[str, str]],
    space: str,
    ending: str,
    cut: int,
    flags: tuple[bool, bool],
    later: timedelta,
) -> None:
    whole = written(pairs, space, ending)
    quick, usual = decoders(kind)
    for payload in (whole, whole[: len(whole) - cut]):
        message = Message("zigbee2mqtt/x", payload, NOW + later, *flags)
        assert said(quick, message) == said(usual, message)


@pytest.mark.parametrize("kind", BUILDERS)
@given(payload=st.binary(max_size=60), at=st.integers(0, 120), byte=st.integers(0, 255))
def test_any_bytes_at_all_are_read_alike(kind: str, payload: bytes, at: int, byte: int) -> None:
    quick, usual = decoders(kind)
    state = bytearray(
        b'{"system_mode":"cool","state":"ON","power":61.2,"local_temperature":-2.5e1,"up":{"a":[1]},"energy":1}'
    )
    state[at % len(state)] = byte
    for one in (payload, bytes(state)):
        message = Message("zigbee2mqtt/x", one, NOW)
        assert said(quick, message) == said(usual, message)


@given(st.one_of(st.floats(-1e6, 1e6), st.floats(-1e-6, 1e-6), st.decimals(-(10**5), 10**5, places=3)))
def test_a_number_is_the_very_number_that_stands_there(value: Any) -> None:
    quick, _ = decoders("plug")
    text = f"{value:f}" if not isinstance(value, float) else json.dumps(value)
    (reading,) = quick(Message("zigbee2mqtt/x", f'{{"power":{text}}}'.encode(), NOW))
    assert reading.watts == float(text)
    assert math.copysign(1, reading.watts) == math.copysign(1, float(text)) or reading.watts == 0


def test_what_an_office_says_is_read_without_the_usual_way() -> None:
    def never(message: Message) -> Sequence[AnyReading]:
        raise AssertionError(message.payload)

    plug = (
        b'{"state":"ON","power":61.2,"energy":12.05,"linkquality":98,"update":{"state":"idle","installed_version":-1}}'
    )
    unit = b'{"local_temperature":24.5,"occupied_cooling_setpoint":26,"running_state":"cool","system_mode":"cool","last_seen":null}'
    assert fast.plug(never, PLUG.id)(Message("t", plug, NOW)) == (
        Power(device=PLUG.id, arrived_at=NOW, is_on=True, watts=61.2, energy_kwh_total=12.05),
    )
    (said,) = fast.unit(never, UNIT.id)(Message("t", unit, NOW, retained=True))
    assert isinstance(said, Climate)
    assert (said.mode, said.cooling_setpoint_celsius, said.room_celsius, said.live) == ("cool", 26.0, 24.5, False)


def test_a_state_that_is_too_long_is_left_to_the_usual_way() -> None:
    quick, usual = decoders("plug")
    message = Message("t", b'{"state":"ON","x":"' + b"x" * 70_000 + b'"}', NOW)
    assert said(quick, message) == said(usual, message)


KEYS = ("state", "system_mode", "x")
states = st.lists(st.tuples(st.sampled_from([*KEYS, "power"]), st.sampled_from(VALUES)), max_size=5)


@given(one=states, other=states, space=SPACE)
@example([("state", "1")], [("state", "1.0")], "")
@example([("state", '"a"')], [("system_mode", '"a"')], "")
def test_said_to_be_the_same_is_only_what_is_the_same(
    one: list[tuple[str, str]], other: list[tuple[str, str]], space: str
) -> None:
    unchanged = pytest.importorskip("sensors.fast_unchanged")
    fields = [(f"key_{number}", object, msgspec.UNSET) for number in range(len(KEYS))]
    names = {f"key_{number}": key for number, key in enumerate(KEYS)}
    usual = msgspec.json.Decoder(msgspec.defstruct("States", fields, rename=names)).decode
    quick = unchanged.reader(usual, KEYS)
    payloads = written(one, "", ""), written(other, space, "")
    try:
        plainly = [usual(payload) for payload in payloads]
    except (msgspec.DecodeError, ValueError, RecursionError):
        with pytest.raises((msgspec.DecodeError, ValueError, RecursionError)):
            [quick(payload) for payload in payloads]
        return
    if quick(payloads[0]) == quick(payloads[1]):
        assert plainly[0] == plainly[1]
    assert quick(payloads[0]) == quick(payloads[0])


def test_keys_that_cannot_be_found_in_plain_bytes_are_left_to_the_usual_way() -> None:
    unchanged = pytest.importorskip("sensors.fast_unchanged")
    for keys in (("büro",), ("",), tuple(f"key_{number}" for number in range(40))):
        assert unchanged.reader(len, keys) is len

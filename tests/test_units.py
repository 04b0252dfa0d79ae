"""What counts as a number, a truth, a JSON value; and what does not."""

import pytest

from sensors import units
from sensors.errors import PayloadError


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (21, 21.0),
        (21.5, 21.5),
        ("21.5", 21.5),
        ("-5", -5.0),
        (0, 0.0),
        (True, None),
        (False, None),
        (None, None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("-Infinity", None),
        ("unavailable", None),
        ("unknown", None),
        ("N/A", None),
        ("None", None),
        ("2_1", None),
        ("1" * 400, None),
        (float("nan"), None),
        (float("inf"), None),
        (10**400, None),
        ([21], None),
        ({"value": 21}, None),
        (-20, -20.0),
        (-20.1, None),
        (60, 60.0),
        (60.1, None),
        (-8000, None),
        (999, None),
    ],
)
def test_a_room_temperature_is_a_plausible_number_or_unknown(value: object, expected: float | None) -> None:
    assert units.quantity(value, units.ROOM_CELSIUS) == expected


@pytest.mark.parametrize(("value", "expected"), [(3.9, None), (4, 4.0), (40, 40.0), (40.1, None), (127.5, None)])
def test_a_setpoint_lies_between_4_and_40_degrees(value: float, expected: float | None) -> None:
    assert units.quantity(value, units.SETPOINT_CELSIUS) == expected


@pytest.mark.parametrize(("value", "expected"), [(77, 25.0), ("68.0", 20.0), (32, 0.0), (-5, None), (200, None)])
def test_fahrenheit_becomes_celsius_before_it_is_found_plausible(value: object, expected: float | None) -> None:
    assert units.fahrenheit(value, (-10.0, 60.0)) == expected


def test_counters_become_kilowatt_hours() -> None:
    assert units.watt_hours(123_585) == 123.585
    assert units.watt_minutes(81_000) == 1.35
    assert units.watt_hours(None) is None
    assert units.watt_hours(-1) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ON", True),
        ("OFF", False),
        ("on", True),
        ("Off ", False),
        ("true", True),
        (False, False),
        (True, True),
        (1, True),
        (0, False),
        (2, None),
        ("LOCK", None),
        ("OPEN", None),
        ("", None),
        (None, None),
        ({}, None),
    ],
)
def test_an_unknown_word_is_unknown_and_not_off(value: object, expected: bool | None) -> None:
    assert units.truth(value) is expected


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":1e999}',
        b'{"a":"\xff"}',
        b"[" * 30_000,
        b'{"a":' * 10_000,
        b"[]",
        b"3",
        b'"text"',
    ],
    ids=lambda payload: repr(payload[:16]),
)
def test_what_is_no_json_object_is_a_payload_error(payload: bytes) -> None:
    with pytest.raises(PayloadError):
        units.json_object(payload)


def test_a_state_of_64_kib_is_read_and_one_byte_more_is_not() -> None:
    longest = b'{"a":"' + b"x" * (units.STATE_BYTES - 8) + b'"}'
    assert len(longest) == units.STATE_BYTES
    assert list(units.json_object(longest)) == ["a"]
    with pytest.raises(PayloadError, match="65537 bytes"):
        units.json_object(longest + b" ")


def test_a_bare_word_is_short_and_utf8() -> None:
    assert units.text(b" ON\n") == "ON"
    with pytest.raises(PayloadError):
        units.text(b"\xff\xfe")
    with pytest.raises(PayloadError):
        units.text(b"x" * 1025)

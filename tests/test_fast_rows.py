"""The compiled writer of lines writes, byte for byte, what the one in Python writes."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.history import rows
from daemon.history.fields import KINDS
from sensors.device import Address, Device, DeviceId, ZoneId
from sensors.readings import AnyReading, Climate, Environment, Power, PrintCounter, PrintJob, Reading

fast = pytest.importorskip(
    "daemon.history.fast_rows", reason="the hot loops are not compiled (Debian: gcc, python3-dev)"
)
NOW = datetime(2026, 7, 14, 15, 2, 3, 456789, tzinfo=UTC)
DEVICES: Mapping[DeviceId, Device] = {
    DeviceId(name): Device(DeviceId(name), "plug", Address("tasmota", name), ZoneId("zürich")) for name in ("a", "b")
}

numbers = st.one_of(
    st.none(),
    st.floats(),
    st.integers(-(10**10), 10**10).map(float),
    st.builds(lambda whole, places: whole / 10**places, st.integers(-(10**12), 10**12), st.integers(0, 9)),
    st.sampled_from([0.0, -0.0, 1e-4, 9.99e-5, 1e9, 999_999_999.999999, 5e-324, 1.7e308, math.inf, math.nan, 2]),
)
words = st.one_of(st.none(), st.text(max_size=80), st.sampled_from(["cool", "", 'say "no"', "two\nlines", "空调"]))
names = st.one_of(
    st.text(max_size=9),
    st.text(st.sampled_from([chr(code) for code in range(31, 128)]), max_size=4),
    st.integers(250, 260).map("x".__mul__),
    st.just("\ud800"),
)
counts = st.one_of(st.none(), st.integers(0, 2**65), st.just(-1))
flags = st.one_of(st.none(), st.booleans())
instants = st.one_of(
    st.integers(0, 3).map(lambda later: NOW + timedelta(microseconds=later)),
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  made aware there
    st.datetimes(datetime(2020, 1, 1), timezones=st.just(timezone(timedelta(hours=8)))),  # noqa: DTZ001  same
)
common: dict[str, Any] = {
    "device": st.sampled_from(sorted(DEVICES)),
    "arrived_at": instants,
    "device_at": st.one_of(st.none(), instants),
    "live": st.booleans(),
}
readings: dict[type[Reading], st.SearchStrategy[Any]] = {
    Power: st.builds(Power, **common, is_on=flags, watts=numbers, energy_kwh_total=numbers),
    Climate: st.builds(
        Climate, **common, mode=words, action=words, is_on=flags, setpoint_celsius=numbers, room_celsius=numbers
    ),
    Environment: st.builds(Environment, **common, co2_ppm=numbers, smoke=flags, outdoor_celsius=numbers),
    PrintJob: st.builds(PrintJob, **common, job=names, sheets=counts, two_sided=words, colour=flags, title=words),
    PrintCounter: st.builds(PrintCounter, **common, impressions_total=counts, reasons=words),
}


def head(device: Device) -> str:
    """What a line of a test begins with."""
    return f"measured,device={device.id} "


def ends(reading: AnyReading, device: Device) -> tuple[str, datetime, int]:
    """For readings that say themselves where they stand."""
    return head(device), reading.arrived_at, int(reading.live) * 999


@pytest.mark.parametrize("kind", readings)
@given(data=st.data())
def test_lines_are_the_same_byte_for_byte(kind: type[Any], data: st.DataObject) -> None:
    ends_of = ends if kind is PrintJob else None
    quick, plain = (make(kind, KINDS[kind], head, ends_of) for make in (fast.Rows, rows.Rows))
    for _ in range(2):  # the second time much is remembered
        said = data.draw(st.lists(readings[kind], min_size=1, max_size=8))
        assert quick.lines(said, DEVICES) == plain.lines(said, DEVICES)


def test_a_thousand_of_one_instant_and_another_zone_are_told_apart_alike() -> None:
    said = [Power(device=DeviceId("a"), arrived_at=NOW, watts=1.5)] * 2_001
    quick, plain = (make(Power, "power", head) for make in (fast.Rows, rows.Rows))
    assert quick.lines(said, DEVICES) == plain.lines(said, DEVICES)
    moved = {name: Device(name, "plug", Address("tasmota", name), ZoneId("elsewhere")) for name in DEVICES}
    assert quick.lines(said[:2], moved) == plain.lines(said[:2], moved)


def test_what_is_no_reading_of_ours_is_refused() -> None:
    with pytest.raises(KeyError):
        fast.Rows(Power, "power", head).lines([Power(device=DeviceId("c"), arrived_at=NOW, watts=1.0)], DEVICES)
    with pytest.raises(TypeError):
        fast.Rows(Power, "power", head).lines([Climate(device=DeviceId("a"), arrived_at=NOW)], DEVICES)

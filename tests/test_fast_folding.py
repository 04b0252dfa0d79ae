"""The compiled folding of readings leaves what the one in Python leaves, which leaves what one after the other does."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from policies.office import folding, grouping
from policies.office.heard import Heard, hear
from sensors.device import DeviceId
from sensors.readings import (
    AnyReading,
    Availability,
    Busy,
    Climate,
    CommandReply,
    Contact,
    Environment,
    Gateway,
    Occupancy,
    Power,
    PrintJob,
    Reading,
    Water,
)

fast = pytest.importorskip(
    "policies.office.fast_folding", reason="the hot loops are not compiled (Debian: gcc, python3-dev)"
)
NOW = datetime(2026, 7, 14, 15, 2, tzinfo=UTC)
some = st.sampled_from
numbers = some([None, None, 20.0, 23.0, 26.0])
flags = some([None, True, False])
common: dict[str, Any] = {
    "device": st.just(DeviceId("ac")),
    "arrived_at": st.integers(0, 90).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    "live": some([True, True, True, False]),
}
KINDS: Mapping[type[Reading], st.SearchStrategy[Any]] = {
    Climate: st.builds(
        Climate, **common, mode=some([None, "cool", "off"]), is_on=flags, cooling_setpoint_celsius=numbers,
        room_celsius=numbers, memo=some(["", "a", "b"]),
    ),
    Power: st.builds(Power, **common, is_on=flags, watts=numbers, memo=some(["", "timer"])),
    Environment: st.builds(Environment, **common, room_celsius=numbers, smoke=flags),
    Water: st.builds(Water, **common, litres_total=numbers, leak=flags),
    Occupancy: st.builds(Occupancy, **common, occupied=st.booleans()),
    Contact: st.builds(Contact, **common, open=st.booleans()),
    Busy: st.builds(Busy, **common, busy=st.booleans()),
    Availability: st.builds(Availability, **common, online=st.booleans()),
    PrintJob: st.builds(PrintJob, **common, job=some(["1", "2", "3"])),
}  # fmt: skip


def in_order(readings: list[AnyReading]) -> list[AnyReading]:
    """As they come."""
    return sorted(readings, key=lambda reading: reading.arrived_at)


ROWS = st.one_of(
    *(st.lists(kind, min_size=1, max_size=12) for kind in KINDS.values()),
    st.lists(st.one_of(*KINDS.values()), min_size=1, max_size=8),
).map(in_order)


ALIVE = some([None, True, False])


@settings(max_examples=400)
@given(data=st.data(), kind=some([None, *KINDS]), was_live=ALIVE, is_live=ALIVE)
def test_what_is_known_then_is_what_one_after_the_other_leaves(
    data: st.DataObject, kind: type[Reading] | None, was_live: bool | None, is_live: bool | None
) -> None:
    rows = ROWS if kind is None else st.lists(KINDS[kind], min_size=1, max_size=12).map(in_order)
    before, then = data.draw(rows), data.draw(rows)
    if was_live is not None:
        before = [replace(reading, live=was_live) for reading in before]
    if is_live is not None:
        then = [replace(reading, live=is_live) for reading in then]
    known = plainly = Heard()
    for reading in before:
        known = plainly = hear(known, reading)
    for reading in then:
        plainly = hear(plainly, reading)
    assert fast.hear_all(known, then) == plainly == folding.hear_all(known, then)


def test_the_very_same_comes_back_where_nothing_is_said() -> None:
    said = Power(device=DeviceId("ac"), arrived_at=NOW, live=False)
    known = hear(Heard(), Power(device=DeviceId("ac"), arrived_at=NOW, is_on=True))
    assert fast.hear_all(known, (said, said)) is known


NAMES = some([DeviceId(name) for name in ("ac", "pc", "stranger")])
WHO: dict[str, Any] = {"device": NAMES, "arrived_at": st.just(NOW)}
ANY = st.one_of(
    st.builds(Power, **WHO), st.builds(Climate, **WHO), st.builds(Contact, **WHO, open=st.just(True)),
    st.builds(PrintJob, **WHO, job=st.just("1")), st.builds(Gateway, **WHO, online=st.just(True)),
    st.builds(CommandReply, **WHO, accepted=st.just(True)), st.builds(Busy, **WHO, busy=st.just(True)),
)  # fmt: skip


@given(st.lists(ANY, max_size=20))
def test_readings_are_put_together_alike_and_the_devices_in_the_order_of_their_first_word(
    readings: list[AnyReading],
) -> None:
    devices = {DeviceId("ac"), DeviceId("pc")}
    quick, plain = fast.grouped(readings, devices), grouping.grouped(readings, devices)
    assert quick == plain
    assert list(quick.said) == list(plain.said)


def test_what_is_no_reading_cannot_be_put_together() -> None:
    with pytest.raises(TypeError):
        fast.grouped(["a word"], {DeviceId("ac")})

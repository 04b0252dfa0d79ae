"""The compiled loops over packets say what the loops in Python say, of good bytes and of bad ones."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from daemon.mqtt import cutting
from daemon.mqtt.wire import V5, V311, Publish, WireError, encode

fast = pytest.importorskip(
    "daemon.mqtt.fast_cutting", reason="the hot loops are not compiled (Debian: gcc, python3-dev)"
)
NOW = datetime(2026, 7, 14, 15, 2, 3, 999_998, tzinfo=UTC)
ODD = [b"\x30", b"\xff" * 6, b"\x30\x80\x80\x80\x80\x01", b"\x32\x03\x00\x05a", b"\xd0\x00", b"\x34\x05\x00\x01tid"]

Take = Callable[..., tuple[int, int]]


def outcome(take: Take, data: bytes, start: int, version: int, maximum: int) -> tuple[object, list[Publish]]:
    """What it gives, or says, and what it has appended."""
    publishes: list[Publish] = []
    try:
        return take(data, start, publishes, version=version, maximum=maximum), publishes
    except WireError as error:
        return str(error), publishes


def packet(size: int, first: int, topic: bytes, block: int, version: int) -> bytes:
    """A PUBLISH, with a block of properties of that many bytes behind its own length."""
    ident = b"\x01\x02" if first & 2 else b""
    whole = encode(first, topic, ident, b"z" * size, V311)
    if version == V311:
        return whole
    properties = (bytes([block]) if block < 0x80 else bytes([block & 0x7F | 0x80, block >> 7])) + b"p" * block
    return encode(first, topic, ident, properties + b"z" * size, V311)


packets = st.builds(
    packet,
    st.one_of(st.integers(0, 40), st.integers(100, 20_000)),
    st.sampled_from([0x30, 0x31, 0x32, 0x33, 0x3A]),
    st.binary(max_size=12),
    st.integers(0, 300),
    st.sampled_from([V311, V5]),
)


@settings(max_examples=300)
@given(
    st.lists(st.one_of(packets, st.sampled_from(ODD)), max_size=5).map(b"".join),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), max_size=3),
    st.integers(0, 400),
    st.sampled_from([V311, V5]),
    st.sampled_from([1, 60, 1 << 28]),
)
@example(b"\x32\x04\x00\x02ab", [], 0, V311, 1 << 28)
@example(b"\x30\x03\x00\x01a\x30", [], 0, V5, 1 << 28)
def test_bytes_are_cut_alike_or_refused_in_the_same_words(
    data: bytes, garbled: list[tuple[int, int]], cut: int, version: int, maximum: int
) -> None:
    wire = bytearray(data)
    for at, byte in garbled:
        if at < len(wire):
            wire[at] = byte
    for part in (bytes(wire), bytes(wire[: len(wire) - cut])):
        for start in (0, min(3, len(part))):
            plainly = outcome(cutting.take, part, start, version, maximum)
            assert outcome(fast.take, part, start, version, maximum) == plainly


@given(
    st.lists(st.tuples(st.integers(0x30, 0x3B), st.binary(max_size=9), st.just(b"\0\1"), st.binary(max_size=9))),
    st.booleans(),
)
@example([(0x31, "büro/1".encode(), b"", b"{}"), (0x30, b"\xff\xfe", b"", b"")], True)
def test_packets_become_the_same_messages(publishes: list[Publish], backlog: bool) -> None:
    made = fast.messages_of(publishes, NOW, backlog=backlog)
    assert made == cutting.messages_of(publishes, NOW, backlog=backlog)
    assert [type(message.retained) for message in made] == [bool] * len(publishes)


def test_what_is_no_bytes_is_refused() -> None:
    with pytest.raises(TypeError):
        fast.take(None, 0, [], version=V5, maximum=1)
    with pytest.raises(TypeError):
        fast.take("text", 0, [], version=V5, maximum=1)

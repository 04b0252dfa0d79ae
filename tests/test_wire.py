"""Our packet splitter agrees with paho's decoder, wherever the stream is cut."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paho.mqtt import _packet
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.exception import MalformedPacket

from daemon.mqtt import cutting
from daemon.mqtt.wire import (
    V5,
    V311,
    Publish,
    WireError,
    bounds,
    encode,
    encode_length,
    split,
    take,
    wanted,
)

LEVELS = {V311: MQTTProtocolVersion.MQTTv311, V5: MQTTProtocolVersion.MQTTv5}
MANY = 1 << 28


def publishes(version: int) -> st.SearchStrategy[bytes]:
    """PUBLISH packets of QoS 0 and 1, some with MQTT 5 properties that are valid."""
    topic = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0+#"), min_size=1, max_size=20)
    expiry = st.integers(0, 2**32 - 1).map(lambda seconds: b"\x02" + seconds.to_bytes(4, "big"))
    user = st.text("abcé", max_size=60).map(
        lambda text: b"\x26" + 2 * (len(text.encode()).to_bytes(2, "big") + text.encode())
    )

    def build(qos: int, dup: bool, retain: bool, name: str, mid: int, load: bytes, block: bytes) -> bytes:
        first = 0x30 | (qos << 1) | ((dup and qos) << 3) | retain
        ident = mid.to_bytes(2, "big") if qos else b""
        properties = encode_length(len(block)) + block if version == V5 else b""
        body = len(name.encode()).to_bytes(2, "big") + name.encode() + ident + properties + load
        return bytes([first]) + encode_length(len(body)) + body

    block = st.one_of(st.just(b""), expiry, st.lists(user, max_size=4).map(b"".join))
    load = st.one_of(st.binary(max_size=40), st.integers(100, 20_000).map(lambda size: b"z" * size))
    return st.builds(build, st.integers(0, 1), st.booleans(), st.booleans(), topic, st.integers(1, 65535), load, block)


def by_paho(packet: bytes, version: int) -> Publish:
    start = next(index for index in range(1, 6) if packet[index] < 0x80) + 1
    seen = _packet.decode_publish(packet[0], packet[start:], LEVELS[version])
    return packet[0], seen.topic, seen.mid.to_bytes(2, "big") if seen.qos else b"", bytes(seen.payload)


@pytest.mark.parametrize("version", [V311, V5])
def test_every_packet_reads_as_paho_reads_it(version: int) -> None:
    @settings(max_examples=150, deadline=None)
    @given(st.lists(publishes(version), max_size=6))
    def check(packets: list[bytes]) -> None:
        raw = b"".join(packets)
        assert split(raw, version) == [by_paho(packet, version) for packet in packets]
        assert [raw[start:end] for start, end in bounds(raw)] == packets

    check()


@pytest.mark.parametrize("version", [V311, V5])
def test_a_mutated_packet_is_refused_or_read_as_paho_reads_it(version: int) -> None:
    @settings(max_examples=400, deadline=None)
    @given(publishes(version).filter(lambda packet: len(packet) < 120), st.data())
    def check(packet: bytes, data: st.DataObject) -> None:
        broken = bytearray(packet)
        body = 2
        for _ in range(data.draw(st.integers(1, 3))):
            broken[data.draw(st.integers(body, len(broken) - 1))] = data.draw(st.integers(0, 255))
        try:
            expected = by_paho(bytes(broken), version)
        except MalformedPacket:
            return  # paho also judges the contents of properties and empty topics; we skip by length
        assert split(bytes(broken), version) == [expected]

    check()


@pytest.mark.parametrize("version", [V311, V5])
def test_a_stream_cut_at_any_byte_gives_the_same_packets(version: int) -> None:
    packets = [
        encode(0x30, b"a/b", b"", b"", version),
        encode(0x3B, b"plug", b"\x12\x34", b"x" * 130, version),
        encode(0x32, "会议室".encode(), b"\x00\x01", b"{}", version),
    ]
    stream = b"".join(packets)
    for cut in range(len(stream) + 1):
        seen: list[Publish] = []
        stop, end = take(stream[:cut], 0, seen, version=version, maximum=MANY)
        assert stop == end
        assert stop in (0, *[sum(map(len, packets[: n + 1])) for n in range(3)])
        tail = stream[stop:cut]
        assert len(tail) < wanted(tail) or not tail
        take(tail + stream[cut:], 0, seen, version=version, maximum=MANY)
        assert seen == split(stream, version)


def test_what_is_not_a_publish_of_qos_0_or_1_is_pointed_at_and_not_opened() -> None:
    before = encode(0x32, b"t", b"\x00\x01", b"v", V311)
    exactly_once = encode(0x34, b"t", b"\x00\x02", b"v", V311)
    for other in (b"\xd0\x00", b"\x90\x03\x00\x01\x01", exactly_once):
        seen: list[Publish] = []
        stop, end = take(before + other + before, 0, seen, version=V311, maximum=MANY)
        assert (len(seen), stop, end) == (1, len(before), len(before) + len(other))


def test_a_fifth_length_byte_is_an_error() -> None:
    with pytest.raises(WireError, match="four bytes"):
        take(b"\x30\xff\xff\xff\xff\x01", 0, [], version=V311, maximum=MANY)


def test_a_packet_above_the_maximum_is_an_error_before_it_is_whole() -> None:
    packet = encode(0x30, b"t", b"", b"x" * 1000, V311)
    take(packet, 0, [], version=V311, maximum=len(packet))
    with pytest.raises(WireError, match="at most"):
        take(packet[:20], 0, [], version=V311, maximum=len(packet) - 1)


@pytest.mark.parametrize(
    ("packet", "version"),
    [
        pytest.param(b"\x30\x03\x00\x08t", V311, id="topic longer than its packet"),
        pytest.param(b"\x30\x00", V311, id="no body"),
        pytest.param(b"\x30\x01\x00", V311, id="half a topic length"),
        pytest.param(b"\x32\x04\x00\x01t\x00", V311, id="half a packet id"),
        pytest.param(b"\x30\x03\x00\x01t", V5, id="no properties"),
        pytest.param(b"\x30\x05\x00\x01t\x02\x01", V5, id="properties longer than their packet"),
        pytest.param(b"\x30\x05\x00\x01t\x80\x80", V5, id="properties without a whole length"),
    ],
)
def test_a_packet_that_does_not_hold_its_parts_is_an_error_and_reads_no_neighbour(packet: bytes, version: int) -> None:
    for neighbour in (b"", encode(0x30, b"t", b"", b"x" * 100, version)):
        with pytest.raises(WireError):
            split(packet + neighbour, version)


@pytest.mark.parametrize("raw", [b"\xd0\x00", b"\x30", encode(0x30, b"t", b"", b"v", V311)[:-1]])
def test_a_journal_row_of_anything_but_whole_publishes_is_an_error(raw: bytes) -> None:
    with pytest.raises(WireError):
        split(raw, V311)


def test_the_loop_in_python_is_used_where_nothing_is_compiled() -> None:
    compiled = sys.modules.get("daemon.mqtt.fast_cutting")
    assert (take is cutting.take) == (compiled is None)

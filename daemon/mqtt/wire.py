"""Cut a stream of bytes into PUBLISH packets, because paho's own way costs twenty times as much.

Pure. Knows MQTT 3.1.1 and 5, QoS 0 and 1; a PUBLISH of QoS 2 and every other packet is pointed at, not opened: those
are paho's. In MQTT 5 the property block is skipped by its length. Source: MQTT 5.0, sections 1.5.5, 2.1 and 3.3.
"""

from collections.abc import Iterator

V311 = 4
V5 = 5
MAX_PACKET_BYTES = 16 * 1024 * 1024
"""A Zigbee bridge lists its devices in one message: some 5 kB a device."""

Publish = tuple[int, bytes, bytes, bytes]
"""First byte (retain is bit 0, DUP bit 3), topic, packet id as its two bytes (none for QoS 0), payload."""

RETAIN = 0x01
DUP = 0x08
PUBACK = b"\x40\x02"

_KIND = 0xF6
_WITH_ID = 0x32
_OURS = (_WITH_ID, 0x30)
_LENGTH_BYTES = 4


class WireError(Exception):
    """Bytes that no broker may send."""


def take(data: bytes, start: int, publishes: list[Publish], *, version: int, maximum: int) -> tuple[int, int]:
    """Append the PUBLISH packets (QoS 0, 1) from `start` on; stop at the first packet that is something else.

    Gives `(stop, end)`: `data[start:stop]` are the packets appended; `data[stop:end]` is one complete packet for paho.
    `end == stop`: only an incomplete packet, or nothing, is left. Raises WireError; what was appended until then stands.
    """
    at = start
    size = len(data)
    five = version == V5
    append = publishes.append
    while at + 1 < size:
        first = data[at]
        body = at + 2
        length = data[at + 1]
        if length > 0x7F:  # noqa: PLR2004  the continuation bit
            if body < size and data[body] < 0x80:  # noqa: PLR2004  most messages: two bytes, here without a call
                length = length & 0x7F | data[body] << 7
                body += 1
            else:
                length, body = _long_length(data, at)
                if body == 0:
                    break
        end = body + length
        if end - at > maximum:
            raise WireError(f"a packet of {end - at} bytes, and at most {maximum} were announced")
        if end > size:
            break
        kind = first & _KIND
        if kind not in _OURS:
            return at, end
        text = body + 2
        after = text + (data[body] << 8 | data[body + 1]) if text <= end else end + 1
        ident = after + 2 if kind == _WITH_ID else after
        if not five:
            load = ident
        elif ident < end and data[ident] == 0:  # most messages: no properties, here without a call
            load = ident + 1
        else:
            load = _past_properties(data, ident, end)
        if load > end:
            raise WireError("a PUBLISH whose topic or properties do not fit into it")
        append((first, data[text:after], data[after:ident], data[load:end]))
        at = end
    return at, at


def split(raw: bytes, version: int) -> list[Publish]:
    """The PUBLISH packets of a journal row: nothing but whole ones. Raises WireError for anything else."""
    publishes: list[Publish] = []
    stop, end = take(raw, 0, publishes, version=version, maximum=len(raw) + 1)
    if stop != len(raw) or end != stop:
        raise WireError(f"byte {stop} of {len(raw)} is no PUBLISH")
    return publishes


def bounds(raw: bytes) -> Iterator[tuple[int, int]]:
    """Where each packet of a row of whole packets begins and ends."""
    at = 0
    while at < len(raw):
        length, body = _long_length(raw, at)
        yield at, body + length
        at = body + length


def wanted(data: bytes) -> int:
    """How long `data` must become before its first packet is whole; one more byte where that cannot be told yet."""
    if len(data) > 1:
        length, body = _long_length(data, 0)
        if body:
            return body + length
    return len(data) + 1


def encode(first: int, topic: bytes, packet_id: bytes, payload: bytes, version: int) -> bytes:
    """One PUBLISH as a broker would send it, with an empty property block in MQTT 5."""
    properties = b"\x00" if version == V5 else b""
    rest = len(topic).to_bytes(2, "big") + topic + packet_id + properties + payload
    return bytes([first]) + encode_length(len(rest)) + rest


def encode_length(length: int) -> bytes:
    """A length as 1 to 4 bytes of 7 bits each, the lowest first."""
    out = bytearray()
    while True:
        length, low = divmod(length, 128)
        out.append(low | (0x80 if length else 0))
        if not length:
            return bytes(out)


def _long_length(data: bytes, at: int) -> tuple[int, int]:
    """The remaining length of the packet at `at`, and where its body begins; body 0 where bytes are missing."""
    length = 0
    for index in range(_LENGTH_BYTES):
        place = at + 1 + index
        if place >= len(data):
            return 0, 0
        byte = data[place]
        length |= (byte & 0x7F) << (7 * index)
        if byte <= 0x7F:  # noqa: PLR2004  the continuation bit
            return length, place + 1
    raise WireError("a length of more than four bytes")


def _past_properties(data: bytes, at: int, end: int) -> int:
    """Where the payload begins. A block that is cut short gives a place behind `end`."""
    if at >= end:
        return end + 1
    length = 0
    for index in range(_LENGTH_BYTES):
        if at + index >= end:
            return end + 1
        byte = data[at + index]
        length |= (byte & 0x7F) << (7 * index)
        if byte <= 0x7F:  # noqa: PLR2004  the continuation bit
            return at + index + 1 + length
    return end + 1

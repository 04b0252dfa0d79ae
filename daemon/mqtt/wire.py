"""Cut a stream of bytes into PUBLISH packets, because paho's own way costs twenty times as much.

Pure. Knows MQTT 3.1.1 and 5, QoS 0 and 1; a PUBLISH of QoS 2 and every other packet is pointed at, not opened: those
are paho's. In MQTT 5 the property block is skipped by its length. Source: MQTT 5.0, sections 1.5.5, 2.1 and 3.3.
"""

from collections.abc import Iterator

from daemon.mqtt.cutting import RETAIN, V5, Publish, WireError, long_length

try:
    from daemon.mqtt.fast_cutting import take
except ImportError:  # no compiler was at hand
    from daemon.mqtt.cutting import take

__all__ = (
    "DUP",
    "MAX_PACKET_BYTES",
    "PUBACK",
    "RETAIN",
    "V5",
    "V311",
    "Publish",
    "WireError",
    "bounds",
    "encode",
    "encode_length",
    "split",
    "take",
    "wanted",
)

V311 = 4
MAX_PACKET_BYTES = 16 * 1024 * 1024
"""A Zigbee bridge lists its devices in one message: some 5 kB a device."""

DUP = 0x08
PUBACK = b"\x40\x02"


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
        length, body = long_length(raw, at)
        yield at, body + length
        at = body + length


def wanted(data: bytes) -> int:
    """How long `data` must become before its first packet is whole; one more byte where that cannot be told yet."""
    if len(data) > 1:
        length, body = long_length(data, 0)
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

"""Cut a stream of bytes into PUBLISH packets, and make messages of them: the two loops that every byte goes through.

Pure, and the definition of what `fast_cutting.pyx`, where it is compiled, does the same at a fraction of the cost. Source:
MQTT 5.0, sections 1.5.5, 2.1 and 3.3.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sensors.messages import Message

V5 = 5
RETAIN = 0x01

Publish = tuple[int, bytes, bytes, bytes]
"""First byte (retain is bit 0, DUP bit 3), topic, packet id as its two bytes (none for QoS 0), payload."""

_KIND = 0xF6
_WITH_ID = 0x32
_OURS = (_WITH_ID, 0x30)
_LENGTH_BYTES = 4
_STEP = timedelta(microseconds=1)


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
                length, body = long_length(data, at)
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


def messages_of(publishes: Sequence[Publish], received_at: datetime, *, backlog: bool) -> list[Message]:
    """The messages of packets that are split already.

    A topic that is no UTF-8 (forbidden, seen) keeps its replacement signs; no family will know it.
    """
    messages: list[Message] = []
    append = messages.append
    at = received_at
    for first, topic, _, payload in publishes:
        try:
            name = topic.decode()
        except UnicodeDecodeError:
            name = topic.decode("utf-8", "replace")
        append(Message(name, payload, at, bool(first & RETAIN), backlog))
        at += _STEP
    return messages


def long_length(data: bytes, at: int) -> tuple[int, int]:
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

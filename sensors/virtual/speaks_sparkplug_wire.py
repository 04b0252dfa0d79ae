"""The protobuf that a Sparkplug node writes: payload and metric, field by field, and independent of what officed reads with.

Source: Eclipse Sparkplug 3.0, `sparkplug_b.proto`.
"""

import struct
from collections.abc import Sequence
from typing import Final

WHOLE: Final = 8
DOUBLE: Final = 10
BOOLEAN: Final = 11
STRING: Final = 12
Told = float | bool | str


def metric(name: str, alias: int | None, datatype: int, value: Told) -> bytes:
    """One metric; without a name and a type in data, where its alias says both."""
    parts = []
    if name:
        parts.append(_bytes(1, name.encode()))
    if alias is not None:
        parts.append(_whole(2, alias))
    if datatype:
        parts.append(_whole(4, datatype))
    if isinstance(value, bool):
        parts.append(_whole(14, int(value)))
    elif isinstance(value, str):
        parts.append(_bytes(15, value.encode()))
    elif datatype == WHOLE:
        parts.append(_whole(11, int(value)))
    else:
        parts.append(bytes([13 << 3 | 1]) + struct.pack("<d", value))
    return b"".join(parts)


def payload(metrics: Sequence[bytes], sequence: int | None) -> bytes:
    """The metrics and `seq`, which a death has not."""
    ending = b"" if sequence is None else _whole(3, sequence)
    return b"".join(_bytes(2, each) for each in metrics) + ending


def _whole(field: int, number: int) -> bytes:
    return _number(field << 3) + _number(number)


def _bytes(field: int, raw: bytes) -> bytes:
    return _number(field << 3 | 2) + _number(len(raw)) + raw


def _number(whole: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    if whole < 0x80:
        return bytes([whole])
    return bytes([whole & 0x7F | 0x80]) + _number(whole >> 7)

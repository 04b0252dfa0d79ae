"""The few fields of Sparkplug B's protobuf that carry a value, read and written without a library.

Source: Eclipse Sparkplug 3.0, `sparkplug_b.proto`. Everything else in a payload (metadata, properties, templates, data sets)
is passed over by its length.
"""

import struct
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from sensors.errors import PayloadError

LARGEST: Final = 1_048_576
MOST_METRICS: Final = 20_000
Value = int | float | bool | str

_SIGNED_BITS: Final[Mapping[int, int]] = {1: 8, 2: 16, 3: 32, 4: 64}
_UNSIGNED: Final = frozenset({5, 6, 7, 8})
_FLOAT, _DOUBLE, _BOOLEAN, _STRING = 9, 10, 11, 12
_VARINT, _EIGHT, _LENGTH, _FOUR = 0, 1, 2, 5
_LONGEST_VARINT: Final = 10


class Metric(msgspec.Struct, frozen=True):
    """One value. `alias` stands for the name in data; `datatype` 0 and `name` empty: not said. `value` None: null or none we read."""

    name: str = ""
    alias: int | None = None
    datatype: int = 0
    value: Value | None = None
    historical: bool = False


def read(payload: bytes) -> tuple[Metric, ...]:
    """The metrics of a payload. Raises PayloadError where it is not protobuf, or too large."""
    if len(payload) > LARGEST:
        raise PayloadError(f"{len(payload)} bytes, more than the {LARGEST} that are read")
    if payload[:1] == b"{":
        raise PayloadError("JSON, where Sparkplug B has protobuf")
    metrics: list[Metric] = []
    for number, value in _fields(payload):
        if number == 2 and isinstance(value, bytes):  # noqa: PLR2004  field of the schema
            if len(metrics) >= MOST_METRICS:
                raise PayloadError(f"more than {MOST_METRICS} metrics")
            metrics.append(_metric(value))
    return tuple(metrics)


def typed(value: Value | None, datatype: int) -> Value | None:
    """The value as its type means it: whole numbers come unsigned, of any width."""
    bits = _SIGNED_BITS.get(datatype)
    if bits is None or isinstance(value, bool | str) or value is None:
        return value
    low = int(value) & ((1 << bits) - 1)
    return float(low - (1 << bits) if low >> (bits - 1) else low)


def written(name: str, datatype: int, value: Value) -> bytes:
    """A payload with this one metric. Raises ValueError where the value is none of that type."""
    metric = _text(1, name) + _key(4, _VARINT) + _varint(datatype)
    if datatype == _BOOLEAN and isinstance(value, bool):
        metric += _key(14, _VARINT) + _varint(int(value))
    elif datatype == _STRING and isinstance(value, str):
        metric += _text(15, value)
    elif isinstance(value, bool | str):
        raise ValueError(f"{value!r} is no value of type {datatype}")
    elif datatype == _FLOAT:
        metric += _key(12, _FOUR) + struct.pack("<f", value)
    elif datatype == _DOUBLE:
        metric += _key(13, _EIGHT) + struct.pack("<d", value)
    elif (datatype in _SIGNED_BITS or datatype in _UNSIGNED) and float(value).is_integer():
        wide = datatype in {4, 8}
        metric += _key(11 if wide else 10, _VARINT) + _varint(int(value) & ((1 << (64 if wide else 32)) - 1))
    else:
        raise ValueError(f"{value!r} is no value of type {datatype}")
    return _key(2, _LENGTH) + _varint(len(metric)) + metric


def _metric(raw: bytes) -> Metric:
    name, alias, datatype, historical, null = "", None, 0, False, False
    value: Value | None = None
    for number, found in _fields(raw):
        match number, found:
            case 1, bytes():
                name = _words(found)
            case 2, int():
                alias = found
            case 4, int():
                datatype = found
            case 5, int():
                historical = bool(found)
            case 7, int():
                null = bool(found)
            case ((10 | 11), int()):
                value = found
            case 12, bytes() if len(found) == 4:  # noqa: PLR2004  bytes
                value = struct.unpack("<f", found)[0]
            case 13, bytes() if len(found) == 8:  # noqa: PLR2004  bytes
                value = struct.unpack("<d", found)[0]
            case 14, int():
                value = bool(found)
            case 15, bytes():
                value = _words(found)
            case _:
                pass
    return Metric(name, alias, datatype, None if null else value, historical)


def _fields(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(raw):
        key, at = _number(raw, at)
        kind = key & 7
        if kind == _VARINT:
            whole, at = _number(raw, at)
            yield key >> 3, whole
            continue
        if kind == _LENGTH:
            length, at = _number(raw, at)
        elif kind in {_EIGHT, _FOUR}:
            length = 8 if kind == _EIGHT else 4
        else:
            raise PayloadError(f"not protobuf: wire type {kind}")
        if at + length > len(raw):
            raise PayloadError("not protobuf: it ends within a field")
        yield key >> 3, raw[at : at + length]
        at += length


def _number(raw: bytes, at: int) -> tuple[int, int]:
    whole = 0
    for place, byte in enumerate(raw[at : at + _LONGEST_VARINT]):
        whole |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:  # noqa: PLR2004  the bit that says "more follows"
            return whole & 0xFFFF_FFFF_FFFF_FFFF, at + place + 1
    raise PayloadError("not protobuf: a number without an end")


def _words(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise PayloadError("not protobuf: a name that is no text") from error


def _varint(whole: int) -> bytes:
    found = bytearray()
    while whole > 0x7F:  # noqa: PLR2004  seven bits a byte
        found.append(whole & 0x7F | 0x80)
        whole >>= 7
    return bytes([*found, whole])


def _key(number: int, kind: int) -> bytes:
    return _varint(number << 3 | kind)


def _text(number: int, words: str) -> bytes:
    raw = words.encode()
    return _key(number, _LENGTH) + _varint(len(raw)) + raw

"""As much of IPP as the agent asks (RFC 8010): a request with a few attributes, an answer as groups of them. Pure.

A library of its own would bring an event loop and twenty times this code; three questions do not need that.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

Value = int | bool | str | datetime | None
Group = Mapping[str, Sequence[Value]]

GET_JOBS: Final = 0x000A
GET_PRINTER_ATTRIBUTES: Final = 0x000B
CUPS_GET_PRINTERS: Final = 0x4002

JOB_GROUP: Final = 0x02
PRINTER_GROUP: Final = 0x04

_OPERATION: Final = 0x01
_END: Final = 0x03
_LAST_DELIMITER: Final = 0x0F
_INTEGER, _BOOLEAN, _ENUM, _DATE = 0x21, 0x22, 0x23, 0x31
_WITH_LANGUAGE: Final = (0x35, 0x36)
_FIRST_TEXT, _LAST_TEXT = 0x41, 0x49
_BEGIN_COLLECTION, _END_COLLECTION, _MEMBER = 0x34, 0x37, 0x4A
_KEYWORD, _URI, _CHARSET, _LANGUAGE = 0x44, 0x45, 0x47, 0x48
_FAILED: Final = 0x0400
_DATE_BYTES: Final = 11


class IppError(Exception):
    """The other side does not speak IPP, or says no."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`groups`: (group tag, attributes) in order. A value that cannot be read, or a collection, is None."""

    status: int
    groups: Sequence[tuple[int, Group]]

    def of(self, tag: int) -> list[Group]:
        """The groups of one kind. Raises IppError where the status says that the question failed."""
        if self.status >= _FAILED:
            raise IppError(f"the print server answers {self.status:#06x}")
        return [group for kind, group in self.groups if kind == tag]


def request(operation: int, uri: str, wanted: Sequence[str], more: Sequence[tuple[str, str | int]] = ()) -> bytes:
    """A question about `uri`; `more` are keywords (text) and integers among the operation's attributes."""
    out = bytearray(struct.pack(">BBHIB", 2, 0, operation, 1, _OPERATION))
    _put(out, _CHARSET, "attributes-charset", b"utf-8")
    _put(out, _LANGUAGE, "attributes-natural-language", b"en")
    if uri:
        _put(out, _URI, "printer-uri", uri.encode())
    for name, value in more:
        if isinstance(value, int):
            _put(out, _INTEGER, name, struct.pack(">i", value))
        else:
            _put(out, _KEYWORD, name, value.encode())
    for number, name in enumerate(wanted):
        _put(out, _KEYWORD, "" if number else "requested-attributes", name.encode())
    out.append(_END)
    return bytes(out)


def answer(data: bytes) -> Answer:
    """Raises IppError where it is no IPP."""
    try:
        _, _, status, _ = struct.unpack_from(">BBHI", data)
        return Answer(status, list(_groups(data)))
    except (struct.error, IndexError) as error:
        raise IppError(f"not an IPP answer: {error}") from error


def _put(out: bytearray, tag: int, name: str, value: bytes) -> None:
    out += struct.pack(">BH", tag, len(name)) + name.encode() + struct.pack(">H", len(value)) + value


def _groups(data: bytes) -> Iterator[tuple[int, Group]]:
    at, kind, depth, name = 8, 0, 0, ""
    group: dict[str, list[Value]] = {}
    while True:
        tag = data[at]
        at += 1
        if tag <= _LAST_DELIMITER:
            if kind:
                yield kind, group
            if tag == _END:
                return
            kind, group, name = tag, {}, ""
            continue
        (length,) = struct.unpack_from(">H", data, at)
        here = data[at + 2 : at + 2 + length].decode("utf-8", "replace")
        at += 2 + length
        (length,) = struct.unpack_from(">H", data, at)
        raw = data[at + 2 : at + 2 + length]
        if len(raw) < length:
            raise IndexError("cut short")
        at += 2 + length
        if depth == 0:
            name = here or name
        if tag == _BEGIN_COLLECTION:
            depth += 1
        elif tag == _END_COLLECTION:
            depth -= 1
            if depth == 0:
                group.setdefault(name, []).append(None)
        elif depth == 0:
            group.setdefault(name, []).append(_value(tag, raw))


def _value(tag: int, raw: bytes) -> Value:
    if tag in (_INTEGER, _ENUM):
        return int.from_bytes(raw, "big", signed=True)
    if tag == _BOOLEAN:
        return raw != b"\0"
    if tag == _DATE and len(raw) == _DATE_BYTES:
        return _date(raw)
    if tag in _WITH_LANGUAGE:
        (length,) = struct.unpack_from(">H", raw)
        return raw[4 + length :].decode("utf-8", "replace")
    if _FIRST_TEXT <= tag <= _LAST_TEXT:
        return raw.decode("utf-8", "replace")
    return None


def _date(raw: bytes) -> datetime | None:
    year, month, day, hour, minute, second, tenth, sign, hours, minutes = struct.unpack(">HBBBBBBcBB", raw)
    offset = timedelta(hours=hours, minutes=minutes)
    try:
        zone = timezone(-offset if sign == b"-" else offset)
        return datetime(year, month, day, hour, minute, second, tenth * 100_000, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None

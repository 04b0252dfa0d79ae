"""Questions in SNMP version 2c (RFC 3416): the values of a few numbers, as printers count them.

A library for this brings twenty packages' worth of MIBs; to get some counters is this page.
"""

import socket
from collections.abc import Mapping, Sequence
from typing import Final

_INTEGER, _OCTETS, _NULL, _OID, _SEQUENCE, _GET, _GET_NEXT = 0x02, 0x04, 0x05, 0x06, 0x30, 0xA0, 0xA1
_COUNTERS: Final = frozenset({0x02, 0x41, 0x42, 0x43, 0x46})
"""INTEGER, Counter32, Gauge32, TimeTicks, Counter64. All others (noSuchObject, texts) are no number."""
_LONGEST: Final = 65_507
_MOST_ROWS: Final = 64


class NoSnmp(Exception):  # noqa: N818  a printer that sleeps is no failure of ours
    """The printer did not answer, or not in SNMP."""


def get(host: str, community: str, oids: Sequence[str], *, port: int = 161, seconds: float = 3.0) -> Mapping[str, int]:
    """The numbers behind these object ids; what the printer does not have is left out. Raises NoSnmp.

    Some printers refuse a long question: then they are asked one by one.
    """
    refused, found = _ask(_GET, host, community, oids, port, seconds)
    if not refused or len(oids) == 1:
        return _counts(found)
    return {
        name: value for oid in oids for name, value in get(host, community, [oid], port=port, seconds=seconds).items()
    }


def walk(host: str, community: str, column: str, *, port: int = 161, seconds: float = 3.0) -> Mapping[str, int]:
    """The numbers below an object id, at most 64. Raises NoSnmp."""
    rows: dict[str, int] = {}
    at = column
    for _ in range(_MOST_ROWS):
        refused, found = _ask(_GET_NEXT, host, community, [at], port, seconds)
        after = next(iter(found), "")
        if refused or not after.startswith(f"{column}.") or after == at:
            break
        at = after
        rows.update(_counts(found))
    return rows


def _ask(
    kind: int, host: str, community: str, oids: Sequence[str], port: int, seconds: float
) -> tuple[bool, Mapping[str, tuple[int, bytes]]]:
    """Whether the question was refused, and each name with the kind and the bytes of its value."""
    question = _message(kind, community, oids)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.settimeout(seconds)
            line.connect((host, port))
            line.send(question)
            return _answer(line.recv(_LONGEST))
    except (OSError, IndexError, ValueError) as error:
        raise NoSnmp(f"{host}: {error}") from error


def _message(kind: int, community: str, oids: Sequence[str]) -> bytes:
    asked = b"".join(_pack(_SEQUENCE, _pack(_OID, _oid(oid)) + _pack(_NULL, b"")) for oid in oids)
    zero = _pack(_INTEGER, b"\0")
    question = _pack(kind, _pack(_INTEGER, b"\1") + zero + zero + _pack(_SEQUENCE, asked))
    return _pack(_SEQUENCE, _pack(_INTEGER, b"\1") + _pack(_OCTETS, community.encode()) + question)


def _answer(data: bytes) -> tuple[bool, Mapping[str, tuple[int, bytes]]]:
    _, message, _ = _take(data)
    _, _, rest = _take(message)  # version
    _, _, rest = _take(rest)  # community
    _, answer, _ = _take(rest)
    _, _, answer = _take(answer)  # request
    _, error, answer = _take(answer)
    _, _, answer = _take(answer)  # index
    _, rest, _ = _take(answer)
    found: dict[str, tuple[int, bytes]] = {}
    while rest:
        _, pair, rest = _take(rest)
        _, name, value = _take(pair)
        kind, content, _ = _take(value)
        found[_name(name)] = (kind, content)
    return any(error), found


def _counts(found: Mapping[str, tuple[int, bytes]]) -> dict[str, int]:
    return {
        name: int.from_bytes(content, "big", signed=kind == _INTEGER)
        for name, (kind, content) in found.items()
        if kind in _COUNTERS
    }


def _pack(kind: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:  # noqa: PLR2004  the short form
        return bytes((kind, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((kind, 0x80 | len(length))) + length + content


def _take(data: bytes) -> tuple[int, bytes, bytes]:
    """The kind and content of the first element, and what follows it. Raises IndexError, ValueError."""
    kind, size, at = data[0], data[1], 2
    if size & 0x80:
        at += size & 0x7F
        size = int.from_bytes(data[2:at], "big")
    if len(data) < at + size:
        raise ValueError("cut short")
    return kind, data[at : at + size], data[at + size :]


def _oid(text: str) -> bytes:
    first, second, *rest = (int(part) for part in text.split("."))
    out = bytearray((40 * first + second,))
    for part in rest:
        groups = [part & 0x7F]
        while part := part >> 7:
            groups.append(0x80 | part & 0x7F)
        out += bytes(reversed(groups))
    return bytes(out)


def _name(raw: bytes) -> str:
    parts, number = [raw[0] // 40, raw[0] % 40], 0
    for byte in raw[1:]:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            parts.append(number)
            number = 0
    return ".".join(str(part) for part in parts)

# cython: language_level=3, boundscheck=False, wraparound=False
"""The two loops of `cutting.py`, compiled. What they promise is written there; `tests/test_fast.py` holds them to it."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.datetime cimport datetime
from cpython.unicode cimport PyUnicode_DecodeUTF8

from datetime import timedelta

from daemon.mqtt.cutting import WireError
from sensors.messages import Message

cdef object _STEP = timedelta(microseconds=1)
cdef enum:
    KIND = 0xF6
    WITH_ID = 0x32
    WITHOUT_ID = 0x30
    MORE = 0x80
    VERSION_5 = 5
    RETAIN = 0x01
    LAST_SHIFT = 21


cdef Py_ssize_t _varint(const unsigned char *data, Py_ssize_t at, Py_ssize_t end, Py_ssize_t *value) noexcept:
    """Where the number at `at` ends, its value put into `value`; 0 where bytes are missing, -1 where it is too long."""
    cdef int shift = 0
    value[0] = 0
    while at < end:
        value[0] |= <Py_ssize_t>(data[at] & 0x7F) << shift
        if data[at] < MORE:
            return at + 1
        if shift == LAST_SHIFT:
            return -1
        at += 1
        shift += 7
    return 0


def take(bytes data not None, Py_ssize_t start, list publishes not None, *, int version, Py_ssize_t maximum):
    cdef const char *text = PyBytes_AS_STRING(data)
    cdef const unsigned char *wire = <const unsigned char *>text
    cdef Py_ssize_t at = start, size = len(data)
    cdef Py_ssize_t length, body, end, topic, after, ident, load
    cdef int first, kind
    while at + 1 < size:
        first = wire[at]
        body = _varint(wire, at + 1, size, &length)
        if body == 0:
            break
        if body < 0:
            raise WireError("a length of more than four bytes")
        end = body + length
        if end - at > maximum:
            raise WireError(f"a packet of {end - at} bytes, and at most {maximum} were announced")
        if end > size:
            break
        kind = first & KIND
        if kind != WITH_ID and kind != WITHOUT_ID:
            return at, end
        topic = body + 2
        after = topic + (wire[body] << 8 | wire[body + 1]) if topic <= end else end + 1
        ident = after + 2 if kind == WITH_ID else after
        load = ident
        if version == VERSION_5 and ident <= end:
            load = _varint(wire, ident, end, &length)
            load = load + length if load > 0 else end + 1
        if load > end:
            raise WireError("a PUBLISH whose topic or properties do not fit into it")
        publishes.append((
            first,
            PyBytes_FromStringAndSize(text + topic, after - topic),
            PyBytes_FromStringAndSize(text + after, ident - after),
            PyBytes_FromStringAndSize(text + load, end - load),
        ))
        at = end
    return at, at


def messages_of(publishes, datetime received_at not None, *, bint backlog):
    cdef list messages = []
    cdef bytes topic
    cdef int first
    at = received_at
    is_backlog = True if backlog else False
    for first, topic, _, payload in publishes:
        messages.append(Message(
            PyUnicode_DecodeUTF8(PyBytes_AS_STRING(topic), len(topic), "replace"),
            payload,
            at,
            True if first & RETAIN else False,
            is_backlog,
        ))
        at = at + _STEP
    return messages

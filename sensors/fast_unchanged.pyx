# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What a payload says of a topic's state keys, compiled: each value's kind and its bytes, one after the other.

And `said_states.same`, which asks that of many messages.
"""

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.dict cimport PyDict_GetItemWithError
from cpython.object cimport Py_EQ, Py_GT, PyObject_RichCompareBool
from libc.string cimport memcpy

import msgspec

from sensors.messages import Message
from sensors.units import STATE_BYTES

include "sensors/flat_json.pxi"
include "sensors/slots.pxi"

cdef Py_ssize_t _TOPIC = slot_of(Message, "topic"), _PAYLOAD = slot_of(Message, "payload")
cdef Py_ssize_t _RETAINED = slot_of(Message, "retained"), _BACKLOG = slot_of(Message, "backlog")
cdef Py_ssize_t _STATE_BYTES = STATE_BYTES
cdef object _Message = Message
cdef tuple _UNREADABLE = (msgspec.DecodeError, RecursionError, ValueError)


cdef class Topic:
    cdef object read, states, until
    cdef long long forgotten

    def __init__(self, read, until):
        self.read = read
        self.states = None
        self.until = until
        self.forgotten = 0


def same(messages, dict topics not None, found, until, long long forgotten, /):
    cdef PyObject *known
    cdef Topic said
    cdef bint unchanged = True
    at = messages[0].arrived_at
    for message in messages:
        if type(message) is not _Message:
            raise TypeError(f"{message!r} is no message")
        topic, payload = in_slot(message, _TOPIC), in_slot(message, _PAYLOAD)
        known = PyDict_GetItemWithError(topics, topic)
        said = <Topic>known if known is not NULL else found(topic)
        if (
            said.read is None
            or in_slot(message, _RETAINED) is not False
            or in_slot(message, _BACKLOG) is not False
            or len(payload) > _STATE_BYTES
        ):
            said.states = None
            unchanged = False
            continue
        try:
            states = (<_Reader>said.read).said(payload) if type(said.read) is _Reader else said.read(payload)
        except _UNREADABLE:
            states = None
        if (
            states is None
            or said.forgotten != forgotten
            or PyObject_RichCompareBool(at, said.until, Py_GT)
            or not PyObject_RichCompareBool(states, said.states, Py_EQ)
        ):
            unchanged = False
        said.states = states
        said.until = until
        said.forgotten = forgotten
    return unchanged


def reader(usual, keys, /):
    try:
        return _Reader(usual, Keys(keys))
    except (UnicodeEncodeError, ValueError):  # keys that are not found in what is read here
        return usual


cdef class _Reader:
    """`usual` reads what is not read here: what it says is equal to nothing that is said here, which only makes it news."""

    cdef object _usual
    cdef Keys _keys

    def __init__(self, usual, keys):
        self._usual = usual
        self._keys = keys

    def __call__(self, payload):
        return self.said(payload)

    cdef object said(self, payload):
        cdef Said[KEYS_AT_MOST] said
        cdef int index, count = self._keys.count
        cdef bint is_number
        cdef Py_ssize_t size = 0
        cdef double number
        cdef char *to
        if not self._keys.read(payload, said):
            return self._usual(payload)
        for index in range(count):
            if said[index].kind == WHOLE or said[index].kind == BROKEN:
                said[index].size = sizeof(double)
            elif said[index].kind == ABSENT:
                said[index].size = 0
            size += 1 + said[index].size
        states = PyBytes_FromStringAndSize(NULL, size)
        to = PyBytes_AS_STRING(states)
        for index in range(count):
            is_number = said[index].kind == WHOLE or said[index].kind == BROKEN
            to[0] = BROKEN if is_number else said[index].kind
            if is_number:  # however it is written
                number = _double(&said[index])
                memcpy(to + 1, &number, sizeof(double))
            elif said[index].size:
                memcpy(to + 1, said[index].raw, said[index].size)
            to += 1 + said[index].size
        return states

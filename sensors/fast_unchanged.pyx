# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What a payload says of a topic's state keys, compiled: each value's kind and its bytes, one after the other."""

from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.string cimport memcpy

include "sensors/flat_json.pxi"


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

# cython: language_level=3, boundscheck=False, wraparound=False
"""`layout.extent`, compiled: the stamps are read where they stand. It is stricter: of anything unusual it says "look at each"."""

from cpython.bytes cimport PyBytes_AS_STRING
from libc.string cimport memchr

cdef enum:
    DIGITS = 19


def extent(bytes block not None):
    cdef const char *at = PyBytes_AS_STRING(block)
    cdef const char *end = at + len(block)
    cdef const char *stop
    cdef unsigned long long stamp, first = 0, last = 0
    cdef Py_ssize_t count = 0
    while True:
        stop = <const char *>memchr(at, b"\n", end - at)
        if stop is NULL:
            stop = end
        if stop - at <= DIGITS or not _read(stop - DIGITS, &stamp):
            return None
        first = stamp if count == 0 or stamp < first else first
        last = stamp if count == 0 or stamp > last else last
        count += 1
        if stop == end:
            return count, first, last
        at = stop + 1


cdef bint _read(const char *digits, unsigned long long *stamp) noexcept:
    """Nineteen digits behind a space."""
    cdef int index
    if digits[-1] != b" ":
        return False
    stamp[0] = 0
    for index in range(DIGITS):
        if digits[index] < b"0" or digits[index] > b"9":
            return False
        stamp[0] = stamp[0] * 10 + (digits[index] - 48)
    return True

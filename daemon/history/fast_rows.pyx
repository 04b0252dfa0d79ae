# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""`rows.Rows`, compiled: each line is written where it will stand. `tests/test_fast.py` holds it to the other."""

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.datetime cimport (
    datetime, datetime_day, datetime_hour, datetime_microsecond, datetime_minute, datetime_month, datetime_second,
    datetime_tzinfo, datetime_year, import_datetime,
)
from cpython.dict cimport PyDict_GetItemWithError
from cpython.mem cimport PyMem_Free, PyMem_Realloc
from cpython.object cimport PyObject, PyObject_GetAttr
from cpython.unicode cimport PyUnicode_AsUTF8AndSize
from libc.math cimport signbit
from libc.string cimport memcpy

from datetime import UTC

from daemon.history.fields import NEVER_THE_SAME, Known, floats
from daemon.history.rows import microseconds, own_time
from daemon.history.schema import MEASUREMENTS

import_datetime()

cdef enum:
    DIGITS = 24
    MOST_PLACES = 6
cdef object _UTC = UTC
cdef double _SMALL = 1e-4
cdef double _LARGE = 1e9
"""Below it, and with at most six places, the digits are a whole number that a double holds exactly."""
cdef double[MOST_PLACES + 1] _TENS
_TENS[:] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6]


cdef class _Buffer:
    cdef char *text
    cdef Py_ssize_t size, room

    def __dealloc__(self):
        PyMem_Free(self.text)

    cdef int reserve(self, Py_ssize_t more) except -1:
        cdef char *text
        if self.size + more > self.room:
            text = <char *>PyMem_Realloc(self.text, 2 * (self.size + more) + 256)
            if text is NULL:
                raise MemoryError
            self.text, self.room = text, 2 * (self.size + more) + 256
        return 0

    cdef int put(self, str words, bint is_first=False) except -1:
        """All of it, or what stands behind its first byte."""
        cdef Py_ssize_t size
        cdef const char *text = PyUnicode_AsUTF8AndSize(words, &size)
        if is_first and size:
            text += 1
            size -= 1
        self.reserve(size)
        memcpy(self.text + self.size, text, size)
        self.size += size
        return 0

    cdef int put_byte(self, char byte) except -1:
        self.reserve(1)
        self.text[self.size] = byte
        self.size += 1
        return 0

    cdef int put_number(self, long long number, int width) except -1:
        """Digits of a number that is not negative, at least so many."""
        cdef char[DIGITS] digits
        cdef int at = DIGITS
        while number or width > 0:
            at -= 1
            digits[at] = <char>(48 + number % 10)
            number //= 10
            width -= 1
        self.reserve(DIGITS)
        memcpy(self.text + self.size, digits + at, DIGITS - at)
        self.size += DIGITS - at
        return 0

    cdef bint put_float(self, double value) except -1:
        """The shortest text that reads as this number, if it has few digits, as nearly all have; else False, and nothing."""
        cdef double size = -value if signbit(value) else value
        cdef long long whole
        cdef int places
        if not (_SMALL <= size < _LARGE or size == 0):
            return False
        for places in range(MOST_PLACES + 1):
            whole = <long long>(size * _TENS[places] + 0.5)
            if <double>whole / _TENS[places] == size:
                if signbit(value):
                    self.put_byte(b"-")
                self.put_number(whole // <long long>_TENS[places], 1)
                self.put_byte(b".")
                self.put_number(whole % <long long>_TENS[places], places if places else 1)
                return True
        return False


cdef class _Series:
    cdef object device
    cdef str head
    cdef long long at_us
    cdef long long tie


cdef class Rows:
    cdef list _names, _heads, _known, _once
    cdef object _head_of, _ends_of
    cdef dict _series

    def __init__(self, kind, measurement, head_of, ends_of=None):
        types = MEASUREMENTS[measurement].fields
        said = set(kind.__struct_fields__)
        self._names = [name for name in types if name in said]
        self._heads = [f",{name}=" for name in self._names]
        self._known = [None if types[name] == "float" else Known(name, types[name]) for name in self._names]
        self._once = [name in NEVER_THE_SAME for name in self._names]
        self._head_of = head_of
        self._ends_of = ends_of
        self._series = {}

    def lines(self, readings, devices):
        cdef _Buffer out = _Buffer()
        cdef Py_ssize_t begin, fields
        cdef Py_ssize_t count = 0
        cdef _Series series
        for reading in readings:
            begin = out.size
            if begin:
                out.put_byte(b"\n")
            device = devices[reading.device]
            if self._ends_of is None:
                series = self._series_of(reading.device, device)
                out.put(series.head)
                fields = out.size
                self._put_fields(out, reading)
                if out.size > fields:
                    self._put_stamp(out, series, reading)
            else:
                head, end = self._ends_of(reading, device)
                out.put(head)
                fields = out.size
                self._put_fields(out, reading)
                if out.size > fields:
                    out.put(end)
            if out.size == fields:
                out.size = begin
            else:
                count += 1
        return PyBytes_FromStringAndSize(out.text, out.size), count

    cdef _Series _series_of(self, name, device):
        cdef PyObject *found = PyDict_GetItemWithError(self._series, name)
        cdef _Series series
        if found is not NULL and (<_Series>found).device is device:
            return <_Series>found
        series = _Series()
        series.device = device
        series.head = self._head_of(device)
        series.at_us = -1
        self._series[name] = series
        return series

    cdef int _put_fields(self, _Buffer out, reading) except -1:
        """Without the comma before the first."""
        cdef Py_ssize_t index, before, first = out.size
        cdef PyObject *found
        cdef object known
        for index in range(len(self._names)):
            value = PyObject_GetAttr(reading, self._names[index])
            if value is None:
                continue
            known = self._known[index]
            if known is not None:
                if self._once[index]:
                    words = known.made(value)
                else:
                    found = PyDict_GetItemWithError(known, value)
                    words = <object>found if found is not NULL else known[value]
                out.put(words, out.size == first)
                continue
            before = out.size
            out.put(self._heads[index], before == first)
            if type(value) is not float or not out.put_float(value):
                out.size = before
                out.put("".join(floats(self._heads[index], (value,))), before == first)
        return 0

    cdef int _put_stamp(self, _Buffer out, _Series series, reading) except -1:
        cdef long long at_us = _microseconds(reading.arrived_at if reading.live else own_time(reading))
        if series.at_us == at_us:
            series.tie += 1
        else:
            series.at_us, series.tie = at_us, 0
        out.put_byte(b" ")
        if at_us < 0:
            out.put(str(at_us * <object>1000 + series.tie))
        else:
            out.put_number(at_us + series.tie // 1000, 1)
            out.put_number(series.tie % 1000, 3)
        return 0


cdef long long _microseconds(datetime at) except? -1:
    """As `rows.microseconds`; by hand for UTC. Days since 1970 of a proleptic Gregorian date, March being the first month."""
    cdef long long year, month, days, seconds
    if datetime_tzinfo(at) is not _UTC:
        return microseconds(at)
    year, month = datetime_year(at), datetime_month(at)
    if month <= 2:
        year -= 1
        month += 12
    days = 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + datetime_day(at) - 719469
    seconds = 86400 * days + 3600 * datetime_hour(at) + 60 * datetime_minute(at) + datetime_second(at)
    return 1_000_000 * seconds + datetime_microsecond(at)

# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""`rows.Rows`, compiled: each line is written where it will stand. `tests/test_fast.py` holds it to the other."""

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.datetime cimport (
    datetime, datetime_day, datetime_hour, datetime_microsecond, datetime_minute, datetime_month, datetime_second,
    datetime_tzinfo, datetime_year, import_datetime,
)
from cpython.dict cimport PyDict_GetItemWithError
from cpython.object cimport PyObject

from datetime import UTC

from daemon.history.fields import NEVER_THE_SAME, Known, floats
from daemon.history.rows import microseconds, own_time
from daemon.history.schema import MEASUREMENTS
from sensors.readings import Reading

import_datetime()

include "daemon/history/line_buffer.pxi"
include "sensors/slots.pxi"

cdef enum:
    MOST_FIELDS = 64
cdef object _UTC = UTC
slot_of(Reading, "device")


cdef class _Series:
    cdef object device
    cdef str head
    cdef long long at_us
    cdef long long tie


cdef class Rows:
    cdef list _names, _heads, _known, _once
    cdef Py_ssize_t[MOST_FIELDS] _slots
    cdef Py_ssize_t _device, _live, _arrived_at
    cdef object _kind, _head_of, _ends_of
    cdef dict _series

    def __init__(self, kind, measurement, head_of, ends_of=None):
        types = MEASUREMENTS[measurement].fields
        said = set(kind.__struct_fields__)
        self._names = [name for name in types if name in said]
        self._heads = [f",{name}=" for name in self._names]
        self._known = [None if types[name] == "float" else Known(name, types[name]) for name in self._names]
        self._once = [name in NEVER_THE_SAME for name in self._names]
        if len(self._names) > MOST_FIELDS:
            raise ValueError(f"{measurement} has more than {MOST_FIELDS} fields")
        for index, name in enumerate(self._names):
            self._slots[index] = slot_of(kind, name)
        self._device, self._live, self._arrived_at = [slot_of(kind, name) for name in ("device", "live", "arrived_at")]
        self._kind = kind
        self._head_of = head_of
        self._ends_of = ends_of
        self._series = {}

    def lines(self, readings, devices):
        cdef _Buffer out = _Buffer()
        cdef Py_ssize_t begin, fields
        cdef Py_ssize_t count = 0
        cdef _Series series
        for reading in readings:
            if type(reading) is not self._kind:
                raise TypeError(f"{reading!r} is no {self._kind.__name__}")
            begin = out.size
            if begin:
                out.put_byte(b"\n")
            name = in_slot(reading, self._device)
            device = devices[name]
            if self._ends_of is None:
                series = self._series_of(name, device)
                out.put(series.head)
                fields = out.size
                self._put_fields(out, reading)
                if out.size > fields:
                    self._put_stamp(out, series, reading)
            else:
                head, at, later = self._ends_of(reading, device)
                out.put(head)
                fields = out.size
                self._put_fields(out, reading)
                if out.size > fields:
                    _put_nanoseconds(out, _microseconds(at), later)
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
            value = in_slot(reading, self._slots[index])
            if value is None:
                continue
            known = self._known[index]
            if known is not None:
                if self._once[index]:
                    if type(value) is str and out.put_word(self._heads[index], value, out.size == first):
                        continue
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
        cdef long long at_us = _microseconds(
            in_slot(reading, self._arrived_at) if in_slot(reading, self._live) else own_time(reading)
        )
        if series.at_us == at_us:
            series.tie += 1
        else:
            series.at_us, series.tie = at_us, 0
        return _put_nanoseconds(out, at_us, series.tie)


cdef int _put_nanoseconds(_Buffer out, long long at_us, long long later) except -1:
    """The stamp, with the space before it: so many nanoseconds after these microseconds since 1970."""
    out.put_byte(b" ")
    if at_us < 0:
        out.put(str(at_us * <object>1000 + later))
    else:
        out.put_number(at_us + later // 1000, 1)
        out.put_number(later % 1000, 3)
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

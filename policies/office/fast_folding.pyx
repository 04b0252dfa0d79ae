# cython: language_level=3, boundscheck=False, wraparound=False
"""`folding.hear_all`, compiled: it walks back from the last reading, and no further than a value has held.

And `grouping.grouped`.
"""

from cpython.dict cimport PyDict_GetItem, PyDict_GetItemWithError
from cpython.object cimport Py_EQ, PyObject_RichCompareBool

from typing import get_args

from msgspec.structs import replace

from policies.office import folding
from policies.office.grouping import OF_MORE, OF_NO_DEVICE, Grouped
from policies.office.heard import SAID, Heard, Signal
from sensors.readings import AnyReading, Climate, Power, Reading

include "sensors/slots.pxi"

cdef enum:
    MOST = 32

cdef dict _REACH = {kind: None if kind in OF_NO_DEVICE else kind in OF_MORE for kind in get_args(AnyReading)}
"""By kind, whether it is about more than its device; None: about none."""
cdef Py_ssize_t _DEVICE = slot_of(Reading, "device")
cdef object _Grouped = Grouped
cdef object _Heard = Heard, _Signal = Signal, _replace = replace, _in_python = folding.hear_all


cdef class _Kind:
    """Readings of one kind: the names of their quantities, and where these stand there and in what is known."""

    cdef list names
    cdef Py_ssize_t[MOST] said, known
    cdef Py_ssize_t live, arrived_at, memo

    def __init__(self, kind, names):
        self.names = list(names)
        if len(self.names) > MOST:
            raise ValueError(f"{kind.__name__} has more than {MOST} quantities")
        for index, name in enumerate(names):
            self.said[index] = slot_of(kind, name)
            self.known[index] = slot_of(Heard, name)
        self.live, self.arrived_at = slot_of(kind, "live"), slot_of(kind, "arrived_at")
        self.memo = slot_of(kind, "memo") if kind in (Climate, Power) else 0


cdef dict _KINDS = {kind: _Kind(kind, names) for kind, (names, _) in SAID.items()}
cdef Py_ssize_t _VALUE = slot_of(Signal, "value"), _LIVE = slot_of(Signal, "live"), _SINCE = slot_of(Signal, "since")


def hear_all(heard, readings):
    cdef list said = list(readings)
    cdef Py_ssize_t index, count = len(said)
    cdef PyObject *found
    cdef _Kind of
    cdef dict changes
    last = said[count - 1]
    kind = type(last)
    found = PyDict_GetItem(_KINDS, kind)
    if found is NULL or type(heard) is not _Heard:
        return _in_python(heard, readings)
    of = <_Kind>found
    live = in_slot(last, of.live)
    for index in range(count - 1):
        if type(said[index]) is not kind or in_slot(said[index], of.live) is not live:
            return _in_python(heard, readings)
    changes = {"heard_at": in_slot(last, of.arrived_at)} if live else {}
    for index in range(len(of.names)):
        old = in_slot(heard, of.known[index])
        signal = _last_said(of, of.said[index], said, old, live)
        if signal is not old:
            changes[of.names[index]] = signal
    if of.memo:
        for index in range(count - 1, -1, -1):
            memo = in_slot(said[index], of.memo)
            if memo:
                changes["memo"] = memo
                break
    return _replace(heard, **changes) if changes else heard


cdef object _last_said(_Kind of, Py_ssize_t slot, list said, old, live):
    """One quantity after these readings, which are all evidence or none of them; `old` where nothing has changed."""
    cdef Py_ssize_t index = len(said) - 1, first = 0
    known = old if old is not None and in_slot(old, _LIVE) is live else None
    if old is not None and in_slot(old, _LIVE) and not live:  # what confirms it says nothing, what contradicts it ends it
        first = _contradiction(slot, said, in_slot(old, _VALUE))
    value = None
    while index >= first:
        value = in_slot(said[index], slot)
        if value is not None:
            break
        index -= 1
    if value is None:
        return old
    at = since = in_slot(said[index], of.arrived_at)
    while index > first:
        index -= 1
        earlier = in_slot(said[index], slot)
        if earlier is None:
            continue
        if not PyObject_RichCompareBool(earlier, value, Py_EQ):
            return _Signal(value, at, since, live)
        since = in_slot(said[index], of.arrived_at)
    if known is not None and PyObject_RichCompareBool(in_slot(known, _VALUE), value, Py_EQ):
        since = in_slot(known, _SINCE)
    return _Signal(value, at, since, live)


def grouped(readings, devices, /):
    cdef dict said = {}
    cdef list of_more = [], apart = []
    cdef PyObject *found
    for reading in readings:
        found = PyDict_GetItem(_REACH, type(reading))
        if found is NULL:
            raise TypeError(f"{reading!r} is no reading")
        reach = <object>found
        if reach is None:
            apart.append(reading)
            continue
        name = in_slot(reading, _DEVICE)
        found = PyDict_GetItemWithError(said, name)
        if found is not NULL:
            (<list>found).append(reading)
        elif name in devices:
            said[name] = [reading]
        else:
            continue
        if reach is True:
            of_more.append(reading)
    return _Grouped(said, of_more, apart)


cdef Py_ssize_t _contradiction(Py_ssize_t slot, list said, value) except -1:
    """The first reading that says something else; behind the last where none does."""
    cdef Py_ssize_t index
    for index in range(len(said)):
        other = in_slot(said[index], slot)
        if other is not None and not PyObject_RichCompareBool(other, value, Py_EQ):
            return index
    return len(said)

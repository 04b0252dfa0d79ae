# cython: language_level=3, boundscheck=False, wraparound=False
"""`folding.hear_all`, compiled: it walks back from the last reading, and no further than a value has held."""

from cpython.object cimport Py_EQ, PyObject_GetAttr, PyObject_RichCompareBool

from msgspec.structs import replace

from policies.office import folding
from policies.office.heard import SAID, Signal
from sensors.readings import Climate, Power

cdef dict _NAMES = {kind: names for kind, (names, _) in SAID.items()}
cdef object _Signal = Signal, _replace = replace, _Climate = Climate, _Power = Power, _in_python = folding.hear_all


def hear_all(heard, readings):
    cdef list said = list(readings)
    cdef Py_ssize_t index, count = len(said)
    cdef dict changes
    last = said[count - 1]
    kind, live = type(last), last.live
    names = _NAMES.get(kind)
    if names is None:
        return _in_python(heard, readings)
    for index in range(count - 1):
        if type(said[index]) is not kind or said[index].live is not live:
            return _in_python(heard, readings)
    changes = {"heard_at": last.arrived_at} if live else {}
    for name in names:
        old = PyObject_GetAttr(heard, name)
        signal = _last_said(name, said, old, live)
        if signal is not old:
            changes[name] = signal
    if kind is _Climate or kind is _Power:
        for index in range(count - 1, -1, -1):
            memo = said[index].memo
            if memo:
                changes["memo"] = memo
                break
    return _replace(heard, **changes) if changes else heard


cdef object _last_said(name, list said, old, live):
    """One quantity after these readings, which are all evidence or none of them; `old` where nothing has changed."""
    cdef Py_ssize_t index = len(said) - 1, first = 0
    known = old if old is not None and old.live is live else None
    if old is not None and old.live and not live:  # what confirms it says nothing, what contradicts it ends it
        first = _contradiction(name, said, old.value)
    value = None
    while index >= first:
        value = PyObject_GetAttr(said[index], name)
        if value is not None:
            break
        index -= 1
    if value is None:
        return old
    at = since = said[index].arrived_at
    while index > first:
        index -= 1
        earlier = PyObject_GetAttr(said[index], name)
        if earlier is None:
            continue
        if not PyObject_RichCompareBool(earlier, value, Py_EQ):
            return _Signal(value, at, since, live)
        since = said[index].arrived_at
    if known is not None and PyObject_RichCompareBool(known.value, value, Py_EQ):
        since = known.since
    return _Signal(value, at, since, live)


cdef Py_ssize_t _contradiction(name, list said, value) except -1:
    """The first reading that says something else; behind the last where none does."""
    cdef Py_ssize_t index
    for index in range(len(said)):
        other = PyObject_GetAttr(said[index], name)
        if other is not None and not PyObject_RichCompareBool(other, value, Py_EQ):
            return index
    return len(said)

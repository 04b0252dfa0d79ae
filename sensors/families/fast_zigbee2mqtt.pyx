# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The quick ways through the states of plugs and thermostats, compiled.

What they do is written in `zigbee2mqtt_plain.py` and `zigbee2mqtt_plain_climate.py`; where they stumble, those go on.
"""

from itertools import product

from sensors import units
from sensors.families.zigbee2mqtt_climate import ACTIONS, MODES, memo_of, word
from sensors.families.zigbee2mqtt_seen import seen_at
from sensors.liveness import is_live
from sensors.messages import Message
from sensors.readings import Climate, Power
from sensors.setpoints import COOLING_KEY, HEATING_KEYS

include "sensors/flat_json.pxi"
include "sensors/slots.pxi"

cdef struct Window:
    double low
    double high


cdef Window _window(tuple bounds):
    return Window(bounds[0], bounds[1])


cdef Window _WATTS = _window(units.WATTS)
cdef Window _KWH = _window(units.KWH)
cdef Window _ROOM = _window(units.ROOM_CELSIUS)
cdef Window _HUMIDITY = _window(units.HUMIDITY_PERCENT)
cdef Window _SETPOINT = _window(units.SETPOINT_CELSIUS)
cdef Py_ssize_t _STATE_BYTES = units.STATE_BYTES
cdef object _Message = Message, _Power = Power, _Climate = Climate, _is_live = is_live, _seen_at = seen_at, _word = word
cdef dict _MODES = dict(MODES), _ACTIONS = dict(ACTIONS)

cdef enum:
    STATE, POWER, ENERGY, PLUG_SEEN, OF_A_PLUG
cdef Keys _PLUG = Keys(("state", "power", "energy", "last_seen"))

cdef enum:
    MODE, ACTION, ROOM, HUMIDITY, COOLING, HEATING, UNIT_SEEN, OF_A_UNIT
"""What stands behind these is read."""
_NOT_FOR_HERE = (
    HEATING_KEYS[1], "energy", "occupancy", "operating_mode", "power", "preset", "running_mode", "state",
    "thermostat_occupancy",
)
cdef Keys _UNIT = Keys((
    "system_mode", "running_state", "local_temperature", "humidity", COOLING_KEY, HEATING_KEYS[0], "last_seen",
    *_NOT_FOR_HERE,
))
cdef list _MEMOS = [
    memo_of(COOLING_KEY if cooling else "", HEATING_KEYS[0] if heating else "", "system_mode" if mode else "", "", "")
    for cooling, heating, mode in product((False, True), repeat=3)
]

cdef tuple _OF_POWER = ("device", "arrived_at", "device_at", "live", "is_on", "watts", "energy_kwh_total")
cdef tuple _OF_CLIMATE = (
    "device", "arrived_at", "device_at", "live", "mode", "action", "cooling_setpoint_celsius", "heating_setpoint_celsius",
    "room_celsius", "humidity_percent", "memo",
)
cdef object _ODD = object()
"""A value that the usual way reads, or refuses."""


cdef object _quantity(const Said *said, Window window):
    cdef double number
    if said.kind == WHOLE or said.kind == BROKEN:
        number = _double(said)
        return number if window.low <= number <= window.high else _ODD
    return None if said.kind == ABSENT or said.kind == NULL_ else _ODD


cdef object _told(const Said *said, dict vocabulary):
    if said.kind == ABSENT or said.kind == NULL_:
        return None
    if said.kind != TEXT:
        return _ODD
    words = _words(said)
    found = vocabulary.get(words)
    return found if found is not None else _word(vocabulary, words)


cdef object _seen(const Said *said, arrived_at):
    if said.kind == ABSENT or said.kind == NULL_:
        return None
    if said.kind == TEXT:
        return _seen_at(_words(said), arrived_at)
    if said.kind != WHOLE and said.kind != BROKEN:
        return _ODD
    return _seen_at(said.digits if said.kind == WHOLE else _double(said), arrived_at)


cdef Py_ssize_t _PAYLOAD = slot_of(Message, "payload"), _ARRIVED_AT = slot_of(Message, "arrived_at")
cdef Py_ssize_t _RETAINED = slot_of(Message, "retained"), _BACKLOG = slot_of(Message, "backlog")


cdef object _is_news(message, device_at):
    if device_at is not None:
        return _is_live(message, device_at)
    return in_slot(message, _RETAINED) is False and in_slot(message, _BACKLOG) is False


def plug(usual, name, /):
    return _Plug(usual, name)


def unit(usual, name, /):
    return _Unit(usual, name)


cdef class _Quick:
    """A decoder; `usual` reads what it does not."""

    cdef object _usual, _name

    def __init__(self, usual, name):
        self._usual = usual
        self._name = name


cdef class _Plug(_Quick):
    def __call__(self, message):
        cdef Said[OF_A_PLUG] said
        cdef PyObject *values[7]
        if type(message) is not _Message:
            return self._usual(message)
        payload = in_slot(message, _PAYLOAD)
        if len(payload) > _STATE_BYTES or not _PLUG.read(payload, said):
            return self._usual(message)
        watts, kwh = _quantity(&said[POWER], _WATTS), _quantity(&said[ENERGY], _KWH)
        if watts is _ODD or kwh is _ODD:
            return self._usual(message)
        if said[STATE].kind == ABSENT or said[STATE].kind == NULL_:
            is_on = None
        elif said[STATE].size == 4 and memcmp(said[STATE].raw, b'"ON"', 4) == 0:
            is_on = True
        elif said[STATE].size == 5 and memcmp(said[STATE].raw, b'"OFF"', 5) == 0:
            is_on = False
        else:
            return self._usual(message)
        arrived_at = in_slot(message, _ARRIVED_AT)
        device_at = _seen(&said[PLUG_SEEN], arrived_at)
        if device_at is _ODD:
            return self._usual(message)
        live = _is_news(message, device_at)
        values[:] = [
            <PyObject *>self._name, <PyObject *>arrived_at, <PyObject *>device_at, <PyObject *>live, <PyObject *>is_on,
            <PyObject *>watts, <PyObject *>kwh,
        ]
        return (PyObject_Vectorcall(_Power, values, 0, _OF_POWER),)


cdef class _Unit(_Quick):
    def __call__(self, message):
        cdef Said[KEYS_AT_MOST] said
        cdef PyObject *values[11]
        cdef int index
        if type(message) is not _Message:
            return self._usual(message)
        payload = in_slot(message, _PAYLOAD)
        if len(payload) > _STATE_BYTES or not _UNIT.read(payload, said):
            return self._usual(message)
        for index in range(OF_A_UNIT, _UNIT.count):
            if said[index].kind != ABSENT:
                return self._usual(message)
        mode, action = _told(&said[MODE], _MODES), _told(&said[ACTION], _ACTIONS)
        room, humidity = _quantity(&said[ROOM], _ROOM), _quantity(&said[HUMIDITY], _HUMIDITY)
        cooling, heating = _quantity(&said[COOLING], _SETPOINT), _quantity(&said[HEATING], _SETPOINT)
        if mode is _ODD or action is _ODD or room is _ODD or humidity is _ODD or cooling is _ODD or heating is _ODD:
            return self._usual(message)
        arrived_at = in_slot(message, _ARRIVED_AT)
        device_at = _seen(&said[UNIT_SEEN], arrived_at)
        if device_at is _ODD:
            return self._usual(message)
        live = _is_news(message, device_at)
        memo = _MEMOS[
            4 * (said[COOLING].kind != ABSENT) + 2 * (said[HEATING].kind != ABSENT) + (said[MODE].kind != ABSENT)
        ]
        values[:] = [
            <PyObject *>self._name, <PyObject *>arrived_at, <PyObject *>device_at, <PyObject *>live, <PyObject *>mode,
            <PyObject *>action, <PyObject *>cooling, <PyObject *>heating, <PyObject *>room, <PyObject *>humidity,
            <PyObject *>memo,
        ]
        return (PyObject_Vectorcall(_Climate, values, 0, _OF_CLIMATE),)

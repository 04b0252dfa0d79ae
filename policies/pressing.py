"""Which readings cannot wait a moment for others: those by which something has changed its state.

A step costs far more than a reading, so most of what devices say again and again is judged together (`daemon/engine/gathering.py`
says how long it may wait). What people and devices *do* is judged at once: switched, set, opened, came in, answered, spoke
again after a silence. What is only *measured* (watts, degrees, counters) or has been done already (a printed page) can wait.
"""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from policies.office.office import Office
from sensors.readings import AnyReading, Climate, Contact, Environment, Occupancy, Power, PrintCounter, PrintJob, Water

_Values = Callable[[Any], tuple[Any, ...]]

_STATES: dict[type, _Values] = {
    Climate: attrgetter(
        "mode",
        "action",
        "is_on",
        "setpoint_celsius",
        "cooling_setpoint_celsius",
        "heating_setpoint_celsius",
    ),
    Power: lambda of: (of.is_on,),
    Occupancy: lambda of: (of.occupied,),
    Contact: lambda of: (of.open,),
    Environment: lambda of: (of.smoke,),
    Water: lambda of: (of.leak,),
}
"""The states of each kind of reading, and of what was heard: they have the same names."""
_DONE = frozenset({PrintJob, PrintCounter})


def is_pressing(office: Office, readings: Iterable[AnyReading]) -> bool:
    """Whether one of them says something new about a state. What is no evidence, or about nobody, presses nobody."""
    devices, heard = office.site.devices, office.heard
    for reading in readings:
        if not reading.live:
            continue
        kind = type(reading)
        states = _STATES.get(kind)
        if states is None:
            if kind not in _DONE:
                return True
            continue
        before = heard.get(reading.device)
        if before is None:
            if reading.device in devices:
                return True
            continue
        heard_at = before.heard_at
        if heard_at is None or reading.arrived_at - heard_at > before.silent_after:
            return True
        for value, known in zip(states(reading), states(before), strict=False):  # of one length
            if value is not None and (known is None or known.value != value or not known.live):
                return True
    return False

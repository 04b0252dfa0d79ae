"""Which readings cannot wait a moment for others: those by which something has changed its state.

A step costs far more than a reading, so most of what devices say again and again is judged together (`daemon/engine/gathering.py`
says how long it may wait). What people and devices *do* is judged at once: switched, set, opened, came in, answered, spoke
again after a silence. What is only *measured* (watts, degrees, counters) or has been done already (a printed page) can wait.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from policies.office.heard import Heard, Signal
from policies.office.office import Office
from sensors.readings import AnyReading, Climate, Contact, Environment, Occupancy, Power, PrintCounter, PrintJob, Water

_DONE = frozenset({PrintJob, PrintCounter})


def is_pressing(office: Office, readings: Iterable[AnyReading]) -> bool:
    """Whether one of them says something new about a state. What is no evidence, or about nobody, presses nobody."""
    devices, heard = office.site.devices, office.heard
    for reading in readings:
        if not reading.live:
            continue
        kind = type(reading)
        has_changed = _HAS_CHANGED.get(kind)
        if has_changed is None:
            if kind not in _DONE:
                return True
            continue
        before = heard.get(reading.device)
        if before is None:
            if reading.device in devices:
                return True
            continue
        heard_at = before.heard_at
        if heard_at is None or reading.arrived_at - heard_at > before.silent_after or has_changed(reading, before):
            return True
    return False


def _climate(said: Climate, before: Heard) -> bool:
    return (
        _is_news(said.mode, before.mode)
        or _is_news(said.action, before.action)
        or _is_news(said.is_on, before.is_on)
        or _is_news(said.setpoint_celsius, before.setpoint_celsius)
        or _is_news(said.cooling_setpoint_celsius, before.cooling_setpoint_celsius)
        or _is_news(said.heating_setpoint_celsius, before.heating_setpoint_celsius)
    )


def _is_news(value: object, known: Signal[Any] | None) -> bool:
    return value is not None and (known is None or known.value != value or not known.live)


_HAS_CHANGED: Mapping[type, Callable[[Any, Heard], bool]] = {
    Climate: _climate,
    Power: lambda said, before: _is_news(said.is_on, before.is_on),
    Occupancy: lambda said, before: _is_news(said.occupied, before.occupied),
    Contact: lambda said, before: _is_news(said.open, before.open),
    Environment: lambda said, before: _is_news(said.smoke, before.smoke),
    Water: lambda said, before: _is_news(said.leak, before.leak),
}
"""Whether a reading of this kind says anything else about a state than what was heard."""

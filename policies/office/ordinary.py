"""Live readings of a plug and of an air conditioner, heard at a third of the cost: nearly all that is heard is one of these.

Spelled out, quantity by quantity; what is then known is exactly what `heard.hear` leaves.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from msgspec.structs import replace

from policies.office.heard import Heard, Signal, hear
from sensors.readings import Climate, Power, Reading

T = TypeVar("T")


def hear_live(heard: Heard, reading: Reading) -> Heard:
    """The same device after one more reading, which is evidence."""
    return _ORDINARY.get(type(reading), hear)(heard, reading)


def _power(heard: Heard, said: Power) -> Heard:
    at = said.arrived_at
    return replace(
        heard,
        heard_at=at,
        memo=said.memo or heard.memo,
        is_on=_after(heard.is_on, said.is_on, at),
        watts=_after(heard.watts, said.watts, at),
        energy_kwh_total=_after(heard.energy_kwh_total, said.energy_kwh_total, at),
    )


def _climate(heard: Heard, said: Climate) -> Heard:
    at = said.arrived_at
    return replace(
        heard,
        heard_at=at,
        memo=said.memo or heard.memo,
        mode=_after(heard.mode, said.mode, at),
        action=_after(heard.action, said.action, at),
        is_on=_after(heard.is_on, said.is_on, at),
        setpoint_celsius=_after(heard.setpoint_celsius, said.setpoint_celsius, at),
        cooling_setpoint_celsius=_after(heard.cooling_setpoint_celsius, said.cooling_setpoint_celsius, at),
        heating_setpoint_celsius=_after(heard.heating_setpoint_celsius, said.heating_setpoint_celsius, at),
        room_celsius=_after(heard.room_celsius, said.room_celsius, at),
        humidity_percent=_after(heard.humidity_percent, said.humidity_percent, at),
    )


def _after(old: Signal[T] | None, value: T | None, at: datetime) -> Signal[T] | None:
    if value is None:
        return old
    is_same = old is not None and old.value == value and old.live
    return Signal(value, at, old.since if is_same else at, True)  # type: ignore[union-attr]  # then it is there


_ORDINARY: Mapping[type[Reading], Callable[[Heard, Any], Heard]] = {Power: _power, Climate: _climate}

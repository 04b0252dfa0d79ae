"""Every state of a device counts as changed by itself; what is only measured, said again or said at last does not."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from offices import WEDNESDAY, Run, ac, heard, office, plug

from sensors.device import DeviceId
from sensors.readings import Climate, Power, Reading

_UNIT = Climate(
    device=DeviceId("ac"),
    arrived_at=WEDNESDAY,
    mode="cool",
    action="cooling",
    is_on=True,
    cooling_setpoint_celsius=26.0,
    heating_setpoint_celsius=20.0,
    room_celsius=25.0,
)
_ONE_SETPOINT = replace(_UNIT, cooling_setpoint_celsius=None, heating_setpoint_celsius=None, setpoint_celsius=26.0)
_PLUG = Power(device=DeviceId("plug"), arrived_at=WEDNESDAY, is_on=True, watts=40.0)


def noticed(before: Reading, after: Reading) -> list[str]:
    """The quantities of which a change is remembered when `after` is said a minute after `before`."""
    run = Run(office(ac(), plug()), WEDNESDAY)
    run.at(0, *heard(before))  # type: ignore[arg-type]  # of the readings a device makes
    run.at(60, *heard(replace(after, arrived_at=WEDNESDAY + timedelta(minutes=1))))  # type: ignore[arg-type]  # as above
    return [one.change.quantity for one in run.state.memory.changes.get(before.device, ())]


@pytest.mark.parametrize(
    ("before", "after", "quantity"),
    [
        (_PLUG, replace(_PLUG, is_on=False), "is_on"),
        (_UNIT, replace(_UNIT, is_on=False), "is_on"),
        (_UNIT, replace(_UNIT, mode="dry"), "mode"),
        (_UNIT, replace(_UNIT, cooling_setpoint_celsius=24.0), "cooling_setpoint_celsius"),
        (_UNIT, replace(_UNIT, heating_setpoint_celsius=22.0), "heating_setpoint_celsius"),
        (_ONE_SETPOINT, replace(_ONE_SETPOINT, setpoint_celsius=24.0), "cooling_setpoint_celsius"),
    ],
)
def test_each_state_is_noticed_alone(before: Reading, after: Reading, quantity: str) -> None:
    assert noticed(before, after) == [quantity]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (_PLUG, replace(_PLUG, watts=80.0)),
        (_UNIT, replace(_UNIT, room_celsius=27.0, action="idle")),
        (replace(_UNIT, mode=None), _UNIT),
        (replace(_UNIT, live=False), replace(_UNIT, mode="heat")),
    ],
)
def test_what_is_measured_repeated_or_said_for_the_first_time_is_no_change(before: Reading, after: Reading) -> None:
    assert noticed(before, after) == []

"""A quick step and a full one give the same cases, whatever comes in and whenever."""

from datetime import datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from offices import EVENING, ROOM, ac, office, plug

from policies.inputs import Asked, Input, Readings, Tick
from policies.office.requests import Extend
from policies.rules.after_hours_power import AfterHoursPower
from policies.rules.setpoint_limit import SetpointLimit
from policies.state import State
from policies.step import step
from sensors.device import Address, Device, DeviceId, ZoneId
from sensors.readings import AnyReading, Availability, Climate, CommandReply, Gateway, Occupancy, Power

LAB = ZoneId("lab")
DEVICES = (
    ac("ac1", gateway="zigbee2mqtt", silent_after_seconds=900.0),
    ac("ac2", LAB, switchable=True, silent_after_seconds=700.0),
    plug("plug1", busy_watts=80.0, silent_after_seconds=500.0),
    plug("plug2", LAB, meter=DeviceId("meter"), silent_after_seconds=800.0),
    Device(
        id=DeviceId("meter"), kind="meter", address=Address("tasmota", "meter"), zone=LAB, silent_after_seconds=400.0
    ),
    Device(
        id=DeviceId("pir"), kind="occupancy", address=Address("tasmota", "pir"), zone=ROOM, silent_after_seconds=600.0
    ),
)
POLICIES = (
    SetpointLimit(name="setpoints", mode="enforce", grace="2m", confirm_within="1m", retry_after="30s"),
    AfterHoursPower(name="evenings", mode="enforce", grace="1m", warn="2m", confirm_within="1m", retry_after="30s"),
)
START = EVENING - timedelta(minutes=20)

maybe = st.sampled_from
celsius = st.none() | maybe([20.0, 23.0, 26.0, 27.0])
reading = st.one_of(
    st.builds(
        lambda device, mode, cool, heat, live: Climate(
            device=DeviceId(device),
            arrived_at=START,
            mode=mode,
            cooling_setpoint_celsius=cool,
            heating_setpoint_celsius=heat,
            live=live,
        ),
        maybe(["ac1", "ac2"]),
        maybe([None, "cool", "heat", "auto", "off"]),
        celsius,
        celsius,
        maybe([True, True, True, False]),
    ),
    st.builds(
        lambda device, on, watts: Power(device=DeviceId(device), arrived_at=START, is_on=on, watts=watts),
        maybe(["plug1", "plug2", "meter"]),
        maybe([None, True, False]),
        st.none() | maybe([0.0, 4.0, 40.0, 90.0]),
    ),
    st.builds(lambda there: Occupancy(device=DeviceId("pir"), arrived_at=START, occupied=there), st.booleans()),
    st.builds(lambda: Gateway(device=DeviceId("zigbee2mqtt"), arrived_at=START, online=True)),
    st.builds(lambda on: Availability(device=DeviceId("plug1"), arrived_at=START, online=on), st.booleans()),
    st.builds(
        lambda device: CommandReply(device=DeviceId(device), arrived_at=START, accepted=False), maybe(["ac1", "plug1"])
    ),
)
leave = st.builds(lambda zone, minutes: (zone, minutes), maybe([ROOM, LAB]), st.integers(1, 15))
moment = st.tuples(st.integers(1, 400), st.lists(reading, max_size=3), st.none() | st.none() | st.none() | leave)


@settings(max_examples=300, deadline=None)
@given(st.lists(moment, min_size=5, max_size=40))
def test_quick_and_full_steps_agree(moments: list[tuple[int, list[AnyReading], tuple[ZoneId, int] | None]]) -> None:
    quick = full = office(*DEVICES, policies=POLICIES)
    now = wake_at = START
    for seconds, readings, asked in moments:
        target = now + timedelta(seconds=seconds)
        while wake_at < target:  # the engine sleeps until `wake_at`, not longer
            now = wake_at = max(wake_at, now + timedelta(microseconds=1))
            quick, full, wake_at = both(quick, full, [], now)
        now = target
        inputs: list[Input] = []
        if readings:
            inputs.append(Readings([_at(one, now) for one in readings]))
        if asked:
            zone, minutes = asked
            inputs.append(Asked(Extend("o", zone, now + timedelta(minutes=minutes), "late"), "li"))
        quick, full, wake_at = both(quick, full, inputs, now)


def _at(one: AnyReading, now: datetime) -> AnyReading:
    return msgspec.structs.replace(one, arrived_at=now)


def both(quick: State, full: State, inputs: list[Input], now: datetime) -> tuple[State, State, datetime]:
    a = step(quick, inputs, now)
    b = step(full, [*inputs, Tick()], now)
    assert a.state.cases == b.state.cases
    assert a.state.recent == b.state.recent
    assert a.effects == b.effects
    assert a.state.office == b.state.office
    return a.state, b.state, a.wake_at

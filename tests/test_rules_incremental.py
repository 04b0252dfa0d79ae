"""Quick and full steps agree for the rules that look at the room, its neighbours and the weather."""

from datetime import datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from offices import EVENING, ROOM, ac, office, plug

from policies.inputs import Input, Readings, Tick
from policies.rules.long_absence import LongAbsence
from policies.rules.outdoor_gate import OutdoorGate
from policies.rules.room_air import RoomAir
from policies.rules.window_open import WindowOpen
from policies.rules.wrong_season import WrongSeason
from policies.state import State
from policies.step import step
from sensors.device import Address, Device, DeviceId, Kind, ZoneId
from sensors.readings import AnyReading, Climate, Contact, Environment, Occupancy, Power

LAB, ROOF = ZoneId("lab"), ZoneId("roof")


def sensor(name: str, kind: Kind, zone: ZoneId, silent_after_seconds: float) -> Device:
    return Device(
        id=DeviceId(name),
        kind=kind,
        address=Address("tasmota", name),
        zone=zone,
        silent_after_seconds=silent_after_seconds,
    )


DEVICES = (
    ac("ac1", switchable=True, silent_after_seconds=2500.0),
    ac("ac2", LAB, switchable=True, silent_after_seconds=3000.0),
    plug("plug", silent_after_seconds=4000.0),
    sensor("air", "environment", ROOM, 2000.0),
    sensor("roof", "environment", ROOF, 1800.0),
    sensor("pir", "occupancy", ROOM, 1500.0),
    sensor("pir2", "occupancy", ROOM, 2600.0),
    sensor("door", "contact", ROOM, 5000.0),
    sensor("window", "contact", LAB, 1400.0),
)
SOON = {"grace": "4m", "warn": "2m", "mode": "enforce"}
POLICIES = (
    RoomAir.model_validate({"name": "air", "humid_minimum_celsius": 24, **SOON}),
    WrongSeason.model_validate({"name": "season", **SOON}),
    OutdoorGate.model_validate({"name": "gate", **SOON}),
    WindowOpen.model_validate({"name": "window", "contacts": ["window"], **SOON}),
    LongAbsence.model_validate(
        {"name": "absence", **SOON, "grace": "5m", "loads": ["monitor", "air_conditioner"], "doors": ["door"]}
    ),
)
START = EVENING - timedelta(hours=2)

said = st.one_of(
    st.builds(
        lambda device, mode, celsius: Climate(
            device=DeviceId(device), arrived_at=START, mode=mode, room_celsius=celsius
        ),
        st.sampled_from(["ac1", "ac2"]),
        st.sampled_from(["cool", "cool", "heat", "auto", "off"]),
        st.none() | st.sampled_from([22.0, 25.0, 27.0]),
    ),
    st.builds(
        lambda celsius, percent: Environment(
            device=DeviceId("air"), arrived_at=START, room_celsius=celsius, humidity_percent=percent
        ),
        st.sampled_from([22.0, 24.2, 27.0]),
        st.none() | st.sampled_from([50.0, 70.0]),
    ),
    st.builds(
        lambda celsius: Environment(device=DeviceId("roof"), arrived_at=START, outdoor_celsius=celsius),
        st.sampled_from([3.0, 20.0, 33.0]),
    ),
    st.builds(
        lambda device, there: Occupancy(device=DeviceId(device), arrived_at=START, occupied=there),
        st.sampled_from(["pir", "pir2"]),
        st.booleans(),
    ),
    st.builds(
        lambda device, is_open: Contact(device=DeviceId(device), arrived_at=START, open=is_open),
        st.sampled_from(["door", "window"]),
        st.booleans(),
    ),
    st.builds(lambda on: Power(device=DeviceId("plug"), arrived_at=START, is_on=on, watts=40.0), st.booleans()),
)
moment = st.tuples(st.integers(1, 900), st.lists(said, min_size=1, max_size=4))


@settings(max_examples=150, deadline=None)
@given(st.lists(moment, min_size=8, max_size=30))
def test_quick_and_full_steps_agree_about_rooms_and_weather(moments: list[tuple[int, list[AnyReading]]]) -> None:
    quick = full = office(*DEVICES, policies=POLICIES)
    now = wake_at = START
    for seconds, readings in moments:
        target = now + timedelta(seconds=seconds)
        while wake_at < target:  # the engine sleeps until `wake_at`, not longer
            now = wake_at = max(wake_at, now + timedelta(microseconds=1))
            quick, full, wake_at = both(quick, full, [], now)
        now = target
        batch = Readings([msgspec.structs.replace(one, arrived_at=now) for one in readings])
        quick, full, wake_at = both(quick, full, [batch], now)


def both(quick: State, full: State, inputs: list[Input], now: datetime) -> tuple[State, State, datetime]:
    a = step(quick, inputs, now)
    b = step(full, [*inputs, Tick()], now)
    assert a.state.cases == b.state.cases
    assert a.state.recent == b.state.recent
    assert a.effects == b.effects
    assert a.state.office == b.state.office
    return a.state, b.state, a.wake_at

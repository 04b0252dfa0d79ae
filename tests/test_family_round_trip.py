"""From the violation to the proof in each family's words, against the virtual office: obeyed, disobeyed, and open loop."""

from datetime import timedelta

import msgspec
import pytest
from family_trip import CLOSED, OPEN, PLUGS, UNITS, Climate, Trip, plug_plan, unit_plan, wrong

from sensors.device import Address
from sensors.families.gateways import PRESETS
from sensors.registry import FAMILIES
from sensors.virtual.faults import Faults
from sensors.virtual.things import Plug
from sensors.virtual.truth import By
from sensors.virtual.units import Unit


@pytest.mark.parametrize("name", UNITS)
def test_a_wrong_setpoint_is_set_right_in_the_units_words_and_proved(name: str) -> None:
    climate = UNITS[name]
    trip, unit = wrong(climate)
    trip.run(timedelta(minutes=20))
    assert (unit.is_on, unit.mode, unit.target_celsius) == (True, climate.mode, climate.right_celsius)
    ((topic, words),) = trip.told()
    assert topic == climate.topic
    assert climate.words(words), words
    assert trip.turns == ["opened", "commanded", "proved"]
    assert trip.outcomes == ["proved"]
    assert trip.registry.refusals == {}


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_left_on_after_hours_goes_off_in_its_own_words_and_says_so(name: str) -> None:
    climate = UNITS[name]
    trip = Trip(unit_plan(climate), CLOSED)
    (unit,) = trip.office.things.values()
    assert isinstance(unit, Unit)
    unit.set(trip.now.timestamp(), "person", on=True, mode=climate.mode, celsius=climate.right_celsius)
    trip.ask()
    trip.run(timedelta(minutes=60))
    assert not unit.is_on
    assert len(trip.told()) == 1, trip.told()
    assert trip.turns == ["opened", "commanded", "proved"]
    assert trip.registry.refusals == {}


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_that_does_not_obey_is_stuck(name: str) -> None:
    climate = UNITS[name]
    deaf = frozenset(planned.id for planned in unit_plan(climate).devices)
    trip, unit = wrong(climate, Faults(deaf=deaf))
    trip.run(timedelta(minutes=40))
    assert unit.target_celsius == climate.wrong_celsius
    assert {topic for topic, _ in trip.told()} == {climate.topic}
    assert "stuck" in trip.turns
    assert "proved" not in trip.turns


@pytest.mark.parametrize("name", UNITS)
def test_what_is_heard_of_a_unit_is_what_it_is_set_to_and_what_the_room_is(name: str) -> None:
    trip, unit = wrong(UNITS[name])
    trip.run(timedelta(minutes=20))
    heard = trip.engine.state.office.of(unit.id)
    assert heard.mode is not None
    assert heard.mode.value == unit.mode
    if UNITS[name].gateway != "gree":  # that bridge tells nothing of the room
        assert heard.room_celsius is not None
        assert heard.room_celsius.value == pytest.approx(unit.room.celsius, abs=0.5)
    unit.set(trip.now.timestamp(), "person", on=False)
    trip.run(timedelta(minutes=5))
    after = trip.engine.state.office.of(unit.id)
    assert "off" in {after.mode and after.mode.value, "off" if after.is_on and not after.is_on.value else "on"}


@pytest.mark.parametrize("name", PLUGS)
def test_what_is_heard_of_a_plug_is_what_really_flowed(name: str) -> None:
    trip = Trip(plug_plan(PLUGS[name][0]), OPEN)
    (plug,) = trip.office.things.values()
    trip.run(timedelta(minutes=10))
    before, flowed_kwh = trip.engine.state.office.of(plug.id).energy_kwh_total, plug.energy_kwh
    trip.run(timedelta(hours=6))
    heard = trip.engine.state.office.of(plug.id)
    assert before is not None
    assert heard.energy_kwh_total is not None
    assert heard.watts is not None
    assert heard.watts.value == pytest.approx(plug.watts, rel=0.1, abs=1.0)
    counted_kwh = heard.energy_kwh_total.value - before.value
    assert counted_kwh == pytest.approx(plug.energy_kwh - flowed_kwh, rel=0.05, abs=0.02), "in kWh"
    assert trip.turns == []


@pytest.mark.parametrize("name", PLUGS)
def test_a_plug_left_on_goes_off_in_its_words_and_its_watts_prove_it(name: str) -> None:
    address, topic, words = PLUGS[name]
    trip = Trip(plug_plan(address), CLOSED)
    (plug,) = trip.office.things.values()
    assert isinstance(plug, Plug)
    trip.run(timedelta(minutes=40))
    assert [transition.to for transition in trip.office.truth.transitions] == ["off"]
    assert [one for one, _ in trip.told()] == [topic]
    assert words in trip.told()[0][1]
    assert trip.turns == ["opened", "commanded", "proved"]
    assert trip.registry.refusals == {}


@pytest.mark.parametrize("name", PLUGS)
def test_a_plug_that_does_not_obey_is_stuck(name: str) -> None:
    plan = plug_plan(PLUGS[name][0])
    trip = Trip(plan, CLOSED, Faults(deaf=frozenset(planned.id for planned in plan.devices)))
    trip.run(timedelta(minutes=90))
    assert "stuck" in trip.turns
    assert "proved" not in trip.turns


@pytest.mark.parametrize("name", PLUGS)
def test_a_relay_that_says_off_while_watts_flow_is_not_proved(name: str) -> None:
    plan = plug_plan(PLUGS[name][0])
    liars = frozenset(planned.id for planned in plan.devices)
    trip = Trip(plan, CLOSED, Faults(liars=liars, liar_watts=60.0))
    trip.run(timedelta(minutes=90))
    assert trip.told()
    assert "proved" not in trip.turns


@pytest.mark.parametrize("missed", [0.0, 1.0], ids=["the unit takes the code", "the unit misses every code"])
def test_what_infrared_was_told_is_commanded_and_never_proved(missed: float) -> None:
    climate = Climate("coolir", Address("tasmota", "ir_1"), "cool", 22.0, 26.0, bool, "cmnd/ir_1/IRHVAC")
    trip, unit = wrong(climate, Faults(infrared_missed_share=missed))
    for attempt in range(20):  # a blaster does not see every press of the remote control
        unit.set(trip.now.timestamp(), "person", celsius=22.0 + attempt % 2)
        trip.run(timedelta(seconds=10))
    trip.run(timedelta(minutes=40))
    assert {topic for topic, _ in trip.told()} == {climate.topic}
    assert msgspec.json.decode(trip.told()[0][1])["Temp"] == 26
    assert unit.target_celsius == (22.0 + 19 % 2 if missed else 26.0)
    assert "commanded" in trip.outcomes
    assert "proved" not in trip.turns


@pytest.mark.parametrize("name", PLUGS)
def test_a_plug_that_is_gone_is_not_proved_off(name: str) -> None:
    plan = plug_plan(PLUGS[name][0])
    trip = Trip(plan, CLOSED)
    (plug,) = plan.devices
    trip.office.silence(plug.id)
    trip.run(timedelta(minutes=90))
    assert "proved" not in trip.turns
    assert {one.fate for one in trip.office.truth.commands} <= {"silent"}


def test_every_family_and_every_known_gateway_makes_the_trip() -> None:
    units = {climate.address.family for climate in UNITS.values()} | {"tasmota"}  # its infrared above, commanded alone
    plugs = {address.family for address, _, _ in PLUGS.values()}
    assert units | {"print_job"} == set(FAMILIES)
    assert plugs | {"print_job"} == set(FAMILIES)
    assert {climate.gateway for climate in UNITS.values()} == set(PRESETS)


def test_a_shelly_tells_who_has_switched_it_and_is_believed() -> None:
    trip = Trip(plug_plan(PLUGS["shelly_gen2"][0]), OPEN)
    (plug,) = trip.office.things.values()
    assert isinstance(plug, Plug)
    hands: tuple[By, ...] = ("person", "device", "command")
    for by in hands:
        plug.switch(not plug.relay_on, trip.now.timestamp(), by)
        trip.run(timedelta(minutes=2))
    told = [(one.change.via, one.cause) for one in trip.engine.state.memory.changes[plug.id]]
    assert told == [("button", "person"), ("init", "power_return"), ("MQTT", "controller")], "the last was none of ours"

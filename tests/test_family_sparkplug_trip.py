"""A virtual node of Sparkplug B and officed: births, rebirths, what is lost between them, two devices of a node, death."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from family_trip import CLOSED, OPEN, UNITS, Trip, plug_plan, unit_plan
from mapped_trip import AC, AC_DATA, OUTLET, OUTLET_DATA

from sensors.commands import Command, CommandId, SetSetpoint
from sensors.device import Device, DeviceId
from sensors.families.sparkplug_wire import read
from sensors.family import Refused
from sensors.messages import Message
from sensors.readings import AnyReading, Availability, Climate
from sensors.registry import Registry
from sensors.virtual.building import VirtualOffice
from sensors.virtual.plan import Plan
from sensors.virtual.said import Said
from sensors.virtual.units import Unit

NODE_BIRTH, NODE_DEATH = "spBv1.0/Tower/NBIRTH/Edge 1", "spBv1.0/Tower/NDEATH/Edge 1"
AC_BIRTH, AC_DEATH = AC_DATA.replace("DDATA", "DBIRTH"), AC_DATA.replace("DDATA", "DDEATH")


class Tower:
    """The node alone, and what officed takes from those of its messages that arrive."""

    def __init__(self) -> None:
        self.office = VirtualOffice(unit_plan(UNITS["mapped, a node of Sparkplug B"]), 1)
        (self.unit,) = (thing for thing in self.office.things.values() if isinstance(thing, Unit))
        self.hears = Registry([self.device])
        self.now = OPEN

    @property
    def device(self) -> Device:
        return self.unit.planned.device

    def live(self, seconds: float = 10.0) -> list[Said]:
        self.now += timedelta(seconds=seconds)
        return self.office.advance(self.now)

    def set(self, celsius: float) -> list[Said]:
        self.unit.set(self.now.timestamp(), "person", on=True, celsius=celsius)
        return self.live()

    def reborn(self) -> list[Said]:
        """What officed asks after a connect, and the answers."""
        (question,) = self.hears.greetings()
        return self.office.hear(question.topic, question.payload, self.now) + self.live()

    def take(self, said: Sequence[Said]) -> list[AnyReading]:
        return [reading for one in said for reading in self.hears.decode(Message(one.topic, one.payload, self.now))]


@pytest.fixture
def tower() -> Tower:
    return Tower()


def setpoints(readings: Sequence[AnyReading]) -> list[float]:
    told = (one for one in readings if isinstance(one, Climate))
    return [one.setpoint_celsius for one in told if one.setpoint_celsius is not None]


def test_who_came_too_late_for_the_births_asks_for_them_and_takes_nothing_before(tower: Tower) -> None:
    tower.live()
    assert tower.take(tower.set(22.0)) == []
    assert "was named by no birth" in tower.hears.refusals[AC_DATA].words
    assert setpoints(tower.take(tower.reborn())) == [22.0]
    assert setpoints(tower.take(tower.set(23.5))) == [23.5]


def test_what_was_lost_is_told_by_the_next_birth(tower: Tower) -> None:
    tower.take(tower.live())
    assert tower.set(21.0), "lost"
    assert setpoints(tower.take(tower.live())) == [], "only what changes is told"
    assert setpoints(tower.take(tower.reborn())) == [21.0]


def test_after_the_nodes_birth_an_alias_of_the_devices_older_birth_means_nothing(tower: Tower) -> None:
    tower.take(tower.live() + tower.reborn())
    again = tower.reborn()
    assert AC_BIRTH in {one.topic for one in again}
    tower.take([one for one in again if one.topic != AC_BIRTH])
    told = tower.set(22.0)
    assert AC_DATA in {one.topic for one in told}
    assert tower.take(told) == [], "it would be another metric's value"
    assert setpoints(tower.take(tower.reborn())) == [22.0]


@pytest.mark.parametrize("death", [AC_DEATH, NODE_DEATH])
def test_after_a_death_nothing_is_believed_and_nothing_sent_until_the_next_birth(tower: Tower, death: str) -> None:
    tower.take(tower.live())
    cooler = Command(CommandId("c"), SetSetpoint(tower.device.id, 26.0, "cooling"), "x", OPEN, OPEN)
    assert tower.hears.encode(cooler, tower.device, None, "")
    (born,) = (one for one in tower.reborn() if one.topic == NODE_BIRTH)
    (gone,) = tower.hears.decode(Message(death, born.payload, tower.now))  # the same bdSeq
    assert isinstance(gone, Availability)
    assert not gone.online
    assert tower.take([one for one in tower.set(22.0) if one.topic == AC_DATA]) == []
    with pytest.raises(Refused, match="no birth has named"):
        tower.hears.encode(cooler, tower.device, None, "")
    assert setpoints(tower.take(tower.reborn())) == [22.0]
    assert tower.hears.encode(cooler, tower.device, None, "")


def test_a_silent_node_dies_by_its_last_will_and_both_its_devices_are_off_line() -> None:
    trip = Trip(both(), OPEN)
    devices = {planned.device.address: planned.id for planned in both().devices}
    heard = trip.engine.state.office
    assert [heard.of(devices[each]).available for each in (AC, OUTLET)] == [True, True]
    trip.office.silence(devices[AC])
    trip.run(timedelta(minutes=3))
    heard = trip.engine.state.office
    assert [heard.of(devices[each]).available for each in (AC, OUTLET)] == [False, False]


def test_two_devices_of_a_node_count_their_messages_together_and_obey_each_for_itself() -> None:
    office = VirtualOffice(both(), 1)
    said = office.advance(CLOSED) + office.advance(CLOSED + timedelta(minutes=5))
    assert [one.topic.split("/")[2] for one in said][:3] == ["NBIRTH", "DBIRTH", "DBIRTH"]
    assert [one.payload[-1] for one in said if "DEATH" not in one.topic] == [
        number % 256 for number in range(len(said))
    ]
    assert {one.topic for one in said[3:]} <= {AC_DATA, OUTLET_DATA}
    assert all(not metric.name for one in said[3:] for metric in read(one.payload)), "data go by alias"
    trip = Trip(both(), CLOSED)
    trip.run(timedelta(minutes=60))
    assert trip.outcomes.count("proved") == 1
    assert {topic for topic, _ in trip.told()} == {OUTLET_DATA.replace("DDATA", "DCMD")}


def both() -> Plan:
    """The unit and the outlet in one room, behind one node."""
    unit, outlet = unit_plan(UNITS["mapped, a node of Sparkplug B"]), plug_plan(OUTLET)
    (second,) = outlet.devices
    device = msgspec.structs.replace(second.device, id=DeviceId("outlet"), zone=unit.devices[0].device.zone)
    return replace(unit, devices=(*unit.devices, replace(second, device=device)))

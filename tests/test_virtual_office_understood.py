"""What the virtual office says is understood without a refusal, and what officed answers is obeyed: for every dialect."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from daemon.configuration.build import build_policies, build_site
from daemon.configuration.load import load
from sensors.commands import Command, CommandId, Remedy, SetSetpoint, Side, SwitchOff
from sensors.device import DeviceId, Traits
from sensors.messages import Message
from sensors.readings import Announced, AnyReading, Climate, CommandReply, Power, PrintJob
from sensors.registry import Registry
from sensors.virtual.building import VirtualOffice
from sensors.virtual.faults import NO_FAULTS, Faults
from sensors.virtual.office_yaml import office_yaml
from sensors.virtual.plan import Plan
from sensors.virtual.plans import demo_faults, demo_plan, plan, room_plan
from sensors.virtual.said import Said
from sensors.virtual.units import Unit

NIGHT = datetime(2026, 7, 14, 18, 0, tzinfo=UTC)
"""Before a hot day: everybody's air conditioner will run."""


class Listener:
    """A registry beside a virtual office, remembering what encode needs."""

    def __init__(self, made: Plan, faults: Faults = NO_FAULTS, start: datetime = NIGHT) -> None:
        self.office = VirtualOffice(made, 1, faults)
        self.devices = {planned.id: planned.device for planned in made.devices}
        self.registry = Registry(list(self.devices.values()), ZoneInfo(made.timezone))
        self.traits: dict[DeviceId, Traits] = {}
        self.memos: dict[DeviceId, str] = {}
        self.heard: list[AnyReading] = []
        self.now = start
        self.listen(0)

    def listen(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.take(self.office.advance(self.now))

    def take(self, said: Sequence[Said]) -> None:
        for each in said:
            for reading in self.registry.decode(Message(each.topic, each.payload, each.at, each.retain)):
                self.heard.append(reading)
                if isinstance(reading, Announced):
                    self.traits[reading.device] = reading.traits
                elif isinstance(reading, Climate) and reading.memo:
                    self.memos[reading.device] = reading.memo

    def order(self, remedy: Remedy) -> list[AnyReading]:
        device = self.devices[remedy.device]
        command = Command(CommandId("case-1/1"), remedy, "test", self.now, self.now + timedelta(minutes=1))
        traits, memo = self.traits.get(device.id), self.memos.get(device.id, "")
        self.heard.clear()
        for outgoing in self.registry.encode(command, device, traits, memo):
            self.take(self.office.hear(outgoing.topic, outgoing.payload, self.now))
        self.listen(20)
        return [reading for reading in self.heard if reading.device == device.id]

    @property
    def unit(self) -> Unit:
        (unit,) = (thing for thing in self.office.things.values() if isinstance(thing, Unit))
        return unit


@pytest.mark.parametrize(("made", "faults"), [
    pytest.param(demo_plan(), NO_FAULTS, id="demo"),
    pytest.param(demo_plan(), demo_faults(), id="demo with faults"),
    pytest.param(plan(120), NO_FAULTS, id="a house with two gateways"),
])  # fmt: skip
def test_a_day_is_decoded_without_a_refusal_and_every_device_is_heard(made: Plan, faults: Faults) -> None:
    listener = Listener(made, faults)
    for _ in range(14):
        listener.listen(3600)
    assert listener.registry.refusals == {}
    heard = {reading.device for reading in listener.heard if reading.live}
    assert {planned.id for planned in made.devices} - heard == set()


def test_readings_carry_what_the_bodies_have() -> None:
    listener = Listener(room_plan("cool2", "server", "pc", "gang", people=0))
    for _ in range(6):
        listener.listen(600)
    for device in ("room-server-1", "room-pc-1", "room-monitor-11", "room-ac-meter-1"):
        power = [each for each in listener.heard if isinstance(each, Power) and each.device == device]
        thing = listener.office.things[DeviceId(device)]
        watts = next(each.watts for each in reversed(power) if each.watts is not None)
        kwh = next(each.energy_kwh_total for each in reversed(power) if each.energy_kwh_total is not None)
        assert watts == pytest.approx(thing.watts, rel=0.35, abs=1)  # a server's level moves between its reports
        assert kwh == pytest.approx(thing.counter_kwh, abs=0.05)
    climate = next(each for each in reversed(listener.heard) if isinstance(each, Climate))
    assert climate.room_celsius == pytest.approx(listener.unit.room.celsius, abs=0.4)
    assert (climate.mode, climate.cooling_setpoint_celsius) == ("off", 26.0)


@pytest.mark.parametrize("pieces", [("gang",), ("lights",), ("terminal",), ("pc", "pc")], ids=lambda each: each[0])
def test_an_ordered_off_is_obeyed_and_reported(pieces: tuple[str, ...]) -> None:
    listener = Listener(room_plan(*pieces, people=0))
    device = list(listener.devices)[-1]
    heard = listener.order(SwitchOff(device))
    assert [change.to for change in listener.office.truth.transitions] == ["off"]
    assert any(isinstance(each, Power) and each.is_on is False for each in heard)


def test_a_shelly_accepts_in_words_as_well() -> None:
    listener = Listener(room_plan("pc", "pc", people=0))
    listener.order(SwitchOff(DeviceId("room-pc-2")))
    assert any(isinstance(each, CommandReply) and each.accepted for each in listener.heard)


@pytest.mark.parametrize("piece", ["cool2", "cool1", "coolir"])
@pytest.mark.parametrize(
    ("mode", "wrong", "side", "right"), [("cool", 22.0, "cooling", 26.0), ("heat", 24.0, "heating", 20.0)]
)
def test_an_ordered_setpoint_arrives_at_the_unit_and_does_not_move_its_mode(
    piece: str, mode: str, wrong: float, side: Side, right: float
) -> None:
    listener = Listener(room_plan(piece, people=0))
    unit = listener.unit
    for attempt in range(20):  # a blaster does not see every press of the remote control
        celsius = wrong + 0.5 * (attempt % 2)
        unit.set(
            listener.now.timestamp(), "person", on=True, mode="cool" if mode == "cool" else "heat", celsius=celsius
        )
        listener.listen(5)
        if listener.memos.get(unit.id) and attempt >= 3:
            break
    heard = listener.order(SetSetpoint(unit.id, right, side))
    assert (unit.is_on, unit.mode, unit.target_celsius, unit.breaks_setpoint) == (True, mode, right, False)
    told = [each for each in heard if isinstance(each, Climate)]
    wanted = {
        getattr(told[-1], key) for key in ("setpoint_celsius", f"{side}_setpoint_celsius", "heating_setpoint_celsius")
    }
    assert right in wanted


@pytest.mark.parametrize("piece", ["cool2", "cool1", "coolir"])
def test_an_ordered_off_stops_the_unit(piece: str) -> None:
    listener = Listener(room_plan(piece, people=0))
    unit = listener.unit
    for attempt in range(20):
        celsius = 22.0 + attempt % 3
        unit.set(listener.now.timestamp(), "person", on=True, mode="cool", celsius=celsius)
        listener.listen(5)
    listener.order(SwitchOff(unit.id))
    assert not unit.is_on
    assert unit.watts == 3.0


@pytest.mark.parametrize(
    "made", [demo_plan(), plan(120), plan(37, timezone="Europe/Berlin")], ids=["demo", "120", "37"]
)
def test_the_office_yaml_of_a_plan_loads_and_means_the_very_same_devices(made: Plan, tmp_path: Path) -> None:
    path = tmp_path / "office.yaml"
    path.write_text(office_yaml(made), encoding="utf-8")
    configuration = load(path)
    site = build_site(configuration)
    assert list(site.devices.values()) == [planned.device for planned in made.devices]
    assert [zone.id for zone in site.zones.values()] == [zone.id for zone in made.zones]
    assert site.calendar.timezone == made.timezone
    assert {policy.mode for policy in build_policies(configuration)} == {"enforce"}
    monday = datetime(2026, 7, 6, 9, 0, tzinfo=ZoneInfo(made.timezone))
    zone = next(iter(site.zones.values()))
    assert site.calendar.is_open(zone.hours, monday)
    assert not site.calendar.is_open(zone.hours, monday.replace(hour=18))


def test_days_of_the_plan_are_days_of_the_configuration(tmp_path: Path) -> None:
    closed, opened = (NIGHT + timedelta(days=1)).date(), (NIGHT + timedelta(days=4)).date()
    made = demo_plan(frozenset({closed}), frozenset({opened}))
    path = tmp_path / "office.yaml"
    path.write_text(office_yaml(made, mode="watch", port=2883), encoding="utf-8")
    configuration = load(path)
    calendar = build_site(configuration).calendar
    assert (calendar.kind(closed), calendar.kind(opened)) == ("closed", "make_up")
    assert configuration.broker.port == 2883
    assert {policy.mode for policy in build_policies(configuration)} == {"watch"}


def test_sheets_are_understood_as_they_were_printed_on_every_kind_of_queue() -> None:
    made = room_plan("printer", "ppdprinter", "simplexprinter", people=30)
    listener = Listener(made)
    for _ in range(5 * 24):
        listener.listen(3600)
    truth = listener.office.settle()
    shares = []
    for number in (1, 2, 3):
        queue = DeviceId(f"room-printer-{number}")
        told = [each for each in listener.heard if isinstance(each, PrintJob) and each.device == queue]
        completed = [each for each in told if each.state == "completed"]
        tally = truth.device(queue)
        assert len(completed) == tally.jobs > 20
        assert sum(each.sheets or 0 for each in completed) == tally.sheets
        assert sum(each.two_sided == "yes" and bool(each.duplexable) for each in completed) == tally.duplex_jobs
        shares.append(tally.duplex_jobs / tally.jobs)
    assert shares[0] > 0.1
    assert shares[1] > 0.1
    assert shares[2] == 0.0

"""Counters of virtual meters, loads behind plugs, and the truth are one energy, however it is looked at."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from sensors.device import DeviceId
from sensors.virtual.building import VirtualOffice
from sensors.virtual.plans import demo_plan, room_plan
from sensors.virtual.things import Plug

START = datetime(2026, 7, 7, 16, 0, tzinfo=UTC)  # midnight in Shanghai, a Wednesday


def totals(office: VirtualOffice, until: datetime) -> dict[str, tuple[float, float]]:
    """First and last counter in kWh that each device published, by topic."""
    seen: dict[str, tuple[float, float]] = {}
    now = START
    while now <= until:
        for said in office.advance(now):
            kwh = None
            if said.topic.endswith("/events/rpc"):
                values = [v for v in json.loads(said.payload)["params"].values() if isinstance(v, dict)]
                kwh = next((v["aenergy"]["total"] / 1000 for v in values if "aenergy" in v), None)
            elif said.topic.endswith("/SENSOR"):
                kwh = json.loads(said.payload).get("ENERGY", {}).get("Total")
            elif said.topic.startswith("zigbee2mqtt/") and "/bridge/" not in said.topic:
                kwh = json.loads(said.payload).get("energy")
            if kwh is not None:
                first = seen.get(said.topic, (kwh, kwh))[0]
                seen[said.topic] = (first, kwh)
        now += timedelta(hours=1)
    return seen


def test_the_counter_of_every_plug_and_meter_grows_by_the_truth() -> None:
    office = VirtualOffice(demo_plan(), 2)
    seen = totals(office, START + timedelta(hours=30))
    truth = office.settle()
    compared = 0
    for planned in office.plan.devices:
        names = [topic for topic in seen if planned.device.address.name in topic.split("/") or
                 topic == f"zigbee2mqtt/{planned.device.address.name}"]  # fmt: skip
        for topic in names:
            first, last = seen[topic]
            kwh = truth.device(planned.id).kwh
            # the last report is up to ten minutes old, and the counters have two or three decimals
            assert last - first == pytest.approx(kwh, abs=0.02 + 0.4 * (planned.rated_watts or 3000) / 1000 / 6), topic
            compared += 1
    assert compared >= 12


def test_a_meter_sees_the_energy_of_its_air_conditioner_and_the_sum_counts_it_once() -> None:
    office = VirtualOffice(demo_plan(), 2)
    office.advance(START)
    office.advance(START + timedelta(hours=24))
    truth = office.settle()
    unit, meter = truth.device(DeviceId("east-ac-1")), truth.device(DeviceId("east-ac-meter-1"))
    assert unit.kwh == pytest.approx(meter.kwh)
    assert unit.kwh > 1.0
    alone = sum(t.kwh for device, t in truth.per_device().items() if "meter" not in device)
    assert truth.summary()["kwh"] == pytest.approx(alone)


def test_opening_hours_split_energy_and_days_add_up() -> None:
    office = VirtualOffice(room_plan("server", people=0), 2)
    office.advance(START)
    office.advance(START + timedelta(hours=48))
    truth = office.settle()
    server = DeviceId("room-server-1")
    first, second = (truth.device(server, day, day) for day in (date(2026, 7, 8), date(2026, 7, 9)))
    assert truth.device(server).kwh == pytest.approx(first.kwh + second.kwh)
    assert first.on_seconds == pytest.approx(86400)
    assert first.after_hours_on_seconds == pytest.approx(86400 - 9.5 * 3600)
    assert first.after_hours_kwh == pytest.approx(first.kwh * 14.5 / 24, rel=0.05)
    assert first.kwh == pytest.approx(0.23 * 24, rel=0.05)


def test_an_energy_step_is_exact_when_a_relay_is_thrown_between_reports() -> None:
    office = VirtualOffice(room_plan("lights", people=0), 2)
    office.advance(START)
    lights = office.things[DeviceId("room-lights-1")]
    assert isinstance(lights, Plug)
    office.advance(START + timedelta(seconds=1000))
    lights.switch(False, (START + timedelta(seconds=1000)).timestamp(), "person")
    office.advance(START + timedelta(seconds=5000))
    tally = office.settle().device(lights.id)
    assert tally.on_seconds == pytest.approx(1000)
    assert tally.kwh == pytest.approx(120 * 1000 / 3_600_000)


def test_loads_have_the_shapes_that_meters_know() -> None:
    office = VirtualOffice(demo_plan(), 2)
    peaks: dict[str, set[float]] = {}
    for minute in range(0, 24 * 60, 2):
        office.advance(START + timedelta(minutes=minute))
        for device, thing in office.things.items():
            peaks.setdefault(device, set()).add(round(thing.watts))
    water, server, printer, computer = (
        peaks[name] for name in ("west-water-1", "rack-server-1", "copy-printer-plug-1", "east-pc-1")
    )
    assert min(water) < 5
    assert max(water) > 1400
    assert 150 < min(server) < max(server) < 300
    assert min(printer) < 10
    assert max(printer) > 500
    assert min(computer) < 3
    assert 60 < max(computer) <= 110


@pytest.mark.parametrize("start_hour", [0, 11])
def test_a_saturday_is_after_hours_all_day(start_hour: int) -> None:
    office = VirtualOffice(room_plan("server", people=0), 2)
    saturday = START + timedelta(days=3)
    office.advance(saturday + timedelta(hours=start_hour))
    office.advance(saturday + timedelta(hours=23))
    tally = office.settle().device(DeviceId("room-server-1"))
    assert tally.after_hours_on_seconds == pytest.approx(tally.on_seconds)
    assert tally.after_hours_kwh == pytest.approx(tally.kwh)


def test_two_of_a_kind_do_not_draw_in_step() -> None:
    office = VirtualOffice(room_plan("server", "server", people=0), 2)
    office.advance(START)
    first, second = office.things.values()
    assert first.watts != second.watts

"""The after-hours rule: what counts as on, where, and when; whom it concerns."""

from datetime import timedelta
from typing import Any

import pytest
from offices import EVENING, ROOM, ac, heard, local, office, plug, power

from policies.rules.after_hours_power import AfterHoursPower
from policies.step import step
from sensors.commands import SwitchOff
from sensors.device import Address, Device, DeviceId
from sensors.readings import AnyReading, Climate, Occupancy, Power

RULE = AfterHoursPower(name="evenings")


def verdict(*readings: AnyReading, at: str = "2026-07-15 18:30", **device: Any) -> str | None:
    now = local(at)
    state = step(office(plug(**device), ac(switchable=True), sensor()), heard(*readings), now).state
    return next((str(finding.verdict) for finding in RULE.judge(state.office, now)), None)


def sensor() -> Device:
    return Device(
        id=DeviceId("pir"), kind="occupancy", address=Address("tasmota", "pir"), zone=ROOM, silent_after_seconds=9e4
    )


NOW = local("2026-07-15 18:30")


@pytest.mark.parametrize(
    ("reading", "device", "expected"),
    [
        pytest.param(power(NOW, True, 40.0), {}, "on and drawing 40.0 although the zone is closed", id="on"),
        pytest.param(power(NOW, True, None), {}, "on although the zone is closed", id="on without a meter"),
        pytest.param(power(NOW, False, 0.0), {}, None, id="off"),
        pytest.param(power(NOW, None, 0.0), {}, None, id="unknown is not on"),
        pytest.param(power(NOW, None, 5.0), {}, None, id="unknown at the standby ceiling"),
        pytest.param(
            power(NOW, None, 5.1), {}, "says off and draws 5.1 although the zone is closed", id="watts alone tell"
        ),
        pytest.param(
            power(NOW, True, 1.0),
            {},
            "on and drawing 1.0 although the zone is closed",
            id="standby of a plug we may cut",
        ),
        pytest.param(power(NOW, True, 1.0), {"switchable": False}, None, id="standby of a plug nobody may cut"),
        pytest.param(
            power(NOW, True, 40.0),
            {"switchable": False},
            "on and drawing 40.0 although the zone is closed",
            id="told anyway",
        ),
        pytest.param(power(NOW, True, 40.0), {"never_off": True}, None, id="never-off is meant to be on"),
        pytest.param(power(NOW, True, 40.0), {"load": "server"}, None, id="so is a server"),
    ],
)
def test_what_counts_as_left_on(reading: Power, device: dict[str, Any], expected: str | None) -> None:
    assert verdict(reading, **device) == expected


@pytest.mark.parametrize(
    ("at", "found"),
    [
        ("2026-07-15 17:59:59", False),
        ("2026-07-15 18:00", True),
        ("2026-07-16 08:29:59", True),
        ("2026-07-16 08:30", False),
    ],
)
def test_it_holds_from_the_closing_minute_to_the_opening_minute(at: str, found: bool) -> None:
    assert (verdict(power(local(at), on=True, watts=40.0), at=at) is not None) is found


@pytest.mark.parametrize(("seen", "live", "found"), [(True, True, False), (False, True, True), (True, False, True)])
def test_whoever_is_still_there_is_working(seen: bool, live: bool, found: bool) -> None:
    somebody = Occupancy(device=DeviceId("pir"), arrived_at=NOW, occupied=seen, live=live)
    assert (verdict(somebody, power(NOW, on=True, watts=40.0)) is not None) is found


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"mode": "cool"}, True),
        ({"mode": "fan_only"}, True),
        ({"mode": "off"}, False),
        ({"mode": "cool", "is_on": False}, False),
        ({"is_on": True}, True),
        ({"room_celsius": 27.0}, False),
        ({"mode": "cool", "live": False}, False),
    ],
)
def test_an_air_conditioner_is_on_by_its_own_word(fields: dict[str, Any], found: bool) -> None:
    assert (verdict(Climate(device=DeviceId("ac"), arrived_at=NOW, **fields)) is not None) is found


def test_the_finding_ends_by_itself_when_the_zone_opens() -> None:
    state = step(office(plug()), heard(power(EVENING, on=True, watts=40.0)), EVENING).state
    (finding,) = RULE.judge(state.office, EVENING)
    assert finding.until == local("2026-07-16 08:30")
    assert finding.remedy == SwitchOff(DeviceId("plug"))


def test_a_meter_elsewhere_speaks_for_the_device() -> None:
    meter = Device(
        id=DeviceId("meter"), kind="meter", address=Address("tasmota", "m"), zone=ROOM, silent_after_seconds=900
    )
    state = office(plug(meter=DeviceId("meter")), meter)
    readings = [power(EVENING, on=True, watts=None), Power(device=DeviceId("meter"), arrived_at=EVENING, watts=70.0)]
    state = step(state, heard(*readings), EVENING).state
    (finding,) = RULE.judge(state.office, EVENING)
    assert [(item.device, item.quantity, item.value) for item in finding.evidence][1] == ("meter", "watts", 70.0)
    later = EVENING + timedelta(seconds=901)
    (finding,) = RULE.judge(state.office, later)
    assert [item.quantity for item in finding.evidence] == ["is_on"], "a silent meter is no evidence"


def test_only_the_named_loads_are_meant() -> None:
    only = AfterHoursPower(name="x", loads=("water_dispenser",))
    state = step(office(plug()), heard(power(EVENING, on=True, watts=40.0)), EVENING).state
    assert not list(only.judge(state.office, EVENING))

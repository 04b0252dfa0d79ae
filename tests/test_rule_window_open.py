"""A unit that works against an open window, as far as the contact can be believed."""

from datetime import timedelta
from typing import Any

import pytest
from offices import ROOM, WEDNESDAY, Run, ac, heard, office

from policies.control.effects import Publish
from policies.inputs import Tick
from policies.rules.window_open import WindowOpen
from policies.step import step
from sensors.commands import SwitchOff
from sensors.device import Address, Device, DeviceId, ZoneId
from sensors.readings import AnyReading, Climate, Contact, Environment, Occupancy

RULE = WindowOpen(name="windows", mode="enforce")


def contact(name: str = "window", zone: ZoneId = ROOM, silent_after_seconds: float = 600.0) -> Device:
    return Device(
        id=DeviceId(name),
        kind="contact",
        address=Address("zigbee2mqtt", name),
        zone=zone,
        silent_after_seconds=silent_after_seconds,
    )


def found(*said: AnyReading, rule: WindowOpen = RULE, seconds: float = 0, **device: Any) -> list[str]:
    state = office(ac(**device), contact(), contact("door"), contact("other", ZoneId("hall")))
    after = step(state, heard(*said), WEDNESDAY).state
    return [finding.device for finding in rule.judge(after.office, WEDNESDAY + timedelta(seconds=seconds))]


def unit(mode: Any = "cool", **more: Any) -> Climate:
    return Climate(device=DeviceId("ac"), arrived_at=WEDNESDAY, mode=mode, **more)


def opened(name: str = "window", *, is_open: bool = True, live: bool = True) -> Contact:
    return Contact(device=DeviceId(name), arrived_at=WEDNESDAY, open=is_open, live=live)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([unit(), opened()], ["ac"]),
        ([unit("heat"), opened()], ["ac"]),
        ([unit("auto", action="cooling"), opened()], ["ac"]),
        ([unit("fan_only"), opened()], []),
        ([unit("off"), opened()], []),
        ([unit(), opened(is_open=False)], []),
        ([unit(), opened(live=False)], []),
        ([unit(), opened(live=False), Environment(device=DeviceId("window"), arrived_at=WEDNESDAY)], []),
        ([unit(), opened("other")], []),
        ([unit()], []),
    ],
)
def test_it_takes_a_unit_at_work_and_an_open_window_of_its_zone(said: list[AnyReading], expected: list[str]) -> None:
    assert found(*said) == expected


def test_a_silent_contact_says_nothing() -> None:
    assert found(unit(), opened(), seconds=600) == ["ac"]
    assert found(unit(), opened(), seconds=601) == []


def test_doors_count_unless_the_windows_are_named() -> None:
    named = RULE.model_copy(update={"contacts": (DeviceId("window"),)})
    assert found(unit(), opened("door")) == ["ac"]
    assert found(unit(), opened("door"), rule=named) == []
    assert found(unit(), opened("window"), rule=named) == ["ac"]


def test_machines_may_be_cooled_with_the_window_open() -> None:
    assert found(unit(), opened(), never_off=True) == []


def commands(*, somebody: bool | None) -> list[tuple[int, object]]:
    pir = Device(
        id=DeviceId("pir"),
        kind="occupancy",
        address=Address("zigbee2mqtt", "pir"),
        zone=ROOM,
        silent_after_seconds=7200.0,
    )
    run = Run(office(ac(switchable=True), contact(silent_after_seconds=7200.0), pir, policies=[RULE]), WEDNESDAY)
    said: list[AnyReading] = [unit(), opened()]
    if somebody is not None:
        said.append(Occupancy(device=DeviceId("pir"), arrived_at=WEDNESDAY, occupied=somebody))
    run.at(0, *heard(*said))
    found: list[tuple[int, object]] = []
    for second in range(60, 1200, 60):
        found += [(second, e.command.remedy) for e in run.at(second, Tick()) if isinstance(e, Publish)]
    return found


def test_it_warns_and_switches_off_but_not_over_peoples_heads() -> None:
    assert commands(somebody=False)[0] == (900, SwitchOff(DeviceId("ac"))), "five minutes of grace, ten of warning"
    assert commands(somebody=True) == []

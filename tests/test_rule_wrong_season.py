"""Heating in warm weather and cooling in cold weather are named, not corrected."""

from datetime import date, timedelta
from typing import Any

import pytest
from changed import replace
from offices import WEDNESDAY, ac, heard, office

from policies.office.outdoor import DayMean, Outdoor
from policies.rules.wrong_season import WrongSeason
from policies.step import step
from sensors.device import Address, Device, DeviceId, ZoneId
from sensors.readings import Climate, Environment

RULE = WrongSeason(name="wrong-season")
ROOF = Device(
    id=DeviceId("roof"),
    kind="environment",
    address=Address("zigbee2mqtt", "roof"),
    zone=ZoneId("roof"),
    silent_after_seconds=600.0,
)


def found(celsius: float, *, days: int = 5, last: date = date(2026, 7, 14), **said: Any) -> list[str]:
    never_off = said.pop("never_off", False)
    state = office(ac(never_off=never_off), ROOF)
    weather = Outdoor(days=tuple(DayMean(last - timedelta(days=n), celsius) for n in range(days))[::-1])
    state = replace(state, office=replace(state.office, outdoor=weather))
    roof = Environment(device=ROOF.id, arrived_at=WEDNESDAY, outdoor_celsius=12.0)
    unit = Climate(device=DeviceId("ac"), arrived_at=WEDNESDAY, **said)
    after = step(state, heard(roof, unit), WEDNESDAY).state
    findings = list(RULE.judge(after.office, WEDNESDAY))
    assert all(finding.remedy is None and finding.evidence[0].value == celsius for finding in findings)
    return [str(finding.verdict).split(" ", maxsplit=1)[0] for finding in findings]


@pytest.mark.parametrize(
    ("said", "celsius", "expected"),
    [
        ({"mode": "heat"}, 18.0, []),
        ({"mode": "heat"}, 18.1, ["heats"]),
        ({"mode": "cool"}, 16.0, []),
        ({"mode": "cool"}, 15.9, ["cools"]),
        ({"mode": "auto", "action": "heating"}, 25.0, ["heats"]),
        ({"mode": "auto"}, 25.0, []),
        ({"mode": "heat"}, 5.0, []),
        ({"mode": "cool"}, 25.0, []),
        ({"mode": "dry"}, 5.0, []),
        ({"mode": "off"}, 25.0, []),
        ({"mode": "heat", "live": False}, 25.0, []),
        ({"mode": "cool", "never_off": True}, 5.0, []),
    ],
)
def test_it_goes_by_what_the_unit_does_and_the_mean_of_five_days(
    said: dict[str, Any], celsius: float, expected: list[str]
) -> None:
    assert found(celsius, **said) == expected


@pytest.mark.parametrize(
    ("days", "last", "expected"),
    [
        (4, date(2026, 7, 14), ["heats"]),
        (3, date(2026, 7, 14), []),
        (5, date(2026, 7, 13), ["heats"]),
        (5, date(2026, 7, 12), []),
    ],
)
def test_four_of_the_last_five_days_have_to_be_known(days: int, last: date, expected: list[str]) -> None:
    assert found(25.0, days=days, last=last, mode="heat") == expected

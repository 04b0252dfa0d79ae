"""Readings of one device that come together are folded; what is then known must be what one after the other gives."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some
from msgspec.structs import replace
from offices import WEDNESDAY, ac, office

from policies.hearing import Heed, heed
from policies.office.folding import hear_all
from policies.office.heard import Heard, hear
from policies.office.office import Office
from sensors.device import DeviceId
from sensors.readings import AnyReading, Availability, Climate, Mode, Power, PrintJob, Reading

_CELSIUS = some.sampled_from([None, 20.0, 23.0, 26.0])
_ON = some.sampled_from([None, True, False])
_AC = DeviceId("ac")


def climate(at: datetime, live: bool, mode: Mode | None, celsius: float | None, memo: str) -> Climate:
    return Climate(
        device=_AC,
        arrived_at=at,
        live=live,
        mode=mode,
        cooling_setpoint_celsius=celsius,
        room_celsius=celsius,
        memo=memo,
    )


def power(at: datetime, live: bool, on: bool | None, watts: float | None) -> Power:
    return Power(device=_AC, arrived_at=at, live=live, is_on=on, watts=watts)


def availability(at: datetime, online: bool) -> Availability:
    return Availability(device=_AC, arrived_at=at, online=online)


def job(at: datetime, live: bool, number: int) -> PrintJob:
    return PrintJob(device=_AC, arrived_at=at, live=live, job=f"job-{number}")


_MOSTLY_LIVE = some.sampled_from([True, True, True, False])
_AT = some.integers(0, 90).map(lambda seconds: WEDNESDAY + timedelta(seconds=seconds))
_AT_LONG = some.integers(0, 9 * 3600).map(lambda seconds: WEDNESDAY + timedelta(seconds=seconds))


def _asleep(said: Climate) -> Climate:
    return replace(said, live=False)


def _awake(said: Reading) -> Reading:
    return replace(said, live=True)


_CLIMATE = some.builds(
    climate, _AT, _MOSTLY_LIVE, some.sampled_from([None, "cool", "off"]), _CELSIUS, some.sampled_from(["", "a", "b"])
)
_POWER = some.builds(power, _AT, _MOSTLY_LIVE, _ON, _CELSIUS)
_READINGS = some.one_of(
    some.lists(_CLIMATE, min_size=1, max_size=8),
    some.lists(_CLIMATE.map(_asleep), min_size=1, max_size=8),
    some.lists(some.builds(job, _AT_LONG, some.booleans(), some.integers(0, 5)), min_size=1, max_size=8),
    some.lists(_POWER, min_size=1, max_size=8),
    some.lists(_POWER, min_size=9, max_size=14),
    some.lists(_POWER.map(_awake), min_size=9, max_size=14),
    some.lists(_CLIMATE.map(_awake), min_size=9, max_size=14),
    some.lists(_CLIMATE.map(_asleep), min_size=9, max_size=14),
    some.lists(some.one_of(_CLIMATE, _POWER, some.builds(availability, _AT, some.booleans())), min_size=1, max_size=8),
).map(lambda said: sorted(said, key=lambda one: one.arrived_at))


def one_by_one(heard: Heard, readings: list[AnyReading]) -> Heard:
    for reading in readings:
        heard = hear(heard, reading)
    return heard


@given(before=_READINGS, then=_READINGS)
def test_many_at_once_leave_what_one_after_the_other_leaves(before: list[AnyReading], then: list[AnyReading]) -> None:
    known = one_by_one(Heard(), before)
    assert hear_all(known, then) == one_by_one(known, then)


def test_a_state_has_been_so_since_its_first_evidence_not_since_it_was_only_last_known() -> None:
    asleep, *awake = (power(WEDNESDAY + timedelta(minutes=n), n > 0, True, None) for n in range(3))
    known = hear(Heard(), asleep)
    for heard in (one_by_one(known, [*awake]), hear_all(known, awake)):
        assert heard.is_on is not None
        assert heard.is_on.since == awake[0].arrived_at


@given(readings=_READINGS, cut=some.integers(0, 8))
def test_it_does_not_matter_how_the_wire_cuts_readings_into_batches(readings: list[AnyReading], cut: int) -> None:
    fresh = office(ac()).office
    assert _after(_after(fresh, readings[:cut]), readings[cut:]) == _after(fresh, readings)


def _after(known: Office, readings: list[AnyReading]) -> Office:
    into = Heed(known)
    heed(into, readings)
    return into.done()

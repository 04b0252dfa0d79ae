"""The year's league: ranked is who can be compared, everybody else is named with the reason."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from offices import OFFICE_HOURS, ac, local, office, plug

from policies.accounting.day_sums import DaySum
from policies.accounting.day_types import DayType
from policies.accounting.league import League, Table, YearRows, league
from policies.history import JobRow
from policies.office.site import Site, Zone
from sensors.device import DeviceId, ZoneId

START, END = local("2026-01-01 00:00"), local("2027-01-01 00:00")
AREAS = {"east": 50.0, "west": 100.0, "north": 100.0}


def site_of(**areas: float | None) -> Site:
    base = office().office.site
    zones = {
        ZoneId(name): Zone(id=ZoneId(name), hours=OFFICE_HOURS, area_m2=area, people=5 if area else None)
        for name, area in areas.items()
    }
    devices = [plug(f"{name}-plug", ZoneId(name)) for name in zones]
    return replace(base, zones=zones, devices={device.id: device for device in devices})


def year_of(name: str, kwh_a_day: float, days: int = 365, **more: float) -> list[DaySum]:
    """One device, every day wholly heard."""
    type_: DayType = "open"
    zone = ZoneId(name.partition("-")[0])
    return [
        DaySum(
            DeviceId(name), zone, "monitor", date(2026, 1, 1) + timedelta(days=number), type_, kwh=kwh_a_day,
            coverage_seconds=86400.0, slots=96, energy_slots=96, on_seconds=more.get("on", 0.0),
            violation_seconds=more.get("broken", 0.0),
        )
        for number in range(days)
    ]  # fmt: skip


def jobs(department: str, number: int, *, two_sided: int, unknown: int = 0) -> list[JobRow]:
    return [
        JobRow(
            at=START + timedelta(hours=index), device="queue", department=department, job=f"{department}{index}",
            state="completed", sheets=None if index < unknown else 5, impressions=10, pages=10, copies=1, duplexable=True,
            two_sided="unknown" if index < unknown else "yes" if index < two_sided + unknown else "no",
        )
        for index in range(number)
    ]  # fmt: skip


def made(site: Site, sums: list[DaySum], printed: list[JobRow] | None = None, before: YearRows | None = None) -> League:
    return league(site, 2026, YearRows(START, END, sums, printed or []), before)


def table(of: League, measure: str) -> Table:
    return next(each for each in of.tables if each.measure == measure)


def test_who_uses_least_on_a_square_metre_is_first_whatever_the_size() -> None:
    sums = [*year_of("east-plug", 1.0), *year_of("west-plug", 1.5), *year_of("north-plug", 3.0)]
    found = made(site_of(**AREAS), sums)

    places = table(found, "kwh_per_m2").places
    assert [(place.rank, place.name) for place in places] == [(1, "west"), (2, "east"), (3, "north")]
    assert places[0].value == pytest.approx(365 * 1.5 / 100)
    assert [place.name for place in table(found, "kwh_per_person").places] == ["east", "west", "north"]


def test_equals_share_a_rank_and_the_next_one_keeps_its_own() -> None:
    sums = [*year_of("east-plug", 1.0), *year_of("west-plug", 2.0), *year_of("north-plug", 3.0)]

    assert [place.rank for place in table(made(site_of(**AREAS), sums), "kwh_per_m2").places] == [1, 1, 3]


@pytest.mark.parametrize(("days", "is_ranked"), [(328, False), (329, True)])
def test_whoever_was_heard_less_than_nine_tenths_of_the_year_is_left_out_and_not_last(
    days: int, *, is_ranked: bool
) -> None:
    sums = [*year_of("east-plug", 1.0), *year_of("west-plug", 1.5), *year_of("north-plug", 0.1, days)]
    found = table(made(site_of(**AREAS), sums), "kwh_per_m2")

    assert ("north" in [place.name for place in found.places]) == is_ranked
    assert ("north" in [each.name for each in found.left_out]) != is_ranked


def test_a_zone_whose_air_conditioner_nobody_measures_is_not_compared_by_energy() -> None:
    base = site_of(**AREAS)
    site = replace(base, devices={**base.devices, DeviceId("north-ac"): ac("north-ac", ZoneId("north"))})
    sums = [*year_of("east-plug", 1.0), *year_of("west-plug", 1.5), *year_of("north-plug", 0.1)]
    found = table(made(site, sums), "kwh_per_m2")

    assert [place.name for place in found.places] == ["west", "east"]
    assert [(each.name, str(each.why)) for each in found.left_out] == [("north", "an air conditioner without a meter")]


def test_without_area_there_is_no_figure_and_with_one_zone_no_league() -> None:
    sums = [*year_of("east-plug", 1.0), *year_of("west-plug", 1.5)]
    found = table(made(site_of(east=50.0, west=None), sums), "kwh_per_m2")

    assert found.places == ()
    assert [(each.name, str(each.why)) for each in found.left_out] == [("west", "its floor area is not configured")]


def test_compliance_is_the_share_of_running_time_within_the_rule() -> None:
    base = site_of(east=50.0, west=100.0)
    units = {DeviceId(f"{name}-ac"): ac(f"{name}-ac", ZoneId(name)) for name in ("east", "west")}
    site = replace(base, devices={**base.devices, **units})
    sums = [*year_of("east-ac", 0.0, on=3600.0, broken=360.0), *year_of("west-ac", 0.0, on=3600.0, broken=36.0)]

    places = table(made(site, sums), "compliance").places
    assert [place.name for place in places] == ["west", "east"]
    assert [place.value for place in places] == pytest.approx([0.99, 0.9])


def test_departments_by_what_was_on_both_sides_with_few_and_unknown_jobs_left_out() -> None:
    printed = [
        *jobs("finance", 60, two_sided=30),
        *jobs("design", 60, two_sided=45),
        *jobs("board", 49, two_sided=49),
        *jobs("guests", 60, two_sided=20, unknown=10),
    ]
    found = made(site_of(**AREAS), [], printed)

    places = table(found, "two_sided").places
    assert [place.name for place in places] == ["design", "finance"]
    assert [place.value for place in places] == pytest.approx([0.75, 0.5])
    assert [each.name for each in table(found, "two_sided").left_out] == ["board", "guests"]


def test_two_exemplars_one_zone_and_one_department() -> None:
    sums = [*year_of("east-plug", 1.0), *year_of("west-plug", 1.5), *year_of("north-plug", 3.0)]
    printed = [*jobs("finance", 60, two_sided=30), *jobs("design", 60, two_sided=45)]

    assert [(each.subject, each.name, each.first_in) for each in made(site_of(**AREAS), sums, printed).exemplars] == [
        ("zone", "east", ("kwh_per_person",)),
        ("department", "design", ("two_sided",)),
    ]


def test_without_data_nobody_is_an_exemplar() -> None:
    found = made(site_of(**AREAS), [])

    assert found.exemplars == ()
    assert all(each.places == () for each in found.tables)
    assert [str(each.why) for each in table(found, "kwh_per_m2").left_out] == ["no meter"] * 3


def test_against_the_year_before() -> None:
    sums = [*year_of("east-plug", 1.0), *year_of("west-plug", 1.5)]
    before = YearRows(START, END, [*year_of("east-plug", 2.0), *year_of("west-plug", 1.5, 100)])
    places = table(made(site_of(east=50.0, west=100.0), sums, before=before), "kwh_per_m2").places

    assert {place.name: place.change for place in places} == {"west": None, "east": pytest.approx(-0.5)}

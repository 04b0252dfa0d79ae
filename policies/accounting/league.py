"""The year's league of zones and departments: who used least, who kept the rule best, who printed on both sides.

Ranked is only who can be compared: nine tenths of the year known, and in the tables of energy every air conditioner metered.
Whoever is left out is named with the reason, never put last. Two exemplars, one zone and one department, are what the league
is for: to be asked how they do it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from policies.accounting.coverage import ENOUGH, coverage
from policies.accounting.day_sums import DaySum
from policies.accounting.printing import figures
from policies.history import JobRow
from policies.office.site import Site, Zone
from policies.words import Words, say

Measure = Literal["kwh_per_m2", "kwh_per_person", "compliance", "two_sided"]
Subject = Literal["zone", "department"]

FEWEST_PLACES: Final = 2
FEWEST_JOBS: Final = 50
"""Fewer print jobs in a year say nothing about a department."""
_SMALLER_IS_BETTER: Final = frozenset({"kwh_per_m2", "kwh_per_person"})


@dataclass(frozen=True, slots=True)
class Place:
    """`rank` from 1; equals share one. `change`: against the year before, 0.1 is a tenth more; None: not known."""

    rank: int
    name: str
    value: float
    change: float | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Who is not ranked, and why."""

    name: str
    why: Words


@dataclass(frozen=True, slots=True)
class Table:
    """The best first. No places where fewer than two can be compared."""

    measure: Measure
    subject: Subject
    places: tuple[Place, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Exemplar:
    """`first_in`: the tables that it leads."""

    subject: Subject
    name: str
    first_in: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class League:
    """One year of one site."""

    year: int
    tables: tuple[Table, ...]
    exemplars: tuple[Exemplar, ...]


@dataclass(frozen=True, slots=True)
class YearRows:
    """What the past says about a year, [start, end)."""

    start: datetime
    end: datetime
    sums: Sequence[DaySum] = ()
    jobs: Sequence[JobRow] = ()


def league(site: Site, year: int, rows: YearRows, before: YearRows | None = None) -> League:
    """Pure; the order of the rows does not matter. `before`: the year before, for the changes."""
    measures: tuple[tuple[Measure, Subject], ...] = (
        ("kwh_per_m2", "zone"),
        ("kwh_per_person", "zone"),
        ("compliance", "zone"),
        ("two_sided", "department"),
    )
    tables = []
    for measure, subject in measures:
        values, left_out = _values(site, measure, rows)
        earlier = {} if before is None else _values(site, measure, before)[0]
        tables.append(Table(measure, subject, _places(measure, values, earlier), tuple(left_out)))
    found = (_exemplar(tables, "zone"), _exemplar(tables, "department"))
    return League(year, tuple(tables), tuple(each for each in found if each is not None))


def _values(site: Site, measure: Measure, rows: YearRows) -> tuple[dict[str, float], list[LeftOut]]:
    if measure == "two_sided":
        return _two_sided(rows.jobs)
    values: dict[str, float] = {}
    left_out: list[LeftOut] = []
    by_zone: dict[str, list[DaySum]] = {}
    for each in rows.sums:
        by_zone.setdefault(each.zone, []).append(each)
    for zone in site.zones.values():
        answer = _of_zone(site, zone, measure, by_zone.get(zone.id, []), rows)
        if isinstance(answer, Words):
            left_out.append(LeftOut(zone.id, answer))
        else:
            values[zone.id] = answer
    return values, left_out


def _of_zone(site: Site, zone: Zone, measure: Measure, sums: Sequence[DaySum], rows: YearRows) -> float | Words:
    """The zone's figure, or why it has none."""
    units = {device.id for device in site.in_zone[zone.id] if device.kind == "climate"}
    known = coverage(sums, rows.start, rows.end, {}, units)
    if measure == "compliance":
        if not units:
            return say("no air conditioner")
        if known.climate_share is None or known.climate_share < ENOUGH:
            return _too_little(known.climate_share)
        on = sum(each.on_seconds for each in sums if each.device in units)
        broken = sum(each.violation_seconds for each in sums if each.device in units)
        return max(0.0, 1 - broken / on) if on > 0 else say("its air conditioners did not run")
    measured = {each.device for each in known.devices if each.has_energy}
    if any(device.id in units and not {device.id, device.meter} & measured for device in site.in_zone[zone.id]):
        return say("an air conditioner without a meter")
    if not known.is_enough:
        return say("no meter") if known.share is None else _too_little(known.share)
    by = zone.area_m2 if measure == "kwh_per_m2" else zone.people
    if not by:
        return (
            say("its floor area is not configured") if measure == "kwh_per_m2" else say("its people are not configured")
        )
    return sum(each.kwh for each in sums) / by


def _two_sided(jobs: Iterable[JobRow]) -> tuple[dict[str, float], list[LeftOut]]:
    values: dict[str, float] = {}
    left_out: list[LeftOut] = []
    for name, printed in sorted(figures(jobs).items()):
        known = printed.jobs - printed.unknown_jobs
        if not name:
            continue
        if printed.jobs < FEWEST_JOBS:
            left_out.append(
                LeftOut(name, say("{jobs} jobs, {needed_jobs} are needed", jobs=printed.jobs, needed_jobs=FEWEST_JOBS))
            )
        elif known < ENOUGH * printed.jobs:
            left_out.append(LeftOut(name, _jobs_unknown(known / printed.jobs)))
        elif printed.two_sided_share is None:
            left_out.append(LeftOut(name, say("nothing that could have been on both sides")))
        else:
            values[name] = printed.two_sided_share
    return values, left_out


def _too_little(share: float | None) -> Words:
    return say(
        "{known_percent} of the year is known, {needed_percent} are needed",
        known_percent=round((share or 0.0) * 100, 1),
        needed_percent=ENOUGH * 100,
    )


def _jobs_unknown(share: float) -> Words:
    return say(
        "the sheets of {known_percent} of its jobs are known, {needed_percent} are needed",
        known_percent=round(share * 100, 1),
        needed_percent=ENOUGH * 100,
    )


def _places(measure: Measure, values: Mapping[str, float], before: Mapping[str, float]) -> tuple[Place, ...]:
    if len(values) < FEWEST_PLACES:
        return ()
    sign = 1 if measure in _SMALLER_IS_BETTER else -1
    ordered = sorted(values.items(), key=lambda item: (sign * item[1], item[0]))
    places: list[Place] = []
    for number, (name, value) in enumerate(ordered, 1):
        rank = places[-1].rank if places and places[-1].value == value else number
        earlier = before.get(name)
        places.append(Place(rank, name, value, value / earlier - 1 if earlier else None))
    return tuple(places)


def _exemplar(tables: Sequence[Table], subject: Subject) -> Exemplar | None:
    """The one with the best mean rank, of those that are in every table of the subject that has places."""
    of = [table for table in tables if table.subject == subject and table.places]
    ranks: dict[str, list[float]] = {}
    for table in of:
        for place in table.places:
            ranks.setdefault(place.name, []).append((place.rank - 1) / (len(table.places) - 1))
    everywhere = {name: sum(each) for name, each in ranks.items() if len(each) == len(of)}
    if not everywhere:
        return None
    name = min(everywhere, key=lambda each: (everywhere[each], each))
    return Exemplar(
        subject, name, tuple(table.measure for table in of if any(p.name == name and p.rank == 1 for p in table.places))
    )

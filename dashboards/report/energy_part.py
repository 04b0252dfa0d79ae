"""Energy: by end use and type of time, by period of the tariff, by day, by zone; against last month, last year, the target."""

from collections.abc import Iterator

from dashboards.report.annex import Annex
from dashboards.report.document import Amount, Block, Cell, Figure, Paragraph, Section, Series, Table
from dashboards.report.summary import percent
from dashboards.report.vocabulary import DAY_TYPES, PERIODS, word
from dashboards.views.place import LOADS
from policies.accounting.month import Change, Month
from policies.words import Words, say

TOTAL = say("Total")
_WEEKDAYS = (say("Mon"), say("Tue"), say("Wed"), say("Thu"), say("Fri"), say("Sat"), say("Sun"))


def energy(month: Month, annex: Annex) -> Section:
    """What is known; where the whole is not, the end uses that are."""
    return Section("energy", say("Energy"), tuple(_blocks(month, annex)))


def _blocks(month: Month, annex: Annex) -> Iterator[Block]:
    use = month.energy
    yield Table(
        "energy",
        say("The whole office"),
        (say("Figure"), say("Value")),
        (
            (say("Energy used"), Amount("kwh", use.kwh)),
            (say("while closed"), Amount("kwh", use.closed_kwh)),
            (say("Cost"), Amount("amount", use.cost)),
            (say("Energy per square metre (kWh)"), Amount("number", use.kwh_per_m2)),
            (say("Energy per person (kWh)"), Amount("number", use.kwh_per_person)),
            (say("Standard coal (kgce)"), Amount("number", month.kgce)),
            (say("CO₂ (kg)"), Amount("number", month.co2_kg)),
        ),
    )
    yield Table(
        "compared",
        say("Compared"),
        (say("With"), say("Then"), say("Change")),
        (
            _compared(say("the month before"), month.against_last_month),
            _compared(say("the same month last year"), month.against_last_year),
            _compared(say("the target"), month.against_target),
        ),
    )
    yield _end_uses(month)
    if use.by_period and month.tariff is not None:
        rows: list[tuple[Cell, ...]] = [
            (word(PERIODS, name), Amount("kwh", kwh)) for name, kwh in use.by_period.items()
        ]
        yield Table("energy_by_period", say("By period of the tariff"), (say("Period"), say("kWh")), tuple(rows))
    if use.by_zone:
        rows = [
            (annex.zone(zone), Amount("kwh", kwh))
            for zone, kwh in sorted(use.by_zone.items(), key=lambda each: -each[1])
        ]
        yield Table(
            "energy_by_zone", say("By room"), (say("Room"), say("kWh")), (*rows, (TOTAL, Amount("kwh", use.kwh)))
        )
    if annex.heat:
        yield Figure(
            "energy_by_hour",
            say("Mean energy by day of the week and hour"),
            "heat",
            "kwh",
            tuple(f"{hour:02d}" for hour in range(24)),
            tuple(Series(name, row) for name, row in zip(_WEEKDAYS, annex.heat, strict=True)),
        )
    if use.top_closed:
        rows = [(annex.device(name), Amount("kwh", kwh)) for name, kwh in use.top_closed]
        yield Table("most_while_closed", say("What used most while closed"), (say("Device"), say("kWh")), tuple(rows))
    if month.tariff_changes:
        yield Paragraph(say("The tariff changed within the month; each quarter of an hour has its own day's price."))


def _end_uses(month: Month) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for each in month.energy.end_uses:
        types = each.by_type or {}
        parts = [Amount("kwh", types.get(name)) for name in DAY_TYPES]
        known = percent(each.share_known)
        rows.append((LOADS[each.load], Amount("kwh", each.kwh), *parts, Amount("amount", each.cost), known))
    whole = month.energy
    if whole.kwh is not None and whole.by_type is not None:
        parts = [Amount("kwh", whole.by_type.get(name)) for name in DAY_TYPES]
        rows.append(
            (TOTAL, Amount("kwh", whole.kwh), *parts, Amount("amount", whole.cost), percent(month.coverage.share))
        )
    return Table(
        "energy_by_end_use",
        say("By end use and type of time"),
        (say("End use"), say("kWh"), *DAY_TYPES.values(), say("Cost"), say("Known")),
        tuple(rows),
        say("An end use of which less than nine tenths are known has no figure."),
    )


def _compared(what: Words, change: Change) -> tuple[Cell, ...]:
    return (what, Amount("kwh", change.before_kwh), percent(change.share))

"""The table for the statistics of public institutions (公共机构能源资源消费统计调查制度, as revised on 2025-11-10), in the order of its forms.

Basic information, each energy and resource with quantity and cost, the machine room, energy for heating, then the graded
indicators, with the same month last year and the target where officed knows them. What it cannot know stays empty, to be
filled in: an empty cell is an honest answer, a 0 is not. Paper has no field in any of the forms.
"""

from dashboards.report.document import Amount, Cell, Table
from policies.accounting.month import Month
from policies.words import Words, say

Row = tuple[Cell, Cell, Cell, Cell, Cell]


def statutory(month: Month) -> Table:
    """Of one month."""
    return Table(
        "statutory",
        say("For the statistics of public institutions"),
        (say("Item"), say("Quantity"), say("Cost"), say("The same month last year"), say("Target")),
        (*_institution(month), *_consumption(month), *_indicators(month)),
        say(
            "Officed measures electricity; what it cannot know stays empty. Where area or users differ from last year's by "
            "more than 10 %, the form asks for the reason. Paper is not part of these statistics."
        ),
    )


def _institution(month: Month) -> tuple[Row, ...]:
    """Form 1."""
    return (
        _empty(say("Institution code")),
        _empty(say("Type of institution")),
        _row(say("Building area (m²)"), month.area_m2),
        _row(say("Energy users"), None if month.people is None else float(month.people)),
        _empty(say("Headcount")),
        _empty(say("Contact")),
    )


def _consumption(month: Month) -> tuple[Row, ...]:
    """Form 2 and what hangs on it; the unit price is what its reviewer looks at first."""
    energy = month.energy
    electricity: Row = (
        say("Electricity (kWh)"),
        Amount("number", energy.kwh),
        Amount("amount", energy.cost),
        Amount("number", month.against_last_year.before_kwh),
        Amount("number", month.against_target.before_kwh),
    )
    others = (
        say("Water from the mains (m³)"),
        say("Water from an own well (m³)"),
        say("Coal (t)"),
        say("Natural gas (m³)"),
        say("Liquefied petroleum gas"),
        say("Petrol (l)"),
        say("Diesel (l)"),
        say("Heat, by the heat meter (GJ)"),
        say("Other energy"),
    )
    return (
        electricity,
        (say("Price of electricity per kWh"), None, Amount("amount", _per(energy.cost, energy.kwh)), None, None),
        *(_empty(each) for each in others),
        _row(say("Machine room: electricity (kWh)"), _machine_room(month)),
        _empty(say("Energy for heating")),
    )


def _indicators(month: Month) -> tuple[Row, ...]:
    return (
        _row(say("Comprehensive energy per person (kgce)"), _per(month.kgce, month.people)),
        _row(say("Energy per area (kgce/m²)"), _per(month.kgce, month.area_m2)),
        _empty(say("Water per person (m³)")),
        _row(say("CO₂ per area (kg/m²)"), _per(month.co2_kg, month.area_m2)),
    )


def _row(what: Words, quantity: float | None) -> Row:
    return (what, Amount("number", quantity), None, None, None)


def _empty(what: Words) -> Row:
    return (what, None, None, None, None)


def _machine_room(month: Month) -> float | None:
    rooms = [each.kwh for each in month.energy.end_uses if each.load in ("server", "network")]
    return None if not rooms or None in rooms else sum(kwh for kwh in rooms if kwh is not None)


def _per(value: float | None, by: float | None) -> float | None:
    return None if value is None or not by else value / by

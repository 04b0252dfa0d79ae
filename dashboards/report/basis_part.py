"""Printing; how much of the month is known; the rows of tables that were used, and what nobody has checked; the statutory table."""

from collections.abc import Iterator

from dashboards.report.annex import Annex
from dashboards.report.document import Amount, Block, Cell, Figure, Paragraph, Section, Series, Table
from dashboards.report.summary import percent
from dashboards.report.vocabulary import PERIODS, word
from policies.accounting.month import Month
from policies.accounting.printing import Figures, together
from policies.words import Words, say

_LEAST_KNOWN_AT_MOST = 30
_ALL = 0.995
TOTAL = say("Total")


def printing(month: Month, annex: Annex) -> Section:
    """Sheets as computed; unknown counted apart; never who."""
    return Section("printing", say("Printing"), tuple(_printing(month, annex)))


def _printing(month: Month, annex: Annex) -> Iterator[Block]:
    heads = (
        say("Department"),
        say("Jobs"),
        say("Sheets"),
        say("Both sides"),
        say("Saved by both sides"),
        say("Repeats"),
        say("Reuse paper"),
        say("Not known"),
    )
    rows = [_department(name or say("not said"), each) for name, each in annex.printing.items()]
    if rows:
        rows.append(_department(TOTAL, together(annex.printing.values())))
    yield Table(
        "printing_by_department",
        say("By department"),
        heads,
        tuple(rows),
        say("Both sides: of the sides that could be. Jobs of which nobody knows the sheets are in no other column."),
    )
    if annex.printing:
        names = list(annex.printing)
        yield Figure(
            "sheets_by_department",
            say("Sheets by department"),
            "bars",
            "number",
            tuple(name or say("not said") for name in names),
            (Series(say("Sheets"), tuple(float(annex.printing[name].sheets) for name in names)),),
        )
    if month.counted:
        counted: list[tuple[Cell, ...]] = [
            (
                annex.device(name),
                Amount("number", float(each.counted_sides)),
                Amount("number", float(each.job_sides)),
                percent(each.unaccounted_share),
            )
            for name, each in sorted(month.counted.items())
        ]
        yield Table(
            "printers_counters",
            say("By the printers' own counters"),
            (say("Printer"), say("Sides counted"), say("Sides of jobs"), say("Not accounted for")),
            tuple(counted),
        )


def basis(month: Month, annex: Annex) -> Section:
    """What the figures rest on."""
    return Section("basis", say("What the figures rest on"), tuple(_basis(month, annex)))


def _basis(month: Month, annex: Annex) -> Iterator[Block]:
    yield Paragraph(
        say("{known_percent} of the metered time is known.", known_percent=100 * month.coverage.share)
        if month.coverage.share is not None
        else say("no device with a meter was heard"),
        "plain" if month.coverage.is_enough else "caution",
    )
    for words in month.missing:
        yield Paragraph(words, "caution")
    least = sorted(month.coverage.devices, key=lambda each: (each.share, each.device))
    lacking = [(annex.device(each.device), percent(each.share)) for each in least if each.share < _ALL]
    rest = len(lacking) - _LEAST_KNOWN_AT_MOST
    yield Table(
        "coverage",
        say("Devices that were not heard all the time"),
        (say("Device"), say("Known")),
        tuple(lacking[:_LEAST_KNOWN_AT_MOST]),
        say("The least known first; {devices} more are not listed.", devices=rest) if rest > 0 else None,
    )
    factors: list[tuple[Cell, ...]] = [
        (
            each.id,
            str(each.value),
            each.unit,
            each.region,
            each.basis,
            each.publisher,
            each.document,
            _checked(each.verified),
        )
        for each in month.factors
    ]
    yield Table(
        "factors",
        say("Factors that were used"),
        (
            *(say("Row"), say("Value"), say("Unit"), say("Region"), say("Basis")),
            *(say("Published by"), say("Document"), say("Verified")),
        ),
        tuple(factors),
    )
    if month.tariff is not None:
        prices: list[tuple[Cell, ...]] = [
            (row.valid_from, word(PERIODS, period), str(price), _checked(row.verified and month.tariff.verified))
            for row in month.price_rows
            for period, price in row.prices.items()
        ]
        yield Table(
            "prices",
            say("Prices that were used"),
            (say("From"), say("Period"), say("Price per kWh"), say("Verified")),
            tuple(prices),
            say("Tariff {tariff}, from {source}", tariff=month.tariff.id, source=month.tariff.source),
        )


def _department(name: Cell, each: Figures) -> tuple[Cell, ...]:
    return (
        name,
        Amount("number", float(each.jobs)),
        Amount("number", float(each.sheets)),
        percent(each.two_sided_share),
        Amount("number", float(each.saved_sheets)),
        Amount("number", float(each.repeat_jobs)),
        percent(each.reuse_share),
        Amount("number", float(each.unknown_jobs)),
    )


def _checked(verified: bool) -> Words:
    return say("verified") if verified else say("not verified")

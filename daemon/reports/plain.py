"""The month's figures as a plain page, a table and data: what is delivered where no other document is made of them.

A figure that is not known is said to be so. Figures are named by their English label, which every language translates.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Final, NamedTuple

import msgspec

from daemon.accounting.ledger_job import ledger
from daemon.configuration.table_files import bundled_factors
from daemon.reports.due import MonthOf
from daemon.reports.maker import LANGUAGES, name_of
from dashboards.language.catalogs import languages
from dashboards.language.language import Language
from policies.accounting.books import load_behind
from policies.accounting.day_sums import day_sums
from policies.accounting.month import Month, Rows, make_month, month_bounds
from policies.accounting.tariff import price_of, pricing_of
from policies.accounting.yardstick import yardstick
from policies.history import History
from policies.state import State
from policies.words import Words, say

_BEFORE: Final = timedelta(days=31)
_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}"
    "table{border-collapse:collapse;width:100%}td,th{padding:.4rem 0;border-bottom:1px solid #ccc;text-align:left;"
    "font-weight:400}td{text-align:right;font-variant-numeric:tabular-nums}small{color:#555}"
)


class Figure(NamedTuple):
    """`unit` ends like the gaps of Words do; `value` None: not known."""

    label: Words
    unit: str
    value: float | None


class PlainMonths:
    """A `Maker`."""

    formats: Sequence[str] = ("html", "csv", "json")

    def __init__(self, state: Callable[[], State], history: History) -> None:
        self._state, self._history = state, history

    def is_known(self, month: MonthOf) -> bool:
        """Whether a slot or a print job of that month is in the store."""
        start, end = month_bounds(*month, self._state().office.site.calendar.timezone)
        return bool(self._history.last("slot", "coverage_seconds", start, end) or self._history.jobs(start, end))

    def figures(self, month: MonthOf, at: datetime) -> bytes:
        """By their English labels."""
        del at
        return _figures(gathered(self._state(), self._history, month))

    def files(self, month: MonthOf, at: datetime, revision: int) -> Mapping[str, bytes]:
        """A page, a table and data in each language."""
        state = self._state()
        found = gathered(state, self._history, month)
        files: dict[str, bytes] = {}
        for code in LANGUAGES:
            language = languages(state.office.site.calendar.timezone)[code]
            office = language.name(state.office.site.names, state.office.site.id)
            mark = f" (r{revision})" if revision else ""
            title = f"{office} · {language.words(say('Report for {month}', month=str(month)))}{mark}"
            files[name_of(code, "html")] = _page(title, found, language, at)
            files[name_of(code, "csv")] = _table(found, language)
            files[name_of(code, "json")] = _figures(found)
        return files


def gathered(state: State, history: History, month: MonthOf) -> Month:
    """All figures of a month. Raises StoreUnavailable."""
    site, (year, number) = state.office.site, month
    start, end = month_bounds(year, number, site.calendar.timezone)
    pricing = pricing_of(site)
    price_at = (lambda _: None) if pricing is None else pricing.at
    loads = {device.id: load_behind(site, device) for device in site.devices.values()}
    rows = Rows(
        day_sums(history.slots(start, end), site, loads, price_at),
        history.jobs(start, end),
        history.cases(start - _BEFORE, end),
        history.commands(start, end),
        history.savings(start, end),
        interval=ledger(site, history, start, end, price=price_of(pricing)).interval,
    )
    return make_month(site, year, number, rows, yardstick(site, state.policies, bundled_factors(), year, number))


def _rows(month: Month) -> Iterator[Figure]:
    energy, saved, printing = month.energy, month.avoided, month.printing
    yield Figure(say("Energy used"), "kwh", energy.kwh)
    yield Figure(say("of it while closed"), "kwh", energy.closed_kwh)
    yield Figure(say("Cost"), "amount", energy.cost)
    yield Figure(say("Running time of air conditioners within the rule"), "percent", _percent(month.setpoint.rate))
    yield Figure(say("Hours of violation"), "hours", month.setpoint.violation_hours)
    yield Figure(say("Avoided energy, measured"), "kwh", saved.measured.kwh if saved.measured.entries else None)
    yield Figure(say("of it at least"), "kwh", None if saved.interval is None else saved.interval.low_kwh)
    yield Figure(say("of it at most"), "kwh", None if saved.interval is None else saved.interval.high_kwh)
    yield Figure(say("Avoided energy, estimated"), "kwh", saved.estimated.kwh if saved.estimated.entries else None)
    yield Figure(say("Actions without a claim"), "number", saved.not_claimed.entries)
    yield Figure(say("Sheets printed"), "number", printing.sheets)
    yield Figure(say("Sides on both sides of a sheet"), "percent", _percent(printing.duplex_rate))
    yield Figure(say("Print jobs of which nobody knows the sheets"), "number", printing.unknown_jobs)
    yield Figure(say("Cases"), "number", month.deeds.cases)
    yield Figure(say("Metered time that is known"), "percent", _percent(month.coverage.share))


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _figures(month: Month) -> bytes:
    named = {str(figure.label): figure.value for figure in _rows(month)}
    return msgspec.json.encode({"month": f"{month.year:04d}-{month.month:02d}", **named})


def _table(month: Month, language: Language) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    for figure in _rows(month):
        writer.writerow([
            language.words(figure.label), "" if figure.value is None else round(figure.value, 3), figure.unit,
        ])  # fmt: skip
    return out.getvalue().encode("utf-8-sig")


def _page(title: str, month: Month, language: Language, at: datetime) -> bytes:
    lines = [
        f"<tr><th>{escape(language.words(figure.label))}</th>"
        f"<td>{escape(language.value(f'x_{figure.unit}', figure.value))}</td></tr>"
        for figure in _rows(month)
    ]
    missing = "".join(f"<li>{escape(language.words(words))}</li>" for words in month.missing)
    made = language.words(say("Made at {made_at}", made_at=at))
    return (
        f'<!doctype html><html lang="{language.tag}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(title)}</h1>"
        f"<ul>{missing}</ul><table>{''.join(lines)}</table><p><small>{escape(made)}</small></p></html>\n"
    ).encode()

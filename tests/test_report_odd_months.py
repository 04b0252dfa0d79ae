"""Months that are not like the others, opened in every format and language: each says the same energy, or that there is none."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from offices import ROOM, plug
from past import Past
from pypdfium2 import PdfDocument  # type: ignore[import-untyped]  # it ships no types
from test_month_odd import TARIFF
from test_report_formats import Page
from test_report_xlsx import Book

from daemon.reports.gather import report
from dashboards.language.catalogs import CODES, languages
from dashboards.language.language import Language
from dashboards.report.document import Document
from dashboards.report.formats import FORMATS, render
from policies.accounting.books import SiteSlot
from policies.accounting.day_types import SLOT
from policies.accounting.month import month_bounds
from policies.accounting.slots import Slot
from policies.office.energy_plan import EnergyPlan
from policies.words import say
from sensors.device import DeviceId

SHANGHAI = "Asia/Shanghai"
KWH = 0.01


@dataclass(frozen=True)
class Odd:
    """A month; its plugs by name with the day of the month from which they are there. `kwh`, `cost` None: no figure."""

    timezone: str
    year: int
    month: int
    kwh: float | None
    cost: float | None
    plugs: tuple[tuple[str, int], ...] = (("pc", 1),)
    is_heard: bool = True


MONTHS = {
    "leap day": Odd(SHANGHAI, 2028, 2, 29 * 0.96, 29 * 0.96 * 2),
    "clock goes forward": Odd("Europe/Berlin", 2026, 3, 31 * 0.96 - 0.04, 31 * 0.96 - 0.04),
    "clock goes back": Odd("Europe/Berlin", 2026, 10, 31 * 0.96 + 0.04, (31 * 0.96 + 0.04) * 2),
    "half an hour back": Odd("Australia/Lord_Howe", 2026, 4, 30 * 0.96 + 0.02, 30 * 0.96 + 0.02),
    "new prices in the middle": Odd(SHANGHAI, 2026, 7, 31 * 0.96, 15 * 0.96 + 16 * 0.96 * 2),
    "a device that came in the middle": Odd(SHANGHAI, 2026, 6, 44 * 0.96, 44 * 0.96, (("pc", 1), ("new", 17))),
    "no devices": Odd(SHANGHAI, 2026, 6, None, None, ()),
    "no data": Odd(SHANGHAI, 2026, 6, None, None, is_heard=False),
}


def document(folder: Path, odd: Odd) -> Document:
    devices = [plug(name) for name, _ in odd.plugs]
    past = Past(folder, *devices)
    calendar = replace(past.site.calendar, timezone=odd.timezone)
    site = replace(past.site, calendar=calendar, energy=EnergyPlan(TARIFF))
    start, end = month_bounds(odd.year, odd.month, odd.timezone)
    for name, day in odd.plugs if odd.is_heard else ():
        past.write(slots(name, start + timedelta(days=day - 1), end))
    made_at = datetime(odd.year, odd.month, 1, 5, tzinfo=UTC) + timedelta(days=32)
    return report(site, (), past.history, odd.year, odd.month, made_at=made_at)


def slots(name: str, start: datetime, end: datetime) -> Iterator[SiteSlot]:
    at = start
    while at < end:
        yield SiteSlot(Slot(DeviceId(name), ROOM, at, "computer", KWH, 900.0, 0.0, 900.0, controlled=False), None)
        at += SLOT


def words(language: Language, what: str) -> str:
    return language.words(say(what))


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("odd", MONTHS.values(), ids=MONTHS)
def test_every_format_of_an_odd_month_opens_and_says_its_energy(tmp_path: Path, odd: Odd, code: str) -> None:
    found = document(tmp_path, odd)
    files = {form: render(found, form, code) for form in FORMATS}
    language = languages(odd.timezone)[code]
    label, electricity = words(language, "Energy used"), words(language, "Electricity (kWh)")
    shown = language.value("x_kwh", odd.kwh)

    data = json.loads(files["json"])
    assert data["energy"]["energy"]["Energy used"] == pytest.approx(odd.kwh)
    assert data["statutory"]["Electricity (kWh)"]["Cost"] == pytest.approx(odd.cost)

    lines = [line for line in csv.reader(io.StringIO(files["csv"].decode("utf-8-sig"))) if label in line]
    assert lines
    assert {line[-2] for line in lines} == {"" if odd.kwh is None else f"{odd.kwh:.6f}".rstrip("0").rstrip(".")}

    book = Book(files["xlsx"])
    sheet = book.sheets[-1]
    quantity, *cost = book.beside(sheet, electricity)
    no_data = language.value("x", None)
    assert quantity == (no_data if odd.kwh is None else pytest.approx(odd.kwh))
    assert cost[0] == (no_data if odd.cost is None else pytest.approx(odd.cost))

    page = Page(files["html"])
    assert page.open == []
    assert shown in page.text

    pages = list(PdfDocument(files["pdf"]))
    text = "".join(str(each.get_textpage().get_text_range()) for each in pages)
    assert len(pages) > 1
    assert "".join(shown.split()) in "".join(text.split())


def test_a_month_with_new_prices_in_the_middle_says_so_and_shows_both(tmp_path: Path) -> None:
    page = Page(render(document(tmp_path, MONTHS["new prices in the middle"]), "html", "en"))
    assert "The tariff changed within the month" in page.text
    assert "2024-01-01" in page.text
    assert "2026-07-16" in page.text

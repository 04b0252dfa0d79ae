"""A month out of the store as a document: its figures are the month's, and every sort of month makes one, in both languages."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from offices import plug
from past import Past, drawn

from daemon.configuration.table_files import bundled_tariffs
from daemon.reports.gather import gathered, report
from dashboards.language.catalogs import languages
from dashboards.report.document import Amount, Block, Cell, Document, Facts, Paragraph, Table
from dashboards.report.formats import FORMATS, render
from policies.accounting.day_sums import day_sums, sums_of
from policies.accounting.month import month_bounds
from policies.accounting.tariff import Pricing
from policies.office.site import Site
from policies.words import Words

NOW = datetime(2026, 7, 1, 5, 0, tzinfo=UTC)
START, END = month_bounds(2026, 6, "Asia/Shanghai")


@pytest.fixture
def past(tmp_path: Path) -> Past:
    """A plug that draws 100 W all June: 72 kWh."""
    past = Past(tmp_path, plug())
    past.hear(drawn(START - timedelta(minutes=5), END + timedelta(hours=1), 100.0, 5.0))
    past.sum_up(START, END)
    return past


def document(past: Past, year: int = 2026, month: int = 6, site: Site | None = None, revision: int = 0) -> Document:
    return report(site or past.site, (), past.history, year, month, made_at=NOW, revision=revision)


def blocks(found: Document) -> Iterator[Block]:
    for section in (found.summary, *found.sections):
        yield from section.blocks


def table(found: Document, name: str) -> Table:
    return next(each for each in blocks(found) if isinstance(each, Table) and each.id == name)


def row(found: Document, name: str, label: str) -> tuple[Cell, ...]:
    return next(each for each in table(found, name).rows if str(each[0]) == label)


def amount(cell: Cell) -> float | None:
    assert isinstance(cell, Amount)
    return cell.value


def test_the_figures_are_those_of_the_month(past: Past) -> None:
    found = document(past)
    month, _ = gathered(past.site, (), past.history, 2026, 6)
    assert amount(row(found, "energy", "Energy used")[1]) == pytest.approx(72.0, rel=0.002)
    assert amount(row(found, "energy", "while closed")[1]) == month.energy.closed_kwh
    assert amount(row(found, "energy_by_end_use", "Total")[1]) == month.energy.kwh
    facts = next(each for each in found.summary.blocks if isinstance(each, Facts))
    assert facts.facts[0].amount == Amount("kwh", month.energy.kwh)
    assert amount(facts.facts[2].amount) is None, "nothing was claimed, and nothing is not 0"
    assert [section.id for section in found.sections] == [
        "compliance", "energy", "avoided", "printing", "actions", "basis", "evidence",
    ]  # fmt: skip


def test_every_row_has_as_many_cells_as_there_are_heads(past: Past) -> None:
    found = document(past)
    tables = [each for each in blocks(found) if isinstance(each, Table)]
    for each in (*tables, found.statutory):
        assert {len(cells) for cells in each.rows} <= {len(each.heads)}, each.id
    assert len({each.id for each in tables}) == len(tables)


def test_the_same_store_and_instant_give_the_same_document(past: Past) -> None:
    assert document(past) == document(past)
    assert document(past, revision=2).revision == 2


def test_slots_added_up_by_the_store_are_those_added_up_one_by_one(past: Past) -> None:
    tariff = next(iter(bundled_tariffs().values()))
    price = Pricing(tariff, past.site.calendar).at
    loads = {device.id: device.load for device in past.site.devices.values()}
    one_by_one = day_sums(past.history.slots(START, END), past.site, loads, price)
    together = sums_of(past.history, past.site, loads, price, START, END)
    assert len(one_by_one) == len(together) > 30
    for mine, other in zip(together, one_by_one, strict=True):
        assert (mine.device, mine.day, mine.type, mine.slots, mine.energy_slots) == (
            other.device, other.day, other.type, other.slots, other.energy_slots,
        )  # fmt: skip
        assert mine.kwh == pytest.approx(other.kwh)
        assert mine.cost == pytest.approx(other.cost)
        assert mine.kwh_by_period == pytest.approx(other.kwh_by_period)


def test_the_month_before_is_compared_where_it_is_known_and_not_where_it_is_not(past: Past) -> None:
    may, june = month_bounds(2026, 5, "Asia/Shanghai")
    assert row(document(past), "compared", "the month before")[1:] == (Amount("kwh", None), Amount("percent", None))
    past.hear(drawn(may - timedelta(minutes=5), june, 50.0, 1.0))
    past.sum_up(may, june)
    _, before, change = row(document(past), "compared", "the month before")
    assert amount(before) == pytest.approx(37.2, rel=0.005)
    assert amount(change) == pytest.approx(100 * (72 / 37.2 - 1), rel=0.01)


def test_a_month_of_which_nothing_is_known_says_so_in_words(tmp_path: Path) -> None:
    found = document(Past(tmp_path, plug()))
    cautions = [
        str(each.words) for each in found.summary.blocks if isinstance(each, Paragraph) and each.tone == "caution"
    ]
    assert cautions == ["Not enough data:", "no device with a meter was heard"]
    assert amount(row(found, "energy", "Energy used")[1]) is None


MONTHS = {
    "leap day": ("Asia/Shanghai", 2028, 2),
    "clock goes forward": ("Europe/Madrid", 2026, 3),
    "clock goes back": ("Europe/Madrid", 2026, 10),
    "december": ("Asia/Shanghai", 2026, 12),
}


@pytest.mark.parametrize(("timezone", "year", "month"), MONTHS.values(), ids=MONTHS)
def test_odd_months_are_whole(tmp_path: Path, timezone: str, year: int, month: int) -> None:
    past = Past(tmp_path, plug())
    past.site = replace(past.site, calendar=replace(past.site.calendar, timezone=timezone))
    start, end = month_bounds(year, month, timezone)
    past.hear(drawn(start - timedelta(minutes=15), end + timedelta(hours=1), 100.0, 5.0, timedelta(minutes=10)))
    past.sum_up(start, end)
    found = document(past, year, month)
    hours = (end - start).total_seconds() / 3600
    assert amount(row(found, "energy", "Energy used")[1]) == pytest.approx(hours / 10, rel=0.002)


def test_a_device_that_appeared_in_the_middle_of_the_month_counts_from_then_on(tmp_path: Path) -> None:
    past = Past(tmp_path, plug())
    middle = START + timedelta(days=15)
    past.hear(drawn(middle, END + timedelta(hours=1), 100.0, 5.0))
    past.sum_up(middle, END)
    assert amount(row(document(past), "energy", "Energy used")[1]) == pytest.approx(36.0, rel=0.01)


def test_every_format_and_language_has_every_sort_of_month(tmp_path: Path, past: Past) -> None:
    nothing = Past(tmp_path / "nothing")
    for found in (document(past), document(nothing)):
        for code in ("en", "zh_CN"):
            for form in FORMATS:
                data = render(found, form, code)
                assert data == render(found, form, code), (form, code)
                assert len(data) > 500


def test_the_statistics_office_gets_every_field_of_its_forms_and_no_figure_that_nobody_measured(past: Past) -> None:
    """domain: institution, each energy with its cost, machine room, heating, the four graded indicators; paper is none of it."""
    site = replace(past.site, area_m2=1000.0, people=50)
    found = document(past, site=site).statutory
    fields = {str(cells[0]): cells[1:] for cells in found.rows}
    assert list(fields) == [
        "Institution code", "Type of institution", "Building area (m²)", "Energy users", "Headcount", "Contact",
        "Electricity (kWh)", "Price of electricity per kWh", "Water from the mains (m³)", "Water from an own well (m³)",
        "Coal (t)", "Natural gas (m³)", "Liquefied petroleum gas", "Petrol (l)", "Diesel (l)",
        "Heat, by the heat meter (GJ)", "Other energy", "Machine room: electricity (kWh)", "Energy for heating",
        "Comprehensive energy per person (kgce)", "Energy per area (kgce/m²)", "Water per person (m³)",
        "CO₂ per area (kg/m²)",
    ]  # fmt: skip
    assert [amount(fields[name][0]) for name in ("Building area (m²)", "Energy users")] == [1000.0, 50.0]
    assert amount(fields["Electricity (kWh)"][0]) == pytest.approx(72.0, rel=0.005)
    per_person = amount(fields["Comprehensive energy per person (kgce)"][0])
    assert per_person is not None
    assert per_person * 50 == pytest.approx(72.0 * 0.1229, rel=0.005)
    assert fields["Coal (t)"] == fields["Water per person (m³)"] == (None, None, None, None)
    assert not any("aper" in name or "heet" in name for name in fields)


def test_last_years_electricity_and_the_target_stand_beside_this_years(past: Past) -> None:
    start, end = month_bounds(2025, 6, "Asia/Shanghai")
    past.hear(drawn(start - timedelta(minutes=5), end + timedelta(hours=1), 50.0, 1.0))
    past.sum_up(start, end)
    site = replace(past.site, energy=replace(past.site.energy, targets_kwh={2026: 3650.0}))
    electricity = next(cells for cells in document(past, site=site).statutory.rows if "Electricity" in str(cells[0]))
    assert amount(electricity[3]) == pytest.approx(36.0, rel=0.005)
    assert amount(electricity[4]) == pytest.approx(300.0, rel=0.02)


def test_every_sentence_is_said_in_chinese(past: Past) -> None:
    chinese = languages("Asia/Shanghai")["zh_CN"]
    found = document(past)
    said = [section.title for section in found.sections]
    said += [head for each in blocks(found) if isinstance(each, Table) for head in (each.title, *each.heads)]
    said += [cells[0] for cells in found.statutory.rows if isinstance(cells[0], Words)]
    same = {str(words) for words in said if chinese.words(words) == str(words)}
    assert same <= {"kWh"}

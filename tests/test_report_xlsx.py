"""The report as a workbook, read as what it is: a zip of XML. Numbers are numbers, names are text, sums are ours."""

import io
import re
from functools import cache
from xml.etree.ElementTree import Element, fromstring
from zipfile import ZipFile

import msgspec
import pytest
from report_samples import FORMULA, HOSTILE, sample

from dashboards.language.catalogs import CODES
from dashboards.report.document import Amount, Cell, Document, Figure, Section, Series, Table
from dashboards.report.xlsx import xlsx
from policies.words import say

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TOTAL = say("Total")


class Book:
    """The parts of a workbook: `cells` by sheet and place, a number as float, anything else as text."""

    def __init__(self, data: bytes) -> None:
        self.zip = ZipFile(io.BytesIO(data))
        self.parts = self.zip.namelist()
        texts = self.xml("xl/sharedStrings.xml").iter(f"{MAIN}si")
        self.texts = ["".join(part.text or "" for part in each.iter(f"{MAIN}t")) for each in texts]
        self.sheets = [each.attrib["name"] for each in self.xml("xl/workbook.xml").iter(f"{MAIN}sheet")]
        self.cells: dict[str, dict[str, float | str]] = {}
        self.formulas: dict[str, str] = {}
        self.patterns: dict[str, dict[str, str]] = {}
        known = {int(each.attrib["numFmtId"]): each.attrib["formatCode"] for each in self.styles("numFmt")}
        used = [int(each.attrib["numFmtId"]) for each in self.styles("cellXfs")[0]]
        for number, sheet in enumerate(self.sheets, start=1):
            self.cells[sheet], self.patterns[sheet] = {}, {}
            for cell in self.xml(f"xl/worksheets/sheet{number}.xml").iter(f"{MAIN}c"):
                self._read(sheet, cell)
                code = used[int(cell.attrib.get("s", "0"))]
                self.patterns[sheet][cell.attrib["r"]] = {3: "#,##0", 4: "#,##0.00", 9: "0%"}.get(code) or known.get(
                    code, ""
                )

    def styles(self, tag: str) -> list[Element]:
        return list(self.xml("xl/styles.xml").iter(f"{MAIN}{tag}"))

    def xml(self, part: str) -> Element:
        return fromstring(self.zip.read(part))  # noqa: S314  written by us a moment ago

    def _read(self, sheet: str, cell: Element) -> None:
        value, formula = cell.findtext(f"{MAIN}v"), cell.findtext(f"{MAIN}f")
        if formula is not None:
            self.formulas[cell.attrib["r"]] = formula
        if value is not None:
            is_text = cell.attrib.get("t") == "s"
            self.cells[sheet][cell.attrib["r"]] = self.texts[int(value)] if is_text else float(value)

    def beside(self, sheet: str, text: str) -> list[float | str]:
        """The cells to the right of the first one in column A that says `text`."""
        (place, *_) = [place for place, each in self.cells[sheet].items() if each == text and place.startswith("A")]
        return [value for at, value in self.cells[sheet].items() if at[1:] == place[1:] and at != place]

    def pattern_of(self, sheet: str, value: float) -> str:
        return next(self.patterns[sheet][place] for place, each in self.cells[sheet].items() if each == value)


@cache
def book(code: str = "en") -> Book:
    return Book(xlsx(sample(), code))


def with_blocks(*blocks: Table | Figure) -> Document:
    return msgspec.structs.replace(sample(), sections=(Section("s", say("Energy"), blocks),))


def rooms(*rows: tuple[str, float | None], total: float | None) -> Book:
    cells: list[tuple[Cell, ...]] = [(name, Amount("kwh", value)) for name, value in rows]
    heads = (say("Room"), say("kWh"))
    table = Table("energy_by_zone", say("By room"), heads, (*cells, (TOTAL, Amount("kwh", total))))
    return Book(xlsx(with_blocks(table), "en"))


@pytest.mark.parametrize("code", CODES)
def test_there_is_a_sheet_for_each_section_and_one_for_the_statistics_office(code: str) -> None:
    sheets = book(code).sheets
    assert len(sheets) == 4
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in sheets)
    if code == "en":
        assert sheets[:3] == ["Summary", "Energy", "Evidence"]


def test_every_sheet_says_whose_it_is_and_which_edition() -> None:
    for cells in book().cells.values():
        head = [cells["A1"], cells["A2"], cells["A3"]]
        assert head == [
            "Energy report for October 2026", f"Head office {HOSTILE}", "Revision r1, made on 2026-11-01 08:30",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "labels"),
    [
        ("en", ["Responsible for the figures", "Prepared by", "Date of the report"]),
        ("zh_CN", ["统计负责人", "填表人", "报出日期"]),
    ],
)
def test_the_summary_and_the_statutory_sheet_are_signed_and_no_other_is(code: str, labels: list[str]) -> None:
    found = book(code)
    signed = [found.sheets[0], found.sheets[-1]]
    for sheet in found.sheets:
        said = [each for place, each in found.cells[sheet].items() if place.startswith("A") and each in labels]
        assert said == (labels if sheet in signed else [])
    for sheet in signed:
        assert [found.beside(sheet, label) for label in labels] == [["张三"], [], []]


def test_a_printed_sheet_says_at_its_head_what_it_is_and_at_its_foot_how_many_there_are() -> None:
    found = book()
    for number in range(1, len(found.sheets) + 1):
        sheet = found.xml(f"xl/worksheets/sheet{number}.xml")
        assert next(sheet.iter(f"{MAIN}oddHeader")).text == "&LEnergy report for October 2026, Revision r1"
        assert next(sheet.iter(f"{MAIN}oddFooter")).text == "&R&P / &N"


def test_numbers_are_numbers_and_what_is_not_known_is_a_word() -> None:
    found = book()
    assert found.beside("Energy", "Room 302 air conditioner") == [3345.6, 2676.5, 0.95]
    assert found.beside("Energy", HOSTILE)[:3] == ["no data", "no data", "no data"]
    assert found.beside("Summary", "Sheets printed") == [4210.0]
    assert found.beside("Summary", "Avoided, measured") == ["no data"]


def test_every_unit_has_its_format() -> None:
    found = book()
    assert found.pattern_of("Energy", 3345.6) == '#,##0.0" kWh"'
    assert found.pattern_of("Energy", 2676.5) == '#,##0.00" CNY"'
    assert found.pattern_of("Energy", 0.95) == "0%"
    assert found.pattern_of("Summary", 4210.0) == "#,##0", "a count has no decimals and no point without any"


def test_instants_and_days_are_real_dates_on_the_offices_clock() -> None:
    first, second = (book().beside("Evidence", name) for name in (FORMULA, "c-2026-10-00001"))
    assert first[0] == pytest.approx(46296 + (19 + 5 / 60) / 24), "1 October 2026 at 19:05 in Shanghai"
    assert second[-1] == 46297
    assert book().pattern_of("Evidence", 46297) == "yyyy-mm-dd"


def test_no_name_is_a_formula() -> None:
    found = book()
    assert found.formulas == {}
    assert FORMULA in found.texts
    assert HOSTILE in found.texts
    assert not [part for part in found.parts if "external" in part or "vba" in part]
    assert not [part for part in found.parts if b"hyperlink" in found.zip.read(part).replace(FORMULA.encode(), b"")]


def test_a_total_is_the_sum_of_the_rows_above_it() -> None:
    found = rooms(("a", 1.5), ("b", 2.5), total=4.0)
    ((place, formula),) = found.formulas.items()
    assert found.cells["Energy"][place] == 4.0, "for whoever does not calculate"
    first, last = re.findall(r"\d+", formula)
    assert formula == f"SUM(B{first}:B{last})"
    assert [found.cells["Energy"][f"A{row}"] for row in range(int(first), int(last) + 1)] == ["a", "b"]
    assert place == f"B{int(last) + 1}"


@pytest.mark.parametrize(
    ("rows", "total"),
    [((("a", 1.5), ("b", None)), 4.0), ((("a", 1.5), ("b", 2.5)), 4.1), ((), 0.0), ((("a", 1.5),), None)],
    ids=["a row is not known", "more than its rows", "no rows", "not known itself"],
)
def test_a_total_that_is_no_sum_of_its_rows_stays_what_it_is(
    rows: tuple[tuple[str, float | None], ...], total: float | None
) -> None:
    found = rooms(*rows, total=total)
    assert found.formulas == {}
    assert found.beside("Energy", "Total") == ["no data" if total is None else total]


def test_figures_are_charts_of_the_cells_and_a_gap_is_an_empty_cell() -> None:
    found = book()
    charts = [found.zip.read(part).decode() for part in found.parts if part.startswith("xl/charts/chart")]
    assert len(charts) == 2, "the map of heat is coloured cells"
    assert '<c:grouping val="stacked"/>' in charts[0]
    values = re.findall(r"<c:val><c:numRef><c:f>(.*?)</c:f>", charts[0])
    assert len(values) == 3
    first, last = (int(row) for row in re.findall(r"\d+", values[1]))
    flat = [found.cells["Energy"].get(f"C{row}") for row in range(first, last + 1)]
    assert flat == [None if number == 9 else 90.0 + number for number in range(31)]
    assert b"colorScale" in found.zip.read("xl/worksheets/sheet2.xml")


def test_a_share_in_a_figure_is_a_share_too() -> None:
    figure = Figure("f", say("By room"), "bars", "percent", ("a",), (Series(say("measured"), (85.0,)),))
    found = Book(xlsx(with_blocks(figure), "en"))
    assert found.beside("Energy", "a") == [0.85]


def test_an_empty_table_says_so() -> None:
    assert "nothing this month" in book().cells["Evidence"].values()


def test_sheets_with_impossible_names_get_possible_ones() -> None:
    long = say("Energy saved [by room]: a*b? /\\' and so on and so forth")
    document = msgspec.structs.replace(sample(), sections=(Section("a", long, ()), Section("b", long, ())))
    sheets = Book(xlsx(document, "en")).sheets
    assert len({name.lower() for name in sheets}) == 4
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in sheets)


def test_nothing_in_it_tells_when_it_was_written() -> None:
    found = book()
    assert {each.date_time for each in found.zip.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert set(re.findall(r"2\d{3}-\d\d-\d\dT[\d:]+Z", found.zip.read("docProps/core.xml").decode())) == {
        "2026-11-01T00:30:00Z"
    }


def test_a_name_that_looks_like_an_address_is_no_link() -> None:
    found = rooms(("https://somewhere.example/", 1.5), ("b", 2.5), total=4.0)
    assert "https://somewhere.example/" in found.texts
    assert not [part for part in found.parts if b"hyperlink" in found.zip.read(part)]

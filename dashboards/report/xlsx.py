"""The report as a workbook: a sheet a section, numbers that are numbers, charts that are drawn from the cells."""

import io
import math
from datetime import UTC, date, datetime
from itertools import count
from typing import Final
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from dashboards.language.catalogs import languages
from dashboards.language.language import Language
from dashboards.report.columns import length
from dashboards.report.document import Amount, Block, Cell, Document, Facts, Figure, Paragraph, Section, Table
from dashboards.report.wording import NOTHING, TOTAL, made, revision, title, written
from dashboards.report.xlsx_paper import SIGNED, frame, sign

_PATTERNS: Final = {
    "kwh": '#,##0.0" kWh"',
    "percent": "0%",
    "hours": '#,##0.0" h"',
    "number": "#,##0.00",
    "amount": "#,##0.00",
}
_WIDEST: Final = 48
_CHARTS: Final = {"stacked": {"type": "column", "subtype": "stacked"}, "bars": {"type": "bar"}}
_CHART_ROWS: Final = 16
_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_SUMMED: Final = frozenset({"kwh", "amount", "number", "hours"})
_WHOLE: Final = "#,##0"


def xlsx(document: Document, language_code: str) -> bytes:
    """Texts are written as texts: no name of anything is ever a formula."""
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm", "strings_to_formulas": False})
    language = languages(document.timezone)[language_code]
    book.set_properties({
        "title": title(document, language),
        "company": language.name(document.site.names, document.site.id),
        "created": document.made_at.astimezone(UTC).replace(tzinfo=None),
    })  # fmt: skip
    last = Section("statutory", document.statutory.title, (document.statutory,))
    taken: set[str] = set()
    for section in (document.summary, *document.sections, last):
        _Sheet(book, document, language, section, taken).write()
    book.close()
    return out.getvalue()


class _Sheet:
    """One section. Rows are used from the top down."""

    def __init__(
        self, book: Workbook, document: Document, language: Language, section: Section, taken: set[str]
    ) -> None:
        self._book, self._document, self._language, self._section = book, document, language, section
        self._sheet: Worksheet = book.add_worksheet(_name(language.words(section.title), taken))
        self._bold = book.add_format({"bold": True})
        self._head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self._large = book.add_format({"bold": True, "font_size": 14})
        self._day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self._instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        self._line = book.add_format({"bottom": 1})
        self._formats: dict[tuple[str, bool], Format] = {}
        self._widths: dict[int, int] = {}
        self._row = 0

    def write(self) -> None:
        """Title, blocks, widths."""
        words = self._language.words
        self._text(0, title(self._document, self._language), self._large)
        self._row += 1
        self._text(0, written(self._document.site, self._language, self._document.currency))
        self._row += 1
        self._text(0, f"{words(revision(self._document))}, {words(made(self._document))}")
        self._row += 2
        for block in self._section.blocks:
            self._block(block)
        if self._section.id in SIGNED:
            self._row = sign(self._sheet, self._row, self._document, self._language, self._line)
        for column, width in self._widths.items():
            self._sheet.set_column(column, column, min(_WIDEST, width + 2))
        frame(self._sheet, self._document, self._language)

    def _block(self, block: Block) -> None:
        if isinstance(block, Paragraph):
            self._text(0, self._language.words(block.words), self._bold if block.tone == "headline" else None)
            self._row += 1
        elif isinstance(block, Facts):
            for fact in block.facts:
                self._text(0, self._language.words(fact.label))
                self._cell(1, fact.amount)
                if fact.note is not None:
                    self._text(2, self._language.words(fact.note))
                self._row += 1
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Figure):
            self._figure(block)
        self._row += 1

    def _table(self, table: Table) -> None:
        self._text(0, self._language.words(table.title), self._bold)
        self._row += 1
        for column, head in enumerate(table.heads):
            self._text(column, self._language.words(head), self._head)
        self._row += 1
        first = self._row
        for row in table.rows:
            is_total = row is table.rows[-1] and row[0] == TOTAL
            for column, cell in enumerate(row):
                if is_total and column and _may_be_summed(table, column):
                    self._sum(column, first, cell)
                else:
                    self._cell(column, cell)
            self._row += 1
        if not table.rows:
            self._text(0, self._language.words(NOTHING))
            self._row += 1
        if table.note is not None:
            self._text(0, self._language.words(table.note))
            self._row += 1

    def _sum(self, column: int, first: int, cell: Cell) -> None:
        assert isinstance(cell, Amount), "only amounts are added up"  # noqa: S101  for the type checker
        letter = chr(ord("A") + column)
        formula = f"=SUM({letter}{first + 1}:{letter}{self._row})"
        self._sheet.write_formula(self._row, column, formula, self._format(cell), cell.value)

    def _figure(self, figure: Figure) -> None:
        """Its numbers as a table, and a chart of them; a map of heat is coloured cells."""
        self._text(0, self._language.words(figure.title), self._bold)
        self._row += 1
        heads = self._row
        down = figure.kind != "heat"
        for place, series in enumerate(figure.series, start=1):
            self._put(heads, place, 0, self._language.words(series.name), down=down)
            for number, value in enumerate(series.values, start=1):
                row, column = (heads + number, place) if down else (heads + place, number)
                if value is not None:
                    self._number(row, column, Amount(figure.unit, value), value)
        for number, label in enumerate(figure.labels, start=1):
            text = label if isinstance(label, str) else self._language.words(label)
            self._put(heads, 0, number, text, down=down)
        height = len(figure.labels) if down else len(figure.series)
        if down and figure.series:
            self._chart(figure, heads)
            height = max(height, _CHART_ROWS)
        elif figure.series:
            self._sheet.conditional_format(
                heads + 1, 1, heads + height, len(figure.labels), {"type": "2_color_scale", "min_color": "#FFFFFF"}
            )
        self._row = heads + height + 1

    def _chart(self, figure: Figure, heads: int) -> None:
        chart = self._book.add_chart(_CHARTS[figure.kind])
        name, last = self._sheet.get_name(), heads + len(figure.labels)
        for place in range(1, len(figure.series) + 1):
            chart.add_series({
                "name": [name, heads, place],
                "categories": [name, heads + 1, 0, last, 0],
                "values": [name, heads + 1, place, last, place],
            })  # fmt: skip
        chart.set_title({"name": self._language.words(figure.title), "overlay": False})
        self._sheet.insert_chart(heads, len(figure.series) + 2, chart, {"x_scale": 1.3})

    def _put(self, heads: int, place: int, number: int, text: str, *, down: bool) -> None:
        row, column = (heads + number, place) if down else (heads + place, number)
        self._sheet.write_string(row, column, text)
        if column == 0:
            self._widths[0] = max(self._widths.get(0, 8), length(text))

    def _cell(self, column: int, cell: Cell) -> None:
        if isinstance(cell, Amount) and cell.value is not None:
            self._number(self._row, column, cell, cell.value)
            self._widths[column] = max(self._widths.get(column, 10), 12)
        elif isinstance(cell, datetime):
            wall = cell.astimezone(ZoneInfo(self._document.timezone)).replace(tzinfo=None)
            self._sheet.write_datetime(self._row, column, wall, self._instant)
            self._widths[column] = max(self._widths.get(column, 10), 17)
        elif isinstance(cell, date):
            self._sheet.write_datetime(self._row, column, datetime(cell.year, cell.month, cell.day), self._day)  # noqa: DTZ001  a day has no zone
        else:
            self._text(column, written(cell, self._language, self._document.currency))

    def _number(self, row: int, column: int, cell: Amount, value: float) -> None:
        shown = value / 100 if cell.unit == "percent" else value
        self._sheet.write_number(row, column, shown, self._format(cell))

    def _text(self, column: int, text: str, form: Format | None = None) -> None:
        self._sheet.write_string(self._row, column, text, form)
        if form is not self._large and column:
            self._widths[column] = max(self._widths.get(column, 10), length(text))
        elif form is None:
            self._widths[column] = max(self._widths.get(column, 10), min(length(text), 30))

    def _format(self, cell: Amount) -> Format:
        """By unit; a plain number without decimals has none: `0.##` would leave `42.` with its point."""
        unit = cell.unit
        is_whole = unit not in _PATTERNS or (
            unit == "number" and cell.value is not None and cell.value == int(cell.value)
        )
        if (unit, is_whole) not in self._formats:
            pattern = _WHOLE if is_whole and unit in _PATTERNS else _PATTERNS.get(unit, "General")
            currency = self._document.currency.replace('"', "")
            if unit == "amount" and currency:
                pattern += f'" {currency}"'
            self._formats[unit, is_whole] = self._book.add_format({"num_format": pattern})
        return self._formats[unit, is_whole]


def _may_be_summed(table: Table, column: int) -> bool:
    """Only what is complete and adds up: where one row is not known, the whole is no sum of the others."""
    cells = [row[column] for row in table.rows]
    values = [cell.value for cell in cells if isinstance(cell, Amount) and cell.unit in _SUMMED]
    known = [value for value in values if value is not None]
    return len(known) == len(cells) > 1 and math.isclose(sum(known[:-1]), known[-1], rel_tol=1e-9, abs_tol=1e-6)


def _name(wanted: str, taken: set[str]) -> str:
    """A sheet's name: at most 31 letters, none of those that are forbidden, no two alike."""
    plain = " ".join(wanted.translate(_FORBIDDEN).split())[:28] or "-"
    names = (plain if number == 1 else f"{plain} {number}" for number in count(1))
    name = next(each for each in names if each.lower() not in taken)
    taken.add(name.lower())
    return name

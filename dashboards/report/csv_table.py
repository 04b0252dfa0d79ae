"""Every figure of the report in one tidy table: section, table, number of the row, row, column, value, unit. For whoever counts on."""

import csv
import io
from collections.abc import Iterator

from dashboards.language.catalogs import languages
from dashboards.language.language import Language
from dashboards.report.document import Amount, Cell, Document, Facts, Figure, Table
from dashboards.report.wording import written
from policies.words import say

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_DIGITS = 6
_UNITS = {"kwh": "kWh", "percent": "%", "hours": "h", "number": ""}
Line = tuple[str, str, int, str, str, str | float, str]


def csv_table(document: Document, language_code: str) -> bytes:
    """UTF-8 with a mark at the beginning, as spreadsheets want it; what a name begins with is never a formula."""
    language = languages(document.timezone)[language_code]
    return _bytes([_heads(language), *_lines(document, language)])


def statutory_csv(document: Document, language_code: str) -> bytes:
    """The table for the statistics office alone, as it is laid out."""
    language = languages(document.timezone)[language_code]
    table = document.statutory
    rows: list[tuple[str | float, ...]] = [tuple(language.words(head) for head in table.heads)]
    rows += [tuple(_value(cell, language, document.currency)[0] for cell in row) for row in table.rows]
    return _bytes(rows)


def _lines(document: Document, language: Language) -> Iterator[Line]:
    statutory = (document.statutory.id, language.words(document.statutory.title), (document.statutory,))
    parts = [(each.id, language.words(each.title), each.blocks) for each in (document.summary, *document.sections)]
    for _, title, blocks in (*parts, statutory):
        for block in blocks:
            if isinstance(block, Table):
                yield from _of_table(title, block, language, document.currency)
            elif isinstance(block, Facts):
                for number, fact in enumerate(block.facts, start=1):
                    value, unit = _value(fact.amount, language, document.currency)
                    yield title, "", number, language.words(fact.label), "", value, unit
            elif isinstance(block, Figure):
                yield from _of_figure(title, block, language, document.currency)


def _of_table(title: str, table: Table, language: Language, currency: str) -> Iterator[Line]:
    name = language.words(table.title)
    heads = [language.words(head) for head in table.heads]
    for number, row in enumerate(table.rows, start=1):
        label = written(row[0], language, currency) or str(number)
        for head, cell in zip(heads[1:], row[1:], strict=True):
            if cell is not None:
                yield title, name, number, label, head, *_value(cell, language, currency)


def _of_figure(title: str, figure: Figure, language: Language, currency: str) -> Iterator[Line]:
    name = language.words(figure.title)
    for series in figure.series:
        for number, (label, value) in enumerate(zip(figure.labels, series.values, strict=True), start=1):
            said = label if isinstance(label, str) else language.words(label)
            shown, unit = _value(Amount(figure.unit, value), language, currency)
            yield title, name, number, said, language.words(series.name), shown, unit


def _value(cell: Cell, language: Language, currency: str) -> tuple[str | float, str]:
    if isinstance(cell, Amount):
        unit = currency if cell.unit == "amount" else _UNITS.get(cell.unit, cell.unit)
        return ("" if cell.value is None else round(cell.value, _DIGITS)), unit
    return written(cell, language, currency), ""


def _heads(language: Language) -> tuple[str, ...]:
    heads = (say("Section"), say("Table"), say("Row number"), say("Row"), say("Column"), say("Value"), say("Unit"))
    return tuple(language.words(head) for head in heads)


def _bytes(rows: list[tuple[str | float, ...]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([_safe(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _safe(cell: str | float) -> str | float:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell

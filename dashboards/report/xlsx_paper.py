"""What a sheet of the workbook has once it is printed: a line above and below, and where it is signed."""

from typing import Final

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from dashboards.language.language import Language
from dashboards.report.document import Document
from dashboards.report.wording import PREPARED_BY, REPORTED_ON, RESPONSIBLE, revision, title

SIGNED: Final = frozenset({"summary", "statutory"})
"""Sheets that leave the house alone: each has its own lines to sign on."""
_FIRST, _LAST = 1, 3
_ROWS_EACH = 2


def frame(sheet: Worksheet, document: Document, language: Language) -> None:
    """As wide as a page, which says at its head what it is and at its foot how many there are."""
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    head = f"{title(document, language)}, {language.words(revision(document))}"
    sheet.set_header("&L" + head.replace("&", "&&"))
    sheet.set_footer("&R&P / &N")


def sign(sheet: Worksheet, row: int, document: Document, language: Language, line: Format) -> int:
    """From `row` on, a line each: the name as it is configured, or nothing, to be written on by hand. Gives the row after them."""
    names = (document.signature.responsible, document.signature.prepared_by, "")
    for label, name in zip((RESPONSIBLE, PREPARED_BY, REPORTED_ON), names, strict=True):
        row += _ROWS_EACH
        sheet.write_string(row, 0, language.words(label))
        for column in range(_FIRST, _LAST + 1):
            sheet.write_blank(row, column, None, line)
        if name:
            sheet.write_string(row, _FIRST, name, line)
    return row + 1

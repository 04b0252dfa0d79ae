"""Every format that a report is made in, by its name. What makes one is read when it is first made: a page needs no fonts."""

from collections.abc import Callable, Mapping
from typing import Final

from dashboards.report.document import Document

Render = Callable[[Document, str], bytes]


def _html(document: Document, language: str) -> bytes:
    from dashboards.report.html_page import html_page  # noqa: PLC0415  only who makes it pays for it

    return html_page(document, language)


def _pdf(document: Document, language: str) -> bytes:
    from dashboards.report.pdf import pdf  # noqa: PLC0415

    return pdf(document, language)


def _xlsx(document: Document, language: str) -> bytes:
    from dashboards.report.xlsx import xlsx  # noqa: PLC0415

    return xlsx(document, language)


def _csv(document: Document, language: str) -> bytes:
    from dashboards.report.csv_table import csv_table  # noqa: PLC0415

    return csv_table(document, language)


def _json(document: Document, language: str) -> bytes:
    from dashboards.report.json_data import json_data  # noqa: PLC0415

    return json_data(document, language)


FORMATS: Final[Mapping[str, Render]] = {"html": _html, "pdf": _pdf, "xlsx": _xlsx, "csv": _csv, "json": _json}


def render(document: Document, form: str, language: str) -> bytes:
    """The file. The same document, form and language give the same bytes. Raises KeyError for others."""
    return FORMATS[form](document, language)

"""The report on paper: A4, page one to be signed, the rest to be checked by whoever doubts it.

Typst sets it from `report.typ`; all texts reach it as JSON, so a device named like a program is only a name. The same
document gives the same bytes: fonts come from a wheel, the creation date is the document's.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files

import msgspec
import typst

from dashboards.language.catalogs import languages
from dashboards.language.language import Language
from dashboards.report.columns import breakable, columns
from dashboards.report.document import Amount, Block, Cell, Document, Facts, Figure, Paragraph, Section, Table
from dashboards.report.figures import figure_svg
from dashboards.report.fonts import font_path
from dashboards.report.wording import (
    NOTHING,
    PREPARED_BY,
    REPORTED_ON,
    RESPONSIBLE,
    TOTAL,
    amount,
    made,
    month_title,
    revision,
    title,
    written,
)
from policies.words import Words, say

_TYPST_LANGUAGES = {"en": ("en", "gb"), "zh_CN": ("zh", "cn")}
_SHORT_LETTERS = 40
_TOGETHER_ROWS = 20
MOST_ROWS = 2000
"""Of one table on paper, some fifty pages; typst holds a whole document in memory, and a thousand rows take a hundred megabytes."""
Data = Mapping[str, object]


def pdf(document: Document, language_code: str) -> bytes:
    """`language_code` of `dashboards.language.catalogs.CODES`. `typst.TypstError` would be a mistake of ours."""
    language = languages(document.timezone)[language_code]
    source = files("dashboards.report").joinpath("report.typ").read_bytes()
    return typst.compile(
        source,
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(font_path().parent)]),
        format="pdf",
        sys_inputs={"report": json.dumps(_report(document, language), ensure_ascii=False)},
        timestamp=document.made_at,
    )


def _report(document: Document, language: Language) -> Data:
    signature = document.signature
    tag, region = _TYPST_LANGUAGES[language.code]
    last = Section("statutory", document.statutory.title, (document.statutory,))
    site = language.name(document.site.names, document.site.id)
    return {
        "site": site,
        "site-short": site if len(site) <= _SHORT_LETTERS else f"{site[:_SHORT_LETTERS]}…",
        "title": title(document, language),
        "month": month_title(document, language),
        "revision": language.words(revision(document)),
        "made": language.words(made(document)),
        "lang": tag,
        "region": region,
        "nothing": language.words(NOTHING),
        "signature": [
            {"label": language.words(RESPONSIBLE), "name": signature.responsible},
            {"label": language.words(PREPARED_BY), "name": signature.prepared_by},
            {"label": language.words(REPORTED_ON), "name": ""},
        ],
        "summary": [_block(block, language, document.currency) for block in document.summary.blocks],
        "sections": [
            {
                "title": language.words(section.title),
                "fresh": section is last or section is (*document.sections, last)[0],
                "signed": section is last,
                "blocks": [
                    # A table that is the whole section needs no second title.
                    {**_block(block, language, document.currency), **({"title": None} if _is_alone(section) else {})}
                    for block in section.blocks
                ],
            }
            for section in (*document.sections, last)
        ],
    }


def _is_alone(section: Section) -> bool:
    return len(section.blocks) == 1 and getattr(section.blocks[0], "title", None) == section.title


def _block(block: Block, language: Language, currency: str) -> Data:
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "text": language.words(block.words), "tone": block.tone}
    if isinstance(block, Facts):
        return {"kind": "facts", "facts": _facts(block, language, currency)}
    if isinstance(block, Figure):
        svg = figure_svg(block, language, currency).decode()
        return {"kind": "figure", "title": language.words(block.title), "svg": svg}
    return _table(block, language, currency)


def _facts(block: Facts, language: Language, currency: str) -> Sequence[Data]:
    return [
        {
            "label": language.words(fact.label),
            "value": amount(fact.amount, language, currency),
            "known": fact.amount.value is not None,
            "note": None if fact.note is None else language.words(fact.note),
        }
        for fact in block.facts
    ]


def _table(whole: Table, language: Language, currency: str) -> Data:
    table, left_out = _printed(whole)
    heads = [language.words(head) for head in table.heads]
    rows = [[written(cell, language, currency) for cell in row] for row in table.rows]
    numeric = [_is_numeric([row[place] for row in table.rows]) for place in range(len(heads))]
    instants = [any(isinstance(row[place], date) for row in table.rows) for place in range(len(heads))]
    widths = columns(heads, rows, [one or other for one, other in zip(numeric, instants, strict=True)])
    return {
        "kind": "table",
        "title": language.words(table.title),
        "heads": heads,
        "numeric": numeric,
        "rows": [
            {
                "total": row[0] == TOTAL,
                "cells": [
                    text if numeric[place] or instants[place] else breakable(text) for place, text in enumerate(texts)
                ],
            }
            for row, texts in zip(table.rows, rows, strict=True)
        ],
        "note": " ".join(language.words(each) for each in (left_out, table.note) if each is not None) or None,
        "points": widths.points,
        "weights": widths.weights,
        "share": widths.share,
        "breakable": len(rows) > _TOGETHER_ROWS,
    }


def _printed(table: Table) -> tuple[Table, Words | None]:
    """What of it goes on paper, and what to say where that is not all: nobody reads two hundred pages of cases."""
    if len(table.rows) <= MOST_ROWS:
        return table, None
    kept = msgspec.structs.replace(table, rows=table.rows[:MOST_ROWS])
    words = say(
        "The first {shown} of {rows}. All of them are in the workbook, the CSV table and the data.",
        shown=MOST_ROWS,
        rows=len(table.rows),
    )
    return kept, words


def _is_numeric(cells: Sequence[Cell]) -> bool:
    """A column of quantities, which stand under each other by their last digit."""
    return any(isinstance(cell, Amount) for cell in cells) and all(isinstance(cell, Amount | None) for cell in cells)

"""The report as data: figures by stable names, the same in every language, so that two of them can be compared."""

from datetime import UTC, date, datetime

import msgspec

from dashboards.report.document import Amount, Block, Cell, Document, Facts, Figure, Name, Paragraph, Table
from policies.words import Words

_DIGITS = 6
Plain = None | bool | float | str | list["Plain"] | dict[str, "Plain"]


def json_data(document: Document, language_code: str) -> bytes:
    """Texts are English, whatever the language: names of figures must not move with it."""
    del language_code
    parts = (document.summary, *document.sections)
    said: dict[str, Plain] = {
        "site": document.site.id,
        "month": f"{document.year:04d}-{document.month:02d}",
        "revision": document.revision,
        "made_at": document.made_at.astimezone(UTC).isoformat(),
        "currency": document.currency,
        **{section.id: _of_blocks(section.blocks) for section in parts},
        document.statutory.id: _of_table(document.statutory),
        "titles": {block.id: str(block.title) for block in _named_blocks(document)},
    }
    return msgspec.json.format(msgspec.json.encode(said), indent=1) + b"\n"


def _named_blocks(document: Document) -> list[Table | Figure]:
    parts = (document.summary, *document.sections)
    found = [block for section in parts for block in section.blocks if isinstance(block, Table | Figure)]
    return [*found, document.statutory]


def _of_blocks(blocks: tuple[Block, ...]) -> Plain:
    said: dict[str, Plain] = {}
    notes: list[Plain] = []
    for block in blocks:
        if isinstance(block, Table):
            said[block.id] = _of_table(block)
        elif isinstance(block, Facts):
            said |= {str(fact.label): _plain(fact.amount) for fact in block.facts}
        elif isinstance(block, Figure):
            said[block.id] = _of_figure(block)
        elif isinstance(block, Paragraph):
            notes.append(str(block.words))
    if notes:
        said["notes"] = notes
    return said


def _of_table(table: Table) -> Plain:
    """By the first cell where that names a row, else in order."""
    heads = [str(head) for head in table.heads]
    rows = [[_plain(cell) for cell in row] for row in table.rows]
    labels = [str(row[0]) for row in rows]
    if len(set(labels)) == len(labels):
        return {label: _row(heads[1:], row[1:]) for label, row in zip(labels, rows, strict=True)}
    return [_row(heads, row) for row in rows]


def _row(heads: list[str], row: list[Plain]) -> Plain:
    return row[0] if len(row) == 1 else dict(zip(heads, row, strict=True))


def _of_figure(figure: Figure) -> Plain:
    return _named(
        [str(series.name) for series in figure.series],
        [
            _named(
                [str(label) for label in figure.labels], [_plain(Amount(figure.unit, each)) for each in series.values]
            )
            for series in figure.series
        ],
    )


def _named(names: list[str], values: list[Plain]) -> Plain:
    """By name where no two are called alike: none is lost."""
    return dict(zip(names, values, strict=True)) if len(set(names)) == len(names) else values


def _plain(cell: Cell) -> Plain:
    if isinstance(cell, Amount):
        return None if cell.value is None else round(cell.value, _DIGITS)
    if isinstance(cell, Name):
        return cell.id
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell) if isinstance(cell, Words) else cell

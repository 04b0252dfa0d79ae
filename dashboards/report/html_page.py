"""The report as one page that needs nothing else: no script, no network, its figures inside. For the screen, and for paper."""

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dashboards.language.catalogs import languages
from dashboards.language.language import Language
from dashboards.report.document import Amount, Block, Cell, Document, Facts, Figure, Paragraph, Section, Table
from dashboards.report.figures import figure_svg
from dashboards.report.wording import (
    NOTHING,
    PREPARED_BY,
    REPORTED_ON,
    RESPONSIBLE,
    TOTAL,
    made,
    revision,
    title,
    written,
)
from policies.words import say

_KINDS = ((Paragraph, "paragraph"), (Facts, "facts"), (Table, "table"), (Figure, "figure"))


def html_page(document: Document, language_code: str) -> bytes:
    """Everything is escaped by the template; the figures' SVG is ours."""
    language = languages(document.timezone)[language_code]
    environment = Environment(
        loader=PackageLoader("dashboards.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html").render(
        document=document,
        language=language,
        words=language.words,
        title=title(document, language),
        site=language.name(document.site.names, document.site.id),
        edition=f"{language.words(revision(document))}, {language.words(made(document))}",
        sections=(*document.sections, Section("statutory", document.statutory.title, (document.statutory,))),
        signature=(
            (RESPONSIBLE, document.signature.responsible),
            (PREPARED_BY, document.signature.prepared_by),
            (REPORTED_ON, ""),
        ),
        contents=say("Contents"),
        nothing=NOTHING,
        kind=_kind,
        cell=lambda each: written(each, language, document.currency),
        is_number=_is_number,
        is_total=lambda row: row[0] == TOTAL,
        drawn=lambda figure: _drawn(figure, language, document.currency),
    )
    return page.encode()


def _kind(block: Block) -> str:
    return next(name for kind, name in _KINDS if isinstance(block, kind))


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, Amount)


def _drawn(figure: Figure, language: Language, currency: str) -> Markup:
    """Without the XML declaration, which has no place inside a page."""
    svg = figure_svg(figure, language, currency).decode()
    return Markup(svg[svg.index("<svg") :])  # noqa: S704  drawn by us

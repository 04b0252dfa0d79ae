"""A figure of the report as SVG: readable in grey, with its unit at its axis and gaps that stay gaps.

The same figure gives the same bytes. Letters are drawn as paths, so whoever shows it needs no font.
"""

from dashboards.language.language import NO_DATA, Language
from dashboards.report.document import Amount, Figure
from dashboards.report.wording import amount, written

_AXES = {"kwh": "kWh", "percent": "%", "hours": "h", "celsius": "°C", "watts": "W"}


def figure_svg(figure: Figure, language: Language, currency: str) -> bytes:
    """One `<svg>` element, as wide as the text of a page (17 cm); its ids begin with the figure's, for pages with several.

    matplotlib takes a second to come and is only fetched by whoever draws; safe in any thread.
    """
    from dashboards.report.drawing import Picture, draw  # noqa: PLC0415  a daemon that makes no report never pays for it

    picture = Picture(
        id=figure.id,
        title=language.words(figure.title),
        kind=figure.kind,
        unit=currency if figure.unit == "amount" else _AXES.get(figure.unit, ""),
        labels=tuple(written(label, language, currency) for label in figure.labels),
        names=tuple(language.words(series.name) for series in figure.series),
        rows=tuple(series.values for series in figure.series),
        low=figure.low,
        high=figure.high,
        no_data=language.words(NO_DATA),
        tick=lambda value: language.number(value, "#,##0.##"),
        value=lambda value: amount(Amount(figure.unit, value), language, currency),
    )
    return draw(picture)

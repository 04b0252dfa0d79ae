"""How bars and heat maps are drawn with matplotlib, without pyplot and its global state.

Colours are Okabe and Ito's, told apart by hatches where a printer knows only grey; the heat map's lightness only falls.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from math import nan

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from dashboards.report.lettering import named, prepared, shown, wrapped

_WIDTH_INCHES = 17 / 2.54
_INK, _RULE = "#222222", "#c8c8c8"
_FILLS = ("#0072B2", "#F0E442", "#56B4E9", "#D55E00", "#E69F00", "#009E73", "#CC79A7", "#BBBBBB")
_HATCHES = ("", "", "////", "....", "\\\\\\\\", "xxxx", "----", "++++")
_HEAT, _STEPS = "YlGnBu", 8
_POINTS = 8.0
_TICKS_AT_MOST = 16
_TALLEST_INCHES = 8.6
_LINE_INCHES = 0.25


@dataclass(frozen=True)
class Picture:
    """A figure in one language. `rows`: a row a name, a value a label. `tick`, `value`: a number at an axis, at a bar."""

    id: str
    title: str
    kind: str
    unit: str
    labels: Sequence[str]
    names: Sequence[str]
    rows: Sequence[Sequence[float | None]]
    low: Sequence[float | None]
    high: Sequence[float | None]
    no_data: str
    tick: Callable[[float], str]
    value: Callable[[float], str]


def draw(picture: Picture) -> bytes:
    """The `<svg>` element, UTF-8."""
    glyphs = prepared()
    figure = Figure(figsize=(_WIDTH_INCHES, _height(picture)), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.subplots()
    if all(value is None for row in picture.rows for value in row):
        axes.set_axis_off()
        axes.text(0.5, 0.5, picture.no_data, ha="center", va="center", color=_INK, fontsize=_POINTS + 1)
    else:
        {"stacked": _stacked, "bars": _bars, "heat": _heat}[picture.kind](axes, picture, glyphs)
    out = BytesIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Title": shown(picture.title, glyphs)})
    text = out.getvalue().decode()
    own = f"{picture.id}-"
    for before in ('id="', "url(#", 'href="#'):
        text = text.replace(before, before + own)
    return text[text.index("<svg") :].encode()


def _stacked(axes: Axes, picture: Picture, glyphs: frozenset[int]) -> None:
    places = range(len(picture.labels))
    tops = [0.0] * len(picture.labels)
    for number, row in enumerate(picture.rows):
        known = [0.0 if value is None else value for value in row]
        bars = axes.bar(places, known, bottom=tops, label=named(picture.names[number], glyphs))
        _paint(bars, number)
        tops = [top + value for top, value in zip(tops, known, strict=True)]
    for place, top in zip(places, tops, strict=True):
        if any(row[place] is None for row in picture.rows):
            axes.annotate("?", (place, top), (0, 1.5), textcoords="offset points", ha="center", fontsize=_POINTS)
    every = -(-len(picture.labels) // _TICKS_AT_MOST)
    texts = [wrapped(shown(label, glyphs), 14) for label in picture.labels]
    axes.set_xticks(list(places)[::every], texts[::every], fontsize=_POINTS)
    axes.set_xlim(-0.7, len(picture.labels) - 0.3)
    _scale(axes, picture, "y")
    if any(value is None for row in picture.rows for value in row):
        _note(axes, f"?  {picture.no_data}")
    _legend(axes, picture)


def _bars(axes: Axes, picture: Picture, glyphs: frozenset[int]) -> None:
    count = len(picture.rows)
    thick = 0.8 / count
    for number, row in enumerate(picture.rows):
        places = [place + (number - (count - 1) / 2) * thick for place in range(len(picture.labels))]
        ends = [0.0 if value is None else value for value in row]
        bars = axes.barh(places, ends, height=thick * 0.9, label=named(picture.names[number], glyphs))
        _paint(bars, number)
        for index, (place, value) in enumerate(zip(places, row, strict=True)):
            low, high = _interval(picture, index) if number == 0 else (None, None)
            if value is not None and low is not None and high is not None:
                axes.plot([low, high], [place, place], color="black", linewidth=1.1, marker="|", markersize=6)
            said = picture.no_data if value is None else picture.value(value)
            at = max(value or 0.0, high or 0.0, 0.0)
            axes.annotate(said, (at, place), (4, 0), textcoords="offset points", va="center", fontsize=_POINTS - 1)
    texts = [wrapped(shown(label, glyphs), 30) for label in picture.labels]
    axes.set_yticks(range(len(texts)), texts, fontsize=_POINTS)
    axes.invert_yaxis()
    axes.margins(x=0.14)
    _scale(axes, picture, "x")
    _legend(axes, picture)


def _heat(axes: Axes, picture: Picture, glyphs: frozenset[int]) -> None:
    rows = [[nan if value is None else value for value in row] for row in picture.rows]
    mesh = axes.pcolormesh(rows, cmap=mpl.colormaps[_HEAT].resampled(_STEPS), edgecolors="white", linewidth=0.6)
    gaps = [(x, y) for y, row in enumerate(picture.rows) for x, value in enumerate(row) if value is None]
    for place in gaps:
        axes.add_patch(Rectangle(place, 1, 1, fill=False, hatch="////", edgecolor="#999999", linewidth=0))
    every = -(-len(picture.labels) // _TICKS_AT_MOST)
    places = [number + 0.5 for number in range(len(picture.labels))]
    texts = [wrapped(shown(label, glyphs), 8) for label in picture.labels]
    axes.set_xticks(places[::every], texts[::every], fontsize=_POINTS)
    names = [wrapped(shown(name, glyphs), 24) for name in picture.names]
    axes.set_yticks([number + 0.5 for number in range(len(names))], names, fontsize=_POINTS)
    axes.invert_yaxis()
    axes.tick_params(length=0, colors=_INK)
    axes.spines[:].set_visible(False)
    figure = axes.get_figure(root=True)
    if figure is not None:
        bar = figure.colorbar(mesh, ax=axes, pad=0.015, fraction=0.04, aspect=14)
        bar.outline.set_visible(False)
        bar.set_label(picture.unit, fontsize=_POINTS, color=_INK)
        bar.ax.yaxis.set_major_locator(MaxNLocator(4))
        bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: picture.tick(value)))
        bar.ax.tick_params(labelsize=_POINTS, length=2, colors=_INK)
    if gaps:
        _note(axes, f"////  {picture.no_data}")


def _scale(axes: Axes, picture: Picture, along: str) -> None:
    """The axis of the numbers: few ticks, their unit, a light grid; the other has its labels only."""
    axis, other = (axes.yaxis, axes.xaxis) if along == "y" else (axes.xaxis, axes.yaxis)
    axis.set_major_locator(MaxNLocator(5))
    axis.set_major_formatter(FuncFormatter(lambda value, _: picture.tick(value)))
    axis.set_tick_params(length=0, labelsize=_POINTS, colors=_INK)
    axis.grid(visible=True, color=_RULE, linewidth=0.5)
    other.set_tick_params(length=0, colors=_INK)
    axis.set_label_text(picture.unit, fontsize=_POINTS, color=_INK)
    axes.set_axisbelow(True)
    axes.spines[:].set_visible(False)
    (axes.axhline if along == "y" else axes.axvline)(0, color=_INK, linewidth=0.8)


def _note(axes: Axes, text: str) -> None:
    """What a mark in the figure means, in small print."""
    axes.set_xlabel(text, fontsize=_POINTS - 1, loc="right", color=_INK)


def _legend(axes: Axes, picture: Picture) -> None:
    if len(picture.rows) > 1:
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=min(5, len(picture.rows)),
            frameon=False,
            fontsize=_POINTS,
            labelcolor=_INK,
            borderaxespad=0.2,
            handlelength=1.6,
            handleheight=1.0,
        )


def _interval(picture: Picture, index: int) -> tuple[float | None, float | None]:
    known = index < len(picture.low) and index < len(picture.high)
    return (picture.low[index], picture.high[index]) if known else (None, None)


def _paint(bars: BarContainer, number: int) -> None:
    for bar in bars:
        bar.set_facecolor(_FILLS[number % len(_FILLS)])
        bar.set_edgecolor("#333333")
        bar.set_hatch(_HATCHES[number % len(_HATCHES)])
        bar.set_linewidth(0.4)


def _height(picture: Picture) -> float:
    if picture.kind == "stacked":
        return 2.3
    if picture.kind == "heat":
        return min(_TALLEST_INCHES, 0.7 + _LINE_INCHES * len(picture.rows))
    lines = len(picture.labels) * len(picture.rows)
    around = 0.3 + (0.15 if picture.unit else 0.0) + (0.25 if len(picture.rows) > 1 else 0.0)
    return min(_TALLEST_INCHES, around + _LINE_INCHES * max(1, lines))

"""Figures of the report: the same bytes, gaps that stay gaps, names that are only letters, readable in grey."""

import re
import xml.etree.ElementTree as ET
from importlib.machinery import ModuleSpec
from itertools import pairwise

import matplotlib as mpl
import msgspec
import pytest
from report_samples import HOSTILE, sample

from dashboards.language.catalogs import CODES, languages
from dashboards.report import drawing, fonts
from dashboards.report.columns import breakable, columns, length
from dashboards.report.document import Figure, Series
from dashboards.report.figures import figure_svg
from policies.words import say

FIGURES = [block for block in sample().sections[0].blocks if isinstance(block, Figure)]
BARS = next(figure for figure in FIGURES if figure.kind == "bars")


def drawn(figure: Figure, code: str = "en") -> str:
    return figure_svg(figure, languages("Asia/Shanghai")[code], "CNY").decode()


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: str(figure.kind))
def test_a_figure_is_one_svg_as_wide_as_the_page_and_the_same_each_time(figure: Figure, code: str) -> None:
    svg = drawn(figure, code)
    root = ET.fromstring(svg)  # noqa: S314  our own

    assert root.tag.endswith("svg")
    assert float(root.attrib["width"].removesuffix("pt")) == pytest.approx(17 / 2.54 * 72, abs=0.1)
    assert svg == drawn(figure, code)
    assert "<text" not in svg  # letters are paths: no font is asked for
    assert "<image" not in svg


def test_ids_of_two_figures_never_meet_and_references_point_at_what_is_there() -> None:
    seen: set[str] = set()
    for figure in FIGURES:
        root = ET.fromstring(drawn(figure))  # noqa: S314  our own
        ids = {part.attrib["id"] for part in root.iter() if "id" in part.attrib}
        values = [(name, value) for part in root.iter() for name, value in part.attrib.items()]
        asked = {value[1:] for name, value in values if name.endswith("href")}
        asked |= {found for _, value in values for found in re.findall(r"url\(#([^)]+)\)", value)}

        assert asked
        assert asked <= ids
        assert not ids & seen
        seen |= ids


def test_it_says_what_is_unknown_in_words() -> None:
    known = msgspec.structs.replace(BARS, series=(Series(say("measured"), (1.0, 2.0, 3.0)),))

    assert "<!-- no data -->" in drawn(BARS)
    assert "<!-- 无数据 -->" in drawn(BARS, "zh_CN")
    assert "no data" not in drawn(known)


@pytest.mark.parametrize("kind", ["stacked", "bars", "heat"])
def test_a_figure_of_which_nothing_is_known_says_only_that(kind: str) -> None:
    for series in ((), (Series(say("measured"), (None, None, None)),)):
        figure = msgspec.convert({**msgspec.to_builtins(BARS), "kind": kind, "series": []}, Figure)
        svg = drawn(msgspec.structs.replace(figure, series=series))
        assert svg.count("<!-- ") == 1
        assert "<!-- no data -->" in svg


def test_a_gap_in_a_stack_is_marked() -> None:
    stacked = next(figure for figure in FIGURES if figure.kind == "stacked")

    assert drawn(stacked).count("<!-- ? -->") == 1


def test_money_names_its_currency_and_energy_its_unit() -> None:
    assert "<!-- CNY -->" in drawn(msgspec.structs.replace(BARS, unit="amount"))
    assert "<!-- kWh -->" in drawn(BARS)


@pytest.mark.parametrize(
    "name", [HOSTILE, "$x^{2$", "a\x00\x08b", "😀", "العربية", "a -- b --> c", "é" * 300, "室" * 300, "", "_x"]
)
def test_names_are_only_letters(name: str) -> None:
    for kind in ("stacked", "bars", "heat"):
        figure = Figure(
            "f",
            say("{name}", name=name),
            "bars",
            "kwh",
            (name, "b"),
            (Series(say("{name}", name=name), (1.0, 2.0)),) * 2,
        )
        ET.fromstring(drawn(msgspec.structs.replace(figure, kind=kind)))  # noqa: S314  our own


def test_every_series_is_told_apart_in_grey() -> None:
    looks = list(zip((grey(fill) for fill in drawing._FILLS), drawing._HATCHES, strict=True))
    alike = [
        (one, other)
        for one in looks
        for other in looks
        if one < other and one[1] == other[1] and abs(one[0] - other[0]) < 0.2
    ]

    assert alike == []


def test_the_heat_map_only_gets_darker() -> None:
    steps = mpl.colormaps[drawing._HEAT].resampled(drawing._STEPS)
    lightness = [grey(mpl.colors.to_hex(steps(step))) for step in range(drawing._STEPS)]

    assert all(before - after > 0.05 for before, after in pairwise(lightness))


def grey(colour: str) -> float:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_missing_font_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> ModuleSpec | None:
        del name
        return None

    fonts.font_path.cache_clear()
    monkeypatch.setattr(fonts, "find_spec", nothing)
    with pytest.raises(fonts.FontMissingError, match="install zhplot"):
        fonts.font_path()
    monkeypatch.undo()
    assert fonts.font_path().is_file()


def test_columns_share_the_page_and_numbers_never_break() -> None:
    long = "word " * 60
    found = columns(("Name", "kWh"), [(long, "1,234,567.8 kWh")], (False, True))
    page_points = 17 / 2.54 * 72

    assert sum(found.weights) == pytest.approx(page_points, rel=0.01)
    assert found.weights[1] >= length("1,234,567.8 kWh") * found.points * 0.5
    assert columns(("Name", "kWh"), [("a", "1 kWh")], (False, True)).share == 0.5
    assert columns(("Name",) * 40, [("12345678",) * 40], (True,) * 40).points == 6.0


def test_long_words_may_break_and_short_ones_stay() -> None:
    assert breakable("Room 302") == "Room 302"
    assert breakable("after_hours_power").split("\u200b") == ["after_", "hours_", "power"]
    assert max(len(part) for part in breakable("x" * 50).split("\u200b")) == 12
    assert length("室a") == 3

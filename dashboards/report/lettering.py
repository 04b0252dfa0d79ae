"""Which letters a figure has, how long names wrap in it, and the settings of matplotlib that make it the same each time."""

import textwrap
from functools import cache

import matplotlib as mpl
from matplotlib.font_manager import fontManager, get_font

from dashboards.report.fonts import FAMILY, font_path


def wrapped(text: str, width: int) -> str:
    """Chinese letters are twice as wide as Latin ones."""
    wide = sum(ord(letter) > 0x2E80 for letter in text) * 2 > len(text)  # noqa: PLR2004  where CJK begins
    return "\n".join(textwrap.wrap(text, width // 2 if wide else width, max_lines=2, placeholder="…"))


def named(name: str, glyphs: frozenset[int]) -> str:
    """A name in the legend, where matplotlib leaves out what has none or begins with `_`."""
    text = wrapped(shown(name, glyphs), 24) or "–"
    return f" {text}" if text.startswith("_") else text


def shown(text: str, glyphs: frozenset[int]) -> str:
    """A letter that no font of ours has is a box: matplotlib would complain of each, and some break an SVG."""
    return "".join(letter if ord(letter) in glyphs else "□" for letter in text)


@cache
def prepared() -> frozenset[int]:
    """Settings that never change again, and the letters there are."""
    fontManager.addfont(font_path())
    families = [FAMILY, "DejaVu Sans"]
    mpl.rcParams.update(
        {"svg.hashsalt": "officed", "text.parse_math": False, "font.family": families, "axes.unicode_minus": True}
    )
    paths = [str(font_path()), fontManager.findfont("DejaVu Sans")]
    return frozenset(number for path in paths for number in get_font(path).get_charmap())

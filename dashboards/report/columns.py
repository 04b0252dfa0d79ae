"""How wide the columns of a printed table are: measured in letters, before there is a page to measure on.

A column of numbers never breaks; a column of names gives way. Lengths are in halves of a Chinese letter, which a Latin
letter is about as wide as.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

_PAGE_POINTS = 17 / 2.54 * 72
_SIZES_POINTS = (9.0, 8.0, 7.0, 6.0)
_LETTER = 0.56
_PADDING_POINTS = 7.2
_ROOMY = 1.5
_LEAST_LETTERS = 6
_BREAK = "\N{ZERO WIDTH SPACE}"


@dataclass(frozen=True)
class Columns:
    """`points`: the size of the letters; `weights`: shares of the table's width; `share`: the table's of the page's."""

    points: float
    weights: tuple[float, ...]
    share: float


def columns(heads: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> Columns:
    """The largest letters with which every column has what it cannot do without."""
    natural = [max((length(row[place]) for row in (heads, *rows)), default=1) for place in range(len(heads))]
    least = [
        max(_LEAST_LETTERS, *(length(row[place]) for row in rows), _longest_word(heads[place]))
        if is_number and rows
        else min(natural[place], max(_LEAST_LETTERS, 14))
        for place, is_number in enumerate(numeric)
    ]
    for points in _SIZES_POINTS:
        if sum(_points(letters, points) for letters in least) <= _PAGE_POINTS:
            break
    wished = [_points(letters, points) for letters in natural]
    floor = [_points(letters, points) for letters in least]
    if sum(wished) <= _PAGE_POINTS:
        return Columns(points, tuple(wished), min(1.0, _ROOMY * sum(wished) / _PAGE_POINTS))
    return Columns(points, _shared(wished, floor), 1.0)


def breakable(text: str, letters: int = 12) -> str:
    """The text with places where a line may break in words that are longer than a column."""
    return " ".join(_broken(word, letters) if length(word) > letters else word for word in text.split(" "))


def length(text: str) -> int:
    """In halves of a Chinese letter."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _broken(word: str, letters: int) -> str:
    out, run = "", 0
    for letter in word:
        out, run = out + letter, run + 1
        if letter in "_-/.:@" or run >= letters:
            out, run = out + _BREAK, 0
    return out


def _shared(wished: Sequence[float], floor: Sequence[float]) -> tuple[float, ...]:
    """What is left when everybody has the least is given by what is still wished for."""
    left = max(0.0, _PAGE_POINTS - sum(floor))
    more = [max(0.0, wish - least) for wish, least in zip(wished, floor, strict=True)]
    whole = sum(more) or 1.0
    return tuple(least + left * each / whole for least, each in zip(floor, more, strict=True))


def _points(letters: int, points: float) -> float:
    return letters * points * _LETTER + _PADDING_POINTS


def _longest_word(text: str) -> int:
    return max((length(word) for word in text.split()), default=1) if text.isascii() else 4

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
_HALF, _NEARLY_WHOLE = 0.5, 0.8
_WORD_LETTERS = 12
_BREAK = "\N{ZERO WIDTH SPACE}"


@dataclass(frozen=True)
class Columns:
    """`points`: the size of the letters; `weights`: shares of the table's width; `share`: the table's of the page's."""

    points: float
    weights: tuple[float, ...]
    share: float


def columns(heads: Sequence[str], rows: Sequence[Sequence[str]], rigid: Sequence[bool]) -> Columns:
    """The largest letters with which every column has what it cannot do without; a `rigid` one breaks in no cell."""
    natural = [max((length(row[place]) for row in (heads, *rows)), default=1) for place in range(len(heads))]
    least = [
        max((length(row[place]) if is_rigid else _longest_word(row[place]) for row in rows), default=1)
        for place, is_rigid in enumerate(rigid)
    ]
    least = [max(need, _longest_word(head)) for need, head in zip(least, heads, strict=True)]
    largest = _SIZES_POINTS[0]
    wished = [_points(letters, largest) for letters in natural]
    if sum(wished) <= _PAGE_POINTS:
        share = _ROOMY * sum(wished) / _PAGE_POINTS
        return Columns(largest, tuple(wished), 1.0 if share > _NEARLY_WHOLE else max(_HALF, share))
    points = next((each for each in _SIZES_POINTS[1:] if _whole(least, each) <= _PAGE_POINTS), _SIZES_POINTS[-1])
    wished = [_points(_usual([row[place] for row in rows]), points) for place in range(len(heads))]
    return Columns(points, _shared(wished, [_points(letters, points) for letters in least]), 1.0)


def breakable(text: str) -> str:
    """The text with places where a line may break in words that are longer than a narrow column."""
    return " ".join(_broken(word) if length(word) > _WORD_LETTERS else word for word in text.split(" "))


def length(text: str) -> int:
    """In halves of a Chinese letter."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _broken(word: str) -> str:
    out, run = "", 0
    for letter in word:
        out, run = out + letter, run + 1
        if letter in "_-/.:@" or run >= _WORD_LETTERS:
            out, run = out + _BREAK, 0
    return out


def _shared(wished: Sequence[float], least: Sequence[float]) -> tuple[float, ...]:
    """What is left when everybody has the least is given by what is still wished for."""
    left = max(0.0, _PAGE_POINTS - sum(least))
    more = [max(0.0, wish - need) for wish, need in zip(wished, least, strict=True)]
    whole = sum(more) or 1.0
    return tuple(
        min(need + left * each / whole, max(wish, need)) for need, each, wish in zip(least, more, wished, strict=True)
    )


def _usual(texts: Sequence[str]) -> int:
    """Nine in ten are no longer; the tenth may take another line."""
    lengths = sorted(length(text) for text in texts)
    return lengths[(len(lengths) * 9 - 1) // 10] if lengths else 1


def _whole(letters: Sequence[int], points: float) -> float:
    return sum(_points(each, points) for each in letters)


def _points(letters: int, points: float) -> float:
    return letters * points * _LETTER + _PADDING_POINTS


def _longest_word(text: str) -> int:
    """Chinese breaks anywhere, but three letters are the least that looks like words."""
    if not text.isascii():
        return min(length(text), 6)
    return min(max((len(word) for word in text.split()), default=1), _WORD_LETTERS)

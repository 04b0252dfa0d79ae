"""What bounds a template that a stranger wrote: no clock here, so the work itself is counted.

Every loop turn, filter and call is paid for from a purse that is filled once a rendering; sizes are checked before anything
is made. Whoever runs out gets TooMuch.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from jinja2.exceptions import TemplateRuntimeError

TURNS: Final = 20_000
"""Nodes of the template that one rendering may visit."""
OUTPUT_CHARACTERS: Final = 16 * 1024
SOURCE_CHARACTERS: Final = 8 * 1024
VALUE_SIZE: Final = 64 * 1024
"""No text and no list that a template makes is longer."""

_REGEX_LENGTH: Final = 200
_REGEX_SUBJECT: Final = 128
_REGEX_OPEN_ENDED: Final = 3
_REGEX_BRANCHES: Final = 12
_LARGEST: Final = 10**18
_LARGEST_EXPONENT: Final = 32


class TooMuch(TemplateRuntimeError):  # noqa: N818  what it says is the whole story
    """The template wants more work or memory than any honest one."""


class Purse:
    """What is left of one rendering. One thread; filled anew by `fill`."""

    def __init__(self) -> None:
        self._left = TURNS

    def fill(self) -> None:
        """A new rendering begins."""
        self._left = TURNS

    def pay(self, turns: int = 1) -> None:
        """Raises TooMuch when nothing is left."""
        self._left -= turns
        if self._left < 0:
            raise TooMuch("it never comes to an end")

    def weighed(self, value: object) -> object:
        """The value, paid for all that is in it, however often: what is small in memory may be endless when written out."""
        waiting = [value]
        while waiting:
            one = waiting.pop()
            self.pay()
            if isinstance(one, str):
                self.pay(len(one) // 256)
            elif isinstance(one, list | tuple | set):
                self.pay(len(one))
                waiting.extend(one)
            elif isinstance(one, dict):
                self.pay(len(one))
                waiting.extend(one.values())
        return value

    def metered(self, values: Iterable[object], weight: int) -> Iterator[object]:
        """The same values, each paid with `weight`."""
        for value in values:
            self.pay(weight)
            yield value


def sized(value: object) -> object:
    """The value, unless it is too long."""
    if isinstance(value, str | list | tuple | dict | set) and len(value) > VALUE_SIZE:
        raise TooMuch("it makes a value without end")
    return value


def computed(operator: str, left: object, right: object) -> None:
    """Raises TooMuch where `left operator right` would be too large to make."""
    if operator == "**":
        is_small = isinstance(right, int | float) and abs(right) <= _LARGEST_EXPONENT
        if not is_small or not isinstance(left, int | float) or abs(left) > _LARGEST:
            raise TooMuch("it computes a power that is too large")
    elif operator == "*":
        sizes = [len(one) for one in (left, right) if isinstance(one, str | list | tuple)]
        times = [abs(one) for one in (left, right) if isinstance(one, int | float)]
        if any(one > _LARGEST for one in times) or (sizes and times and sizes[0] * times[0] > VALUE_SIZE):
            raise TooMuch("it multiplies beyond measure")
    elif operator == "+":
        if isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
            if len(left) + len(right) > VALUE_SIZE:
                raise TooMuch("it makes a value without end")
        elif any(isinstance(one, int) and abs(one) > _LARGEST for one in (left, right)):
            raise TooMuch("it adds beyond measure")
    elif operator == "%" and isinstance(left, str):
        raise TooMuch("it formats a text with %, which is not supported")


def findall(subject: object, pattern: object) -> list[object]:
    """`re.findall`, for patterns that cannot take for ever: few branches, few open ends, no repeated groups."""
    text, wanted = str(subject), str(pattern)
    open_ended = len(re.findall(r"[*+{]", wanted))
    branches = wanted.count("|") + len(re.findall(r"[^(]\?", wanted))
    is_simple = open_ended <= _REGEX_OPEN_ENDED and branches <= _REGEX_BRANCHES and not re.search(r"\)[*+{]", wanted)
    if len(wanted) > _REGEX_LENGTH or len(text) > _REGEX_SUBJECT or not is_simple:
        raise TooMuch("its regular expression may take for ever")
    try:
        return list(re.findall(wanted, text))
    except re.error as error:
        raise TemplateRuntimeError(f"not a regular expression: {error}") from error

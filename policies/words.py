"""Sentences for people, before they have a language: an English pattern and the values it needs.

`dashboards/language` translates the pattern and localises the values; the core never formats a number.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

Value = float | bool | str | datetime


class Words(msgspec.Struct, frozen=True, gc=False):
    """`pattern` is English with named gaps (`"set to {setpoint}"`); `values` fill them.

    A gap's ending names its unit: `…_celsius`, `…_watts`, `…_at` (an instant, shown in the site's local time). Each value
    is a `Value`; msgspec refuses to read a union of text and instants, and MessagePack gives both back as they were.
    """

    pattern: str
    values: Mapping[str, Any] = {}

    def __str__(self) -> str:
        """English, for logs and tests."""
        return self.pattern.format(**self.values)


def say(pattern: str, **values: Value) -> Words:
    """The marker that message extraction looks for."""
    return Words(pattern, values)

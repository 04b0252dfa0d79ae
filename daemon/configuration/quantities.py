"""Durations, sizes, days and other small values of office.yaml, each with an error that shows how to write it."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, ValidationInfo, WithJsonSchema

Language = Literal["en", "zh_CN"]

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d|w)\s*")
_SIZES = {"kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12, "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]i?b)", re.IGNORECASE)
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_LABEL_LENGTH = 80
_TOPIC_LENGTH = 256
_LONGEST_SECONDS = 100 * 366 * 86400


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    text = value.strip().lower() if isinstance(value, str) else ""
    parts = _PART.findall(text)
    if not parts or _PART.sub("", text):
        raise ValueError("must be a duration with its unit, such as 20ms, 90s, 5m, 1h30m or 30d")
    seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if seconds > _LONGEST_SECONDS:
        raise ValueError("is longer than a hundred years")
    return timedelta(seconds=seconds)


def _size(value: object) -> int:
    if isinstance(value, int):
        return value
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    number = float(match[1]) * _SIZES[match[2].lower()] if match else 0
    if not match or number > _SIZES["tb"] * 1000:
        raise ValueError("must be a size with its unit, such as 500 MB or 2 GB")
    return int(number)


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise ValueError("must be true or false")


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("must be a day written as 2026-10-08 (year-month-day)")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ValueError("is not a day of the calendar") from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError(f"must lie between {_FIRST_YEAR} and {_LAST_YEAR}")
    return day


def _slug(value: str) -> str:
    if not _SLUG.fullmatch(value):
        raise ValueError(SLUG_ADVICE)
    return value


def _label(value: str) -> str:
    if not value.strip() or len(value) > _LABEL_LENGTH or not value.isprintable():
        raise ValueError(f"must be a name of 1 to {_LABEL_LENGTH} letters on one line")
    return value.strip()


def _topic(value: str) -> str:
    if not value or len(value) > _TOPIC_LENGTH or not value.isprintable() or "+" in value or "#" in value:
        raise ValueError(f"must be part of an MQTT topic: 1 to {_TOPIC_LENGTH} letters, without + and #")
    return value


def _for_all_languages(value: object) -> object:
    """A name given once is the name in every language."""
    return {"en": value, "zh_CN": value} if isinstance(value, str) else value


def _absolute(value: object, info: ValidationInfo) -> Path:
    """Relative to the folder of office.yaml, which the loader passes as context."""
    if not isinstance(value, str | Path) or not str(value).strip() or not str(value).isprintable():
        raise ValueError("must be the path of a file, relative to the folder of this configuration")
    base = info.context.get("directory") if isinstance(info.context, dict) else None
    return Path(base or ".") / Path(value).expanduser()


SLUG_ADVICE = "must be made of small letters, digits, - and _ (1 to 64, the first a letter or digit)"

Label = Annotated[str, AfterValidator(_label)]
Names = Annotated[
    dict[Language, Label],
    BeforeValidator(_for_all_languages),
    Field(min_length=1),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {"en": {"type": "string"}, "zh_CN": {"type": "string"}},
                    "additionalProperties": False,
                    "minProperties": 1,
                },
            ]
        }
    ),
]
Words = Annotated[Label, WithJsonSchema({"type": ["string", "integer"]})]
Slug = Annotated[str, AfterValidator(_slug), WithJsonSchema({"type": "string", "pattern": f"^{_SLUG.pattern}$"})]
Topic = Annotated[str, AfterValidator(_topic)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Day = Annotated[date, PlainValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Length = Annotated[timedelta, BeforeValidator(_duration)]
Size = Annotated[
    int, BeforeValidator(_size), WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)?\s*([KkMmGgTt]i?[Bb])$"})
]
FilePath = Annotated[Path, PlainValidator(_absolute), WithJsonSchema({"type": "string"})]

"""The languages there are, read from their `.po` files at the start: no compiled files to forget."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po

from dashboards.language.language import Language

CODES: tuple[str, ...] = ("en", "zh_CN")
OWN_NAMES: Mapping[str, str] = {"en": "English", "zh_CN": "简体中文"}


@cache
def catalog(code: str) -> Mapping[str, str]:
    """English to `code`; fuzzy entries are left out. Empty for English itself."""
    if code == "en":
        return {}
    with files("dashboards.language").joinpath(f"{code}.po").open("rb") as file:
        entries = read_po(file, locale=code)
    return {str(entry.id): str(entry.string) for entry in entries if entry.id and entry.string and not entry.fuzzy}


@cache
def languages(timezone: str) -> Mapping[str, Language]:
    """Every language at this office's clock, by code."""
    return {code: Language(code, timezone, catalog(code)) for code in CODES}


def preferred(accept_language: str, default: str = "en") -> str:
    """The code that a browser's `Accept-Language` asks for first (RFC 9110 § 12.5.4); `default` if it names none."""
    wishes: list[tuple[float, str]] = []
    for part in accept_language.split(",")[:20]:
        tag, _, share = part.strip().partition(";q=")
        wishes.append((_weight(share), tag.strip().lower()))
    for weight, tag in sorted(wishes, key=lambda wish: -wish[0]):
        code = closest(tag)
        if code and weight > 0:
            return code
    return default


def closest(tag: str) -> str:
    """`zh`, `zh-cn`, `zh_Hans_CN` → `zh_CN`; `en-gb` → `en`; empty where we have nothing like it."""
    primary = tag.strip().lower().replace("_", "-").partition("-")[0]
    return next((code for code in CODES if _primaries(CODES)[code] == primary), "")


def _primaries(codes: Sequence[str]) -> Mapping[str, str]:
    return {code: code.partition("_")[0].lower() for code in codes}


def _weight(text: str) -> float:
    if not text:
        return 1.0
    try:
        return float(text)
    except ValueError:
        return 0.0

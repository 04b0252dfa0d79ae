"""How many sheets a print job took: computed, never taken from a counter that halves odd numbers downwards.

Source: CUPS 2.4 counts impressions (printed sides) right and sheets wrong; PWG 5100.13 and RFC 8011 name the attributes.
`sides` is what was asked for. On a queue with a PPD the PPD's own duplex option wins, on a driverless queue `sides` does; a
queue without a duplexer prints one side whatever was asked.
"""

from functools import lru_cache
from typing import Final, Literal

import msgspec

from sensors.readings import TwoSided

Wins = Literal["ppd", "sides", ""]
"""Which attribute the queue obeys; "" where nobody knows."""

_PPD_ONE_SIDED: Final = frozenset({"none", "false", "off", "simplex", "1sided"})


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a job. `impressions` are printed sides of all copies, `pages` those of one copy's document."""

    impressions: int | None = None
    copies: int | None = None
    pages: int | None = None
    number_up: int | None = None
    sides: str = ""
    duplex: str = ""
    duplexer: bool | None = None
    wins: Wins = ""


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """The answer. `sheets` None: unknown, and `unknown_because` says why. `duplexable`: two sides would save paper here."""

    sheets: int | None = None
    impressions: int | None = None
    two_sided: TwoSided = "unknown"
    duplexable: bool | None = None
    unknown_because: str = ""


@lru_cache(maxsize=1024)
def count(ask: Ask) -> Count:
    """Sheets = copies x ceil(sides of one copy / 2) on two sides, the impressions on one."""
    two_sided, doubt = two_sidedness(ask)
    copies = ask.copies or 1
    impressions = ask.impressions or _impressions_of_pages(ask)
    if not impressions:
        return Count(two_sided=two_sided, unknown_because="nothing was counted (a raw queue counts no pages)")
    a_copy, rest = divmod(impressions, copies)
    if rest:
        sheets = impressions if two_sided == "no" else None
        because = "" if sheets is not None else doubt or "the sides do not divide by the copies"
        return Count(sheets=sheets, impressions=impressions, two_sided=two_sided, unknown_because=because)
    duplexable = False if a_copy == 1 else ask.duplexer
    if two_sided == "no" or a_copy == 1:
        sheets = impressions
    elif two_sided == "yes":
        sheets = copies * -(-a_copy // 2)
    else:
        return Count(impressions=impressions, duplexable=duplexable, unknown_because=doubt)
    return Count(sheets=sheets, impressions=impressions, two_sided=two_sided, duplexable=duplexable)


def two_sidedness(ask: Ask) -> tuple[TwoSided, str]:
    """What was really done with the paper, and if that is unknown, why."""
    by_sides, by_option = _by_sides(ask.sides), _by_option(ask.duplex)
    if ask.duplexer is False:
        return "no", ""
    if ask.wins == "ppd":
        asked = by_sides if by_option == "unknown" else by_option
    elif ask.wins == "sides" or by_option == "unknown":
        asked = by_sides
    elif by_sides in ("unknown", by_option):
        asked = by_option if by_sides == by_option else "unknown"
    else:
        asked = "unknown"
    if asked == "yes" and ask.duplexer is None:
        return "unknown", "two sides were asked for, and whether the queue has a duplexer is not known"
    if asked == "unknown":
        contradicts = ask.wins == "" and by_option != "unknown"
        return (
            "unknown",
            "which of the two duplex options wins is not known" if contradicts else "no side was asked for",
        )
    return asked, ""


def _impressions_of_pages(ask: Ask) -> int | None:
    if not ask.pages:
        return None
    return -(-ask.pages // (ask.number_up or 1)) * (ask.copies or 1)


def _by_sides(sides: str) -> TwoSided:
    return "yes" if sides.startswith("two-sided") else "no" if sides == "one-sided" else "unknown"


def _by_option(option: str) -> TwoSided:
    word = option.strip().lower()
    if word in ("", "-"):
        return "unknown"
    return "no" if word in _PPD_ONE_SIDED else "yes"

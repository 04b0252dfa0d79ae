"""Which number of a printer's SNMP says what: the standard one, and the makers' own tables. All are life counts.

Sources: RFC 3805 (prtMarkerLifeCount), and the makers' MIBs as their printers answer them. Canon's table is left out: its rows
have no fixed meaning, and the standard count says the same.
"""

from collections.abc import Mapping
from typing import Final

LIFE_COUNT: Final = "1.3.6.1.2.1.43.10.2.1.4.1.1"
"""Printed sides: two for a sheet with two. Copies and faxes are in it."""

IMPRESSIONS: Final = (
    LIFE_COUNT,
    "1.3.6.1.4.1.11.2.3.9.4.2.1.4.1.2.5.0",  # HP
    "1.3.6.1.4.1.18334.1.1.1.5.7.2.1.1.0",  # Konica Minolta
    "1.3.6.1.4.1.1347.43.10.1.1.12.1.1",  # Kyocera
    "1.3.6.1.4.1.253.8.53.13.2.1.6.1.20.1",  # Xerox
)
PRINTS: Final = (
    "1.3.6.1.4.1.1347.42.3.1.1.1.1.1",  # Kyocera
    "1.3.6.1.4.1.40093.1.1.3.12",  # Pantum
)
"""Sides that were printed for a computer: neither copies nor faxes."""
COLOUR: Final = ("1.3.6.1.4.1.11.2.3.9.4.2.1.4.1.2.7.0", "1.3.6.1.4.1.253.8.53.13.2.1.6.1.20.33")  # HP, Xerox
DUPLEX: Final = (
    "1.3.6.1.4.1.11.2.3.9.4.2.1.4.1.2.22.0",  # HP
    "1.3.6.1.4.1.18334.1.1.1.5.7.2.1.3.0",  # Konica Minolta
    "1.3.6.1.4.1.40093.1.1.3.1",  # Pantum
)
"""Sheets with two printed sides."""

RICOH_TYPES: Final = "1.3.6.1.4.1.367.3.2.1.2.19.5.1.2"
RICOH_VALUES: Final = "1.3.6.1.4.1.367.3.2.1.2.19.5.1.9"
RICOH_FIRST: Final = f"{RICOH_VALUES}.1"
_RICOH_PRINTS: Final = 400

ALL: Final = (*IMPRESSIONS, *PRINTS, *COLOUR, *DUPLEX, RICOH_FIRST)


def first_of(wanted: tuple[str, ...], found: Mapping[str, int]) -> int | None:
    """The first of these numbers that the printer has, and that can be a count."""
    return next((found[name] for name in wanted if found.get(name, -1) >= 0), None)


def ricoh_prints(types: Mapping[str, int], values: Mapping[str, int]) -> int | None:
    """Ricoh tells its counts as rows of a table: the row's type in one column, its value in another."""
    rows = [name.removeprefix(RICOH_TYPES) for name, kind in types.items() if kind == _RICOH_PRINTS]
    return next((values[RICOH_VALUES + row] for row in rows if values.get(RICOH_VALUES + row, -1) >= 0), None)

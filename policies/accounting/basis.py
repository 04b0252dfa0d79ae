"""What the interval around a figure is drawn from, written down beside the figure itself.

So the interval of a month is that of the very rows that were summed, in a moment and years later: to make it anew would mean
reading three months of slots of everything that was ever told something.
"""

from collections.abc import Iterable
from typing import NamedTuple, cast

import msgspec

from policies.accounting.avoided import SUPERSEDED
from policies.accounting.claims import Action, Block
from policies.accounting.ledger import Entry, Method, in_order
from policies.history import SavingRow
from sensors.device import DeviceId, ZoneId


class Basis(msgspec.Struct, frozen=True, omit_defaults=True):
    """Of a measured entry: `Entry.blocks` (of a switch-off) and `Entry.slope_errors` (of a regression, or of other weather)."""

    blocks: tuple[Block, ...] = ()
    slope_errors: tuple[tuple[int, float], ...] = ()


class Written(NamedTuple):
    """The measured entries in order, as far as rows tell them; `bare`: rows without their basis, of an older officed."""

    entries: list[Entry]
    bare: list[SavingRow]


def basis_of(entry: Entry) -> str | None:
    """As text; None where no interval rests on it."""
    if entry.ledger != "measured":
        return None
    return msgspec.json.encode(Basis(entry.blocks, entry.slope_errors)).decode()


def written(rows: Iterable[SavingRow]) -> Written:
    """What the interval needs of the rows that `avoided` sums up as measured."""
    entries: list[Entry] = []
    bare: list[SavingRow] = []
    for row in rows:
        if row.ledger != "measured" or row.method == SUPERSEDED:
            continue
        basis = _read(row.basis)
        if basis is None:
            bare.append(row)
            continue
        action = Action(DeviceId(row.device), ZoneId(row.zone), row.policy, row.case_id or "", row.at, row.at)
        entries.append(
            Entry(
                action,
                "measured",
                cast("Method", row.method or "slot_median"),
                row.avoided_kwh or 0.0,
                blocks=basis.blocks,
                slope_errors=basis.slope_errors,
            )
        )
    return Written(in_order(entries), bare)


def _read(text: str | None) -> Basis | None:
    try:
        return None if text is None else msgspec.json.decode(text, type=Basis)
    except msgspec.DecodeError:
        return None

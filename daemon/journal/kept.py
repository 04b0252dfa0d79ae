"""Records of which only the last is kept, in the place of the one before: the state in its rows, the office, notices."""

from collections.abc import Mapping
from sqlite3 import Connection

Kept = bytes | Mapping[str, bytes | None] | None
"""Rows by name (None: to be removed), or the row `state` alone; None leaves what there is."""

_KEEP = "INSERT OR REPLACE INTO snapshot (kind, at_us, bytes) VALUES (?, ?, ?)"
_LOSE = "DELETE FROM snapshot WHERE kind = ?"


def keep(connection: Connection, kept: Kept, at_us: int) -> None:
    """Inside a transaction that the caller holds."""
    if kept is None:
        return
    rows = {"state": kept} if isinstance(kept, bytes) else kept
    for name, body in rows.items():
        if body is None:
            connection.execute(_LOSE, (name,))
        else:
            connection.execute(_KEEP, (name, at_us, body))

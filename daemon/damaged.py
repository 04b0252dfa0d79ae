"""A SQLite file that cannot be read any more is kept for a person to look at, never overwritten."""

import sqlite3
from pathlib import Path

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_TOOBIG})
"""The last one: a length that was garbled, where nothing has been written yet."""
_SUFFIXES = ("", "-wal", "-shm")


def is_damage(error: Exception) -> bool:
    """Whether the file itself is at fault, and not the disk, the rights or the room. To be asked when it is opened.

    Python cannot even read some of SQLite's messages about a garbled file: it quotes from it.
    """
    return isinstance(error, UnicodeDecodeError) or getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED


def set_file_aside(path: Path) -> Path:
    """Rename the file and its log to `<name>.corrupt-<n>`; gives the new name."""
    number = 1
    while (aside := path.with_name(f"{path.name}.corrupt-{number}")).exists():
        number += 1
    for suffix in _SUFFIXES:
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside

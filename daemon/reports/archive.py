"""The shelf of sent reports: one folder a month, one folder a revision in it, and beside these a log of what was sent to whom.

Nothing on it is ever written over. A revision is complete or not there: it is written under another name, made durable and
then renamed. The log is only added to, a line at a time, each durable before anything depends on it.
"""

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from daemon.reports.due import MonthOf

What = Literal["made", "sending", "sent", "failed", "asked"]
_REVISION = re.compile(r"r(\d{1,4})")
_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")
_LOG = "sent.jsonl"


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of the log. `to` is the recipient as people may see it; of `asked`: empty is everybody, `who` wanted it again.

    `made`: the revision came into the archive.
    """

    at: datetime
    revision: int
    what: What
    to: str = ""
    who: str = ""
    why: str = ""


class Archive:
    """Below `root`. One thread writes; reading is any thread's. Everything raises OSError where the disk cannot."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def months(self) -> list[MonthOf]:
        """Those with a report, oldest first."""
        found: list[MonthOf] = []
        for path in self._root.iterdir() if self._root.is_dir() else ():
            with suppress(ValueError):
                month = MonthOf.read(path.name)
                if self.revisions(month):
                    found.append(month)
        return sorted(found)

    def revisions(self, month: MonthOf) -> list[int]:
        """0 is the report as it was first made."""
        folder = self._root / str(month)
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        return sorted(int(match[1]) for match in map(_REVISION.fullmatch, names) if match)

    def sizes(self, month: MonthOf, revision: int) -> Mapping[str, int]:
        """The files of a revision and their bytes, sorted by name; empty where there is none."""
        folder = self._folder(month, revision)
        found = folder.iterdir() if folder.is_dir() else ()
        return dict(sorted((path.name, path.stat().st_size) for path in found))

    def read(self, month: MonthOf, revision: int, name: str) -> bytes | None:
        """One file; None where it is not there. A name is never a path."""
        if _NAME.fullmatch(name) is None:
            return None
        try:
            return (self._folder(month, revision) / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def put(self, month: MonthOf, revision: int, files: Mapping[str, bytes]) -> None:
        """All of them or none, durable on return. Raises FileExistsError for a revision that is there."""
        target = self._folder(month, revision)
        if target.exists():
            raise FileExistsError(f"{target} is there already and is never written over")
        half_made = target.with_name(f".{target.name}.part")
        shutil.rmtree(half_made, ignore_errors=True)  # of a run that was ended in between
        half_made.mkdir(parents=True)
        for name, data in files.items():
            if _NAME.fullmatch(name) is None:
                raise ValueError(f"not the name of a file: {name!r}")
            with (half_made / name).open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        _settle(half_made)
        half_made.rename(target)
        _settle(target.parent)
        _settle(self._root)

    def note(self, month: MonthOf, note: Note) -> None:
        """One line more, durable on return."""
        path = self._root / str(month) / _LOG
        line = msgspec.json.encode(note) + b"\n"
        is_whole = not path.exists() or path.read_bytes()[-1:] in {b"\n", b""}
        with path.open("ab") as file:
            file.write(line if is_whole else b"\n" + line)
            file.flush()
            os.fsync(file.fileno())
        _settle(path.parent)

    def notes(self, month: MonthOf) -> list[Note]:
        """In the order in which they were written; a line that was cut off by a crash is left out."""
        try:
            lines: Sequence[bytes] = (self._root / str(month) / _LOG).read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        notes: list[Note] = []
        for line in filter(None, lines):
            with suppress(msgspec.DecodeError):
                notes.append(msgspec.json.decode(line, type=Note))
        return notes

    def made_at(self, month: MonthOf, revision: int, otherwise: datetime) -> datetime:
        """When a revision was made; `otherwise` where the log lost that in a crash."""
        return next(
            (note.at for note in self.notes(month) if note.what == "made" and note.revision == revision), otherwise
        )

    def _folder(self, month: MonthOf, revision: int) -> Path:
        return self._root / str(month) / f"r{revision}"


def _settle(folder: Path) -> None:
    """Makes the names in a folder durable."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)

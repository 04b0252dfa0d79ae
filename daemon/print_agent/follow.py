"""Follow a log file by inode: through rotation, truncation and restarts, each line once.

Renamed away (cupsd's own rotation, logrotate), the old file is read to its end, and left only when something stands in the
new one: until then its writer may still hold the old one. A place is a file's inode, how far it was read, and a mark of its
beginning, because a deleted file's inode is soon given to another.
"""

import hashlib
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

_log = logging.getLogger(__name__)
_MARK_BYTES: Final = 200
_LONGEST: Final = 64 * 1024
_AT_ONCE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """Read up to `offset` (bytes) of the file with this inode that begins like this. `marked`: bytes in the mark."""

    inode: int
    offset: int
    mark: str
    marked: int


class Follower:
    """One file. `place` None: from its beginning. One thread; raises OSError where the file may not be read."""

    def __init__(self, path: Path, place: Place | None = None) -> None:
        self._path = path
        self._place = place
        self._file: BinaryIO | None = None
        self._inode = 0
        self.has_gap = False
        """Lines may be missing: a file was gone before it was read. Whoever has filled the gap sets it back."""

    def lines(self) -> list[tuple[str, Place]]:
        """The complete lines that are new, each with the place behind it; at most a megabyte. Empty: nothing new.

        They are given again by the next call unless `reached` has been told.
        """
        file = self._open()
        while file is not None:
            found = self._read(file)
            if found:
                return found
            file = self._next()
        return []

    def reached(self, place: Place) -> None:
        """Everything up to here is safe elsewhere."""
        self._place = place

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> BinaryIO | None:
        if self._file is not None:
            return self._file
        place = self._place
        if place is not None:
            for path in self._generations():
                if path.stat().st_ino == place.inode and self._take(path) is not None:
                    if _begins(self._file, place):
                        return self._file
                    self.close()
            _log.warning("%s: the part that was being read is gone; asking the print server", self._path)
            self.has_gap = True
        self._place = None
        return self._take(self._path)

    def _take(self, path: Path) -> BinaryIO | None:
        try:
            self._file = path.open("rb")
        except FileNotFoundError:
            return None
        self._inode = os.fstat(self._file.fileno()).st_ino
        return self._file

    def _read(self, file: BinaryIO) -> list[tuple[str, Place]]:
        start = self._place.offset if self._place is not None else 0
        if os.fstat(file.fileno()).st_size < start:
            _log.warning("%s: was cut short; reading it from its beginning", self._path)
            self._place, start = None, 0
        file.seek(0)
        head = file.read(_MARK_BYTES)
        file.seek(start)
        block = file.read(_AT_ONCE)
        end = block.rfind(b"\n") + 1
        if end == 0 and len(block) > _LONGEST:
            end = len(block)  # no line of a log: step over it
        found: list[tuple[str, Place]] = []
        at = start
        # by hand: splitlines would also end a line at a carriage return in somebody's job name
        for raw in block[:end].removesuffix(b"\n").split(b"\n") if end else ():
            at = min(at + len(raw) + 1, start + end)
            marked = min(at, len(head))
            place = Place(self._inode, at, _mark(head[:marked]), marked)
            found.append((raw.decode("utf-8", "replace"), place))
        return found

    def _next(self) -> BinaryIO | None:
        """The next younger file, once the one at hand has been renamed away and something stands in the next."""
        file = self._file
        if file is None:
            return None
        current = os.fstat(file.fileno())
        younger = [path for path in self._generations() if path.stat().st_ino != current.st_ino]
        younger = [path for path in younger if path.stat().st_mtime_ns >= current.st_mtime_ns]
        for path in sorted(younger, key=lambda path: path.stat().st_mtime_ns):
            if path.stat().st_size > 0 and not self._is_current(current.st_ino):
                self.close()
                self._place = None
                return self._take(path)
        return None

    def _is_current(self, inode: int) -> bool:
        return self._path.exists() and self._path.stat().st_ino == inode

    def _generations(self) -> list[Path]:
        """The file and what it was renamed to; compressed ones cannot be followed."""
        found = [self._path, *self._path.parent.glob(f"{self._path.name}[.-]*")]
        return [path for path in found if path.is_file() and path.suffix not in {".gz", ".xz", ".bz2", ".zst"}]


def _begins(file: BinaryIO | None, place: Place) -> bool:
    if file is None or os.fstat(file.fileno()).st_size < place.offset:
        return False
    file.seek(0)
    return _mark(file.read(place.marked)) == place.mark


def _mark(head: bytes) -> str:
    return hashlib.sha256(head).hexdigest()[:16]

"""The demo's past in its directory: lived at the first start, laid under every later one, lived anew by another version."""

import shutil
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from daemon.demonstration.past import live_before
from daemon.journal.journal import Journal

_MADE = 4
"""Counted up when the past would come out otherwise."""


class KeptPast:
    """Everything raises OSError or StoreUnavailable."""

    def __init__(self, directory: Path, until: datetime, seed: int) -> None:
        self._directory = directory
        self._until, self._seed = until, seed
        self.name = f"past-{_version()}-{_MADE}-{seed}-{until:%Y%m%d}.sqlite"
        self._file = directory / self.name

    @property
    def is_there(self) -> bool:
        """Whether it has been lived, by this version."""
        return self._file.exists() and self._office.exists()

    def live(self) -> None:
        """Live it; what another version has left goes, with the reports about it."""
        self._directory.mkdir(parents=True, exist_ok=True)
        for old in self._directory.glob("past-*"):
            old.unlink()
        shutil.rmtree(self._directory / "reports", ignore_errors=True)
        self._office.write_bytes(live_before(self._file, self._until, self._seed))

    def lay_into(self, history: Path, journal: Path, now: datetime) -> None:
        """Both are new: the store gets the past, the journal what a daemon would have kept of its last state."""
        shutil.copyfile(self._file, history)
        written = Journal(journal, now=lambda: now, tell=lambda _: None)
        try:
            written.keep_office(0, self._office.read_bytes())
        finally:
            written.close()

    @property
    def _office(self) -> Path:
        return self._file.with_suffix(".office")


def _version() -> str:
    try:
        return version("officed")
    except PackageNotFoundError:
        return "source"

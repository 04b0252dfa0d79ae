"""Whoever else opens the journal (`officed dead-letters`) meets the daemon's locks, whatever the daemon has looked up meanwhile."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from daemon.journal.journal import Journal

NOW = datetime(2026, 7, 14, 15, 2, tzinfo=UTC)
WRITES = (
    "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0.2, isolation_level=None).execute('BEGIN IMMEDIATE')"
)
TAKES_THE_INDEX = (
    "import fcntl, sys; fcntl.lockf(open(sys.argv[1] + '-shm', 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 128)"
)
"""As SQLite does before it makes a new index: nobody else may have it open (sqlite.org/src/file/src/os_unix.c, UNIX_SHM_DMS)."""


def elsewhere(what: str, path: Path) -> str:
    """Run it in another process, for its last word of complaint."""
    done = subprocess.run([sys.executable, "-c", what, str(path)], check=False, capture_output=True, text=True)
    return done.stderr.strip().rpartition("\n")[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    made = Journal(path, now=lambda: NOW, tell=pytest.fail)
    made.keep("state", b"before")
    yield made
    made.close()


def test_nobody_else_writes_while_we_do(journal: Journal, path: Path) -> None:
    with journal._database.writing():
        journal._database.relieve()
        assert "database is locked" in elsewhere(WRITES, path)
    assert elsewhere(WRITES, path) == ""


def test_nobody_else_makes_the_index_anew_under_our_feet(journal: Journal, path: Path) -> None:
    journal._database.relieve()
    assert "BlockingIOError" in elsewhere(TAKES_THE_INDEX, path)


def test_the_index_is_that_of_the_file_as_it_was_opened_last(journal: Journal, path: Path) -> None:
    journal._database._reopen = True  # as after a failed sync
    journal.keep("state", b"after")
    assert journal._database._frames() > 0
    journal._database.relieve()
    assert "BlockingIOError" in elsewhere(TAKES_THE_INDEX, path)
    journal.close()
    assert journal._database._frames() == 0
    journal._database._open()

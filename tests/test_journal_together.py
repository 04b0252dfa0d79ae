"""Reads that are committed together: a row each, in their order, and the next one follows them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from daemon.journal.journal import Journal
from daemon.ports import Read

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_reads_that_come_together_have_a_row_each_and_the_next_one_follows_them(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite", now=lambda: NOW, tell=print)
    later = NOW + timedelta(seconds=1)
    assert journal.commit([Read(b"one", NOW), Read(b"two", later, backlog=True)], version=5) == 1
    assert journal.commit([Read(b"three", NOW)], version=5) == 3
    found = [(row.row, row.raw, row.received_at, row.backlog) for row in journal.undecoded()]
    assert found == [(1, b"one", NOW, False), (2, b"two", later, True), (3, b"three", NOW, False)]
    journal.close()

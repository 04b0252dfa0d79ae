"""SQLite's log beside the journal: copied before a commit has to do it, and it begins anew although somebody writes all the while."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from daemon.journal.journal import Journal
from daemon.ports import Read

NOW = datetime(2026, 7, 14, 15, 2, tzinfo=UTC)
FULL = 16 * 1024 * 1024 // 16_384
"""Pages of a log."""
RAW = b"z" * 100_000


def write(journal: Journal) -> None:
    """One read, durable."""
    journal.commit([Read(RAW, NOW, False)], version=5)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """With a log that is full."""
    made = Journal(tmp_path / "journal.sqlite", now=lambda: NOW, tell=lambda _: None)
    while made._database._frames() < FULL:
        write(made)
    return made


def test_a_full_log_is_copied_and_the_next_commit_begins_it_anew(journal: Journal) -> None:
    before = journal._database._frames()
    journal._database.relieve()
    write(journal)
    assert journal._database._frames() < before // 4
    assert [row.raw for row in journal.undecoded()][-1] == RAW
    journal.close()


def test_a_log_has_its_length_before_it_is_needed_and_nothing_else_of_it(tmp_path: Path) -> None:
    path, log = tmp_path / "journal.sqlite", tmp_path / "journal.sqlite-wal"
    made = Journal(path, now=lambda: NOW, tell=lambda _: None)
    write(made)
    size, frames, used = path.stat().st_size, made._database._frames(), made.bytes_used
    made.make_room()
    length = log.stat().st_size
    assert length > FULL * 16_384 * 0.8
    assert (path.stat().st_size, made._database._frames(), made.bytes_used) == (size, frames, used)
    write(made)
    assert log.stat().st_size == length, "a commit need not make it longer"
    copy = tmp_path / "killed"
    copy.mkdir()
    for file in (path, log):
        (copy / file.name).write_bytes(file.read_bytes())
    again = Journal(copy / path.name, now=lambda: NOW, tell=pytest.fail)
    assert [row.raw for row in again.undecoded()] == [RAW, RAW]
    again.close()
    made.close()


def test_what_has_been_sent_is_not_written_once_more(tmp_path: Path) -> None:
    made = Journal(tmp_path / "journal.sqlite", now=lambda: NOW, tell=lambda _: None)
    made.advance(0, RAW * 10, 5000, [], {})
    before = made._database._frames()
    made.outbox.done(made.outbox.next(5000))
    assert made._database._frames() - before < len(RAW) * 10 // 16_384 // 4
    made.close()


def test_where_there_is_no_room_none_is_made(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    made = Journal(path, now=lambda: NOW, tell=pytest.fail, maximum_bytes=1 << 20)
    write(made)
    made._database.writer.execute("PRAGMA max_page_count = 1")  # as many as there are
    made.make_room()
    assert not made._database.writer.in_transaction
    made._database.writer.execute("PRAGMA max_page_count = 64")
    write(made)
    assert [row.raw for row in made.undecoded()] == [RAW, RAW]
    made.close()


def test_a_log_that_is_not_full_is_left_alone(tmp_path: Path) -> None:
    made = Journal(tmp_path / "journal.sqlite", now=lambda: NOW, tell=lambda _: None)
    for _ in range(10):
        write(made)
    before = made._database._frames()
    assert 10 < before < FULL
    made._database.relieve()
    write(made)
    assert made._database._frames() > before
    made.close()


def test_it_begins_anew_although_somebody_writes_all_the_while(journal: Journal) -> None:
    done, fewest = threading.Event(), []

    def commit() -> None:
        while not done.is_set():
            write(journal)
            fewest.append(journal._database._frames())

    writer = threading.Thread(target=commit)
    writer.start()
    try:
        while len(fewest) < 20:
            done.wait(0.01)
        seen = len(fewest)
        journal._database.relieve()
        after = len(fewest)
        while len(fewest) < after + 5:
            done.wait(0.01)
    finally:
        done.set()
        writer.join()
    assert min(fewest[seen:]) < FULL // 4
    journal.close()

"""What the journal keeps, how it is bounded, and what it says when it cannot."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from daemon.errors import StoreUnavailable
from daemon.journal.audit import Record, first_break, sealed
from daemon.journal.journal import Journal
from daemon.journal.schema import Refused
from daemon.ports import Read

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
Open = Callable[..., Journal]


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def opened(tmp_path: Path, told: list[str]) -> Iterator[Open]:
    journals: list[Journal] = []

    def make(maximum_bytes: int = 1 << 30) -> Journal:
        path = tmp_path / "journal.sqlite"
        pages = 16_384 if maximum_bytes > 1 << 20 else 4_096  # a small file has small pages, or it holds but a few
        journals.append(Journal(path, now=lambda: NOW, tell=told.append, maximum_bytes=maximum_bytes, page_bytes=pages))
        return journals[-1]

    yield make
    for journal in journals:
        journal.close()


def commit(journal: Journal, raw: bytes = b"raw") -> int:
    return journal.commit([Read(raw, NOW)], version=5)


def test_what_was_committed_is_there_after_a_restart_until_a_step_has_used_it(opened: Open) -> None:
    journal = opened()
    first = journal.commit([Read(b"one\x00", NOW)], version=5)
    second = journal.commit([Read(b"two", NOW + timedelta(seconds=1), backlog=True)], version=4)
    third = commit(journal, b"three")
    journal.advance(first, b"", 0, [], None)
    journal.close()
    rows = list(opened().undecoded())
    assert [(row.row, row.raw, row.backlog, row.version) for row in rows] == [
        (second, b"two", True, 4),
        (third, b"three", False, 5),
    ]
    assert rows[0].received_at == NOW + timedelta(seconds=1)


def test_row_numbers_never_come_again_so_a_new_read_is_never_taken_for_a_used_one(opened: Open) -> None:
    journal = opened()
    rows = [commit(journal) for _ in range(3)]
    journal.advance(rows[-1], b"", 0, [], None)
    journal.close()
    again = opened()
    assert commit(again, b"new") == rows[-1] + 1
    assert [row.raw for row in again.undecoded()] == [b"new"]


def test_a_step_that_used_no_read_does_not_take_the_mark_back(opened: Open) -> None:
    journal = opened()
    rows = [commit(journal) for _ in range(3)]
    journal.advance(rows[-1], b"", 0, [], None)
    journal.advance(0, b"a 1", 1, [], None)
    journal.close()
    assert commit(opened()) == rows[-1] + 1


def test_a_step_leaves_its_points_records_state_and_mark_or_nothing_at_all(opened: Open) -> None:
    journal = opened()
    row = commit(journal)
    with pytest.raises(TypeError):
        journal.advance(row, b"a 1", 1, ["not bytes"], b"state")  # type: ignore[list-item]  # the failure is the point
    assert [each.row for each in journal.undecoded()] == [row]
    assert (journal.outbox.next(10), journal.latest_snapshot(), journal.audit()) == ([], None, [])
    journal.advance(row, b"a 1\nb 2", 2, [b"{}"], b"state")
    assert list(journal.undecoded()) == []
    assert journal.outbox.next(10)[0].lines == b"a 1\nb 2"
    assert (journal.outbox.waiting_lines, journal.latest_snapshot(), len(journal.audit())) == (2, b"state", 1)
    journal.advance(row, b"", 0, [], None)
    assert journal.latest_snapshot() == b"state"


def test_the_outbox_gives_the_oldest_rows_up_to_the_limit_and_forgets_what_is_done(opened: Open) -> None:
    journal = opened()
    for number in range(4):
        journal.advance(0, b"x 1\ny 1", 2, [], str(number).encode())
    first = journal.outbox.next(3)
    assert [row.count for row in first] == [2, 2]
    journal.outbox.done(first, [Refused(b"y 1", "because")])
    assert journal.outbox.waiting_lines == 4
    assert [row.row for row in journal.outbox.next(100)] == [3, 4]
    journal.close()
    again = opened()
    assert again.outbox.waiting_lines == 4
    assert [(each.line, each.reason, each.at) for each in again.dead_letters.listed()] == [(b"y 1", "because", NOW)]
    again.outbox.done(again.outbox.next(100))
    again.advance(0, b"z 1", 1, [], None)
    assert [row.row for row in again.outbox.next(100)] == [5]


def test_dead_letters_are_kept_once_and_replayed_or_thrown_away(opened: Open) -> None:
    journal = opened()
    letters = journal.dead_letters
    letters.set_aside([b"a 1", b"b 2", b"a 1"], "why")
    letters.set_aside([b"a 1"], "why again")
    assert [each.line for each in letters.listed()] == [b"a 1", b"b 2"]
    first, second = letters.listed()
    assert letters.replay([first.row, 999]) == 1
    assert [row.lines for row in journal.outbox.next(10)] == [b"a 1"]
    letters.delete([second.row])
    assert letters.count() == 0


def test_refused_points_take_a_sixteenth_of_the_file_and_the_oldest_go_told_once(opened: Open, told: list[str]) -> None:
    journal = opened(maximum_bytes=1 << 20)
    letters = journal.dead_letters
    for number in range(40):
        letters.set_aside([f"{number} {one} {'x' * 60}".encode() for one in range(30)], "why")
    kept = letters.listed(limit=10_000)
    assert sum(len(each.line) + len(each.reason) + 64 for each in kept) <= (1 << 20) // 16
    assert kept[-1].line.startswith(b"39 29 ")
    assert letters.lost() == 40 * 30 - len(kept) > 0
    assert len([words for words in told if "refused" in words]) == 1


def test_rows_that_another_process_replays_do_not_collide_with_ours(opened: Open) -> None:
    journal, command_line = opened(), opened()
    journal.advance(0, b"a 1", 1, [], None)
    command_line.dead_letters.set_aside([b"b 1"], "why")
    command_line.dead_letters.replay([1])
    journal.advance(0, b"c 1", 1, [], None)
    assert [row.lines for row in journal.outbox.next(10)] == [b"a 1", b"b 1", b"c 1"]
    journal.outbox.done(journal.outbox.next(10))
    assert journal.outbox.waiting_lines == 0


def test_a_change_anywhere_in_the_trail_shows(opened: Open, tmp_path: Path) -> None:
    journal = opened()
    journal.advance(0, b"", 0, [b"one", Record(NOW, "override", b"two")], None)
    journal.record([b"three"])
    assert [entry.kind for entry in journal.audit()] == ["step", "override", "step"]
    assert first_break(journal.audit()) is None
    second = journal.audit(after_seq=1, limit=1)
    assert first_break(second, seq=1, previous=second[0].previous) is None
    for change in ("body = x'00'", "kind = 'other'", "at_us = at_us + 1"):
        copy = tmp_path / "copy.sqlite"
        journal.close()
        shutil.copy(tmp_path / "journal.sqlite", copy)
        with sqlite3.connect(copy) as connection:
            connection.execute(f"UPDATE audit SET {change} WHERE seq = 2")  # noqa: S608  the test's own words
        connection.close()
        forged = Journal(copy, now=lambda: NOW, tell=pytest.fail)
        assert first_break(forged.audit()) == 2
        forged.close()
        copy.unlink()
        journal = opened()


def test_whoever_seals_a_changed_entry_anew_must_seal_all_that_follow(opened: Open) -> None:
    journal = opened()
    journal.record([b"one", b"two", b"three"])
    first, second, third = journal.audit()
    forged = sealed(Record(second.at, second.kind, b"TWO"), 2, first.hash)
    assert first_break([first, forged, third]) == 3
    assert first_break([first, forged, replace(third, previous=forged.hash)]) == 3
    assert first_break([first, second]) is None, "what was cut off at the end shows only by the number that is expected"
    assert first_break([second, third]) == 1


def step(journal: Journal) -> int:
    row = commit(journal)
    journal.advance(row, b"p 1" * 1000, 1, [], None)
    return row


def fill(once: Callable[[], int]) -> list[int]:
    """Do it until the journal is full; what it gave each time."""
    done: list[int] = []
    with pytest.raises(StoreUnavailable, match="full"):  # noqa: PT012  which of them fails is the question
        while len(done) < 100_000:
            done.append(once())
    return done


def test_a_full_journal_refuses_reads_and_takes_them_again_when_there_is_room(opened: Open) -> None:
    journal = opened(maximum_bytes=400_000)
    rows = fill(lambda: commit(journal, b"x" * 1000))
    assert 200 < len(rows) < 400
    assert journal.bytes_used <= 400_000
    assert len(list(journal.undecoded())) == len(rows)
    with pytest.raises(StoreUnavailable, match="full"):
        commit(journal, b"x" * 1000)
    journal.advance(0, b"p 1\n" * 5000, 5000, [b"{}"], b"state" * 3000)  # a step has room of its own
    journal.advance(rows[-1], b"p 1\n" * 100, 100, [b"{}"], b"state")
    for _ in range(100):
        assert commit(journal, b"x" * 1000) > rows[-1]


def test_an_outbox_that_fills_the_journal_stops_the_reads_and_not_the_sender(opened: Open) -> None:
    journal = opened(maximum_bytes=400_000)
    assert len(fill(lambda: step(journal))) > 70
    journal.outbox.done(journal.outbox.next(1_000_000))
    assert commit(journal) > 0


def test_a_disk_without_room_undoes_the_whole_step_and_is_found_to_have_room_again(opened: Open) -> None:
    journal = opened()
    row = commit(journal)
    pages = journal._database.writer.execute("PRAGMA page_count").fetchone()[0]
    journal._database.writer.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreUnavailable, match="full"):
        journal.advance(row, b"p 1" * 20_000, 1, [b"{}"], b"state" * 10_000)
    with pytest.raises(StoreUnavailable, match="full"):
        commit(journal, b"x" * 100_000)
    assert [each.row for each in journal.undecoded()] == [row]
    assert (journal.outbox.next(10), journal.outbox.waiting_lines, journal.audit()) == ([], 0, [])
    journal._database.writer.execute("PRAGMA max_page_count = 100000")
    journal.advance(row, b"p 1" * 20_000, 1, [b"{}"], b"state" * 10_000)
    assert commit(journal, b"x" * 100_000) > row


@pytest.mark.parametrize("garbage", [b"no database at all " * 400, b""])
def test_a_file_that_is_no_journal_is_set_aside_and_never_silently(
    opened: Open, tmp_path: Path, told: list[str], garbage: bytes
) -> None:
    (tmp_path / "journal.sqlite").write_bytes(garbage)
    journal = opened()
    assert commit(journal) == 1
    aside = tmp_path / "journal.sqlite.corrupt-1"
    if garbage:
        assert aside.read_bytes() == garbage
        assert "journal.sqlite.corrupt-1" in told[0]
        assert "damaged" in told[0]
    else:
        assert told == []


@pytest.mark.parametrize("seed", [0, 12, 51, 1059])  # malformed, a length too big, no schema, no text
def test_a_journal_with_damaged_pages_is_set_aside_beside_the_last_one(
    opened: Open, tmp_path: Path, told: list[str], seed: int
) -> None:
    (tmp_path / "journal.sqlite.corrupt-1").write_bytes(b"an older one")
    journal = opened()
    for _ in range(50):
        commit(journal, b"x" * 500)
    journal.close()
    content = bytearray((tmp_path / "journal.sqlite").read_bytes())
    content[4096 * 3 : 4096 * 12] = random.Random(seed).randbytes(4096 * 9)
    (tmp_path / "journal.sqlite").write_bytes(content)
    assert list(opened().undecoded()) == []
    assert (tmp_path / "journal.sqlite.corrupt-2").read_bytes() == content
    assert (tmp_path / "journal.sqlite.corrupt-1").read_bytes() == b"an older one"
    assert len(told) == 1


def test_a_row_whose_bytes_have_changed_is_set_aside_and_the_others_go_on(opened: Open, told: list[str]) -> None:
    journal = opened()
    rows = [commit(journal, f"read {number}".encode()) for number in range(3)]
    journal._database.writer.execute("UPDATE raw SET bytes = x'0011' WHERE row = ?", (rows[1],))
    assert [row.raw for row in journal.undecoded()] == [b"read 0", b"read 2"]
    assert [each.line for each in journal.dead_letters.listed()] == [b"\x00\x11"]
    assert len(told) == 1


def test_a_journal_of_a_newer_officed_is_left_alone(opened: Open, tmp_path: Path, told: list[str]) -> None:
    opened().close()
    with sqlite3.connect(tmp_path / "journal.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreUnavailable, match="newer"):
        opened()
    assert told == []
    assert not list(tmp_path.glob("*.corrupt-*"))


def test_a_directory_that_cannot_be_written_is_no_damage(tmp_path: Path, told: list[str]) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnavailable):
        Journal(tmp_path / "file" / "journal.sqlite", now=lambda: NOW, tell=told.append)
    assert told == []


def test_every_commit_is_synced_and_the_log_is_bounded(opened: Open) -> None:
    journal = opened()
    ask = journal._database.writer.execute
    assert [ask(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "wal_autocheckpoint", "page_size")] == [
        "wal", 2, 1536, 16384,
    ]  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(steps=st.lists(st.sampled_from(["commit", "advance", "send", "refuse", "restart"]), max_size=25))
def test_any_order_of_doings_keeps_each_read_in_exactly_one_place(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    path = tmp_path_factory.mktemp("model") / "journal.sqlite"
    journal = Journal(path, now=lambda: NOW, tell=pytest.fail)
    committed, stored = 0, []
    for step in steps:
        if step == "commit":
            commit(journal, str(committed).encode())
            committed += 1
        elif step == "advance":
            for row in journal.undecoded():
                journal.advance(row.row, row.raw, 1, [row.raw], row.raw)
                break
        elif step == "restart":
            journal.close()
            journal = Journal(path, now=lambda: NOW, tell=pytest.fail)
        elif rows := journal.outbox.next(1):
            stored += [row.lines for row in rows] if step == "send" else []
            journal.outbox.done(rows, [] if step == "send" else [Refused(row.lines, "no") for row in rows])
    places = [row.raw for row in journal.undecoded()]
    places += (
        [row.lines for row in journal.outbox.next(10_000)]
        + [each.line for each in journal.dead_letters.listed()]
        + stored
    )
    assert sorted(int(each) for each in places) == list(range(committed))
    assert first_break(journal.audit()) is None
    journal.close()


SHIM = """
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
static int broken(void) { const char *path = getenv("BROKEN_DISK"); return path && access(path, F_OK) == 0; }
int fdatasync(int fd) { if (broken()) { errno = EIO; return -1; } return 0; }
int fsync(int fd) { if (broken()) { errno = EIO; return -1; } return 0; }
"""
CHILD = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from daemon.errors import StoreUnavailable
from daemon.journal.journal import Journal
from daemon.ports import Read
now = datetime(2026, 3, 1, tzinfo=UTC)
journal = Journal(Path(sys.argv[1]) / "journal.sqlite", now=lambda: now, tell=print)
broken = Path(os.environ["BROKEN_DISK"])
def attempt(raw):
    try:
        journal.commit([Read(raw, now)], version=5)
        print("kept", raw.decode())
    except StoreUnavailable as error:
        print("refused", raw.decode(), "failing" in str(error))
attempt(b"1")
broken.touch()
attempt(b"2")
attempt(b"3")
broken.unlink()
before = journal._database.writer
attempt(b"4")
assert journal._database.writer is not before, "what the kernel said before the failure is not believed"
attempt(b"5")
print(*(row.raw.decode() for row in journal.undecoded()))
"""


@pytest.mark.real
def test_a_failed_sync_is_no_commit_and_the_journal_recovers_when_the_disk_does(tmp_path: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler (cc) to make a disk that fails")
    (tmp_path / "shim.c").write_text(SHIM)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", tmp_path / "shim.so", tmp_path / "shim.c"], check=True)
    root = str(Path(__file__).parents[1])
    environment = {
        **os.environ,
        "PYTHONPATH": root,
        "LD_PRELOAD": str(tmp_path / "shim.so"),
        "BROKEN_DISK": str(tmp_path / "broken"),
    }
    ran = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path)], env=environment, capture_output=True, text=True, check=True
    )
    lines = ran.stdout.splitlines()
    assert lines[:5] == ["kept 1", "refused 2 True", "refused 3 True", "kept 4", "kept 5"]
    assert {"1", "4", "5"} <= set(lines[5].split())

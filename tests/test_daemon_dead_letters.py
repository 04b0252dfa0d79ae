"""`officed dead-letters`: what the database refused is listed, sent again or thrown away, while the daemon may run."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from daemon.command_line.commands import app
from daemon.journal.journal import Journal

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LINES = [f"power,device=pc watts={number}.0 {number}".encode() for number in range(3)]
OFFICE = """
site: {id: test, names: Test, timezone: Asia/Shanghai}
broker: {host: 127.0.0.1}
journal: {path: journal.sqlite}
zones: {room: {names: Room, hours: {mon-sun: closed}}}
devices: {pc: {kind: plug, family: tasmota, address: pc, zone: room}}
"""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """The daemon's own, open all the while."""
    (tmp_path / "office.yaml").write_text(OFFICE)
    journal = Journal(tmp_path / "journal.sqlite", now=lambda: NOW, tell=pytest.fail)
    yield journal
    journal.close()


def dead_letters(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["dead-letters", *arguments, "--config", str(folder / "office.yaml")])


def waiting(journal: Journal) -> list[bytes]:
    return [line for row in journal.outbox.next(10_000) for line in row.lines.split(b"\n")]


def test_the_list_says_number_time_reason_and_line_oldest_first(tmp_path: Path, journal: Journal) -> None:
    journal.dead_letters.set_aside(LINES, "field type conflict [float]")
    listed = dead_letters(tmp_path, "list", "--limit", "2").output
    assert "1  2026-03-01 12:00:00 UTC  field type conflict [float]\n    power,device=pc watts=0.0 0" in listed
    assert "watts=1.0" in listed
    assert "watts=2.0" not in listed
    assert "2 of 3" in listed


def test_an_empty_list_is_good_news_and_no_journal_is_no_error(tmp_path: Path, journal: Journal) -> None:
    assert "has taken every point" in dead_letters(tmp_path, "list").output
    other = tmp_path / "other"
    other.mkdir()
    (other / "office.yaml").write_text(OFFICE)
    done = dead_letters(other, "list")
    assert done.exit_code == 0
    assert "not run" in done.output
    assert not (other / "journal.sqlite").exists(), "looking made a journal"


def test_chosen_ones_are_sent_again_and_the_others_stay(tmp_path: Path, journal: Journal) -> None:
    journal.dead_letters.set_aside(LINES, "x")
    done = dead_letters(tmp_path, "replay", "1", "3")
    assert done.exit_code == 0
    assert waiting(journal) == [LINES[0], LINES[2]]
    assert [letter.line for letter in journal.dead_letters.listed()] == [LINES[1]]


def test_all_are_sent_again_however_many(tmp_path: Path, journal: Journal) -> None:
    many = [b"power watts=1.0 %d" % number for number in range(1200)]
    journal.dead_letters.set_aside(many, "x")
    assert "1200 points" in dead_letters(tmp_path, "replay", "--all").output
    assert waiting(journal) == many
    assert journal.dead_letters.count() == 0


def test_a_damaged_read_is_never_sent_as_a_point(tmp_path: Path, journal: Journal) -> None:
    journal.dead_letters.set_aside([b"\x30\x02\nraw"], "journal row 7 is damaged")
    journal.dead_letters.set_aside(LINES[:1], "x")
    done = dead_letters(tmp_path, "replay", "--all")
    assert "1 damaged reads" in done.output
    assert waiting(journal) == LINES[:1]
    assert journal.dead_letters.count() == 1


def test_deleted_ones_are_gone(tmp_path: Path, journal: Journal) -> None:
    journal.dead_letters.set_aside(LINES, "x")
    dead_letters(tmp_path, "delete", "2")
    assert [letter.row for letter in journal.dead_letters.listed()] == [1, 3]
    dead_letters(tmp_path, "delete", "--all")
    assert journal.dead_letters.count() == 0
    assert not waiting(journal)


@pytest.mark.parametrize("arguments", [("replay",), ("delete",), ("replay", "1", "--all"), ("delete", "1", "--all")])
def test_who_does_not_say_which_or_says_both_is_asked(
    tmp_path: Path, journal: Journal, arguments: tuple[str, ...]
) -> None:
    journal.dead_letters.set_aside(LINES, "x")
    done = dead_letters(tmp_path, *arguments)
    assert done.exit_code == 2
    assert "--all" in done.output
    assert journal.dead_letters.count() == 3


def files_of(folder: Path) -> dict[str, bytes]:
    """The journal and the log beside it; the index of the log (`-shm`) is shared memory and no record."""
    names = ("journal.sqlite", "journal.sqlite-wal")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name in names}


def test_looking_changes_no_byte_under_a_running_daemon(tmp_path: Path, journal: Journal) -> None:
    journal.dead_letters.set_aside(LINES, "x")
    before = files_of(tmp_path)
    assert before["journal.sqlite-wal"], "there is no log that a checkpoint would empty"
    assert "3 of 3" in dead_letters(tmp_path, "list").output
    assert files_of(tmp_path) == before


def test_sending_again_leaves_the_daemons_log_alone_and_the_daemon_goes_on(tmp_path: Path, journal: Journal) -> None:
    journal.dead_letters.set_aside(LINES, "x")
    file = (tmp_path / "journal.sqlite").read_bytes()
    assert dead_letters(tmp_path, "replay", "1").exit_code == 0
    assert dead_letters(tmp_path, "delete", "2").exit_code == 0
    assert (tmp_path / "journal.sqlite").read_bytes() == file, "the log was copied into the file under the daemon"
    journal.outbox.done(journal.outbox.next(10))
    assert [letter.row for letter in journal.dead_letters.listed()] == [3]


@pytest.mark.parametrize("arguments", [("list",), ("replay", "--all"), ("delete", "--all")])
def test_a_damaged_journal_is_said_and_left_where_it_is(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "office.yaml").write_text(OFFICE)
    (tmp_path / "journal.sqlite").write_bytes(b"no database" * 1000)
    done = dead_letters(tmp_path, *arguments)
    assert done.exit_code == 1
    assert "not a database" in done.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["journal.sqlite", "office.yaml"]


def test_a_journal_of_another_layout_is_not_touched(tmp_path: Path, journal: Journal) -> None:
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")
    done = dead_letters(tmp_path, "list")
    assert done.exit_code == 1
    assert "another layout (99" in done.output

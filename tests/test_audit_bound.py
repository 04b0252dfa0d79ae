"""The audit trail takes one quarter of the journal: its oldest days go, and what is left can still be shown to be whole."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.audit.check import Verdict, verify
from daemon.audit.heads import DailyHead, kept_heads
from daemon.audit.trail import entries, export_to
from daemon.errors import StoreUnavailable
from daemon.journal.audit import ORIGIN, Record, sealed
from daemon.journal.journal import Journal
from daemon.journal.letting_go import LET_GO, Gone

NOW = datetime(2026, 7, 15, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MAXIMUM_BYTES = 1_000_000
ENTRIES_A_DAY = 20
BODY = b'{"who":"chen","why":"' + b"x" * 2000 + b'"}'


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(tmp_path / "journal.sqlite", now=lambda: NOW, tell=pytest.fail, maximum_bytes=MAXIMUM_BYTES)
    yield made
    made.close()


def live(journal: Journal, file: Path, days: int) -> None:
    """So many days, each ending with its head."""
    heads = DailyHead(journal, file, lambda _: None, lambda at: at.date())
    for day in range(days):
        now = NOW + day * DAY
        journal.record([Record(now, "person", BODY) for _ in range(ENTRIES_A_DAY)])
        heads.look(now)


def judged(folder: Path, *, anchors: bool = True) -> Verdict:
    beside = kept_heads(folder / "audit-heads.txt")
    return verify(entries(folder / "journal.sqlite"), anchors=beside if anchors else ())


def size_of(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "journal.sqlite")) as connection:
        return int(connection.execute("SELECT sum(length(body)) FROM audit").fetchone()[0])


def run(folder: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(folder / "journal.sqlite")) as connection, connection:
        connection.execute(statement, values)


def test_a_short_trail_is_left_alone(tmp_path: Path, journal: Journal) -> None:
    live(journal, tmp_path / "audit-heads.txt", 4)
    assert judged(tmp_path) == Verdict(80, judged(tmp_path).head)
    assert [entry.kind for entry in journal.audit()] == ["person"] * 80


def test_a_long_one_stays_within_its_quarter_and_is_whole_after_a_kept_head(tmp_path: Path, journal: Journal) -> None:
    file = tmp_path / "audit-heads.txt"
    live(journal, file, 31)
    verdict = judged(tmp_path)
    assert verdict.broken_at is None, str(verdict.why)
    assert verdict.let_go > 0
    assert verdict.let_go in {head.seq for head in kept_heads(file)}
    assert verdict.count + verdict.let_go == verdict.head.seq  # type: ignore[union-attr]  # it is whole
    two_days = 2 * ENTRIES_A_DAY * (len(BODY) + 96)
    assert MAXIMUM_BYTES // 4 - two_days < size_of(tmp_path) <= MAXIMUM_BYTES // 4, "more went than had to, or less"
    said = [entry.body for entry in journal.audit() if entry.kind == LET_GO]
    assert said[-1] == Gone(verdict.let_go, {head.seq: head.hash for head in kept_heads(file)}[verdict.let_go]).body()


def test_an_exported_trail_that_begins_late_is_whole_too(tmp_path: Path, journal: Journal) -> None:
    live(journal, tmp_path / "audit-heads.txt", 30)
    export_to(tmp_path / "journal.sqlite", tmp_path / "trail.jsonl")
    assert verify(entries(tmp_path / "trail.jsonl"), kept_heads(tmp_path / "audit-heads.txt")).broken_at is None


def test_where_no_head_was_kept_nothing_shows_that_the_beginning_was_let_go(tmp_path: Path, journal: Journal) -> None:
    live(journal, tmp_path / "audit-heads.txt", 30)
    assert judged(tmp_path, anchors=False).broken_at == 1


def test_a_beginning_that_somebody_cut_off_at_a_head_is_found(tmp_path: Path, journal: Journal) -> None:
    live(journal, tmp_path / "audit-heads.txt", 30)
    later = next(head for head in kept_heads(tmp_path / "audit-heads.txt") if head.seq > judged(tmp_path).let_go)
    run(tmp_path, "DELETE FROM audit WHERE seq <= ?", later.seq)
    verdict = judged(tmp_path)
    assert verdict.broken_at == 1
    assert "none of its entries says why" in str(verdict.why)


def test_a_beginning_that_was_cut_between_two_heads_is_found(tmp_path: Path, journal: Journal) -> None:
    live(journal, tmp_path / "audit-heads.txt", 30)
    run(tmp_path, "DELETE FROM audit WHERE seq <= ?", judged(tmp_path).let_go + 3)
    assert judged(tmp_path).broken_at == 1


@pytest.mark.parametrize("is_kept", [False, True], ids=["head unknown", "head forged in the file beside"])
def test_a_forged_anchor_is_found(is_kept: bool, tmp_path: Path, journal: Journal) -> None:
    """The whole rest is written anew, each hash right, from a predecessor that never was."""
    file = tmp_path / "audit-heads.txt"
    live(journal, file, 30)
    outside = kept_heads(file)
    gone = judged(tmp_path).let_go
    previous = forged = bytes(31) + b"\x01"
    for entry in journal.audit(after_seq=gone):
        body = Gone(gone, forged.hex()).body() if entry.kind == LET_GO else entry.body
        made = sealed(Record(entry.at, entry.kind, body), entry.seq, previous)
        run(
            tmp_path,
            "UPDATE audit SET body = ?, previous = ?, hash = ? WHERE seq = ?",
            made.body,
            previous,
            made.hash,
            entry.seq,
        )
        previous = made.hash
    if is_kept:
        file.write_text(f"2026-07-15T08:00:00Z {gone}:{forged.hex()}\n")
    else:
        assert judged(tmp_path).broken_at == 1
    assert verify(entries(tmp_path / "journal.sqlite"), outside, kept_heads(file)).broken_at is not None


@pytest.mark.parametrize("value", [b"forged", "forged", 7])
def test_a_trail_that_is_not_whole_is_kept_for_a_person_to_look_at(
    value: object, tmp_path: Path, journal: Journal
) -> None:
    heads = {}
    for _ in range(10):
        journal.record([Record(NOW, "person", BODY) for _ in range(ENTRIES_A_DAY)])
        last = journal.last_audit()
        assert last is not None
        heads[last.seq] = last.hash.hex()
    run(tmp_path, "UPDATE audit SET body = ? WHERE seq = 7", value)
    with pytest.raises(StoreUnavailable, match=r"entry 7\b"):
        journal.let_go_of_audit(heads)
    assert len(journal.audit()) == 200


def test_a_head_that_is_not_the_trails_lets_nothing_go(tmp_path: Path, journal: Journal) -> None:
    journal.record([Record(NOW, "person", BODY) for _ in range(200)])
    with pytest.raises(StoreUnavailable, match="broken at entry 150"):
        journal.let_go_of_audit({150: ORIGIN.hex(), 160: ORIGIN.hex()})
    assert len(journal.audit()) == 200


def test_the_latest_head_may_not_have_reached_anybody_and_lets_nothing_go(tmp_path: Path, journal: Journal) -> None:
    journal.record([Record(NOW, "person", BODY) for _ in range(200)])
    assert journal.let_go_of_audit({150: journal.audit()[149].hash.hex()}) == 0
    assert len(journal.audit()) == 200

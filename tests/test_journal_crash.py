"""Killed at any named point, the journal still has every read that was acknowledged, and sends it."""

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from daemon.journal.audit import first_break
from daemon.journal.journal import Journal
from daemon.ports import Read

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[1]


def run(directory: Path, point: str, times: int, *options: str, **environment: str) -> int:
    arguments = [sys.executable, str(ROOT / "tests" / "journal_child.py"), str(directory), point, str(times), *options]
    return subprocess.run(arguments, check=False, env={**os.environ, "PYTHONPATH": str(ROOT), **environment}).returncode


def numbers(directory: Path, name: str) -> set[int]:
    path = directory / name
    return (
        {int(float(found)) for found in re.findall(r"(?:^|=)(\d+)", path.read_text(), re.MULTILINE)}
        if path.exists()
        else set()
    )


def lost(directory: Path) -> set[int]:
    """What was acknowledged and is nowhere: not waiting for a step, not in the outbox, not in the database."""
    journal = Journal(directory / "journal.sqlite", now=lambda: NOW, tell=pytest.fail)
    waiting = {int(row.raw) for row in journal.undecoded()}
    outbox = {int(found) for row in journal.outbox.next(10_000) for found in re.findall(rb"=(\d+)", row.lines)}
    assert first_break(journal.audit()) is None
    journal.close()
    return numbers(directory, "acked") - waiting - outbox - numbers(directory, "sink")


@pytest.mark.parametrize("times", [0, 1, 3])
@pytest.mark.parametrize(
    "point", ["before_commit", "after_commit", "before_advance", "after_advance", "after_post", "after_done"]
)
def test_a_crash_loses_nothing_that_was_acknowledged(tmp_path: Path, point: str, times: int) -> None:
    if point in {"after_post", "after_done"}:
        times = min(times, 2)
    assert run(tmp_path, point, times) == 9
    assert lost(tmp_path) == set()
    if times:
        assert numbers(tmp_path, "acked")
    assert run(tmp_path, "never", 0) == 0, "the next start works through what was left"
    assert lost(tmp_path) == set()


def test_the_audit_above_would_notice_an_acknowledgement_before_the_commit(tmp_path: Path) -> None:
    assert run(tmp_path, "before_commit", 4, "ack-first") == 9
    assert lost(tmp_path) == {4}


def test_a_log_torn_at_any_byte_keeps_a_prefix_with_every_commit_that_was_whole(tmp_path: Path) -> None:
    live, copy = tmp_path / "live", tmp_path / "copy"
    journal = Journal(live / "journal.sqlite", now=lambda: NOW, tell=pytest.fail, page_bytes=512)
    log = live / "journal.sqlite-wal"
    copy.mkdir()
    before = (live / "journal.sqlite").read_bytes()
    reads = [f"read {number} ".encode() * 30 for number in range(3)]
    durable_at = []
    for read in reads:
        journal.commit([Read(read, NOW)], version=5)
        durable_at.append(log.stat().st_size)
    journal.advance(1, b"power watts=1.0 1772323200000000000", 1, [b"{}"], b"state")
    durable_at.append(log.stat().st_size)
    whole = log.read_bytes()
    journal.close()

    seen = set()
    for length in range(len(whole) + 1):
        rows, outbox, state = after_a_cut(copy, before, whole[:length], by_journal=length % 97 == 0)
        durable = sum(size <= length for size in durable_at)
        advanced = state is not None
        assert rows == (reads[1:] if advanced else reads[: len(rows)]), length
        assert bool(outbox) is advanced, length
        assert len(rows) + 2 * advanced >= durable, length
        seen.add((len(rows), advanced))
    assert seen == {(0, False), (1, False), (2, False), (3, False), (2, True)}


UNDECODED = (
    "SELECT bytes FROM raw WHERE row > (SELECT coalesce(max(value), 0) FROM mark WHERE name = 'decoded') ORDER BY row"
)


def after_a_cut(
    directory: Path, file: bytes, log: bytes, *, by_journal: bool
) -> tuple[list[bytes], list[bytes], bytes | None]:
    """Raw rows, points and state that are found behind a torn log; by our own hands now and then, else by SQLite alone."""
    for part in directory.glob("journal.sqlite*"):
        part.unlink()
    (directory / "journal.sqlite").write_bytes(file)
    (directory / "journal.sqlite-wal").write_bytes(log)
    if by_journal:
        journal = Journal(directory / "journal.sqlite", now=lambda: NOW, tell=pytest.fail, page_bytes=512)
        try:
            rows = [row.raw for row in journal.undecoded()]
            return rows, [row.lines for row in journal.outbox.next(10)], journal.latest_snapshot()
        finally:
            journal.close()
    with closing(sqlite3.connect(directory / "journal.sqlite")) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        rows = [raw for (raw,) in connection.execute(UNDECODED)]
        outbox = [lines for (lines,) in connection.execute("SELECT lines FROM outbox")]
        state = connection.execute("SELECT bytes FROM snapshot").fetchone()
        return rows, outbox, state and state[0]

"""The embedded store takes what the schema knows, line by line, and stays within its bounds."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.errors import StoreUnavailable
from daemon.history.points import Points
from daemon.history.sqlite import SqliteHistory
from daemon.history.sqlite_file import HistoryFile
from daemon.history.sqlite_writer import SqliteWriter

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
NOON_NS = 1_772_625_600_000_000_000
SECOND_NS = 1_000_000_000


@pytest.fixture
def file(tmp_path: Path) -> Iterator[HistoryFile]:
    opened = HistoryFile(tmp_path / "history.sqlite", tell=pytest.fail)
    yield opened
    opened.close()


def line(second: int, watts: str = "1.0", device: str = "pc") -> bytes:
    return f"power,device={device},site=hq watts={watts} {NOON_NS + second * SECOND_NS}".encode()


def watts(file: HistoryFile, device: str = "pc") -> list[object]:
    found = SqliteHistory(file).series(device, "power", "watts", NOW - timedelta(days=999), NOW + timedelta(days=999))
    return [sample.value for sample in found]


def test_a_line_of_another_type_is_refused_by_itself_and_the_rest_is_stored(file: HistoryFile) -> None:
    writer = SqliteWriter(file, now=lambda: NOW)
    bad = [
        line(1, "2i"),
        line(2, '"3"'),
        b"power volts=1.0 1",
        b"rubbish",
        b"power,device=\xff watts=1.0 1",
        line(3, "nan"),
    ]
    answer = writer.post(b"\n".join([line(0), *bad, line(4, "4.0"), b""]))
    assert answer.status == 204
    assert [each.line for each in answer.refused] == bad
    assert "watts is float" in answer.refused[0].reason
    assert watts(file) == [1.0, 4.0]


def test_the_order_of_tags_does_not_make_another_series(file: HistoryFile) -> None:
    writer = SqliteWriter(file, now=lambda: NOW)
    writer.write(line(0) + b"\n" + b"power,site=hq,device=pc watts=2.0 %d" % NOON_NS)
    assert watts(file) == [2.0]


def test_points_are_there_for_a_second_process_as_soon_as_they_are_answered(file: HistoryFile, tmp_path: Path) -> None:
    assert SqliteWriter(file, now=lambda: NOW).post(line(0)).status == 204
    other = HistoryFile(tmp_path / "history.sqlite", tell=pytest.fail)
    assert watts(other) == [1.0]
    assert file.writer.execute("PRAGMA synchronous").fetchone() == (2,)
    other.close()


def test_a_full_disk_is_not_now_and_leaves_nothing_half_written(file: HistoryFile) -> None:
    writer = SqliteWriter(file, now=lambda: NOW)
    pages = file.writer.execute("PRAGMA page_count").fetchone()[0]
    file.writer.execute(f"PRAGMA max_page_count = {pages}")
    answer = writer.post(b"\n".join(line(number) for number in range(2000)))
    assert answer.status == 503
    assert "full" in answer.body
    assert watts(file) == []
    file.writer.execute("PRAGMA max_page_count = 1000000")
    assert writer.post(b"\n".join(line(number) for number in range(2000))).status == 204
    assert len(watts(file)) == 2000


def test_what_is_older_than_the_retention_is_forgotten(file: HistoryFile) -> None:
    now = NOW
    writer = SqliteWriter(file, now=lambda: now, retention=timedelta(seconds=100))
    writer.write(b"\n".join([line(0, "1.0"), line(50, "2.0"), line(0, "3.0", "other"), line(99, "4.0", "other")]))
    now = NOW + timedelta(seconds=150)
    assert writer.post(line(150, "5.0")).status == 204
    assert (watts(file), watts(file, "other")) == ([2.0, 5.0], [4.0])
    assert writer.layout().bounds_ns(now) == (NOON_NS + 50 * SECOND_NS, NOON_NS + (150 + 3600) * SECOND_NS)


def test_a_file_that_grows_too_large_loses_its_oldest_readings_and_keeps_its_records(file: HistoryFile) -> None:
    writer = SqliteWriter(file, now=lambda: NOW + timedelta(seconds=20_000), retention=None, maximum_bytes=500_000)
    slot = b"slot,device=pc,site=hq energy_kwh=1.0 %d" % NOON_NS
    writer.write(b"\n".join([slot, *(line(number, f"{number}.0") for number in range(20_000))]))
    writer.tidy()
    left = watts(file)
    assert 1_000 < len(left) < 20_000
    assert left[-1] == 19_999.0
    assert len(SqliteHistory(file).slots(NOW, NOW + timedelta(seconds=1))) == 1
    pages = file.writer.execute("PRAGMA page_count").fetchone()[0]
    free = file.writer.execute("PRAGMA freelist_count").fetchone()[0]
    assert (pages - free) * 4096 <= 500_000


def test_a_series_whose_write_was_undone_is_made_again(file: HistoryFile) -> None:
    writer = SqliteWriter(file, now=lambda: NOW)
    file.writer.execute("CREATE TRIGGER no BEFORE INSERT ON point_power BEGIN SELECT raise(ABORT, 'no'); END")
    assert writer.post(line(0)).status == 503
    file.writer.execute("DROP TRIGGER no")
    assert writer.post(line(0)).status == 204
    assert watts(file) == [1.0]


def test_a_store_that_is_damaged_is_set_aside_and_told(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    path.write_bytes(b"no database " * 1000)
    told: list[str] = []
    file = HistoryFile(path, tell=told.append)
    assert SqliteWriter(file, now=lambda: NOW).post(line(0)).status == 204
    file.close()
    assert (tmp_path / "history.sqlite.corrupt-1").exists()
    assert len(told) == 1


def test_a_store_of_a_newer_officed_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreUnavailable, match="newer"):
        HistoryFile(path, tell=pytest.fail)


def test_a_store_of_an_older_officed_gets_the_fields_that_are_new(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    HistoryFile(path, tell=pytest.fail).close()
    with sqlite3.connect(path) as older:
        older.execute("ALTER TABLE point_case DROP COLUMN counts")
    older.close()
    file = HistoryFile(path, tell=pytest.fail)
    points = Points("hq")
    kept = points.case_line(at=NOW, policy="p", device="pc", zone="z", case_id="1", state="open", counts=False)
    assert SqliteWriter(file, now=lambda: NOW).write(kept) == []
    (row,) = SqliteHistory(file).cases(NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    assert row.counts is False
    file.close()

"""The weeks before the demo: lived under the real engine, stored in the daemon's own form, the same every time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.accounting.bookkeeper import slot_line
from daemon.demonstration.demo import MORNING
from daemon.demonstration.kept_past import KeptPast
from daemon.demonstration.past import Lived, Span, live, savings, spans, write_down
from daemon.history.points import Points
from daemon.history.sqlite import SqliteHistory
from daemon.history.sqlite_file import HistoryFile
from daemon.history.sqlite_writer import SqliteWriter
from daemon.journal.journal import Journal

MONDAY = datetime(2026, 6, 7, 16, 0, tzinfo=UTC)
"""Midnight in Shanghai."""
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def lived() -> Lived:
    return live(Span(MONDAY, MONDAY + 2 * DAY, MONDAY + DAY, 1, 1))


@pytest.fixture
def history(lived: Lived, tmp_path: Path) -> SqliteHistory:
    file = HistoryFile(tmp_path / "history.sqlite", tell=pytest.fail)
    assert write_down(lived, SqliteWriter(file, now=lambda: MORNING)) == 0, "the store takes every line"
    file.close()
    return SqliteHistory(HistoryFile(tmp_path / "history.sqlite", tell=pytest.fail))


def test_every_device_has_its_slots_and_the_days_their_jobs_and_cases(history: SqliteHistory) -> None:
    slots = history.slots(MONDAY, MONDAY + 2 * DAY)
    by_device: dict[str, int] = {}
    for slot in slots:
        by_device[slot.device] = by_device.get(slot.device, 0) + 1
    assert len(by_device) > 20
    assert sorted(by_device.values())[len(by_device) // 2] >= 2 * 96 - 2, "but for the last ones, that may still change"
    metered = [slot for slot in slots if slot.energy_kwh is not None]
    assert sum(slot.coverage_seconds or 0 for slot in metered) > 0.97 * 900 * len(metered)
    assert history.jobs(MONDAY, MONDAY + 2 * DAY)
    assert history.cases(MONDAY, MONDAY + DAY)


def test_slots_put_down_as_they_are_come_out_like_those_written_as_lines(lived: Lived, tmp_path: Path) -> None:
    some = list(lived.slots[:500])
    points = Points(lived.site)
    lines = [line for line in (slot_line(points, each) for each in some) if line is not None]
    assert len(lines) == len(some)
    found = []
    for name in ("put", "lines"):
        file = HistoryFile(tmp_path / f"{name}.sqlite", tell=pytest.fail)
        writer = SqliteWriter(file, now=lambda: MORNING)
        if name == "put":
            assert write_down(Lived(lived.site, b"", some, b""), writer) == 0
        else:
            assert writer.write(b"\n".join(lines)) == []
        found.append(SqliteHistory(file).slots(MONDAY - DAY, MONDAY + 2 * DAY))
        file.close()
    assert found[0] == found[1]
    assert len(found[0]) > 400


def test_it_only_watches_at_first_and_acts_from_the_month_on(history: SqliteHistory) -> None:
    assert not [row for row in history.commands(MONDAY, MONDAY + DAY) if row.state == "commanded"]
    acted = history.commands(MONDAY + DAY, MONDAY + 2 * DAY)
    assert {"commanded", "proved"} <= {row.state for row in acted}


def test_the_savings_of_two_halves_of_the_devices_are_those_of_all(history: SqliteHistory, tmp_path: Path) -> None:
    names = sorted({row.device for row in history.commands(MONDAY, MONDAY + 2 * DAY)})
    file, opens = tmp_path / "history.sqlite", MONDAY + 3 * DAY
    whole = savings(file, opens, set(names))
    assert len(whole) > 5
    assert sorted(whole) == sorted(savings(file, opens, set(names[::2])) + savings(file, opens, set(names[1::2])))


def test_the_same_seed_lives_the_same_past() -> None:
    short = Span(MONDAY, MONDAY + DAY / 8, MONDAY, 3, 1)
    assert live(short) == live(short)


def test_the_spans_reach_from_before_the_last_month_to_the_morning_without_a_gap() -> None:
    first, second = spans(MORNING, 1, "Asia/Shanghai")
    assert first.end == second.start
    assert second.end == MORNING
    assert first.start == datetime(2026, 5, 17, 16, 0, tzinfo=UTC)
    assert first.enforced_from == second.enforced_from == datetime(2026, 5, 31, 16, 0, tzinfo=UTC)
    assert first.seed != second.seed, "the same weeks are not lived twice"
    assert abs((first.end - first.start) - (second.end - second.start)) < 2 * DAY


def test_a_kept_past_is_laid_under_the_next_start(lived: Lived, tmp_path: Path) -> None:
    past = KeptPast(tmp_path, MORNING, 1)
    assert not past.is_there
    file = tmp_path / past.name
    HistoryFile(file, tell=pytest.fail).close()
    file.with_suffix(".office").write_bytes(lived.office)
    assert KeptPast(tmp_path, MORNING, 1).is_there
    assert not KeptPast(tmp_path, MORNING, 2).is_there
    past.lay_into(tmp_path / "history.sqlite", tmp_path / "journal.sqlite", MORNING)
    journal = Journal(tmp_path / "journal.sqlite", now=lambda: MORNING, tell=pytest.fail)
    assert journal.kept("office") == lived.office
    journal.close()
    assert (tmp_path / "history.sqlite").read_bytes() == file.read_bytes()

"""What the embedded store keeps of its days is what their slots say, whatever comes late, changes or goes."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from daemon.history.kept_days import add_up
from daemon.history.points import Points
from daemon.history.sqlite import SqliteHistory
from daemon.history.sqlite_file import HistoryFile
from daemon.history.sqlite_writer import SqliteWriter

NOW = datetime(2026, 11, 4, 12, 0, tzinfo=UTC)
FIRST = datetime(2026, 10, 20, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)
POINTS = Points("hq")
Found = list[tuple[datetime, datetime, float, int]]
"""Start, end, kWh rounded to what cannot depend on the order in which it was added up, hours."""


@pytest.fixture
def file(tmp_path: Path) -> Iterator[HistoryFile]:
    opened = HistoryFile(tmp_path / "history.sqlite", tell=pytest.fail)
    yield opened
    opened.close()


def slot(device: str, at: datetime, kwh: float | None, on: float = 900.0) -> bytes:
    tags = {"device": device, "zone": "z1", "load": "computer"}
    line = POINTS.record_line("slot", tags, {"energy_kwh": kwh, "on_seconds": on, "coverage_seconds": 900.0}, at)
    assert line is not None
    return line


def a_fortnight() -> list[bytes]:
    """Three devices, one from the eighth day on; every twentieth slot missing, others unknown, one whole day of nobody."""
    chance = random.Random(8)
    lines = []
    for number in range(15 * 96):
        at = FIRST + number * QUARTER
        for device in ("a", "b", *(["late"] if number >= 7 * 96 + 30 else [])):
            if number // 96 == 4 or chance.random() < 0.05:
                continue
            lines.append(slot(device, at, None if chance.random() < 0.05 else round(chance.random(), 9)))
    return lines


def midnights(zone: str, first: date, days: int) -> list[datetime]:
    start = datetime(first.year, first.month, first.day)  # noqa: DTZ001  the zone is put to each day
    return [(start + number * DAY).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for number in range(days + 1)]


def totals(file: HistoryFile, edges: list[datetime]) -> Found:
    found = SqliteHistory(file).totals("slot", "energy_kwh", edges)
    return [(each.start, each.end, round(each.total, 9), each.hours) for each in found]


def kept(file: HistoryFile) -> list[date]:
    found = file.rows("SELECT day FROM kept_day ORDER BY day")
    return [date(1970, 1, 1) + timedelta(days=int(str(day))) for (day,) in found]


def day(at: datetime) -> list[datetime]:
    return [at, at + DAY]


@pytest.mark.parametrize(
    ("zone", "longest"),
    [("Europe/Berlin", 25), ("America/New_York", 25), ("Asia/Shanghai", 24), ("Asia/Kathmandu", 24), ("UTC", 24)],
)
def test_kept_days_answer_what_the_slots_do_in_every_zone_where_clocks_change_too(
    file: HistoryFile, zone: str, longest: int
) -> None:
    SqliteWriter(file, now=lambda: NOW).write(b"\n".join(a_fortnight()))
    days = midnights(zone, date(2026, 10, 21), 13)
    assert max(after - before for before, after in pairwise(days)) == timedelta(hours=longest)
    hours = [days[0] + number * timedelta(hours=1) for number in range(13 * 24)]
    asked = [days, hours, [days[0], days[-1]], [FIRST + 7 * QUARTER, FIRST + 9 * QUARTER, FIRST + 3 * DAY]]
    from_slots = [totals(file, edges) for edges in asked]
    assert len(from_slots[0]) >= 12
    assert add_up(file.writer, NOW, 1000) == 15
    file.writer.execute("DROP TRIGGER kept_day_delete")
    file.writer.execute("DELETE FROM point_slot")
    assert [totals(file, edges) for edges in asked] == from_slots


def test_a_span_that_ends_within_a_quarter_is_asked_of_the_slots(file: HistoryFile) -> None:
    SqliteWriter(file, now=lambda: NOW).write(slot("a", FIRST, 1.0) + b"\n" + slot("a", FIRST + QUARTER, 2.0))
    add_up(file.writer, NOW, 1000)
    second = timedelta(seconds=1)
    assert totals(file, [FIRST, FIRST + QUARTER + second]) == [(FIRST, FIRST + QUARTER + second, 3.0, 1)]
    assert totals(file, [FIRST + second, FIRST + DAY]) == [(FIRST + second, FIRST + DAY, 2.0, 1)]


def test_another_field_of_the_same_slots_is_not_answered_with_what_is_kept(file: HistoryFile) -> None:
    SqliteWriter(file, now=lambda: NOW).write(slot("a", FIRST, 1.0, on=300.0))
    add_up(file.writer, NOW, 1000)
    assert [each.total for each in SqliteHistory(file).totals("slot", "on_seconds", day(FIRST))] == [300.0]


def test_what_comes_late_changes_or_goes_is_in_the_next_answer(file: HistoryFile) -> None:
    writer = SqliteWriter(file, now=lambda: NOW)
    writer.write(b"\n".join(slot("a", FIRST + number * DAY, 1.0) for number in range(3)))
    add_up(file.writer, NOW, 1000)
    writer.write(slot("new", FIRST + timedelta(hours=5), 4.0))
    assert totals(file, day(FIRST)) == [(FIRST, FIRST + DAY, 5.0, 2)]
    add_up(file.writer, NOW, 1000)
    writer.write(slot("a", FIRST, 0.5))
    assert totals(file, day(FIRST)) == [(FIRST, FIRST + DAY, 4.5, 2)]
    add_up(file.writer, NOW, 1000)
    writer.write(slot("b", FIRST, None))
    writer.write(slot("b", FIRST, 8.0))
    assert totals(file, day(FIRST)) == [(FIRST, FIRST + DAY, 12.5, 2)]
    add_up(file.writer, NOW, 1000)
    file.writer.execute("DELETE FROM point_slot WHERE at_ns < ?", (int((FIRST + DAY).timestamp()) * 10**9,))
    assert totals(file, [FIRST, FIRST + DAY, FIRST + 2 * DAY]) == [(FIRST + DAY, FIRST + 2 * DAY, 1.0, 1)]


def test_a_slot_moved_to_another_day_is_missing_there_and_present_here(file: HistoryFile) -> None:
    SqliteWriter(file, now=lambda: NOW).write(slot("a", FIRST, 1.0))
    add_up(file.writer, NOW, 1000)
    file.writer.execute("UPDATE point_slot SET at_ns = ?", (int((FIRST + DAY).timestamp()) * 10**9,))
    assert totals(file, [FIRST, FIRST + DAY, FIRST + 2 * DAY]) == [(FIRST + DAY, FIRST + 2 * DAY, 1.0, 1)]


def test_the_same_slot_again_has_no_day_added_up_again(file: HistoryFile) -> None:
    writer = SqliteWriter(file, now=lambda: NOW)
    writer.write(slot("a", FIRST, 1.0))
    add_up(file.writer, NOW, 1000)
    before = kept(file)
    writer.write(slot("a", FIRST, 1.0, on=0.0))
    writer.write(slot("b", FIRST, None))
    assert kept(file) == before != []


def test_a_day_is_kept_once_its_last_slots_can_be_there_and_a_long_past_piece_by_piece(file: HistoryFile) -> None:
    at = datetime(2026, 11, 4, 2, 59, tzinfo=UTC)
    writer = SqliteWriter(file, now=lambda: at)
    writer.write(b"\n".join(slot("a", FIRST + number * DAY, 1.0) for number in range(16)))
    writer.tidy()
    assert kept(file) == [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2)]
    at += timedelta(minutes=1)
    writer.tidy()
    assert kept(file)[0] == date(2026, 10, 29)
    assert kept(file)[-1] == date(2026, 11, 3)
    for _ in range(4):
        at += timedelta(minutes=1)
        writer.tidy()
    assert kept(file) == [FIRST.date() + timedelta(days=number) for number in range(15)]
    writer.write(slot("b", FIRST, 1.0))
    writer.tidy()
    assert kept(file)[0] == FIRST.date() + DAY
    at += timedelta(hours=1)
    writer.tidy()
    assert kept(file)[0] == FIRST.date()


def test_a_file_of_before_and_one_without_slots_are_added_up_as_well(tmp_path: Path, file: HistoryFile) -> None:
    assert add_up(file.writer, NOW, 1000) == 0
    SqliteWriter(file, now=lambda: NOW).write(slot("a", FIRST, 1.0))
    for verb in ("insert", "update", "delete"):
        file.writer.execute(f"DROP TRIGGER kept_day_{verb}")
    file.writer.execute("DROP TABLE kept_day")
    newer = HistoryFile(tmp_path / "history.sqlite", tell=pytest.fail)
    assert totals(newer, day(FIRST)) == [(FIRST, FIRST + DAY, 1.0, 1)]
    assert add_up(newer.writer, NOW, 1000) == 15
    assert totals(newer, day(FIRST)) == [(FIRST, FIRST + DAY, 1.0, 1)]
    newer.close()

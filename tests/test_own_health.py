"""How officed is, once a minute, in its own measurement; and a journal that is full keeps nobody waiting."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from daemon.errors import StoreUnavailable
from daemon.journal.journal import Journal
from daemon.own_health import OwnHealth

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Monotonic:
    """Stands where it is put."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def facts() -> Mapping[str, str | float | bool]:
    return {"messages_total": 7.0, "outbox_waiting_lines": 3.0, "store_trouble": ""}


def test_a_point_a_minute_says_how_it_is(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite", now=lambda: NOW, tell=print)
    clock = Monotonic()
    health = OwnHealth("hq", journal, facts, lambda: NOW, clock)
    for clock.seconds in (0.0, 59.9, 60.0, 60.1, 119.0, 121.0):
        health.look()
    rows = journal.outbox.next(100)
    journal.close()
    assert len(rows) == 2
    line = rows[0].lines.decode()
    assert line.startswith("daemon,site=hq ")
    assert "readings_total=7i,outbox_lines=3i,dead_letters=0i,journal_bytes=" in line
    resident = int(line.partition("resident_bytes=")[2].partition("i")[0])
    assert 10_000_000 < resident < 10_000_000_000


class Full:
    """A journal that takes nothing."""

    bytes_used = 1

    @property
    def dead_letters(self) -> "Full":
        return self

    def count(self) -> int:
        return 0

    def advance(self, decoded_row: int, lines: bytes, count: int, records: tuple[()], snapshot: bytes | None) -> None:
        raise StoreUnavailable(f"full: {decoded_row} {lines!r} {count} {records} {snapshot!r}")


def test_what_cannot_be_written_is_let_go() -> None:
    clock = Monotonic()
    health = OwnHealth("hq", Full(), facts, lambda: NOW, clock)
    clock.seconds = 61.0
    health.look()

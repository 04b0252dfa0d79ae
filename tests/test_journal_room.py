"""Where there is no room, a step's points take that of the reads they were made of."""

from datetime import UTC, datetime
from pathlib import Path

from daemon.journal.journal import Journal
from daemon.ports import Read

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_a_step_whose_points_are_larger_than_the_room_takes_that_of_the_reads_it_used(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite", now=lambda: NOW, tell=print, maximum_bytes=1 << 22)
    row = 0
    for _ in range(10):
        row = journal.commit([Read(b"r" * 340_000, NOW)], version=5)
    lines = b"\n".join(b"power,site=hq watts=1 %d" % number for number in range(80_000))
    journal.advance(row, lines, 80_000, [], None)
    assert journal.decoded_row == row
    assert sum(each.count for each in journal.outbox.next(100_000)) == 80_000
    journal.close()

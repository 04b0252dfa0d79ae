"""A journal, a sender and a fake database on one bench, for the tests of the response table."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fake_influxdb import FakeInfluxdb

from daemon.history.delivery import Stopped
from daemon.history.influx_writer import InfluxWriter
from daemon.history.sender import Sender
from daemon.journal.journal import Journal

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
NOON_NS = 1_772_625_600_000_000_000
DAY_NS = 86_400_000_000_000


def line(number: int, at_ns: int = NOON_NS) -> bytes:
    return f"power,device=d{number} watts={number}.5 {at_ns}".encode()


class Bench:
    """A journal, a sender and a fake database, stepped by hand; `waits` holds the pauses, the last of which stops it."""

    def __init__(self, journal: Journal, fake: FakeInfluxdb) -> None:
        self.journal, self.fake = journal, fake
        self.waits: list[float] = []
        self.told: list[str] = []
        self.stop_after = 1000
        self.writer = InfluxWriter(fake.url, token="secret", organisation="office", bucket="energy", now=lambda: NOW)
        self.sender = Sender(journal.outbox, self.writer, now=lambda: NOW, tell=self.told.append, pause=self.pause)

    def pause(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return len(self.waits) >= self.stop_after

    def put(self, *lines: bytes) -> None:
        self.journal.advance(0, b"\n".join(lines), len(lines), [], None)

    def send(self, *lines: bytes) -> list[bytes]:
        """Send these; what was set aside."""
        self.put(*lines)
        assert self.sender.send_some()
        assert self.journal.outbox.waiting_lines == 0
        return [each.line for each in self.journal.dead_letters.listed(limit=100_000)]

    def stopped(self, *lines: bytes, after: int) -> None:
        """Send these until so many pauses have been made; nothing may have left the journal."""
        self.put(*lines)
        self.stop_after = after
        with pytest.raises(Stopped):
            self.sender.send_some()
        assert self.journal.outbox.waiting_lines == len(lines)
        assert self.journal.dead_letters.count() == 0


@pytest.fixture
def fake() -> Iterator[FakeInfluxdb]:
    with FakeInfluxdb().running() as running:
        yield running


@pytest.fixture
def bench(tmp_path: Path, fake: FakeInfluxdb) -> Iterator[Bench]:
    journal = Journal(tmp_path / "journal.sqlite", now=lambda: NOW, tell=pytest.fail)
    made = Bench(journal, fake)
    yield made
    made.writer.close()
    journal.close()

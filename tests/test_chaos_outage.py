"""Eight hours without a database, three restarts, one point of another type: afterwards each point is there exactly once.

The hours are the clock's, not the wall's: officed's own journal and sender run, only `now` and the sender's waiting are given.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fake_influxdb import FakeInfluxdb, Reply, says

from daemon.history.delivery import Stopped
from daemon.history.influx_writer import InfluxWriter
from daemon.history.sender import Sender
from daemon.journal.journal import Journal

START = datetime(2026, 3, 4, 20, 30, tzinfo=UTC)
HOURS = 8
EVERY = timedelta(seconds=10)
DEVICES = 5
CONFLICT = timedelta(hours=3, minutes=17)


class World:
    """A clock that the sender's waiting moves, and the office that goes on talking meanwhile."""

    def __init__(self, path: Path, fake: FakeInfluxdb) -> None:
        self.now = START
        self.next_at = START + EVERY
        self.path = path
        self.fake = fake
        self.points: list[bytes] = []
        self.told: list[str] = []
        self.waits = 0
        self.stopping_at = START
        self.open()

    def open(self) -> None:
        self.journal = Journal(self.path, now=lambda: self.now, tell=self.told.append)
        self.writer = InfluxWriter(
            self.fake.url, token="t", organisation="o", bucket="b", now=lambda: self.now, timeout=timedelta(seconds=5)
        )
        self.sender = Sender(
            self.journal.outbox, self.writer, now=lambda: self.now, tell=self.told.append, pause=self.pause
        )

    def close(self) -> None:
        self.writer.close()
        self.journal.close()

    def pause(self, seconds: float) -> bool:
        """The sender waits: the office talks on. True ends the sender, as a stop of the daemon does."""
        self.waits += 1
        self.talk_until(self.now + timedelta(seconds=seconds))
        return self.now >= self.stopping_at

    def talk_until(self, end: datetime) -> None:
        while self.next_at <= end:
            self.now = self.next_at
            self.next_at += EVERY
            stamp = int(self.now.timestamp()) * 1_000_000_000
            lines = [b"power,device=d%d watts=%d.0 %d" % (each, len(self.points), stamp) for each in range(DEVICES)]
            if self.now - START == CONFLICT:
                lines[2] = b'power,device=d2 watts="many" %d' % stamp
            self.points += lines
            self.journal.advance(0, b"\n".join(lines), len(lines), [], None)
        self.now = max(self.now, end)

    def send_until(self, end: datetime) -> None:
        """As the sender's thread: as long as there is something, else wait."""
        self.stopping_at = end
        while self.now < end:
            try:
                if not self.sender.send_some():
                    self.talk_until(min(end, self.now + EVERY))
            except Stopped:
                return


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with FakeInfluxdb().running() as fake:
        world = World(tmp_path / "journal.sqlite", fake)
        yield world
        world.close()


def takes_numbers_only(lines: list[bytes]) -> Reply:
    """As InfluxDB: a request with a line of another type is refused, and what of it was stored nobody knows."""
    if any(b'"' in line for line in lines):
        return says(422, 'failure writing points to database: partial write: field type conflict: input field "watts"')
    return says(204)


def test_after_eight_hours_three_restarts_and_a_type_conflict_the_count_is_exact(world: World) -> None:
    received: Counter[bytes] = Counter()

    def count(lines: list[bytes]) -> Reply:
        reply = takes_numbers_only(lines)
        if reply[0] == 204:
            received.update(lines)
        return reply

    world.fake.behaviour = lambda _: says(503, "unavailable")
    for quarter in range(1, 5):
        world.send_until(START + timedelta(hours=HOURS) * quarter / 4)
        if quarter < 4:
            world.close()
            world.open()
    assert not received
    assert world.now - START >= timedelta(hours=HOURS)
    assert world.journal.outbox.waiting_lines == len(world.points) >= HOURS * 360 * DEVICES

    world.fake.behaviour = count
    world.send_until(world.now + timedelta(minutes=10))
    while world.sender.send_some():
        pass

    good = [point for point in world.points if b'"' not in point]
    assert len(good) == len(world.points) - 1, "the office said one thing of another type"
    assert world.journal.outbox.waiting_lines == 0
    assert received == Counter(good), "each exactly once, and nothing else"
    assert [letter.line for letter in world.journal.dead_letters.listed()] == [
        point for point in world.points if b'"' in point
    ]
    outages = [text for text in world.told if "does not take our points" in text]
    assert len(outages) <= 4, "once a run, not once a try"
    assert any("takes our points again" in text for text in world.told)

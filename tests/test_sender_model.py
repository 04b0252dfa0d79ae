"""Whatever a database answers, and wherever we are killed: at rest each point is stored or set aside, and only bad ones are."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.history.answers import Answer
from daemon.history.layout import Layout
from daemon.history.sender import Sender
from daemon.journal.journal import Journal

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
NOON_NS = 1_772_625_600_000_000_000
DAY_NS = 86_400_000_000_000

Mood = str
MOODS = ("well", "well", "503", "lost answer", "401", "408", "page", "killed after post")


class Killed(Exception):  # noqa: N818  a fake of kill -9
    pass


class Database:
    """Two shards; refuses poison as InfluxDB does, the good lines of the other shard lost with it; moody in between."""

    def __init__(self, moods: Sequence[Mood]) -> None:
        self.moods = list(moods)
        self.stored: set[bytes] = set()
        self.killing = False

    def layout(self) -> Layout:
        return Layout()

    def post(self, lines: bytes) -> Answer:
        mood = self.moods.pop(0) if self.moods else "well"
        batch = lines.split(b"\n") if lines else []
        self.killing = mood == "killed after post"
        if mood in {"503", "401", "408"}:
            return Answer(status=int(mood), body="not now")
        if mood == "page":
            return Answer(status=200, body="<html>")
        unparsable = [line for line in batch if b"unparsable" in line]
        if unparsable:
            return Answer(status=400, body="\n".join(f"unable to parse '{line.decode()}': x" for line in unparsable))
        if any(b"conflict" in line for line in batch):
            return Answer(status=422, body="partial write: field type conflict dropped=0")
        if any(b"sickening" in line for line in batch):
            return Answer(status=500, body="internal error")
        self.stored.update(batch)
        return Answer(status=0, body="connection lost") if mood == "lost answer" else Answer(status=204)


def lines_of(kinds: Sequence[str]) -> list[bytes]:
    return [
        f"power,device={kind}-{number} watts=1.0 {NOON_NS - (number % 2) * DAY_NS + number}".encode()
        for number, kind in enumerate(kinds)
    ]


@settings(max_examples=60, deadline=None)
@given(
    batches=st.lists(
        st.lists(st.sampled_from(["good", "good", "good", "unparsable", "conflict"]), min_size=1, max_size=12),
        max_size=4,
    ),
    moods=st.lists(st.sampled_from(MOODS), max_size=30),
)
def test_at_rest_each_point_is_stored_or_set_aside(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[str]], moods: list[Mood]
) -> None:
    path = tmp_path_factory.mktemp("model") / "journal.sqlite"
    database = Database(moods)
    everything = lines_of([kind for batch in batches for kind in batch])
    journal = Journal(path, now=lambda: NOW, tell=pytest.fail)
    rest = iter(everything)
    for batch in batches:
        part = [next(rest) for _ in batch]
        journal.advance(0, b"\n".join(part), len(part), [], None)
    deliver(journal, path, database)

    poison = {line for line in everything if b"good" not in line}
    again = Journal(path, now=lambda: NOW, tell=pytest.fail)
    assert again.outbox.next(1) == []
    assert {each.line for each in again.dead_letters.listed()} == poison
    assert database.stored == set(everything) - poison
    again.close()


def deliver(journal: Journal, path: Path, database: Database) -> None:
    """Send until the outbox is empty, starting anew after each kill."""

    def crash(_: str) -> None:
        if database.killing:
            database.killing = False
            raise Killed

    while True:
        sender = Sender(
            journal.outbox, database, now=lambda: NOW, tell=lambda _: None, crash=crash, pause=lambda _: False
        )
        try:
            while sender.send_some():
                pass
        except Killed:
            journal.close()
            journal = Journal(path, now=lambda: NOW, tell=pytest.fail)
        else:
            journal.close()
            return


def test_one_line_that_makes_the_server_ill_does_not_hold_up_the_others_for_ever(tmp_path: Path) -> None:
    database = Database([])
    journal = Journal(tmp_path / "journal.sqlite", now=lambda: NOW, tell=pytest.fail)
    everything = lines_of(["good", "good", "sickening", "good", "good"])
    journal.advance(0, b"\n".join(everything), 5, [], None)
    deliver(journal, tmp_path / "journal.sqlite", database)
    assert database.stored == set(everything) - {everything[2]}

"""Any order of delivering, using, sending, failing, dying and starting again: acknowledged is durable, sent is settled.

A broker that knows what it was answered, officed's own receiver, journal and sender, a database in every mood; death comes
at any named point. Hypothesis looks for the order that breaks it, and shows the shortest.
"""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from handed_over import HandedOver
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from daemon.history.answers import Answer
from daemon.history.delivery import Stopped
from daemon.history.layout import Layout
from daemon.history.sender import Sender
from daemon.journal.journal import Journal
from daemon.mqtt.batch import Batch, batch_from_raw
from daemon.mqtt.duplicates import Duplicates
from daemon.mqtt.fence import Fence
from daemon.mqtt.receiver import Receiver
from daemon.mqtt.wire import encode, split

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
NOON_NS = 1_772_625_600_000_000_000
MOODS = ("204", "204", "400", "422", "503", "lost answer")
POINTS = (
    "held",
    "before_commit",
    "after_commit",
    "after_ack",
    "after_handover",
    "before_advance",
    "after_advance",
    "after_post",
    "after_done",
)
DEATHS = st.sampled_from(("",) * 6 + POINTS)


class Killed(BaseException):
    """No `except Exception` of ours may survive this."""


class Database:
    """Every fifth point is poison: it is refused, and what happens to its neighbours depends on the mood."""

    def __init__(self) -> None:
        self.mood = "204"
        self.stored: set[int] = set()

    def layout(self) -> Layout:
        return Layout()

    def post(self, lines: bytes) -> Answer:
        mood = self.mood
        batch = lines.split(b"\n") if lines else []
        if mood == "503":
            return Answer(status=503, body="unavailable")
        poison = [line for line in batch if number_of(line) % 5 == 4]
        if poison and mood == "400":
            return Answer(status=400, body="\n".join(f"unable to parse '{line.decode()}': no" for line in poison))
        if poison:
            return Answer(status=422, body="partial write: field type conflict dropped=0")
        self.stored |= {number_of(line) for line in batch}
        return Answer(status=0, body="connection lost") if mood == "lost answer" else Answer(status=204)


def number_of(line: bytes) -> int:
    """A point carries its number in its field."""
    return int(line.split(b"watts=")[1].split(b".")[0])


class Nothing_is_lost(RuleBasedStateMachine):  # noqa: N801  reads as the promise in Hypothesis's report
    """One office, from the first message to the last point."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="officed-model-"))
        self.database = Database()
        self.sent = 0
        self.unanswered: list[int] = []
        self.acknowledged: set[int] = set()
        self.deadly = ""
        self.is_calm = False
        self.journal: Journal | None = None
        self.start()

    def teardown(self) -> None:
        if self.journal is not None:
            self.journal.close()
        shutil.rmtree(self.folder)

    def start(self) -> None:
        """What a daemon does first: use what was heard. Then the broker sends again what it has no answer for."""
        self.journal = Journal(self.folder / "journal.sqlite", now=lambda: NOW, tell=lambda _: None, crash=self.crash)
        self.inbox = HandedOver()
        undecoded = list(self.journal.undecoded())
        duplicates = Duplicates([(row.raw, row.version) for row in undecoded])
        self.receiver = Receiver(
            self.journal, self.inbox, Fence("test"), duplicates, lambda _: None, self.crash, lambda _: self.is_calm
        )
        self.receiver.resume(session_present=True)
        self.sender = Sender(
            self.journal.outbox,
            self.database,
            now=lambda: NOW,
            tell=lambda _: None,
            crash=self.crash,
            pause=lambda _: True,
        )
        for row in undecoded:
            self.use(batch_from_raw(row.raw, row.received_at, True, row.version, row.row))
        if self.unanswered:
            self.receive(self.unanswered, first=0x3A)

    def crash(self, point: str) -> None:
        if point == self.deadly:
            self.deadly = ""
            raise Killed

    def die(self) -> None:
        """The process is gone; what it had in its memory as well."""
        assert self.journal is not None
        self.journal.close()
        self.journal = None
        self.deadly = ""

    def receive(self, numbers: list[int], *, first: int) -> None:
        packets = [encode(first, b"office", (number + 1).to_bytes(2, "big"), b"%d" % number, 5) for number in numbers]
        raw = b"".join(packets)
        self.receiver.receive(raw, split(raw, 5), NOW, 5, self.acknowledge)

    def acknowledge(self, ids: Sequence[bytes]) -> None:
        for each in ids:
            number = int.from_bytes(each, "big") - 1
            self.acknowledged.add(number)
            if number in self.unanswered:
                self.unanswered.remove(number)

    def use(self, batch: Batch) -> None:
        assert self.journal is not None
        lines = [
            b"power watts=%s.0 %d" % (message.payload, NOON_NS + int(message.payload)) for message in batch.messages
        ]
        self.journal.advance(batch.row, b"\n".join(lines), len(lines), [], None)

    @rule(count=st.integers(1, 4), deadly=DEATHS, is_calm=st.booleans())
    def deliver(self, count: int, deadly: str, is_calm: bool) -> None:
        numbers = list(range(self.sent, self.sent + count))
        self.sent += count
        self.unanswered += numbers
        self.is_calm = is_calm
        self.doing(lambda: self.receive(numbers, first=0x32), deadly)
        self.is_calm = False

    @rule(deadly=DEATHS)
    def turn_ends(self, deadly: str) -> None:
        self.doing(lambda: self.receiver.settle(5, self.acknowledge), deadly)

    @rule(deadly=DEATHS)
    def step(self, deadly: str) -> None:
        def use_all() -> None:
            while not self.inbox.empty():
                self.use(self.inbox.get_nowait())

        self.doing(use_all, deadly)

    @rule(mood=st.sampled_from(MOODS), deadly=DEATHS)
    def send(self, mood: str, deadly: str) -> None:
        self.database.mood = mood
        self.doing(self.send_all, deadly)

    @rule(deadly=DEATHS)
    def kill(self, deadly: str) -> None:
        """At no particular point; `deadly` may end the next start as well."""
        self.die()
        self.doing(self.start, deadly)

    def doing(self, what: Callable[[], None], deadly: str) -> None:
        """Do it; if death was waiting on the way, see what is left, and start again."""
        self.deadly = deadly
        try:
            what()
        except Killed:
            self.die()
            self.acknowledged_is_durable()
            self.start()
        self.deadly = ""

    def send_all(self) -> None:
        try:
            while self.sender.send_some():
                pass
        except Stopped:
            pass

    def durable(self) -> set[int]:
        """What a start from the disk alone would find, and what the database has."""
        journal = self.journal or Journal(self.folder / "journal.sqlite", now=lambda: NOW, tell=lambda _: None)
        raw = {int(payload) for row in journal.undecoded() for _, _, _, payload in split(row.raw, row.version)}
        waiting = {number_of(line) for row in journal.outbox.next(10**6) for line in row.lines.split(b"\n")}
        aside = {number_of(letter.line) for letter in journal.dead_letters.listed(limit=10**6)}
        if self.journal is None:
            journal.close()
        return raw | waiting | aside | self.database.stored

    @invariant()
    def acknowledged_is_durable(self) -> None:
        assert self.acknowledged <= self.durable()

    @rule()
    def rest(self) -> None:
        """Nobody dies any more and the database is well: all is stored, except the poison, which is set aside."""
        self.database.mood = "204"
        self.turn_ends("")
        self.step("")
        self.send_all()
        assert self.acknowledged == set(range(self.sent))
        assert self.journal is not None
        aside = {number_of(letter.line) for letter in self.journal.dead_letters.listed(limit=10**6)}
        assert self.journal.outbox.next(1) == []
        assert self.database.stored.isdisjoint(aside)
        assert aside == {number for number in self.acknowledged if number % 5 == 4}
        assert self.database.stored >= self.acknowledged - aside


TestNothingIsLost = Nothing_is_lost.TestCase
TestNothingIsLost.settings = settings(
    max_examples=80, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)

"""A process that ends between a command and the rest of its step: the next one makes the same step, and commands nothing twice."""

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from msgspec.structs import replace
from offices import EVENING, SHANGHAI, office, plug
from still_clock import StillClock

from daemon.engine.coming_back import use_rows
from daemon.engine.engine import Engine
from daemon.engine.kept_rows import whole
from daemon.engine.promise import Promise
from daemon.engine.snapshot import recall
from daemon.journal.journal import Journal
from daemon.journal.schema import RawRow
from daemon.mqtt.batch import batch_from_raw
from daemon.mqtt.wire import V5, encode
from daemon.ports import Read, Reads
from policies.control.case import Case
from policies.rules.after_hours_power import AfterHoursPower
from sensors.commands import CommandId
from sensors.messages import Outgoing
from sensors.registry import Registry

LEFT_ON = AfterHoursPower(
    name="evenings", mode="enforce", grace="0s", warn="0s", command_expiry="5s", confirm_within="10s", retry_after="1s"
)
NIGHT = EVENING + timedelta(hours=1)
ON, OFF, IDLE = b'{"POWER":"ON"}', b'{"POWER":"OFF"}', b'{"ENERGY":{"Power":0}}'
DEVICES = [plug(), plug("lamp")]


class Ended(BaseException):
    """The process is gone."""


class Life:
    """A daemon's engine, from its start to its end at a crash point. `sent` goes on over several of them."""

    def __init__(self, path: Path, at: datetime, sent: list[Outgoing], policies: tuple[AfterHoursPower, ...]) -> None:
        self.clock = StillClock(at)
        self.journal = Journal(path, now=self.clock.now, tell=print)
        fresh = office(*DEVICES, policies=policies)
        cases = whole(self.journal.latest_snapshot(), self.journal.kept_rows())
        state, kept_at = recall(fresh, cases, self.journal.kept("office"))
        self.ends_at = ""
        self.engine = Engine(
            state,
            Registry(DEVICES, ZoneInfo(SHANGHAI)),
            self.journal,
            self.clock,
            send=sent.append,
            tell=print,
            decoded_row=self.journal.decoded_row,
            kept_rows=self.journal.kept_rows(),
            crash=self._crash,
        )
        use_rows(self.engine, list(self.journal.since_office()), self.journal.decoded_row, kept_at)

    def hear(self, payload: bytes, device: str = "plug") -> None:
        """What the network thread does with it."""
        topic = f"tele/{device}/SENSOR" if payload == IDLE else f"stat/{device}/RESULT"
        raw = encode(0x32, topic.encode(), b"\x00\x01", payload, V5)
        batch = batch_from_raw(raw, self.clock.at, False, V5, self.journal.next_row)
        reads = [Read(raw, self.clock.at)]
        left = self.engine.judge([batch], Reads(reads, V5))
        if left:
            self.journal.commit(reads, version=V5)
            self.engine.put_all(left)

    def dies(self, point: str, payload: bytes, device: str = "plug") -> None:
        """At this point, by what it hears."""
        self.ends_at = point
        with pytest.raises(Ended):
            self.hear(payload, device)
        self.journal.close()

    def end(self) -> None:
        """In order."""
        self.engine._steps.make_durable(must=True)
        self.journal.close()

    def trail(self) -> list[str]:
        """The kinds of the audit trail, with what happened."""
        bodies = [msgspec.json.decode(entry.body) for entry in self.journal.audit()]
        return [f"{body['type']} {body.get('what', '')}".strip() for body in bodies]

    @property
    def case(self) -> Case:
        (case,) = self.engine.state.cases.values()
        return case

    def case_of(self, device: str) -> Case:
        """The one that is open about it."""
        return next(case for case in self.engine.state.cases.values() if case.device == device)

    def _crash(self, point: str) -> None:
        if point == self.ends_at:
            raise Ended


Begin = Callable[..., Life]


@pytest.fixture
def sent() -> list[Outgoing]:
    return []


@pytest.fixture
def begin(tmp_path: Path, sent: list[Outgoing]) -> Begin:
    def begin(at: datetime = NIGHT, *policies: AfterHoursPower) -> Life:
        return Life(tmp_path / "journal.sqlite", at, sent, policies or (LEFT_ON,))

    return begin


@pytest.mark.parametrize(("point", "left"), [("after_journal", 0), ("after_publish", 1)])
def test_the_same_step_is_made_again_as_of_its_instant_and_nothing_is_commanded_twice(
    begin: Begin, sent: list[Outgoing], point: str, left: int
) -> None:
    begin().dies(point, ON)
    assert len(sent) == left
    after = begin(NIGHT + timedelta(seconds=5))
    assert len(sent) == left
    case = after.case
    assert case.phase == "acting"
    assert case.since == NIGHT
    assert case.command is not None
    (row,) = after.journal.since_office()
    assert Promise.read(row.promise) == Promise(NIGHT, (case.command.id,))
    assert after.trail() == ["Record opened", "Record commanded"]
    assert after.journal.decoded_row == 1
    after.end()
    again = begin(NIGHT + timedelta(seconds=6))
    assert replace(again.case, due_at=None) == replace(case, due_at=None)
    assert len(sent) == left, "what is written down is not done once more"


def test_a_command_that_never_left_is_tried_again_when_its_proof_does_not_come(
    begin: Begin, sent: list[Outgoing]
) -> None:
    begin().dies("after_journal", ON)
    after = begin(NIGHT + timedelta(seconds=5))
    for seconds in (14, 16, 18):
        assert not sent, "as long as officed was away nobody listened"
        after.clock.at = NIGHT + timedelta(seconds=seconds)
        after.hear(ON)
        after.engine.turn(after.engine.inbox.take(0))
    assert [outgoing.payload for outgoing in sent] == [b"OFF"]
    assert after.case.attempts == 2


def test_before_the_promise_nothing_has_happened(begin: Begin, sent: list[Outgoing]) -> None:
    begin().dies("after_decision", ON)
    after = begin(NIGHT + timedelta(seconds=5))
    assert not sent
    assert not after.engine.state.cases
    assert not list(after.journal.since_office())


def test_what_waited_before_it_is_judged_in_the_same_step(begin: Begin, sent: list[Outgoing]) -> None:
    first = begin()
    first.hear(OFF, "lamp")
    first.end()
    second = begin()
    second.hear(IDLE, "lamp")
    second.dies("after_publish", ON)
    after = begin(NIGHT + timedelta(minutes=3))
    assert len(sent) == 1
    assert after.case.device == "plug"
    assert after.journal.decoded_row == 3
    assert after.engine.state.office.of(DEVICES[1].id).watts is not None
    assert after.engine.steps == 1


@pytest.mark.parametrize("is_written", [False, True])
def test_a_promise_about_a_grace_that_began_before_finds_it(
    begin: Begin, sent: list[Outgoing], *, is_written: bool
) -> None:
    """The first step begins a grace, the second comes when it is over: the id of the command follows from both instants."""
    patient = LEFT_ON.model_copy(update={"grace": timedelta(seconds=10)})
    first = begin(NIGHT, patient)
    first.hear(ON)
    first.clock.at += timedelta(seconds=11)
    assert first.journal.decoded_row == 0
    if is_written:
        first.engine._steps.make_durable(must=True)
    first.dies("after_publish", ON, "lamp")
    assert len(sent) == 1
    after = begin(NIGHT + timedelta(seconds=15), patient)
    assert len(sent) == 1
    assert after.case_of("plug").since == NIGHT
    command = after.case_of("plug").command
    assert command is not None
    promises = [Promise.read(row.promise) for row in after.journal.since_office()]
    assert promises == [Promise(NIGHT), Promise(NIGHT + timedelta(seconds=11), (command.id,))]
    assert after.case_of("lamp").since == NIGHT + timedelta(seconds=11)
    assert after.trail() == ["Record opened", "Record commanded"]
    assert after.journal.decoded_row == 2


def test_several_commands_of_which_nothing_is_written_down_leave_once_each(begin: Begin, sent: list[Outgoing]) -> None:
    first = begin()
    first.hear(ON)
    first.clock.at += timedelta(milliseconds=50)
    first.hear(OFF)
    first.clock.at += timedelta(milliseconds=50)
    assert first.journal.decoded_row == 0
    first.dies("after_publish", ON, "lamp")
    after = begin(NIGHT + timedelta(seconds=5))
    assert [outgoing.topic for outgoing in sent] == ["cmnd/plug/POWER", "cmnd/lamp/POWER"]
    assert after.case_of("lamp").phase == "acting"
    assert after.trail() == [f"Record {what}" for what in ("opened", "commanded", "proved", "opened", "commanded")]
    assert after.journal.decoded_row == 3


def test_it_is_made_of_what_was_known_then_however_long_nobody_was_there(begin: Begin, sent: list[Outgoing]) -> None:
    """After five minutes what was heard before is no evidence any more; for the promise it is."""
    patient = LEFT_ON.model_copy(update={"grace": timedelta(seconds=10)})
    first = begin(NIGHT, patient)
    first.hear(ON)
    first.engine._steps.make_durable(must=True)
    first.engine._steps.keep_office(at_once=True)
    first.clock.at += timedelta(seconds=11)
    first.dies("after_publish", ON, "lamp")
    late = NIGHT + timedelta(minutes=5)
    after = begin(late, patient)
    assert len(sent) == 1
    assert after.trail() == ["Record opened", "Record commanded"]
    assert after.engine.state.office.of(DEVICES[0].id).is_silent(late)
    assert after.engine.state.recheck_at is None, "all is to be judged anew"
    case = after.case_of("plug")
    assert case.phase == "acting"
    assert case.due_at is not None
    assert case.due_at == late + timedelta(seconds=10), "its proof may still come"


def test_what_came_after_it_is_judged_now(begin: Begin, tmp_path: Path) -> None:
    begin().dies("after_publish", ON)
    journal = Journal(tmp_path / "journal.sqlite", now=lambda: NIGHT, tell=print)
    journal.commit([Read(encode(0x32, b"stat/lamp/RESULT", b"\x00\x01", ON, V5), NIGHT)], version=V5)
    journal.close()
    after = begin(NIGHT + timedelta(seconds=5))
    assert {case.device: case.since - NIGHT for case in after.engine.state.cases.values()} == {
        "plug": timedelta(0),
        "lamp": timedelta(seconds=5),
    }


def test_a_command_of_another_configuration_is_named_in_the_audit_trail(begin: Begin, sent: list[Outgoing]) -> None:
    begin().dies("after_publish", ON)
    watching = AfterHoursPower(name="evenings", mode="watch", grace="0s", warn="0s")
    after = begin(NIGHT + timedelta(seconds=5), watching)
    assert len(sent) == 1
    (told,) = [line for line in after.trail() if line.startswith("Unexplained")]
    assert told
    body = next(entry.body for entry in after.journal.audit() if b"Unexplained" in entry.body)
    assert b"evenings/plug/" in body


def test_what_is_decided_besides_is_carried_out(begin: Begin, sent: list[Outgoing], tmp_path: Path) -> None:
    """A promise without its commands, as if another rule had come: what it decides has never left."""
    begin().dies("after_journal", ON)
    with sqlite3.connect(tmp_path / "journal.sqlite") as file:
        file.execute("UPDATE raw SET promise = ?", (Promise(NIGHT).written(),))
    file.close()
    after = begin(NIGHT + timedelta(seconds=1))
    assert [outgoing.payload for outgoing in sent] == [b"OFF"]
    assert "Unexplained" not in after.trail()


def test_a_damaged_promise_is_none(begin: Begin, sent: list[Outgoing], tmp_path: Path) -> None:
    begin().dies("after_publish", ON)
    with sqlite3.connect(tmp_path / "journal.sqlite") as file:
        file.execute("UPDATE raw SET promise = x'00'")
    file.close()
    after = begin(NIGHT + timedelta(seconds=5))
    assert len(sent) == 2
    assert after.case.since == NIGHT + timedelta(seconds=5)


def test_damaged_bytes_leave_the_promise_to_be_told(begin: Begin) -> None:
    life = begin()
    promise = Promise(NIGHT, (CommandId("a/b/c"),)).written()
    use_rows(life.engine, [RawRow(1, NIGHT, False, V5, b"\x32", promise)], 0, None)
    assert life.trail() == ["Unexplained"]


def test_a_file_of_the_layout_before_gets_a_place_for_promises(begin: Begin, tmp_path: Path) -> None:
    begin().end()
    path = tmp_path / "journal.sqlite"
    with sqlite3.connect(path) as file:
        file.execute("ALTER TABLE raw DROP COLUMN promise")
        file.execute("INSERT INTO raw VALUES (1, 0, 0, 5, 0, x'')")
        file.execute("PRAGMA user_version = 2")
    file.close()
    life = begin()
    assert [row.promise for row in life.journal.since_office()] == [None]
    life.hear(ON)
    assert life.case.phase == "acting"

"""A step whose points do not fit into one transaction: a journal that is nearly full must not lock itself."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from offices import EVENING, office, plug

from daemon.engine.kept_rows import Rows
from daemon.engine.records import PORTION_BYTES, Ledger
from daemon.errors import StoreUnavailable
from daemon.history.points import Points
from daemon.journal.journal import Journal
from daemon.ports import Read
from policies.control.effects import Decided
from policies.office.requests import Acknowledge
from sensors.readings import Power

PLUG = plug()
STATE = office(PLUG)
SITE = STATE.office.site
STEPS, EACH = 7, 3_000
COUNT = STEPS * EACH
READINGS = [
    Power(device=PLUG.id, arrived_at=EVENING + timedelta(microseconds=number), watts=float(number), is_on=True)
    for number in range(COUNT)
]
LINES = Points(SITE.id).lines(READINGS, SITE.devices)[0].split(b"\n")
MAXIMUM = 1_300_000


def ledger(row: int = 7) -> Ledger:
    made = Ledger(SITE, 3)
    for start in range(0, COUNT, EACH):
        made.hear(READINGS[start : start + EACH])
        made.decided(Decided(EVENING, "anna", Acknowledge("case")))
    made.row = row
    return made


class Cramped:
    """A journal that takes so many bytes a transaction, and `room` in all."""

    def __init__(self, most: int, room: int = 10**9) -> None:
        self.most, self.room = most, room
        self.taken: list[bytes] = []
        self.marks: list[int] = []
        self.records = 0

    def advance(
        self,
        decoded_row: int,
        lines: bytes,
        count: int,
        records: Sequence[bytes],
        snapshot: Rows | None,
    ) -> None:
        if len(lines) > min(self.most, self.room):
            raise StoreUnavailable("journal full")
        assert (snapshot is not None) is bool(records)
        self.room -= len(lines)
        found = lines.split(b"\n") if lines else []
        assert len(found) == count
        self.taken += found
        self.marks.append(decoded_row)
        self.records += len(records)


def test_what_fits_is_one_transaction() -> None:
    journal, made = Cramped(10**9), ledger()
    made.write(journal, STATE)
    assert journal.marks == [7]
    assert journal.taken == LINES
    assert not made.is_waiting


def test_what_does_not_fit_goes_ahead_in_portions_and_the_mark_moves_last() -> None:
    journal, made = Cramped(PORTION_BYTES), ledger()
    made.write(journal, STATE)
    assert journal.marks[:-1] == [3] * (len(journal.marks) - 1)
    assert journal.marks[-1] == 7
    assert journal.taken == LINES
    assert journal.records == STEPS
    assert not made.is_waiting


def test_a_portion_that_was_taken_is_not_written_again_and_the_rest_waits_for_room() -> None:
    journal, made = Cramped(PORTION_BYTES, room=3 * PORTION_BYTES), ledger()
    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            made.write(journal, STATE)
        assert made.is_waiting
        journal.room += 2 * PORTION_BYTES
    assert set(journal.marks) == {3}
    journal.room = 10**9
    made.write(journal, STATE)
    assert journal.taken == LINES
    assert (journal.marks[-1], journal.records) == (7, STEPS)


def filled(path: Path) -> Journal:
    """A real journal, full of readings that no step has used."""
    journal = Journal(path, now=lambda: EVENING, tell=lambda _: None, maximum_bytes=MAXIMUM)
    for _ in range(MAXIMUM // 20_000):
        with suppress(StoreUnavailable):
            journal.commit([Read(b"x" * 20_000, EVENING, False)], version=5)
    return journal


def test_a_journal_full_of_readings_takes_their_points_as_the_database_takes_them(tmp_path: Path) -> None:
    journal = filled(tmp_path / "journal.sqlite")
    made = ledger(row=10**6)
    assert len(b"\n".join(LINES)) > MAXIMUM, "it would fit as soon as the readings are gone"
    stored: list[bytes] = []
    for _ in range(100):
        try:
            made.write(journal, STATE)
        except StoreUnavailable:
            assert journal.outbox.waiting_lines, "it is stuck: nothing fits, and nothing is on its way out"
        while rows := journal.outbox.next(5_000):
            stored += [line for row in rows for line in row.lines.split(b"\n")]
            journal.outbox.done(rows)
        if not made.is_waiting:
            break
    assert stored == LINES
    assert journal.decoded_row == 10**6
    journal.close()


def test_a_crash_between_two_portions_makes_the_same_points_again(tmp_path: Path) -> None:
    journal = filled(tmp_path / "journal.sqlite")
    with pytest.raises(StoreUnavailable):
        ledger(row=10**6).write(journal, STATE)
    assert 0 < journal.outbox.waiting_lines < COUNT
    journal.close()

    again = Journal(tmp_path / "journal.sqlite", now=lambda: EVENING, tell=lambda _: None, maximum_bytes=10 * MAXIMUM)
    assert again.decoded_row < 10**6, "what was not used up is heard again"
    ledger(row=10**6).write(again, STATE)
    rows = again.outbox.next(10 * COUNT)
    assert {line for row in rows for line in row.lines.split(b"\n")} == set(LINES)
    again.close()

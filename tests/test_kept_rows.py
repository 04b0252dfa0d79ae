"""The state in rows: whatever changes, fails or is cut off by a crash, what a restart reads is what was written last."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from changed import replace as change
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from painted import calm_state, case, left_on

from daemon.engine.kept_rows import STATE, KeptRows, Rows, whole
from daemon.engine.records import Ledger
from daemon.engine.snapshot import Cases, pack_cases
from daemon.errors import StoreUnavailable
from daemon.journal.journal import Journal
from policies.control.case import CaseId
from policies.control.changes import Caused, Change
from policies.control.effects import Decided
from policies.control.memory import Sent
from policies.office.requests import Acknowledge
from policies.state import State
from sensors.commands import SwitchOff
from sensors.device import DeviceId

NOW = datetime(2026, 7, 14, 6, 32, tzinfo=UTC)
PLAIN = calm_state()
NAMES = ["a", "b", "sent", "case x"]


def exact(state: State) -> Cases:
    """What must be exact, whatever the order of the cases."""
    kept = msgspec.msgpack.decode(pack_cases(state), type=Cases)
    return replace(kept, cases=tuple(sorted(kept.cases, key=lambda one: one.key)))


def read(rows: dict[str, bytes]) -> Cases:
    """What a restart makes of the journal's rows."""
    found = whole(rows.get(STATE), {name: body for name, body in rows.items() if "\n" in name})
    kept = msgspec.msgpack.decode(found, type=Cases) if found is not None else Cases()
    return replace(kept, cases=tuple(sorted(kept.cases, key=lambda one: one.key)))


def put(rows: dict[str, bytes], changed: Rows) -> None:
    """As the journal does."""
    for name, body in changed.items():
        if body is None:
            rows.pop(name, None)
        else:
            rows[name] = body


def after(state: State, what: str, name: str, number: int) -> State:
    """The state with one thing changed."""
    device, at = DeviceId(name), NOW + timedelta(seconds=number)
    if what == "case":
        found = case(left_on(name, 60.0), at, attempts=number)
        return change(state, cases={**state.cases, found.key: found})
    if what == "closed":
        return change(state, cases={key: one for key, one in state.cases.items() if one.device != device})
    memory = state.memory
    if what == "sent":
        said = (*memory.sent.get(device, ()), Sent(at, "p", number, SwitchOff(device)))
        return change(state, memory=replace(memory, sent={**memory.sent, device: said}))
    if what == "changes":
        seen = (Caused(Change(device, at, "is_on", False, True), "person"),)
        return change(state, memory=replace(memory, changes={**memory.changes, device: seen}))
    if what == "forgotten":
        return change(state, memory=replace(memory, sent={one: s for one, s in memory.sent.items() if one != device}))
    return change(state, memory=replace(memory, standby={**memory.standby, device: float(number)}))


CHANGES = st.tuples(
    st.sampled_from(["case", "closed", "sent", "changes", "forgotten", "standby"]),
    st.sampled_from(NAMES),
    st.integers(0, 5),
)
ENDINGS = st.sampled_from(["written", "written", "written", "failed", "crash before", "crash after"])


@settings(max_examples=200)
@given(st.lists(st.tuples(st.lists(CHANGES, max_size=4), ENDINGS), max_size=10))
def test_what_is_read_is_what_was_written_last(turns: list[tuple[list[Any], str]]) -> None:
    rows: dict[str, bytes] = {}
    state, kept = PLAIN, KeptRows()
    for changes, ending in turns:
        for what, name, number in changes:
            state = after(state, what, name, number)
        changed = kept.changed(state)
        if ending in {"written", "crash after"}:
            put(rows, changed)
            assert read(rows) == exact(state)
        if ending == "written":
            kept.written()
        elif ending.startswith("crash"):  # the next run begins with what it reads
            known = read(rows)
            state = change(PLAIN, cases={one.key: one for one in known.cases}, memory=known.memory)
            kept = KeptRows([name for name in rows if "\n" in name])


def test_only_what_has_changed_is_written_again() -> None:
    state = after(after(after(PLAIN, "case", "a", 1), "case", "b", 1), "sent", "a", 1)
    kept = KeptRows()
    assert len(kept.changed(state)) == 4
    kept.written()
    assert list(kept.changed(after(state, "changes", "b", 2))) == ["changes\nb", STATE]
    assert {name for name, body in kept.changed(after(state, "closed", "a", 0)).items() if body is None} == {
        name for name in KeptRows().changed(state) if name.startswith("case\n") and name.endswith("\na")
    }


def test_what_no_record_tells_of_is_noticed_all_the_same() -> None:
    def pending(second: int, watts: float = 60.0) -> State:
        found = replace(case(left_on("a", watts), NOW), phase="pending", id=CaseId(f"p/a/{second}"))
        return change(PLAIN, cases={found.key: found})

    kept = KeptRows()
    for state in (pending(1), pending(2), change(PLAIN, cases={}), after(pending(2), "changes", "b", 2)):
        assert kept.is_behind(state)
        kept.changed(state)
        assert kept.is_behind(state), "it is not written yet"
        kept.written()
        assert not kept.is_behind(state)
    kept.changed(pending(1))
    kept.written()
    assert not kept.is_behind(pending(1, watts=70.0)), "a finding is found again"
    assert not kept.is_behind(after(pending(1), "standby", "a", 3)), "what is learned all the time"


def test_a_state_in_one_piece_of_an_older_officed_is_read_and_then_kept_in_rows(tmp_path: Path) -> None:
    state = after(after(after(PLAIN, "case", "a", 1), "sent", "a", 1), "changes", "b", 2)

    def opened() -> Journal:
        return Journal(tmp_path / "journal.sqlite", now=lambda: NOW, tell=lambda _: None)

    journal = opened()
    journal.advance(0, b"", 0, [b"{}"], pack_cases(state))
    assert whole(journal.latest_snapshot(), journal.kept_rows()) == pack_cases(state)
    kept = KeptRows(journal.kept_rows())
    journal.advance(0, b"", 0, [b"{}"], kept.changed(state))
    journal.close()
    journal = opened()
    assert set(journal.kept_rows()) == set(KeptRows().changed(state)) - {STATE}
    assert whole(journal.latest_snapshot(), journal.kept_rows()) == pack_cases(state)
    journal.advance(0, b"", 0, [b"{}"], KeptRows(journal.kept_rows()).changed(PLAIN))
    assert journal.kept_rows() == {}
    assert whole(journal.latest_snapshot(), journal.kept_rows()) == pack_cases(PLAIN)
    journal.close()


def test_an_officed_that_knows_no_rows_refuses_the_file(tmp_path: Path) -> None:
    Journal(tmp_path / "journal.sqlite", now=lambda: NOW, tell=lambda _: None).close()
    with sqlite3.connect(tmp_path / "journal.sqlite") as file:
        assert file.execute("PRAGMA user_version").fetchone()[0] > 1, "layout 1 reads a state without its cases"
    file.close()


class Failing:
    """A journal that takes nothing the first time."""

    def __init__(self) -> None:
        self.tries = 0
        self.rows: dict[str, bytes] = {}

    def advance(
        self,
        decoded_row: int,
        lines: bytes,
        count: int,
        records: Sequence[bytes],
        snapshot: Rows | None,
    ) -> None:
        del decoded_row, lines, count, records
        self.tries += 1
        if self.tries == 1:
            raise StoreUnavailable("no space")
        put(self.rows, snapshot or {})


def test_what_the_journal_has_refused_is_written_the_next_time() -> None:
    state = after(after(PLAIN, "case", "a", 1), "sent", "a", 1)
    ledger, journal = Ledger(PLAIN.office.site, 0), Failing()
    ledger.decided(Decided(NOW, "anna", Acknowledge("case")))
    with pytest.raises(StoreUnavailable):
        ledger.write(journal, state)
    ledger.write(journal, state)
    assert read(journal.rows) == exact(state)


def test_nothing_is_made_of_rows_without_the_rest() -> None:
    assert whole(None, {"case\np\na": b""}) is None

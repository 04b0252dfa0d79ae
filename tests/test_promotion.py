"""A policy that has watched is switched on with a name and a reason, after one has seen what it would have done."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from lived import Life, Store, fresh
from offices import local

from daemon.audit.check import verify
from daemon.audit.trail import effects, entries
from daemon.engine.snapshot import Cases
from daemon.journal.journal import Journal
from daemon.trial.promotion import decide_in_journal, prospect
from policies.backtest import with_policies
from policies.control.effects import Decided, Publish
from policies.office.requests import Extend, SetMode
from policies.rules.after_hours_power import AfterHoursPower
from sensors.device import ZoneId
from sensors.virtual.plans import room_plan

PLAN = room_plan("cool2", "eye", "monitor", "water")
START, END = local("2026-07-06 00:00"), local("2026-07-10 00:00")
WATCHING = AfterHoursPower(name="after-hours", mode="watch", hold_out_share=0.0)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    store = Store(tmp_path_factory.mktemp("lived"))
    state = with_policies(fresh(PLAN)[0], WATCHING)
    yield Life(PLAN, store, policies=state.policies).run(START, END)
    store.close()


def shadowed(life: Life) -> list[tuple[datetime, str]]:
    """What the engine itself held back, first turn of each case."""
    firsts: dict[str, tuple[datetime, str]] = {}
    for turn in life.turns:
        refusal = turn.case.refusal
        if turn.case.policy == "after-hours" and refusal is not None and refusal.reason == "shadow":
            firsts.setdefault(turn.case.id, (turn.at, turn.case.device))
    return sorted(firsts.values())


def test_it_tells_everything_that_was_held_back(lived: Life) -> None:
    assert lived.store is not None
    found = prospect(lived.store.history, lived.state.office.site, "after-hours", START, END)

    assert not any(isinstance(one, Publish) and "after-hours" in one.command.id for one in lived.effects)
    assert len(shadowed(lived)) >= 4
    assert sorted((one.at, one.device) for one in found.would) == shadowed(lived)
    assert found.unmetered == len(found.would), "no slots were stored, so nothing is predicted"


def test_leave_that_was_given_is_a_conflict(lived: Life) -> None:
    assert lived.store is not None
    at, device = shadowed(lived)[0]
    leave = Decided(at - timedelta(hours=1), "chen", Extend("1", ZoneId("room"), at + timedelta(minutes=1), "work"))
    other = Decided(at, "wu", Extend("2", ZoneId("elsewhere"), END, "work"))

    found = prospect(lived.store.history, lived.state.office.site, "after-hours", START, END, [leave, other])

    assert {(one.at, one.device) for one in found.would if "chen" in str(one.conflict)} >= {(at, device)}
    assert not any("wu" in str(one.conflict) for one in found.would)
    assert len([one for one in found.would if "chen" in str(one.conflict)]) < len(found.would)


def test_the_next_start_takes_the_decision_and_the_trail_stays_whole(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    office = fresh(PLAN)[0].office
    decide_in_journal(path, office, SetMode("after-hours", "enforce", "four weeks without a conflict"), "chen", END)

    journal = Journal(path, now=lambda: END, tell=pytest.fail)
    kept = journal.latest_snapshot()
    journal.close()
    assert kept is not None
    change = msgspec.msgpack.decode(kept, type=Cases).desk.modes["after-hours"]
    assert (change.mode, change.who, change.why) == ("enforce", "chen", "four weeks without a conflict")
    assert [one.who for one in effects(path, END) if isinstance(one, Decided)] == ["chen"]
    assert verify(entries(path)).broken_at is None

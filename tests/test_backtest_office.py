"""A backtest out of the store, in the virtual office: the same rules give the same, other ones what a live run of them does.

Where the office answers (a room left cooling all night, people who find it cold), no replay can know; that is said, not hidden.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from lived import TICK, Life, Store
from offices import local

from daemon.trial.backtest import LIMITS, Difference, run, summary
from daemon.trial.stored import arrivals
from dashboards.language.catalogs import languages
from policies.backtest import backtest, with_policies
from policies.control.effects import Decided, Effect, Publish
from policies.inputs import Asked
from policies.office.requests import Extend, SetMode
from policies.otherwise import Otherwise
from policies.policy import Policy
from policies.rules.after_hours_power import AfterHoursPower
from sensors.commands import Remedy, SwitchOff
from sensors.device import DeviceId, ZoneId
from sensors.virtual.plans import room_plan

PLAN = room_plan("cool2", "eye", "pc", "monitor", "water", "lights")
BORN, START, END = local("2026-07-05 00:00"), local("2026-07-06 00:00"), local("2026-07-11 00:00")
LEAVE = Extend("late", ZoneId("room"), local("2026-07-08 23:30"), "release")
ASKED = local("2026-07-08 17:30")
Deed = tuple[datetime, Remedy]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    store = Store(tmp_path_factory.mktemp("lived"))
    yield Life(PLAN, store, keep_at=START, asked=[(ASKED, Asked(LEAVE, "Li"))]).run(BORN, END)
    store.close()


def sent(effects: Sequence[Effect]) -> list[Deed]:
    found = [effect.command for effect in effects if isinstance(effect, Publish)]
    return [(command.issued_at, command.remedy) for command in found if command.issued_at >= START]


def live(*changed: Policy) -> list[Deed]:
    state = with_policies(Life(PLAN).run(BORN, BORN).state, *changed)
    other = Life(PLAN, policies=state.policies, asked=[(ASKED, Asked(LEAVE, "Li"))])
    return sent(other.run(BORN, END).effects)


def replayed(life: Life, *changed: Policy) -> list[Deed]:
    assert life.store is not None
    assert life.kept is not None
    really: dict[DeviceId, list[Deed]] = {}
    for at, remedy in sent(life.effects):
        really.setdefault(remedy.device, []).append((at, remedy))
    heard = arrivals(life.store.history, life.kept.office.site.devices.values(), START, END)
    state, decisions = with_policies(life.kept, *changed), [(ASKED, Asked(LEAVE, "Li"))]
    return sent(backtest(state, heard, START, END, TICK, decisions=decisions, otherwise=Otherwise(really)).effects)


def evenings(*, mode: str = "enforce", grace: str = "5m", warn: str = "10m") -> Policy:
    return AfterHoursPower.model_validate(
        {"kind": "after_hours_power", "name": "after-hours", "mode": mode, "grace": grace, "warn": warn}
    )


@pytest.mark.parametrize("change", [evenings(grace="30m"), evenings(warn="20m")], ids=["later", "warned for longer"])
def test_another_rule_does_here_what_it_does_live(lived: Life, change: Policy) -> None:
    really = live(change)

    assert really != sent(lived.effects), "it makes a difference"
    assert replayed(lived, change) == really


def test_where_the_office_would_have_answered_the_replay_is_a_guess_and_says_so(lived: Life) -> None:
    watching = evenings(mode="watch")
    really, here = live(watching), replayed(lived, watching)

    assert [deed for deed in really if isinstance(deed[1], SwitchOff)] == []
    assert [deed for deed in here if isinstance(deed[1], SwitchOff)] == [], "this much is sure"
    assert here != really, "people found a room that had been cooled all night, and turned to other setpoints"


def out_of_the_store(life: Life, decided: Sequence[Decided], *changed: Policy) -> Difference:
    assert life.store is not None
    assert life.kept is not None
    fresh = Life(PLAN).run(BORN, BORN).state
    since = START + timedelta(days=1)
    return run(life.store.history, fresh, life.kept.office.traits, changed, since, END, decided)[1]


def decisions(life: Life) -> list[Decided]:
    return [one for one in life.effects if isinstance(one, Decided)]


def test_the_command_finds_no_difference_where_there_is_none(lived: Life) -> None:
    found = out_of_the_store(lived, decisions(lived), evenings())

    assert len(found.both) >= 10
    assert (list(found.only_then), list(found.only_here)) == ([], [])


def test_leave_that_staff_had_is_replayed_and_without_it_the_evening_is_another_one(lived: Life) -> None:
    found = out_of_the_store(lived, [], evenings())

    assert {at.date() for at, _ in (*found.only_then, *found.only_here)} == {ASKED.date()}


def test_of_the_rule_that_is_tried_its_own_mode_counts(lived: Life) -> None:
    promoted = Decided(START, "Li", SetMode("after-hours", "enforce", "agreed"))
    found = out_of_the_store(lived, [promoted, *decisions(lived)], evenings(mode="watch"))

    assert not any(isinstance(remedy, SwitchOff) for _, remedy in (*found.both, *found.only_here))
    assert any(isinstance(remedy, SwitchOff) for _, remedy in found.only_then)


@pytest.mark.parametrize("code", ["en", "zh_CN"])
def test_what_it_says_ends_with_what_it_cannot_know(lived: Life, code: str) -> None:
    assert lived.store is not None
    assert lived.kept is not None
    fresh = Life(PLAN).run(BORN, BORN).state
    done, found = run(lived.store.history, fresh, lived.kept.office.traits, [evenings(grace="30m")], START, END)
    language = languages("Asia/Shanghai")[code]
    lines = list(summary(done, found, language))

    assert lines[-len(LIMITS) :] == [language.words(one) for one in LIMITS]
    assert any("一" <= letter <= "鿿" for line in lines for letter in line) is (code == "zh_CN")
    assert sum(line.startswith("  2026-") for line in lines) == len(found.only_then) + len(found.only_here)

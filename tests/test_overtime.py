"""Leave has its measure: hours a zone and month, counted once; recurring overtime needs a second person; all of it ends."""

from datetime import UTC, date, datetime, timedelta

import pytest
from changed import replace
from offices import ROOM, Run, heard, local, office, plug, power

from policies.control.effects import Decided, Publish
from policies.inputs import Asked, Tick
from policies.office.calendar import Calendar
from policies.office.overtime import Overtime
from policies.office.requests import AskOvertime, DecideOvertime, Extend
from policies.rules.after_hours_power import AfterHoursPower
from policies.state import State

EVENINGS = AfterHoursPower(name="evenings", mode="enforce", grace="0s", warn="0s")


def limited(hours: float | None = 3.0) -> State:
    state = office(plug(), policies=[EVENINGS])
    zones = {ROOM: replace(state.office.site.zones[ROOM], leave_hours_per_month=hours)}
    return replace(state, office=replace(state.office, site=replace(state.office.site, zones=zones)))


def ask(run: Run, at: str, until: str, name: str = "a", who: str = "li") -> str:
    """The refusal's words; empty where it is granted."""
    effects = run.at((local(at) - run.start).total_seconds(), Asked(Extend(name, ROOM, local(until), "work"), who))
    (answer,) = [one for one in effects if isinstance(one, Decided)]
    return "" if answer.refused is None else str(answer.refused)


def used(run: Run) -> dict[str, float]:
    return {month: round(hours, 6) for month, hours in run.state.office.desk.used[ROOM].items()}


def begin(at: str = "2026-07-15 17:00", hours: float | None = 3.0) -> Run:
    return Run(limited(hours), local(at))


def test_only_closed_hours_count_and_each_hour_once() -> None:
    run = begin()
    assert ask(run, "2026-07-15 17:00", "2026-07-15 19:00", "a") == ""
    assert used(run) == {"2026-07": 1.0}
    assert ask(run, "2026-07-15 17:30", "2026-07-15 20:00", "b", "wu") == ""
    assert used(run) == {"2026-07": 2.0}, "two who ask for one evening use it up once"
    leave = run.state.office.desk.leave_for(plug(), local("2026-07-15 18:30"))
    assert leave is not None
    assert leave.until == local("2026-07-15 20:00"), "the later end holds"


@pytest.mark.parametrize(("until", "granted"), [("20:59", True), ("21:00", True), ("21:01", False)])
def test_the_budget_ends_where_it_ends(until: str, granted: bool) -> None:
    run = begin()
    answer = ask(run, "2026-07-15 17:00", f"2026-07-15 {until}")
    assert (answer == "") is granted
    assert bool(run.state.office.desk.overrides) is granted
    if not granted:
        assert answer == "This room has 3.0 h of more time left in 2026-07."


def test_whoever_ends_early_gives_the_rest_back() -> None:
    run = begin()
    ask(run, "2026-07-15 17:00", "2026-07-15 21:00")
    assert ask(run, "2026-07-15 19:00", "2026-07-15 19:00") == ""
    assert used(run) == {"2026-07": 1.0}
    assert run.state.office.desk.overrides == ()


def test_a_night_over_the_end_of_a_month_belongs_to_two_budgets() -> None:
    run = begin("2026-07-31 17:00")
    assert ask(run, "2026-07-31 17:00", "2026-08-01 02:00") != "", "six hours of July"
    assert ask(run, "2026-07-31 22:00", "2026-08-01 02:00") == ""
    assert used(run) == {"2026-07": 2.0, "2026-08": 2.0}


def test_no_budget_no_limit() -> None:
    assert ask(begin(hours=None), "2026-07-15 17:00", "2026-07-16 08:00") == ""


@pytest.mark.parametrize(
    ("night", "hours"), [(date(2026, 3, 28), 7.0), (date(2026, 10, 24), 9.0), (date(2026, 6, 13), 8.0)]
)
def test_a_night_in_which_clocks_change_costs_the_hours_that_it_had(night: date, hours: float) -> None:
    state = limited(100.0)
    site = replace(state.office.site, calendar=Calendar("Europe/Berlin"))
    run = Run(replace(state, office=replace(state.office, site=site)), datetime(night.year, 1, 1, tzinfo=UTC))
    overnight = Overtime("x", ROOM, (night.weekday(),), 23 * 60, 7 * 60, night, night, "li", "")
    window = overnight.window(night, "Europe/Berlin")
    assert window is not None
    run.at((window[0] - run.start).total_seconds(), Asked(Extend("a", ROOM, window[1], ""), "li"))
    assert sum(used(run).values()) == hours


WEEKLY = AskOvertime("w", ROOM, (2,), 18 * 60, 22 * 60, date(2026, 7, 15), date(2026, 7, 31), "close of the month")


def approved(request: AskOvertime = WEEKLY, start: str = "2026-07-15 09:00") -> Run:
    run = Run(limited(0.0), local(start))
    run.at(0, Asked(request, "li"), Asked(DecideOvertime(request.id, granted=True, why="yes"), "sun"))
    return run


def switched_off(run: Run, at: str) -> bool:
    now = local(at)
    effects = run.at((now - run.start).total_seconds(), *heard(power(now, on=True, watts=30.0)), Tick())
    return any(isinstance(one, Publish) for one in effects)


@pytest.mark.parametrize(
    ("at", "off"),
    [
        ("2026-07-15 18:01", False),
        ("2026-07-15 21:59", False),
        ("2026-07-15 22:00", True),
        ("2026-07-16 18:01", True),
        ("2026-07-22 19:00", False),
        ("2026-08-05 19:00", True),
    ],
)
def test_approved_overtime_holds_in_its_hours_on_its_days_until_its_last(at: str, off: bool) -> None:
    assert switched_off(approved(), at) is off


def test_overtime_over_midnight_ends_the_next_morning() -> None:
    late = approved(AskOvertime("n", ROOM, (2,), 20 * 60, 60, date(2026, 7, 15), date(2026, 7, 15), ""))
    assert not switched_off(late, "2026-07-16 00:59")
    assert switched_off(late, "2026-07-16 01:00")


def test_the_engine_wakes_when_overtime_begins_and_when_it_ends() -> None:
    late = AskOvertime("w", ROOM, (2,), 19 * 60 + 30, 22 * 60, date(2026, 7, 15), date(2026, 7, 31), "")
    run = approved(late, "2026-07-15 18:30")
    assert run.wake_at == local("2026-07-15 19:30"), "nothing else happens then"
    run.at((run.wake_at - run.start).total_seconds())
    assert [one.is_overtime for one in run.state.office.desk.overrides] == [True]
    assert run.wake_at == local("2026-07-15 22:00")


def test_nobody_approves_their_own_overtime_and_until_then_it_is_none() -> None:
    run = Run(limited(0.0), local("2026-07-15 09:00"))
    effects = run.at(0, Asked(WEEKLY, "li"), Asked(DecideOvertime("w", granted=True, why=""), "li"))
    answers = [str(one.refused) for one in effects if isinstance(one, Decided)]
    assert answers == ["None", "Somebody else has to approve this."]
    assert switched_off(run, "2026-07-15 19:00")


def test_what_was_approved_can_be_taken_back_at_once() -> None:
    run = approved()
    assert not switched_off(run, "2026-07-15 19:00")
    run.at(10 * 3600 + 60, Asked(DecideOvertime("w", granted=False, why="quiet month"), "sun"))
    assert run.state.office.desk.overtimes == ()
    assert run.state.office.desk.overrides == ()


@pytest.mark.parametrize(
    "change",
    [
        {"weekdays": ()},
        {"weekdays": (7,)},
        {"until_minute": 18 * 60},
        {"last": date(2026, 7, 14)},
        {"last": date(2027, 7, 17)},
        {"zone": "attic"},
    ],
    ids=str,
)
def test_overtime_without_days_hours_or_an_end_is_refused(change: dict[str, object]) -> None:
    fields = {name: getattr(WEEKLY, name) for name in WEEKLY.__struct_fields__}
    run = Run(limited(), local("2026-07-15 09:00"))
    effects = run.at(0, Asked(AskOvertime(**{**fields, **change}), "li"))
    assert [one.refused is not None for one in effects if isinstance(one, Decided)] == [True]


@pytest.mark.parametrize(("asked_at", "off"), [(599, False), (600, False), (601, True)])
def test_an_extension_until_the_last_second_wins(asked_at: int, off: bool) -> None:
    warned = EVENINGS.model_copy(update={"warn": timedelta(seconds=600)})
    run = Run(office(plug(), policies=[warned]), local("2026-07-15 18:00"))
    run.at(0, *heard(power(run.start, on=True, watts=30.0)))
    steps = sorted({600, asked_at})
    for second in steps:
        wishes = [Asked(Extend("x", ROOM, run.start + timedelta(hours=1), ""), "li")] if second == asked_at else []
        run.at(second, *wishes, Tick())
    assert any(isinstance(one, Publish) for one in run.effects) is off

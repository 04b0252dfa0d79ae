"""Owner, manager, lead: a restart at any moment neither skips a rung nor says one twice, and forgets no word of anybody."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from offices import EVENING, ROOM, Run, ac, cooling, heard, office
from restored import restore
from test_notices import LIMITS, case_id, stuck

from daemon.engine.snapshot import pack_cases, pack_office
from policies.control.effects import Notify
from policies.inputs import Asked, Input, Tick
from policies.office.requests import Acknowledge, Contest, Request, Review, Silence
from sensors.device import DeviceId

Word = tuple[int, str]
END = 5000


def restarted(run: Run, second: int) -> Run:
    """The state that a new process makes of what the old one has kept."""
    fresh, now = office(ac(), policies=[LIMITS]), run.start + timedelta(seconds=second)
    again = Run(restore(fresh, pack_cases(run.state), pack_office(run.state), now), run.start)
    again.effects = run.effects
    return again


def told(words: Sequence[Word], restarts: Sequence[int]) -> list[tuple[int, str]]:
    """(second, to whom), with these words of people and these restarts on the way."""
    run, found = stuck(), list[tuple[int, str]]()
    name = case_id(run)
    for second in range(70, END, 10):
        inputs: list[Input] = [Asked(request(what, name, run), "Li") for at, what in words if at == second]
        if second in restarts:
            run = restarted(run, second)
            inputs += heard(cooling(run.start + timedelta(seconds=second), 23.0))
        found += [(second, one.to) for one in run.at(second, *inputs, Tick()) if isinstance(one, Notify)]
    return found


def request(what: str, case: str, run: Run) -> Request:
    match what:
        case "acknowledge":
            return Acknowledge(case)
        case "contest":
            return Contest(case, "a visitor was ill")
        case "upheld":
            return Review(case, upheld=True, why="seen")
        case "wrong":
            return Review(case, upheld=False, why="seen")
        case _:
            return Silence("m", ROOM, run.start + timedelta(seconds=1000), "works", DeviceId("ac"))


STORIES: dict[str, tuple[list[Word], list[tuple[int, str]]]] = {
    "nobody says anything": ([], [(660, "manager"), (1260, "lead")]),
    "somebody looks after it": ([(600, "acknowledge")], [(1600, "manager"), (2200, "lead")]),
    "a contest that stands": ([(100, "contest"), (2000, "upheld")], [(2600, "manager"), (3200, "lead")]),
    "a contest that was right": ([(100, "contest"), (2000, "wrong")], []),
    "a contest nobody reviews": ([(700, "contest")], [(660, "manager")]),
    "a mute with an end": ([(90, "mute")], [(1260, "lead")]),
}


@pytest.mark.parametrize("restarts", [(), (80,), (650,), (660,), (670,), (1990,), tuple(range(90, END, 330))], ids=str)
@pytest.mark.parametrize("story", STORIES)
def test_a_restart_changes_nothing_of_who_is_told_when(story: str, restarts: tuple[int, ...]) -> None:
    words, expected = STORIES[story]
    assert told(words, restarts) == expected


def test_who_said_what_is_still_there_after_a_restart() -> None:
    run = stuck()
    run.at(100, Asked(Acknowledge(case_id(run)), "Li"), Asked(Contest(case_id(run), "no"), "Wu"))
    again = restarted(run, 110)
    (case,) = again.state.cases.values()
    assert case.acknowledged is not None
    assert case.contested is not None
    assert (case.acknowledged.who, case.contested.who, case.contested.why, case.is_frozen) == ("Li", "Wu", "no", True)


def test_the_deadline_that_passed_while_officed_was_away_is_told_at_the_next_step_once() -> None:
    run = stuck()
    again = restarted(run, 4000)
    again.at(4000, *heard(cooling(EVENING - timedelta(hours=8) + timedelta(seconds=4000), 23.0)), Tick())
    first = [one.to for one in again.effects if isinstance(one, Notify)]
    again.at(4010, Tick())
    assert first == [one.to for one in again.effects if isinstance(one, Notify)] == ["owner", "manager"]

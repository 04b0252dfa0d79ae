"""Whoever says that a case is wrong stops it from counting, until somebody has looked; open or closed, in every figure."""

from datetime import timedelta

import pytest
from offices import EVENING, Run, ac, cooling, heard, office
from test_notices import LIMITS, case_id, stuck

from policies.accounting.deeds import deeds
from policies.control.effects import Record
from policies.history import CaseRow
from policies.inputs import Asked
from policies.office.requests import Contest, Review
from policies.recorded import recorded

START = EVENING - timedelta(hours=9)
END = EVENING + timedelta(hours=9)


def rows(run: Run) -> list[CaseRow]:
    """What the store has of its records."""
    found = []
    for one in run.effects:
        if isinstance(one, Record):
            case, opened = one.case, int(one.case.since.timestamp() * 1e6)
            found.append(
                CaseRow(
                    at=one.at, site="test", device=case.device, zone=case.zone, policy=case.policy, case_id=case.id,
                    state=case.phase, opened_at_us=opened, counts=case.is_counted,
                )
            )  # fmt: skip
    return found


def counted(run: Run) -> int:
    return deeds(rows(run), (), START, END).cases


def closed() -> Run:
    """Set too low, and mended by hand."""
    run = Run(office(ac(), policies=[LIMITS]), EVENING - timedelta(hours=8))
    run.at(0, *heard(cooling(run.start, 23.0)))
    run.at(30, *heard(cooling(run.start + timedelta(seconds=30), 26.0)))
    assert run.state.recent
    return run


@pytest.mark.parametrize(("upheld", "after"), [(True, 1), (False, 0)])
@pytest.mark.parametrize("kind", ["open", "closed"])
def test_a_contest_freezes_the_count_and_the_review_decides(kind: str, upheld: bool, after: int) -> None:
    run = stuck() if kind == "open" else closed()
    name = case_id(run) if kind == "open" else run.state.recent[0].id
    assert counted(run) == 1
    run.at(100, Asked(Contest(name, "a visitor was ill"), "Wu"))
    assert counted(run) == 0
    run.at(200, Asked(Review(name, upheld, "seen"), "Sun"))
    assert counted(run) == after
    said = [str(one.words) for one in run.effects if isinstance(one, Record)][-2:]
    assert said[0] == "contested by Wu: a visitor was ill"
    assert said[1] == f"reviewed by Sun, it {'stands' if upheld else 'was wrong'}: seen"


def test_a_word_about_a_closed_case_neither_opens_it_nor_hides_the_next_one() -> None:
    run = closed()
    first = run.state.recent[0].id
    until = next(row.at for row in rows(run) if row.state == "closed")
    run.at(500, *heard(cooling(run.start + timedelta(seconds=500), 22.0)))
    run.at(600, Asked(Contest(first, "was not me"), "Wu"))
    trail = [one for one in run.effects if isinstance(one, Record)]
    open_then = recorded(trail, run.start + timedelta(seconds=700), run.state.office).last

    assert [one.case.id for one in open_then.values()] == [case_id(run)] != [first]
    assert rows(run)[-1].at > until
    run.at(700, Asked(Review(first, upheld=True, why="it was"), "Sun"))
    assert counted(run) == 2


def test_the_same_contest_twice_is_one_and_a_case_that_nobody_knows_is_none() -> None:
    run = stuck()
    for second in (100, 110):
        run.at(second, Asked(Contest(case_id(run), "no"), "Wu"))
    run.at(120, Asked(Contest("nothing/nobody", "no"), "Wu"))
    assert [one.what for one in run.effects if isinstance(one, Record)].count("contested") == 1

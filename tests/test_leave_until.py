"""More time until a wall clock's hour: over midnight and in the nights in which clocks change, it ends when the clock says so."""

from datetime import UTC, datetime, timedelta

import pytest
from changed import replace
from offices import ROOM, Run, heard, local, office, plug, power

from dashboards.board.decisions import extend
from policies.control.effects import Publish
from policies.inputs import Asked, Tick
from policies.office.calendar import Calendar
from policies.office.requests import Extend
from policies.rules.after_hours_power import AfterHoursPower
from policies.state import State
from policies.words import Words

EVENINGS = AfterHoursPower(name="evenings", mode="enforce", grace="0s", warn="0s")


def here(timezone: str) -> State:
    state = office(plug(), policies=[EVENINGS])
    site = replace(state.office.site, calendar=Calendar(timezone))
    return replace(state, office=replace(state.office, site=site))


@pytest.mark.parametrize(
    ("now", "until", "ends"),
    [
        pytest.param("2026-07-15T18:00", "21:30", "2026-07-15T19:30", id="the same evening"),
        pytest.param("2026-07-15T21:00", "01:30", "2026-07-15T23:30", id="over midnight"),
        pytest.param("2026-07-15T22:10", "00:30", "2026-07-15T22:30", id="asked after midnight here"),
        pytest.param("2026-03-28T21:00", "03:30", "2026-03-29T01:30", id="the night that has an hour less"),
        pytest.param("2026-03-28T21:00", "02:30", "2026-03-29T01:30", id="an hour that there is not"),
        pytest.param("2026-10-24T20:00", "03:30", "2026-10-25T02:30", id="the night that has an hour more"),
        pytest.param("2026-10-24T20:00", "02:30", "2026-10-25T00:30", id="an hour that comes twice: the first"),
    ],
)
def test_until_is_the_offices_own_clock(now: str, until: str, ends: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    wish = extend(here("Europe/Berlin"), at, "room", {"until": until, "why": "release"})
    assert isinstance(wish, Extend)
    assert wish.until.astimezone(UTC) == datetime.fromisoformat(ends).replace(tzinfo=UTC)


@pytest.mark.parametrize("fields", [{"until": "25:00"}, {"until": ""}, {"for": "1441"}, {"for": "0"}, {"for": "-5"}])
def test_what_is_no_length_is_asked_again(fields: dict[str, str]) -> None:
    assert isinstance(extend(here("Asia/Shanghai"), local("2026-07-15 17:00"), "room", fields), Words)


def off_at(run: Run, second: float) -> bool:
    now = run.start + timedelta(seconds=second)
    return any(isinstance(one, Publish) for one in run.at(second, *heard(power(now, on=True, watts=30.0)), Tick()))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_who_extend_the_later_end_holds_whoever_asked_first(order: tuple[int, int]) -> None:
    start = local("2026-07-15 23:00")
    run, ends = Run(here("Asia/Shanghai"), start), (start + timedelta(hours=1), start + timedelta(hours=2, minutes=30))
    for number in order:
        run.at(0, Asked(Extend(f"wish-{number}", ROOM, ends[number], ""), f"who-{number}"))
    assert not off_at(run, 3600 + 60), "over midnight, after the first has ended"
    assert not off_at(run, 9000 - 1)
    assert off_at(run, 9000)


def test_an_extension_holds_through_the_hour_that_comes_twice() -> None:
    start = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    run = Run(here("Europe/Berlin"), start)
    run.at(0, Asked(Extend("x", ROOM, start + timedelta(hours=3), ""), "Li"))
    assert not off_at(run, 3 * 3600 - 1), "02:59 for the second time"
    assert off_at(run, 3 * 3600)

"""The big sentence counts what is broken, and never counts silence as good behaviour."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from changed import replace as change
from msgspec.structs import replace
from painted import NOW, ago, busy_state, calm_state, case, set_too_low

from dashboards.view import by_group, overview
from dashboards.views.room import Standing
from policies.control.case import Phase, Refusal, RefusalReason
from policies.office.heard import Heard
from policies.state import State
from policies.words import say


def with_cases(state: State, *phases: Phase) -> State:
    names = ("reception-ac", "r302-ac", "east-ac", "director-ac")
    cases = [
        case(set_too_low(name, 24.0), ago(minutes=5), phase=phase) for name, phase in zip(names, phases, strict=False)
    ]
    return change(state, cases={each.key: each for each in cases})


def without(state: State, *zones: str) -> State:
    heard = {key: said for key, said in state.office.heard.items() if not key.startswith(zones)}
    return change(state, office=change(state.office, heard=heard))


def bare(state: State, **without: Mapping[str, object]) -> State:
    site = change(state.office.site, **without)
    return change(state, office=change(state.office, site=site, heard={}))


@pytest.mark.parametrize(
    ("state", "sentence", "tone"),
    [
        pytest.param(calm_state(), "All 8 rooms keep the rules", "calm", id="all well"),
        pytest.param(with_cases(calm_state(), "open"), "1 of 8 rooms breaks a rule now", "broken", id="one open"),
        pytest.param(with_cases(calm_state(), "acting", "stuck"), "2 of 8 rooms break a rule now", "broken", id="two"),
        pytest.param(
            with_cases(calm_state(), "pending"), "All 8 rooms keep the rules", "calm", id="grace is no breach"
        ),
        pytest.param(
            with_cases(calm_state(), "suspended"), "All 8 rooms keep the rules", "calm", id="leave is no breach"
        ),
        pytest.param(
            without(calm_state(), "archive"), "7 rooms keep the rules, 1 is not fully heard", "unknown", id="one silent"
        ),
        pytest.param(
            without(calm_state(), "archive", "east"),
            "6 rooms keep the rules, 2 are not fully heard",
            "unknown",
            id="two silent",
        ),
        pytest.param(
            with_cases(without(calm_state(), "archive"), "open"), "1 of 8 rooms breaks a rule now", "broken", id="both"
        ),
        pytest.param(without(calm_state(), ""), "No answer yet: nothing has been heard", "unknown", id="nothing heard"),
        pytest.param(
            change(calm_state(), stepped_at=None), "No answer yet: nothing has been heard", "unknown", id="no step yet"
        ),
        pytest.param(
            change(calm_state(), policies=()), "No rules are configured, so nothing is judged", "unknown", id="no rules"
        ),
        pytest.param(bare(calm_state(), devices={}), "No room has a device yet", "unknown", id="no devices"),
        pytest.param(bare(calm_state(), zones={}), "No rooms are configured", "unknown", id="no rooms"),
        pytest.param(
            change(calm_state(), stepped_at=ago(minutes=15)),
            "All 8 rooms keep the rules",
            "calm",
            id="just fresh enough",
        ),
    ],
)
def test_the_answer_is(state: State, sentence: str, tone: str) -> None:
    answer = overview(state, NOW).answer
    assert (str(answer.words), answer.tone) == (sentence, tone)


def test_a_picture_that_nobody_has_judged_for_long_is_no_answer() -> None:
    answer = overview(change(calm_state(), stepped_at=ago(minutes=15, seconds=1)), NOW).answer
    assert answer.tone == "unknown"
    assert "nothing was judged since" in str(answer.words)


def test_each_room_shows_its_gravest_case() -> None:
    standings = {each.zone.id: each.standing for each in overview(busy_state(), NOW).rooms}
    wanted: dict[str, Standing] = {
        "reception": "correcting",
        "r302": "breaks",
        "east": "keeps",
        "print": "person",
        "director": "leave",
        "training": "watching",
        "pantry": "breaks",
        "archive": "unheard",
    }
    assert standings == wanted


def test_a_room_whose_air_conditioner_is_silent_is_not_said_to_keep_the_rules() -> None:
    page = overview(without(calm_state(), "east-ac"), NOW)
    assert {each.zone.id: each.standing for each in page.rooms}["east"] == "partly"
    assert page.answer.tone == "unknown"


def test_every_case_stands_in_exactly_one_part_of_the_page() -> None:
    groups = by_group(overview(busy_state(), NOW))
    assert {name: [each.zone.id for each in found] for name, found in groups.items()} == {
        "person": ["print"],
        "running": ["r302", "reception"],
        "watched": ["pantry"],
        "pending": ["training"],
        "leave": ["director"],
    }


def test_a_refused_case_without_way_out_needs_a_person_and_a_watched_one_does_not() -> None:
    found = set_too_low("reception-ac", 24.0)
    groups: dict[RefusalReason, str] = {
        "not_switchable": "person",
        "shadow": "watched",
        "occupied": "running",
        "hold_out": "running",  # drawn by lot until the morning: nobody need go there
    }
    for reason, group in groups.items():
        refusal = Refusal(reason, say("only watching: this policy does not act yet"))
        state = change(calm_state(), cases={found.key: case(found, NOW, phase="open", refusal=refusal)})
        assert [each.group for each in overview(state, NOW).stories] == [group]


def test_what_is_not_known_is_none_and_never_zero() -> None:
    state = calm_state()
    silent = replace(state.office.heard[next(iter(state.office.heard))], heard_at=ago(minutes=11))
    heard = {**state.office.heard, next(iter(state.office.heard)): silent}
    room = overview(change(state, office=change(state.office, heard=heard)), NOW).rooms[0]
    assert room.power_watts is None
    assert room.room_celsius is None
    assert room.units[0].setpoint_celsius is None
    assert room.units[0].legal_celsius is None


def test_a_last_known_value_is_not_shown_as_present() -> None:
    state = calm_state()
    key = next(iter(state.office.heard))
    old = state.office.heard[key]
    assert old.watts is not None
    heard = {**state.office.heard, key: replace(old, watts=replace(old.watts, live=False))}
    assert overview(change(state, office=change(state.office, heard=heard)), NOW).rooms[0].power_watts is None


def test_a_correction_is_told_until_it_is_proved() -> None:
    told = {(each.zone.id, str(each.did), each.proven) for each in overview(busy_state(), NOW).corrections}
    assert ("reception", "Told to set 26.0", "waiting") in told
    assert ("print", "Told to switch off", "failed") in told
    assert ("east", "Set to 26.0", "proved") in told


def test_the_next_act_is_the_earliest_command_and_else_the_closing_time() -> None:
    state = busy_state()
    later = case(set_too_low("east-ac", 24.0), NOW, phase="open", act_at=NOW + timedelta(minutes=9))
    planned = overview(change(state, cases={**state.cases, later.key: later}), NOW).planned
    assert planned is not None
    assert planned.zone is not None
    assert (planned.zone.id, planned.at) == ("r302", NOW + timedelta(minutes=4))
    calm = overview(calm_state(), NOW).planned
    assert calm is not None
    assert (str(calm.words), calm.zone, calm.at) == ("rooms close", None, NOW + timedelta(hours=3, minutes=58))


def test_a_device_that_never_spoke_is_listed_as_silent() -> None:
    silent = overview(without(calm_state(), "archive"), NOW).silent
    assert [(each.device.id, each.heard_at) for each in silent] == [("archive-ac", None)]
    assert Heard().is_silent(NOW)

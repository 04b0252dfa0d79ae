"""Cases by what people look for: those open now, those of one room, those that wait for an answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from dashboards.views.place import Named, zone
from dashboards.views.story import Story, story
from policies.control.case import Case, Outcome, Phase
from policies.state import State
from policies.words import Words, say

Show = Literal["open", "person", "contested", "closed"]
SHOWS: dict[Show, Words] = {
    "open": say("not settled yet"),
    "person": say("needs a person"),
    "contested": say("contested"),
    "closed": say("settled"),
}
OUTCOMES: dict[Outcome, Words] = {
    "": say("not settled yet"),
    "proved": say("proved"),
    "reported": say("reported, not measured"),
    "commanded": say("commanded, cannot be proved"),
    "cleared": say("went away by itself"),
}
MOST = 100


class CaseLine(msgspec.Struct, frozen=True):
    """A case in a list."""

    story: Story
    phase: Phase
    outcome: Outcome
    closed_at: datetime | None
    is_acknowledged: bool
    is_contested: bool
    counts: bool


class CaseList(msgspec.Struct, frozen=True):
    """`all`: how many there are; at most `MOST` of them are lines. `rooms`: rooms that have any, for the filter."""

    show: Show
    room: str
    lines: tuple[CaseLine, ...]
    all: int
    counts: dict[Show, int]
    rooms: tuple[Named, ...]


class CasePage(msgspec.Struct, frozen=True):
    """One case with everybody's word on it. `asks_of_many`: its rule waits for leave to switch off so many at once."""

    line: CaseLine
    command_id: str
    expires_at: datetime | None
    attempts: int
    acknowledged: tuple[str, datetime] | None
    contested: tuple[str, datetime, str] | None
    reviewed: tuple[str, datetime, str] | None
    muted_until: datetime | None
    muted_by: str
    mute_id: str
    asks_of_many: bool


def case_list(state: State, show: Show, room: str) -> CaseList:
    """The cases of this filter, the newest first."""
    here = [case for case in (*state.cases.values(), *state.recent) if not room or case.zone == room]
    groups: dict[Show, list[Case]] = {
        "open": [case for case in here if case.phase != "closed"],
        "person": [case for case in here if case.phase != "closed" and _line(case, state).story.group == "person"],
        "contested": [case for case in here if case.is_frozen],
        "closed": [case for case in here if case.phase == "closed"],
    }
    chosen = sorted(groups[show], key=lambda case: case.closed_at or case.since, reverse=True)
    site = state.office.site
    rooms = sorted({case.zone for case in (*state.cases.values(), *state.recent)})
    return CaseList(
        show=show,
        room=room,
        lines=tuple(_line(case, state) for case in chosen[:MOST]),
        all=len(chosen),
        counts={name: len(cases) for name, cases in groups.items()},
        rooms=tuple(zone(site, zone_id) for zone_id in rooms),
    )


def case_page(state: State, case: Case, now: datetime) -> CasePage:
    """One case."""
    mutes: Sequence[tuple[str, datetime, str]] = [
        (mute.id, mute.until, mute.who)
        for mute in state.office.desk.mutes
        if mute.covers(case.zone, case.device, case.policy, now)
    ]
    mute = max(mutes, key=lambda each: each[1], default=None)
    said, against, answer = case.acknowledged, case.contested, case.reviewed
    return CasePage(
        line=_line(case, state),
        command_id="" if case.command is None else case.command.id,
        expires_at=None if case.command is None else case.command.expires_at,
        attempts=case.attempts,
        acknowledged=None if said is None else (said.who, said.at),
        contested=None if against is None else (against.who, against.at, against.why),
        reviewed=None if answer is None else (answer.who, answer.at, answer.why),
        muted_until=None if mute is None else mute[1],
        muted_by="" if mute is None else mute[2],
        mute_id="" if mute is None else mute[0],
        asks_of_many=case.refusal is not None and case.refusal.reason == "blast_radius",
    )


def _line(case: Case, state: State) -> CaseLine:
    policies = {policy.name: policy for policy in state.policies}
    return CaseLine(
        story=story(case, state, policies),
        phase=case.phase,
        outcome=case.outcome,
        closed_at=case.closed_at,
        is_acknowledged=case.acknowledged is not None,
        is_contested=case.is_frozen,
        counts=case.counts,
    )

"""The first screen as a value: is the office within its rules right now, and what about it.

Pure: one state and one instant in, words and numbers out. Markup and language come later, so the board, the API and a
wall display tell the same story.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from dashboards.views.correction import Correction, Planned, corrections, planned
from dashboards.views.leave import Leave, leaves
from dashboards.views.place import Named, device, zone
from dashboards.views.room import BREAKING, Room, room
from dashboards.views.story import Story, stories
from policies.control.case import Case
from policies.office.calendar import Hours
from policies.office.office import Office
from policies.state import State
from policies.words import Words, say
from sensors.device import ZoneId

Tone = Literal["calm", "broken", "unknown"]
STALE_AFTER = timedelta(minutes=15)
"""A picture older than this is no answer any more: the engine judges every minute."""


class Answer(msgspec.Struct, frozen=True):
    """The one sentence, and how it is meant."""

    words: Words
    tone: Tone
    rooms: int
    breaking: int
    unheard: int


class Silent(msgspec.Struct, frozen=True):
    """A device that has stopped speaking (`heard_at`), or has never spoken (None)."""

    device: Named
    zone: Named
    heard_at: datetime | None


class Overview(msgspec.Struct, frozen=True):
    """All that the first page shows; nothing on it comes from anywhere else."""

    now: datetime
    site: Named
    answer: Answer
    stories: tuple[Story, ...]
    corrections: tuple[Correction, ...]
    planned: Planned | None
    rooms: tuple[Room, ...]
    silent: tuple[Silent, ...]
    leaves: tuple[Leave, ...]
    unclaimed: int
    power_watts: float | None = None
    power_is_partial: bool = False


def overview(state: State, now: datetime) -> Overview:
    """The first page at this instant."""
    site = state.office.site
    changes = dict(_changes(state.office, now))
    cases: dict[ZoneId, list[Case]] = {}
    for case in state.cases.values():
        cases.setdefault(case.zone, []).append(case)
    rooms = tuple(
        room(state.office, state.policies, zone_id, cases.get(zone_id, ()), changes.get(zone_id), now)
        for zone_id in site.zones
        if site.in_zone.get(zone_id)
    )
    closing, closes = _next_hours(rooms)
    drawn = [each.power_watts for each in rooms if each.power_watts is not None]
    return Overview(
        now=now,
        site=Named(site.id, site.names),
        answer=answer(rooms, state, now),
        stories=stories(state),
        corrections=corrections(state),
        planned=planned(state, closing, closes=closes),
        rooms=rooms,
        silent=tuple(sorted(_silent(state.office, now), key=lambda each: each.heard_at is None)),
        leaves=leaves(state, now),
        unclaimed=len(state.office.unclaimed),
        power_watts=None if not drawn else sum(drawn),
        power_is_partial=len(drawn) < len(rooms) or any(each.power_is_partial for each in rooms),
    )


def answer(rooms: tuple[Room, ...], state: State, now: datetime) -> Answer:
    """The big sentence. What was not heard is never counted as well-behaved."""
    breaking = sum(1 for each in rooms if each.standing in BREAKING)
    unheard = sum(1 for each in rooms if each.standing in {"partly", "unheard"})
    words, tone = _sentence(rooms, breaking, unheard, state, now)
    return Answer(words, tone, len(rooms), breaking, unheard)


def _sentence(page: tuple[Room, ...], breaking: int, unheard: int, state: State, now: datetime) -> tuple[Words, Tone]:
    rooms = len(page)
    if not rooms:
        known = state.office.site.zones
        return say("No room has a device yet") if known else say("No rooms are configured"), "unknown"
    if not state.policies:
        return say("No rules are configured, so nothing is judged"), "unknown"
    if state.stepped_at is None or (not breaking and all(each.standing == "unheard" for each in page)):
        return say("No answer yet: nothing has been heard"), "unknown"
    if now - state.stepped_at > STALE_AFTER:
        return say("No answer: nothing was judged since {stepped_at}", stepped_at=state.stepped_at), "unknown"
    if breaking == 1:
        return say("1 of {rooms} rooms breaks a rule now", rooms=rooms), "broken"
    if breaking:
        return say("{breaking} of {rooms} rooms break a rule now", breaking=breaking, rooms=rooms), "broken"
    if unheard == 1:
        return say("{kept} rooms keep the rules, 1 is not fully heard", kept=rooms - unheard), "unknown"
    if unheard:
        return say(
            "{kept} rooms keep the rules, {unheard} are not fully heard", kept=rooms - unheard, unheard=unheard
        ), "unknown"
    if rooms == 1:
        return say("The room keeps the rules"), "calm"
    return say("All {rooms} rooms keep the rules", rooms=rooms), "calm"


def _changes(office: Office, now: datetime) -> Iterator[tuple[ZoneId, datetime | None]]:
    """When each zone's hours next change; zones with the same hours are asked once."""
    known: dict[Hours, datetime | None] = {}
    for zone_id, there in office.site.zones.items():
        if there.hours not in known:
            known[there.hours] = office.next_change(zone_id, now)
        yield zone_id, known[there.hours]


def _next_hours(rooms: tuple[Room, ...]) -> tuple[datetime | None, bool]:
    soon = [(each.changes_at, each.is_open) for each in rooms if each.changes_at is not None]
    return min(soon, key=lambda change: change[0], default=(None, False))


def _silent(office: Office, now: datetime) -> Iterator[Silent]:
    for item in office.site.devices.values():
        heard = office.of(item.id)
        if item.kind != "printer" and heard.is_silent(now):
            yield Silent(device(office.site, item.id), zone(office.site, item.zone), heard.heard_at)


def by_group(page: Overview) -> Mapping[str, tuple[Story, ...]]:
    """The stories by the part of the page they belong to, every group present."""
    groups = ("person", "running", "watched", "pending", "leave")
    return {name: tuple(each for each in page.stories if each.group == name) for name in groups}

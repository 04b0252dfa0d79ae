"""The one function: what is known, what came in, what time it is -> what is known now, and what must be done.

It asks "what should be true now?", never "what just happened?": a restart at 02:00 with a plug left on takes the same
line as 19:00. A quick step judges only what may have changed (what was heard, what is due); a tick judges everything.
Both give the same cases.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from msgspec import structs

from policies.control.deciding import decide, overtime_begins, with_overtime
from policies.control.effects import Effect
from policies.control.observing import observe
from policies.control.refusing import refused
from policies.hearing import Heed, heed
from policies.inputs import Asked, Configured, Input, NotSent, Readings, Tick
from policies.office.desk import Desk
from policies.office.office import Office
from policies.office.silence import first_silence
from policies.state import State
from policies.turning import Turning
from policies.words import Words
from sensors.device import DeviceId
from sensors.readings import CommandReply

_EVER = datetime.min.replace(tzinfo=UTC)
_ABOUT_ALL = frozenset({Tick, Configured, Asked})


@dataclass(frozen=True, slots=True)
class Outcome:
    """`wake_at`: when to step again although nothing comes in."""

    state: State
    effects: tuple[Effect, ...]
    wake_at: datetime


def step(state: State, inputs: Sequence[Input], now: datetime) -> Outcome:
    """One turn of the engine. `now` must not run backwards by more than the clock was set back: nothing depends on it."""
    everything = not _ABOUT_ALL.isdisjoint(map(type, inputs))
    before = state.office
    state, replies, dirty, refusals = _take_in(state, inputs, now)
    if dirty:
        memory = observe(state.memory, before, state.office, dirty, now)
        state = state if memory is state.memory else structs.replace(state, memory=memory)
    everything = everything or state.recheck_at is None or now >= state.recheck_at or _ran_backwards(state, now)
    if everything:
        state = structs.replace(state, office=with_overtime(state.office, now))
    turned = Turning(state, now)
    answers = iter(refusals)
    for item in inputs:
        if isinstance(item, NotSent):
            turned.not_sent(item)
        elif isinstance(item, Asked):
            turned.asked(item, next(answers))
    for reply in replies:
        turned.refused_by_device(reply)
    scope = None if everything else _scope(state, dirty | turned.touched, now)
    turned.judge(scope)
    recheck_at = _recheck_at(state.office, now) if scope is None else _sooner(state, dirty)
    after = turned.after(recheck_at)
    due = [case.due_at for case in after.cases.values() if case.due_at is not None]
    return Outcome(after, tuple(turned.effects), min([*due, recheck_at]))


def _take_in(
    state: State, inputs: Sequence[Input], now: datetime
) -> tuple[State, Sequence[CommandReply], set[DeviceId], Sequence[Words | None]]:
    """Last: for every request, in order, why it is refused; None where it is granted."""
    heard = Heed(state.office)
    refusals: list[Words | None] = []
    for item in inputs:
        match item:
            case Readings():
                heed(heard, item.readings)
            case Asked():
                refusals.append(refused(heard.office, item.request, item.who, now))
                if refusals[-1] is None:
                    heard.office = seated(heard.office, decide(heard.office, item.request, item.who, now))
            case Configured():
                heard.office = seated(structs.replace(heard.office, site=item.site), heard.office.desk)
                state = structs.replace(state, policies=item.policies)
            case _:
                pass
    return structs.replace(state, office=heard.done()), heard.replies, heard.dirty, refusals


def seated(office: Office, desk: Desk) -> Office:
    """The office with these decisions: marked days count in its calendar."""
    calendar = replace(office.site.calendar, marked_closed=desk.closed_days, marked_open=desk.open_days)
    site = office.site if calendar == office.site.calendar else replace(office.site, calendar=calendar)
    return structs.replace(office, desk=desk, site=site)


def _ran_backwards(state: State, now: datetime) -> bool:
    return state.stepped_at is not None and now < state.stepped_at


def _scope(state: State, dirty: set[DeviceId], now: datetime) -> tuple[DeviceId, ...]:
    due = {case.device for case in state.cases.values() if case.due_at is not None and now >= case.due_at}
    return tuple(sorted(dirty | due))


def _recheck_at(office: Office, now: datetime) -> datetime:
    """The first instant at which time alone may change a verdict or a guard.

    A zone opens or closes, a device falls silent, leave ends, overtime begins, a local day begins.
    """
    first = office.site.calendar.next_midnight(now)
    for zone in office.site.zones:
        change = office.next_change(zone, now)
        if change is not None and change < first:
            first = change
    first = first_silence(office.heard.values(), now, first)
    return min([first, *office.desk.ends(now), *overtime_begins(office, now)])


def _sooner(state: State, dirty: set[DeviceId]) -> datetime:
    first = state.recheck_at
    assert first is not None, "a step without a recheck time judges everything"  # noqa: S101  for the type checker
    return first_silence(map(state.office.of, dirty), _EVER, first)

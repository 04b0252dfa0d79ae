"""What survives a restart beside the raw bytes: the cases and commands exactly, the readings as last known.

Two records, because they are written at different times: `cases` in the same transaction as every turn of a case, so that
no command is given twice; `office` now and then, completed by the journal's rows since. What was heard stays evidence over
a restart of seconds; after that it is only shown.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from policies.control.case import Case
from policies.control.memory import Memory
from policies.office.desk import Desk
from policies.office.heard import Heard, last_known
from policies.office.outdoor import Outdoor
from policies.state import State
from policies.step import seated
from sensors.device import DeviceId, Traits

RECENT_KEPT = 100
EVIDENCE_SURVIVES = timedelta(minutes=2)
"""A restart takes seconds. Whoever was away for longer has missed too much to act on what he knew."""


class Cases(msgspec.Struct, frozen=True):
    """What must be exact. `memory` is what guards count."""

    cases: tuple[Case, ...] = ()
    memory: Memory = Memory()
    desk: Desk = Desk()


class LastKnown(msgspec.Struct, frozen=True):
    """What was heard until `kept_at`, and the weather of the last days, with the season latched on it."""

    kept_at: datetime | None = None
    heard: Mapping[DeviceId, Heard] = {}
    traits: Mapping[DeviceId, Traits] = {}
    recent: tuple[Case, ...] = ()
    outdoor: Outdoor = Outdoor()


def pack_cases(state: State) -> bytes:
    """The exact part."""
    record = Cases(tuple(state.cases.values()), state.memory, state.office.desk)
    return msgspec.msgpack.encode(record)


def pack_office(state: State) -> bytes:
    """The part for show."""
    office = state.office
    known = LastKnown(state.stepped_at, office.heard, office.traits, state.recent[:RECENT_KEPT], office.outdoor)
    return msgspec.msgpack.encode(known)


def recall(state: State, cases: bytes | None, office: bytes | None) -> tuple[State, datetime | None]:
    """The fresh `state` with what was kept, as it was then; and until when what was heard was kept.

    A record of another version is ignored by raising msgspec.ValidationError.
    """
    kept = Cases() if cases is None else msgspec.msgpack.decode(cases, type=Cases)
    known = LastKnown() if office is None else msgspec.msgpack.decode(office, type=LastKnown)
    devices = state.office.site.devices
    recalled = msgspec.structs.replace(
        state,
        cases={case.key: case for case in kept.cases if case.device in devices},
        memory=kept.memory,
        recent=known.recent,
        office=msgspec.structs.replace(
            seated(state.office, kept.desk),
            heard={name: heard for name, heard in known.heard.items() if name in devices},
            traits={name: traits for name, traits in known.traits.items() if name in devices},
            outdoor=known.outdoor,
        ),
    )
    return recalled, known.kept_at


def resume(state: State, until: datetime | None, now: datetime) -> State:
    """What an absence leaves of it. `until`: the last that was heard, kept or in the journal; None: nothing was."""
    missed = timedelta(0) if until is None else max(timedelta(0), now - until)
    away = until is None or now < until or missed > EVIDENCE_SURVIVES
    office = seated(state.office, state.office.desk.without_what_ended(now))
    if away:
        office = msgspec.structs.replace(
            office, heard={name: last_known(heard) for name, heard in office.heard.items()}
        )
    cases = {key: _later(case, missed) for key, case in state.cases.items()}
    return msgspec.structs.replace(state, cases=cases, office=office, recheck_at=None)


def _later(case: Case, missed: timedelta) -> Case:
    """A command that was out when we ended gets its time for proof again: nobody was listening in between."""
    if case.phase != "acting" or case.due_at is None:
        return case
    return msgspec.structs.replace(case, due_at=case.due_at + missed)

"""A finding with a history."""

from datetime import datetime
from typing import Literal, NewType

import msgspec

from policies.control.changes import Caused
from policies.finding import Evidence, Finding
from policies.words import Words
from sensors.commands import Command
from sensors.device import DeviceId, ZoneId

CaseId = NewType("CaseId", str)

Phase = Literal["pending", "open", "acting", "stuck", "escalated", "suspended", "closed"]
Outcome = Literal["", "proved", "reported", "commanded", "cleared"]
"""How a case closed: proved by state (and watts where there is a meter); only reported so; only commanded (infrared);
or it went away without us."""
RefusalReason = Literal[
    "shadow",
    "exempt",
    "no_remedy",
    "never_off",
    "not_switchable",
    "override",
    "unknown_day",
    "occupied",
    "busy",
    "busy_unknown",
    "give_way",
    "write_rate",
    "hold_out",
    "busy_stale",
    "inverter_plug",
    "compressor",
    "blast_radius",
    "gateway_rate",
    "not_sent",
    "no_words",
]


class Refusal(msgspec.Struct, frozen=True, gc=False):
    """Why nothing was done: a named reason, the sentence for people, and when it is worth asking again."""

    reason: RefusalReason
    words: Words
    until: datetime | None = None


class Turn(msgspec.Struct, frozen=True, gc=False):
    """One line of a case's history."""

    at: datetime
    phase: Phase
    words: Words


class Said(msgspec.Struct, frozen=True, gc=False):
    """Somebody said something about a case."""

    who: str
    at: datetime
    why: str = ""


class Case(msgspec.Struct, frozen=True, gc=False):
    """`due_at`: when it moves on without a new reading (None: it waits for one, or for a person).

    `act_at`: when a command goes out unless something changes; None while nothing may be done. `warned`: people know.
    A contested case `counts` against nobody until it is reviewed, and afterwards only if it was upheld.
    `rung` and `told_at`: who was told last that it is stuck (`people.py`), and when; `stuck_at`: since when it is.
    `caused`: the change that brought it about, where one was seen.
    """

    id: CaseId
    policy: str
    device: DeviceId
    zone: ZoneId
    phase: Phase
    finding: Finding
    since: datetime
    phase_since: datetime
    due_at: datetime | None = None
    act_at: datetime | None = None
    warned: bool = False
    attempts: int = 0
    command: Command | None = None
    refusal: Refusal | None = None
    proof: tuple[Evidence, ...] = ()
    outcome: Outcome = ""
    closed_at: datetime | None = None
    history: tuple[Turn, ...] = ()
    acknowledged: Said | None = None
    contested: Said | None = None
    reviewed: Said | None = None
    counts: bool = True
    rung: int = 0
    told_at: datetime | None = None
    stuck_at: datetime | None = None
    caused: Caused | None = None

    def is_in_grace(self, now: datetime) -> bool:
        """Whether it does not count yet: then a finding that goes on changes nothing but the finding."""
        return self.phase == "pending" and self.due_at is not None and now < self.due_at

    @property
    def is_frozen(self) -> bool:
        """Contested and not reviewed: nobody is reminded, nothing is counted."""
        return self.contested is not None and self.reviewed is None

    @property
    def is_counted(self) -> bool:
        """Whether it counts in figures about people: neither open to dispute nor found wrong."""
        return self.counts and not self.is_frozen

    @property
    def key(self) -> tuple[str, DeviceId]:
        """One case a policy and device."""
        return (self.policy, self.device)


def case_id(policy: str, device: DeviceId, since: datetime) -> CaseId:
    """after-hours/plug/20260715T110000.000000Z. Put together by hand: strftime takes as long as a guard."""
    day, time = since.date().isoformat(), since.time().isoformat("microseconds")
    return CaseId(f"{policy}/{device}/{day.replace('-', '')}T{time.replace(':', '')}Z")

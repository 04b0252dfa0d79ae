"""What the engine owns, swapped whole at every step; the board reads the same reference."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

from policies.control.case import Case
from policies.control.memory import Memory
from policies.office.office import Office
from policies.policy import CaseKey, Policy


class State(Struct, frozen=True):
    """`cases`: not closed; `recent`: the last closed ones, newest first. `memory`: what guards count.

    `recheck_at`: before this instant no verdict can change unless something is heard.
    """

    office: Office
    policies: tuple[Policy, ...]
    cases: Mapping[CaseKey, Case] = field(default_factory=dict)
    recent: tuple[Case, ...] = ()
    memory: Memory = field(default_factory=Memory)
    recheck_at: datetime | None = None
    stepped_at: datetime | None = None

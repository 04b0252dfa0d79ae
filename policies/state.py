"""What the engine owns, swapped whole at every step; the board reads the same reference."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from policies.control.case import Case
from policies.control.guards import Sent
from policies.office.office import Office
from policies.policy import CaseKey, Policy
from sensors.device import DeviceId


@dataclass(frozen=True, slots=True)
class State:
    """`cases`: not closed; `recent`: the last closed ones, newest first. `sent`: when we commanded a device, a day back.

    `recheck_at`: before this instant no verdict can change unless something is heard.
    """

    office: Office
    policies: tuple[Policy, ...]
    cases: Mapping[CaseKey, Case] = field(default_factory=dict)
    recent: tuple[Case, ...] = ()
    sent: Mapping[DeviceId, tuple[Sent, ...]] = field(default_factory=dict)
    recheck_at: datetime | None = None
    stepped_at: datetime | None = None

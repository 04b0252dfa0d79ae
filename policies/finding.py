"""A rule is broken now: by whom, shown by which readings, and what would mend it."""

from datetime import datetime

import msgspec

from policies.words import Words
from sensors.commands import Remedy
from sensors.device import DeviceId, ZoneId


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """One reading that shows it: the quantity in the schema's words, its value, when it was said."""

    device: DeviceId
    quantity: str
    value: float | bool | str
    at: datetime


class Finding(msgspec.Struct, frozen=True, gc=False):
    """`remedy` None: nothing we may do; a person has to. `until`: when the finding ends by itself, whatever we do.

    `past`: it is about what has been done already (a print job): nobody has to mend it, and it closes by itself; before
    `until` it does not change. `tip`: what the people of the zone are told then, once a case.
    """

    policy: str
    device: DeviceId
    zone: ZoneId
    verdict: Words
    evidence: tuple[Evidence, ...]
    remedy: Remedy | None = None
    until: datetime | None = None
    past: bool = False
    tip: Words | None = None

    @property
    def key(self) -> tuple[str, DeviceId]:
        """One case a policy and device."""
        return (self.policy, self.device)

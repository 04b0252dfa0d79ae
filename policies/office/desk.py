"""What staff have decided, as against what IT has configured: leave, exemptions, mutes, special days, which rules may act.

Every decision has who and why, and all but a mode end by themselves. It lives in the journal (audit trail and snapshot),
never in office.yaml.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from policies.office.overtime import Overtime
from sensors.device import Device, DeviceId, ZoneId

Mode = Literal["watch", "enforce"]
ExemptFor = Literal[
    "medical", "process", "server_room", "archive_or_laboratory", "elderly_or_childcare", "approved_other"
]
"""国办发〔2007〕42号 and 建科〔2008〕115号 exempt hospitals, special units and approved process needs."""


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody's leave to differ. Ends by itself at `until`; `device` None: the whole zone."""

    id: str
    zone: ZoneId
    until: datetime
    who: str
    why: str
    device: DeviceId | None = None
    is_overtime: bool = False

    def covers(self, device: Device, now: datetime) -> bool:
        """Whether it holds for this device now."""
        return now < self.until and self.zone == device.zone and self.device in {None, device.id}


@dataclass(frozen=True, slots=True)
class Exemption:
    """A rule does not bind here: approved, documented, dated. Exempt is not ignored: it is metered and reported."""

    id: str
    zone: ZoneId
    until: datetime
    reason: ExemptFor
    approved_by: str
    document: str
    who: str
    device: DeviceId | None = None
    policies: tuple[str, ...] = ()

    def covers(self, device: Device, policy: str, now: datetime) -> bool:
        """Whether it frees this device from this policy now; no policies named: from all."""
        here = self.zone == device.zone and self.device in {None, device.id}
        return here and now < self.until and (not self.policies or policy in self.policies)


@dataclass(frozen=True, slots=True)
class Mute:
    """No notices about this until then. What is done, is done all the same."""

    id: str
    zone: ZoneId
    until: datetime
    who: str
    why: str
    device: DeviceId | None = None
    policy: str = ""

    def covers(self, zone: ZoneId, device: DeviceId, policy: str, now: datetime) -> bool:
        """Whether it silences this case now."""
        return now < self.until and self.zone == zone and self.device in {None, device} and self.policy in {"", policy}


@dataclass(frozen=True, slots=True)
class DayMark:
    """A day that is open or closed against the calendar; beyond doubt, because somebody has said so."""

    day: date
    kind: Literal["closed", "open"]
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class ModeChange:
    """A policy may act from now on, or only watches: with a name and a reason."""

    policy: str
    mode: Mode
    who: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CrowdLeave:
    """Somebody has looked and agreed: the policy may switch off more devices at once than expected, until then."""

    policy: str
    until: datetime
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Desk:
    """All of it. Immutable; `without_what_ended` drops what is over.

    `used`: hours of leave by zone and local month. `spent`: one-tap links that were used, and when they expire anyway.
    """

    overrides: tuple[Override, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    mutes: tuple[Mute, ...] = ()
    days: tuple[DayMark, ...] = ()
    modes: Mapping[str, ModeChange] = field(default_factory=dict)
    crowds: tuple[CrowdLeave, ...] = ()
    overtimes: tuple[Overtime, ...] = ()
    used: Mapping[ZoneId, Mapping[str, float]] = field(default_factory=dict)
    spent: Mapping[str, datetime] = field(default_factory=dict)

    def without_what_ended(self, now: datetime) -> "Desk":
        """What still holds. Marked days stay a year for the report."""
        return replace(
            self,
            overrides=tuple(one for one in self.overrides if now < one.until),
            exemptions=tuple(one for one in self.exemptions if now < one.until),
            mutes=tuple(one for one in self.mutes if now < one.until),
            crowds=tuple(one for one in self.crowds if now < one.until),
        )

    def allows_crowd(self, policy: str, now: datetime) -> bool:
        """Whether somebody has agreed to an unusually large switch-off."""
        return any(leave.policy == policy and now < leave.until for leave in self.crowds)

    def leave_for(self, device: Device, now: datetime) -> Override | None:
        """The leave that ends last among those that cover the device now: two who ask merge to the later end."""
        covering = [override for override in self.overrides if override.covers(device, now)]
        return max(covering, key=lambda override: override.until, default=None)

    def exemption_for(self, device: Device, policy: str, now: datetime) -> Exemption | None:
        """The exemption that ends last among those that free the device from the policy."""
        covering = [exemption for exemption in self.exemptions if exemption.covers(device, policy, now)]
        return max(covering, key=lambda exemption: exemption.until, default=None)

    def mutes_case(self, zone: ZoneId, device: DeviceId, policy: str, now: datetime) -> bool:
        """Whether notices about such a case are silenced now."""
        return any(mute.covers(zone, device, policy, now) for mute in self.mutes)

    def mode_of(self, policy: str, configured: Mode) -> Mode:
        """Whether the policy watches or acts: the last decision, else the configuration."""
        change = self.modes.get(policy)
        return configured if change is None else change.mode

    def ends(self, now: datetime) -> tuple[datetime, ...]:
        """The instants at which something of this is over."""
        return tuple(
            one.until
            for group in (self.overrides, self.exemptions, self.mutes, self.crowds)
            for one in group
            if now < one.until
        )

    @property
    def closed_days(self) -> frozenset[date]:
        """Days marked closed."""
        return frozenset(mark.day for mark in self.days if mark.kind == "closed")

    @property
    def open_days(self) -> frozenset[date]:
        """Days marked open."""
        return frozenset(mark.day for mark in self.days if mark.kind == "open")

"""What every policy has: a name, whether it watches or acts, where it holds, and its times.

A policy is memoryless: `judge(office, now)` says what is wrong now. Grace, warning, retry, proof and escalation are
written once, in `policies/control/lifecycle.py`, and read their times from here.
"""

import re
from abc import abstractmethod
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from policies.finding import Finding
from policies.office.office import Office
from sensors.device import DeviceId, ZoneId

_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|m|h|d)")
_SECONDS = {"s": 1, "min": 60, "m": 60, "h": 3600, "d": 86400}


def _duration(value: object) -> object:
    """`90s`, `5m`, `5 min`, `1h30m`, `2d`, or a number of seconds; anything else is pydantic's to refuse."""
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    parts = _PART.findall(text)
    if parts and not _PART.sub("", text).strip():
        return timedelta(seconds=sum(float(number) * _SECONDS[unit] for number, unit in parts))
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration), Field(ge=timedelta(0), le=timedelta(days=7))]


class Citation(BaseModel):
    """Who says so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document: str
    article: str = ""
    title: dict[str, str] = {}
    link: str = ""


class Policy(BaseModel):
    """The fields every policy shares; a subclass adds its own and `judge`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    mode: Literal["watch", "enforce"] = Field(
        default="watch", description="watch: say what it would do; enforce: do it"
    )
    zones: tuple[ZoneId, ...] | None = Field(default=None, description="only these zones; left out: all")
    citation: Citation | None = None
    grace: Duration = Field(default=timedelta(minutes=3), description="how long it must be so before it counts")
    warn: Duration = Field(default=timedelta(0), description="how long people are warned before anything is done")
    confirm_within: Duration = Field(default=timedelta(minutes=3), description="how long a command may take to show")
    attempts: int = Field(default=2, ge=1, le=5)
    retry_after: Duration = Field(default=timedelta(minutes=1), description="pause before the next attempt")
    command_expiry: Duration = Field(default=timedelta(seconds=60), description="after this nobody carries it out")
    escalate_after: Duration = Field(default=timedelta(minutes=30))
    acknowledged_for: Duration = Field(
        default=timedelta(hours=4), description="how long nobody else is told after somebody has acknowledged a case"
    )
    ladder: dict[Literal["owner", "manager", "lead"], dict[str, str]] = Field(
        default={}, description="what is added to the notice for owner, manager and lead, by language"
    )
    hold_out_share: float = Field(
        default=0.0, ge=0, le=0.5, description="share of device-nights left on by lot, to measure what is saved"
    )
    most_share: float = Field(
        default=0.6, gt=0, le=1, description="more than this share of its devices at once: ask a person first"
    )
    give_way_after: int = Field(default=3, ge=1, le=20, description="corrections a day after which we stop and ask")

    @abstractmethod
    def judge(self, office: Office, now: datetime) -> Iterator[Finding]:
        """What is wrong now, within the office's scope."""

    def concerns(self, zone: ZoneId) -> bool:
        """Whether the policy holds in this zone."""
        return self.zones is None or zone in self.zones


CaseKey = tuple[str, DeviceId]

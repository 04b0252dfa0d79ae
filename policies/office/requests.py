"""What a person may ask for, from the board, the API, MQTT or a link. Each becomes one line of the audit trail."""

from datetime import date, datetime
from typing import Literal

import msgspec

from policies.office.desk import ExemptFor, Mode
from sensors.device import DeviceId, ZoneId


class Extend(msgspec.Struct, frozen=True, tag=True):
    """Leave to differ until then. The same id again replaces it; `until` in the past ends it.

    `link_expires_at`: it came by a one-tap link, whose id counts once.
    """

    id: str
    zone: ZoneId
    until: datetime
    why: str
    device: DeviceId | None = None
    link_expires_at: datetime | None = None


class Exempt(msgspec.Struct, frozen=True, tag=True):
    """Free a zone or device from rules, with approver and document; `until` in the past ends it."""

    id: str
    zone: ZoneId
    until: datetime
    reason: ExemptFor
    approved_by: str
    document: str
    device: DeviceId | None = None
    policies: tuple[str, ...] = ()


class Silence(msgspec.Struct, frozen=True, tag=True):
    """No notices until then; `until` in the past ends it."""

    id: str
    zone: ZoneId
    until: datetime
    why: str
    device: DeviceId | None = None
    policy: str = ""


class Acknowledge(msgspec.Struct, frozen=True, tag=True):
    """Somebody has seen the case and looks after it."""

    case: str


class Contest(msgspec.Struct, frozen=True, tag=True):
    """Somebody says the case is wrong: it does not count until it is reviewed."""

    case: str
    why: str


class Review(msgspec.Struct, frozen=True, tag=True):
    """The answer to a contest. `upheld`: the case stands and counts again; else it never counted."""

    case: str
    upheld: bool
    why: str


class MarkDay(msgspec.Struct, frozen=True, tag=True):
    """The office is closed, or open, on that day; `as_usual` takes the mark back."""

    day: date
    kind: Literal["closed", "open", "as_usual"]
    why: str


class AllowCrowd(msgspec.Struct, frozen=True, tag=True):
    """Agree to an unusually large switch-off by this policy, until then."""

    policy: str
    until: datetime
    why: str


class SetMode(msgspec.Struct, frozen=True, tag=True):
    """Let a policy act, or only watch."""

    policy: str
    mode: Mode
    why: str


class AskOvertime(msgspec.Struct, frozen=True, tag=True):
    """Leave every week: `weekdays` from 0 (Monday), minutes of the local day; from `first` to `last`, both included."""

    id: str
    zone: ZoneId
    weekdays: tuple[int, ...]
    from_minute: int
    until_minute: int
    first: date
    last: date
    why: str
    device: DeviceId | None = None


class DecideOvertime(msgspec.Struct, frozen=True, tag=True):
    """Somebody else grants it, or takes it away."""

    id: str
    granted: bool
    why: str


Request = (
    AskOvertime
    | DecideOvertime
    | Extend
    | Exempt
    | Silence
    | Acknowledge
    | Contest
    | Review
    | MarkDay
    | AllowCrowd
    | SetMode
)

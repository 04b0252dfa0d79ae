"""Who may do what on the board, and what the board needs from whoever keeps the accounts.

Reading, asking for more time and contesting is everybody's; what changes other people's day is an operator's; what changes
the rules is an admin's.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from dashboards.board.oidc import Provider
from policies.office.requests import (
    Acknowledge,
    AllowCrowd,
    AskOvertime,
    Contest,
    DecideOvertime,
    Exempt,
    Extend,
    MarkDay,
    Request,
    Review,
    SetMode,
    Silence,
)

Role = Literal["viewer", "operator", "admin"]
Scope = Literal["read", "extend", "decide"]
"""What a token may do: read everything; ask for more time; take decisions within its role."""

RANKS: Mapping[Role, int] = {"viewer": 1, "operator": 2, "admin": 3}
NEEDED: Mapping[type[Request], Role] = {
    Extend: "viewer",
    Contest: "viewer",
    AskOvertime: "viewer",
    DecideOvertime: "operator",
    Acknowledge: "operator",
    Silence: "operator",
    MarkDay: "operator",
    AllowCrowd: "operator",
    Review: "admin",
    Exempt: "admin",
    SetMode: "admin",
}


class Person(msgspec.Struct, frozen=True):
    """Somebody who was let in. `is_guest`: nobody asked for a name."""

    name: str
    role: Role
    is_guest: bool = False
    scopes: tuple[Scope, ...] = ("read", "extend", "decide")

    def may(self, request: type[Request]) -> bool:
        """Whether this person may ask for such a thing."""
        scope: Scope = "extend" if request is Extend else "decide"
        return scope in self.scopes and self.is_at_least(NEEDED[request])

    def is_at_least(self, role: Role) -> bool:
        """Whether the role is this one or a higher one."""
        return RANKS[self.role] >= RANKS[role]


class Account(msgspec.Struct, frozen=True):
    """One login as the list of people shows it."""

    name: str
    role: Role
    created_at: datetime


class Entered(msgspec.Struct, frozen=True):
    """The answer to a login: a session's secret, or how many seconds to wait (0: name or password are wrong)."""

    session: str = ""
    wait_seconds: float = 0.0


class Accounts(Protocol):
    """All methods may be called from any thread of the web server. `enter` takes some 50 ms of a processor."""

    @property
    def is_empty(self) -> bool:
        """Nobody has an account yet."""

    def enter(self, name: str, password: str, address: str) -> Entered:
        """Check a login that came from `address`."""

    def person(self, session: str) -> Person | None:
        """Whose session this is, if it still counts."""

    def leave(self, session: str) -> None:
        """End a session."""

    def bearer(self, token: str) -> Person | None:
        """Whose API token this is, if it still counts."""

    def everybody(self) -> Sequence[Account]:
        """All logins, by name."""

    def form_key(self, session: str) -> str:
        """What proves that a form of ours was filled in within this session; a secret of the server goes into it."""


class Entry(msgspec.Struct, frozen=True):
    """How people come in. `is_open`: everybody may do everything (the demo); `has_kiosk`: `/kiosk` needs no login.

    `provider`: the company's own login, beside the passwords.
    """

    accounts: Accounts | None = None
    is_open: bool = False
    has_kiosk: bool = False
    provider: Provider | None = None

    def guest(self) -> Person | None:
        """Who somebody without a session is; None: a login is needed."""
        if self.is_open:
            return Person("guest", "admin", is_guest=True)
        if self.accounts is None or self.accounts.is_empty:
            return Person("guest", "viewer", is_guest=True, scopes=("read",))
        return None

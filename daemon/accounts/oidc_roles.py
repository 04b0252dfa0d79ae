"""Who somebody is here, by what the provider says of them: a name, a role, or why they have none. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from daemon.configuration.oidc_entry import OidcEntry
from dashboards.board.door import RANKS, Role
from dashboards.board.oidc import Reason

_LONGEST = 64


class Known(NamedTuple):
    """Somebody who may come in. `name` ends with the provider's, which no name of an own account can."""

    name: str
    role: Role


def known(claims: Mapping[str, object], entry: OidcEntry) -> Known | Reason:
    """The person that a trusted token's claims speak of."""
    mail = claims.get("email")
    mail = mail if isinstance(mail, str) and claims.get("email_verified") is True else ""
    if entry.domains and mail.rpartition("@")[2].lower().rstrip(".") not in entry.domains:
        return "mail"
    said = _values(_at(claims, entry.role_claim))
    roles: list[Role] = [entry.roles[one] for one in said if one in entry.roles]
    if not roles and entry.default_role is not None:
        roles = [entry.default_role]
    if not roles:
        return "role"
    for name in (_at(claims, entry.name_claim), mail, claims.get("sub")):
        if isinstance(name, str) and name.strip() and name.isprintable():
            return Known(f"{name.strip()[:_LONGEST]} ({entry.name})", max(roles, key=RANKS.__getitem__))
    return "invalid"


def _at(claims: Mapping[str, object], path: str) -> object:
    """A claim of that name (it may be an address with dots), else step by step, as in `realm_access.roles`."""
    if path in claims:
        return claims[path]
    found: object = claims
    for step in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(step)
    return found


def _values(claim: object) -> list[str]:
    if isinstance(claim, str):
        return [claim]
    return [one for one in claim if isinstance(one, str)] if isinstance(claim, list) else []

"""The part of office.yaml about the company's own login (OpenID Connect): who vouches for people, and which roles they get."""

from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from daemon.configuration.connection_entries import Variable
from daemon.configuration.quantities import FilePath
from daemon.configuration.section import Section, one_of

_Role = Literal["viewer", "operator", "admin"]
_Text = Annotated[str, Field(min_length=1, max_length=200)]


def is_safe(address: str) -> bool:
    """Whether nobody between can read what is sent there: https, or http on this machine. Raises nothing."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        if parts.scheme == "https":
            return bool(host)
        return parts.scheme == "http" and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False


def _issuer(value: str) -> str:
    parts = urlsplit(value) if is_safe(value) else None
    if parts is None or parts.query or parts.fragment or parts.username or parts.password or not value.isprintable():
        raise ValueError("must be the provider's address as it names itself, such as https://login.example.org")
    return value


def _domain(value: str) -> str:
    bare = value.lower().rstrip(".")
    if not bare or not bare.isprintable() or any(letter in bare for letter in "@/: *"):
        raise ValueError("must be a domain alone, such as example.org")
    return bare


def _scope(value: str) -> str:
    if not value.isascii() or not value.isprintable() or any(letter in value for letter in ' "\\'):
        raise ValueError("must be one scope, such as groups")
    return value


class OidcEntry(Section):
    """Log in with the company's own login, beside the passwords. Needs `board.address`."""

    name: str = Field(min_length=1, max_length=40, description="what people call it; stands on the login page")
    issuer: Annotated[str, AfterValidator(_issuer)] = Field(
        description="the provider's address, exactly as it names itself, such as https://login.example.org"
    )
    client_id: _Text = Field(description="the name that the provider knows officed by")
    client_secret_file: FilePath | None = Field(
        default=None, validate_default=False, description="file that holds the client's secret"
    )
    client_secret_env: Variable | None = Field(
        default=None, description="environment variable that holds the client's secret"
    )
    scopes: tuple[Annotated[_Text, AfterValidator(_scope)], ...] = Field(
        default=(), max_length=10, description="asked for besides openid, profile and email, such as groups"
    )
    name_claim: _Text = Field(
        default="preferred_username",
        description="claim that names a person on the board and in the audit trail; one that nobody can change alone",
    )
    role_claim: _Text = Field(
        default="groups", description="claim that says what somebody is, such as groups or realm_access.roles"
    )
    roles: dict[_Text, _Role] = Field(
        default={},
        max_length=100,
        description="by value of the role claim: viewer, operator or admin; the highest counts",
    )
    default_role: _Role | None = Field(
        default=None, description="role of people without a listed value; left out: they do not get in"
    )
    domains: tuple[Annotated[_Text, AfterValidator(_domain)], ...] = Field(
        default=(),
        max_length=100,
        description="only people with a verified mail address in one of these; left out: all",
    )

    @model_validator(mode="after")
    def _whole(self) -> "OidcEntry":
        one_of(self.client_secret_file, self.client_secret_env, "client_secret_file", "client_secret_env")
        if not self.roles and self.default_role is None:
            raise ValueError("lets nobody in; give roles, or a default_role")
        return self

"""The parts of office.yaml that IT looks after: broker, database, board, notices, journal."""

import re
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from daemon.configuration.quantities import FilePath, Flag, Length, Size
from daemon.configuration.section import Section, one_of

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MB = 1_000_000


def _variable(value: str) -> str:
    if not _VARIABLE.fullmatch(value):
        raise ValueError("must be the name of an environment variable, such as OFFICED_TOKEN, not the secret itself")
    return value


def _host(value: str) -> str:
    if not value or not value.isprintable() or any(letter in value for letter in "/ @"):
        raise ValueError("must be a host name or an address alone, such as broker.example.org, without mqtt://")
    return value


def _http(value: str) -> str:
    try:
        parts = urlsplit(value)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        valid, parts = False, None
    if not valid or parts is None:
        raise ValueError("must be an address such as http://localhost:8086")
    if parts.username or parts.password:
        raise ValueError("must not hold a user or password; use token_file or token_env")
    return value.rstrip("/")


def _bind(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not port.isdecimal() or not 0 < int(port[:6]) < 65536:  # noqa: PLR2004  ports are 16 bits
        raise ValueError("must be an address and a port, such as 127.0.0.1:8080")
    bare = host.removeprefix("[").removesuffix("]")
    try:
        _is_loopback(bare)
    except ValueError:
        raise ValueError("must be an address and a port, such as 127.0.0.1:8080") from None
    return value


def _is_loopback(host: str) -> bool:
    return host == "localhost" or ip_address(host).is_loopback


def _roomy(value: int) -> int:
    if value < 10 * _MB:
        raise ValueError("must be at least 10 MB")
    return value


FileSize = Annotated[Size, AfterValidator(_roomy)]
Variable = Annotated[str, AfterValidator(_variable)]


class TlsEntry(Section):
    """TLS to the broker; an empty mapping `{}` trusts the system's authorities."""

    ca_file: FilePath | None = Field(default=None, validate_default=False, description="certificate of the authority")
    certificate_file: FilePath | None = Field(
        default=None, validate_default=False, description="our own certificate (mTLS)"
    )
    key_file: FilePath | None = Field(
        default=None, validate_default=False, description="the key of our certificate (mTLS)"
    )

    @model_validator(mode="after")
    def _pair(self) -> "TlsEntry":
        if (self.certificate_file is None) != (self.key_file is None):
            raise ValueError("certificate_file and key_file are given together or not at all")
        return self


class BrokerEntry(Section):
    """The MQTT broker that the devices talk to."""

    host: Annotated[str, AfterValidator(_host)] = Field(description="name or address of the MQTT broker")
    port: int | None = Field(default=None, ge=1, le=65535, description="port; left out: 1883, or 8883 with tls")
    username: str | None = Field(default=None, min_length=1, max_length=256, description="user at the broker")
    password_file: FilePath | None = Field(
        default=None, validate_default=False, description="file that holds the password"
    )
    password_env: Variable | None = Field(default=None, description="environment variable that holds the password")
    tls: TlsEntry | None = Field(default=None, description="encrypt the connection; {} trusts the system's authorities")
    requests: Literal["off", "token", "acl"] = Field(
        default="off",
        description="who may ask for more time on officed/<site>/request: nobody (off), whoever sends an API token (token), "
        "or whoever the broker lets publish there (acl)",
    )
    listen_only: Flag = Field(
        default=False,
        description="true: nothing is said to devices, no command and no question, whatever the rules decide; for an officed "
        "on trial beside the real one",
    )
    max_ingest_delay: Length = Field(
        default=timedelta(milliseconds=20),
        ge=timedelta(0),
        le=timedelta(seconds=1),
        description="how long readings may be gathered under load before they are stored, sixteen times as long (at most a second more) "
        "where none of them changes a state; 0ms: at once, the latter within 320ms, and the processor is kept awake where officed may (some watts)",
    )

    @model_validator(mode="after")
    def _credentials(self) -> "BrokerEntry":
        if self.password_file is not None and self.password_env is not None:
            raise ValueError("give password_file or password_env, not both")
        if (self.password_file or self.password_env) and not self.username:
            raise ValueError("a password needs a username")
        return self

    @property
    def effective_port(self) -> int:
        """The port to connect to."""
        return self.port or (1883 if self.tls is None else 8883)


class InfluxdbEntry(Section):
    """An InfluxDB server (1.8, 2 or 3). Without this part everything is kept in the embedded store."""

    url: Annotated[str, AfterValidator(_http)] = Field(
        description="address of the server, such as http://localhost:8086"
    )
    org: str = Field(min_length=1, max_length=128, description="organisation")
    bucket: str = Field(min_length=1, max_length=128, description="bucket (InfluxDB 2 and 3) or database (1.8)")
    token_file: FilePath | None = Field(default=None, validate_default=False, description="file that holds the token")
    token_env: Variable | None = Field(default=None, description="environment variable that holds the token")

    @model_validator(mode="after")
    def _token(self) -> "InfluxdbEntry":
        one_of(self.token_file, self.token_env, "token_file", "token_env")
        return self


class StoreEntry(Section):
    """The embedded database: one SQLite file."""

    path: FilePath = Field(default=Path("var/history.sqlite"), description="the file")
    retention: Length = Field(
        default=timedelta(days=800), ge=timedelta(days=1), description="how long readings are kept, such as 800d"
    )
    forget_people: Length = Field(
        default=timedelta(days=62),
        ge=timedelta(days=1),
        description="after so long print jobs lose who printed what (hashes or names); their sheets stay",
    )
    max_size: FileSize = Field(default=2000 * _MB, description="the file never grows beyond this, such as 2 GB")


class BoardEntry(Section):
    """The live board."""

    bind: Annotated[str, AfterValidator(_bind)] = Field(
        default="127.0.0.1:8080", description="address and port it is served on"
    )
    hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = Field(
        default=(),
        max_length=20,
        description="names people reach it by, besides localhost and plain addresses, such as office.example.org",
    )
    address: Annotated[str, AfterValidator(_http)] | None = Field(
        default=None,
        validate_default=False,
        description="address people reach it by, such as https://office.example.org; with it notices carry one-tap links",
    )
    users_file: FilePath = Field(
        default=Path("var/users.json"), description="logins and tokens, written by `officed users`; sessions beside it"
    )
    open: bool = Field(default=False, description="everybody may do everything, without a login; loopback only")
    kiosk: bool = Field(
        default=False, description="/kiosk shows the office without a login and without names of people, for a wall"
    )
    floor_plan: FilePath | None = Field(
        default=None, validate_default=False, description="an SVG whose shapes have ids of zones; drawn above the rooms"
    )

    @model_validator(mode="after")
    def _open_at_home_only(self) -> "BoardEntry":
        if self.open and not self.is_loopback:
            raise ValueError("open lets everybody in, so it needs a bind on this machine alone, such as 127.0.0.1:8080")
        return self

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return _is_loopback(self.host)

    @property
    def names(self) -> tuple[str, ...]:
        """The names that the board answers to: `hosts`, and the one in `address`."""
        named = urlsplit(self.address).hostname if self.address is not None else None
        return self.hosts if named is None else (*self.hosts, named)

    @property
    def host(self) -> str:
        """The address alone, without brackets."""
        return self.bind.rpartition(":")[0].removeprefix("[").removesuffix("]")

    @property
    def port(self) -> int:
        """The port alone."""
        return int(self.bind.rpartition(":")[2])


class JournalEntry(Section):
    """The local log that holds every reading until the database has it."""

    path: FilePath = Field(
        default=Path("var/journal.sqlite"), description="the file; on a disk, not on a network share"
    )
    max_size: FileSize = Field(default=1000 * _MB, description="the file never grows beyond this, such as 1 GB")

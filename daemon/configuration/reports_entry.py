"""The part of office.yaml that says when the monthly report is made, where it is kept, and who gets it by mail."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from daemon.configuration.connection_entries import Variable
from daemon.configuration.place_entries import TimeOfDay
from daemon.configuration.quantities import FilePath, Flag, Label, Language
from daemon.configuration.section import Section
from policies.words import Words, say

Form = Literal["html", "pdf", "xlsx", "csv", "json"]

_ADDRESS = re.compile(r"[^\s@<>,;:\"\x00-\x1f]{1,64}@[^\s@<>,;:\"\x00-\x1f]{1,255}")
_SERVER = re.compile(r"(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]{1,255})(?::(\d{1,5}))?")
_PORTS = {"tls": 465, "starttls": 587, "none": 25}
_MOST_PORT = 65535
IN_OTHER_WORDS = (
    say("must be en or zh_CN"),
    say("must be html, pdf, xlsx, csv or json"),
    say("must be starttls, tls or none"),
    say("must be at least 1"),
    say("must be at most 28"),
    say("must have at least 1 entry"),
    say("must have at most 2 entries"),
    say("must have at most 5 entries"),
    say("must have at most 50 entries"),
)
"""What `wording.py` makes of the limits of the fields below, so that every language has it: a test holds the two together."""


def _wrong(words: Words) -> ValueError:
    """Pydantic carries its text; as it stands in the catalogue, every language finds it again (dashboards/views/banner.py)."""
    return ValueError(str(words))


def _address(value: str) -> str:
    if _ADDRESS.fullmatch(value) is None:
        raise _wrong(say("must be an address of mail such as energy@example.org, without a name"))
    return value


def _server(value: str) -> str:
    match = _SERVER.fullmatch(value)
    if match is None or (match[2] is not None and not 0 < int(match[2]) <= _MOST_PORT):
        raise _wrong(say("must be a server of mail such as smtp.example.org or smtp.example.org:587"))
    return value


Address = Annotated[str, AfterValidator(_address)]


class MailEntry(Section):
    """The server that takes our mail."""

    server: Annotated[str, AfterValidator(_server)] = Field(
        description="host, or host:port; without a port 587, 465 for tls, 25 for none"
    )
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="starttls, tls, or none for a server on this machine or in a closed network"
    )
    sender: Address = Field(description="address that the mail comes from")
    username: Label | None = Field(default=None, description="login at the server; left out: without a login")
    password_file: FilePath | None = Field(
        default=None, validate_default=False, description="file that holds the password"
    )
    password_env: Variable | None = Field(default=None, description="environment variable that holds the password")

    @model_validator(mode="after")
    def _whole(self) -> "MailEntry":
        if self.username is not None:
            if self.password_file is None and self.password_env is None:
                raise _wrong(say("give password_file or password_env; one of them is needed"))
            if self.password_file is not None and self.password_env is not None:
                raise _wrong(say("give password_file or password_env; not both"))
            if self.security == "none":
                raise _wrong(say("a password would be sent for everybody to read; use starttls or tls, or no username"))
        return self

    @property
    def host(self) -> str:
        """The server alone."""
        return self._parts[0]

    @property
    def port(self) -> int:
        """As given, else the usual one."""
        return self._parts[1]

    @property
    def _parts(self) -> tuple[str, int]:
        match = _SERVER.fullmatch(self.server)
        assert match is not None, "checked when it was read"  # noqa: S101  for the type checker
        return match[1].strip("[]"), int(match[2]) if match[2] else _PORTS[self.security]


class ReaderEntry(Section):
    """Who gets the report: addresses of mail, or one secret address for Apprise that takes files."""

    to: tuple[Address, ...] = Field(default=(), max_length=50, description="addresses of mail; they see each other")
    url_file: FilePath | None = Field(
        default=None, validate_default=False, description="file that holds an address for Apprise, in the place of to"
    )
    url_env: Variable | None = Field(default=None, description="environment variable that holds such an address")
    formats: tuple[Form, ...] = Field(
        default=("pdf",), min_length=1, max_length=5, description="which files: html, pdf, xlsx, csv, json"
    )
    languages: tuple[Language, ...] = Field(
        default=(), max_length=2, description="en, zh_CN, or both of them; left out: the site's language"
    )

    @model_validator(mode="after")
    def _whole(self) -> "ReaderEntry":
        if self.to:
            if self.url_file is not None or self.url_env is not None:
                raise _wrong(say("give to or an address for Apprise; not both"))
        else:
            if self.url_file is None and self.url_env is None:
                raise _wrong(say("give to (addresses of mail), url_file or url_env; one of them is needed"))
            if self.url_file is not None and self.url_env is not None:
                raise _wrong(say("give url_file or url_env; not both"))
        return self


class ReportsEntry(Section):
    """The monthly report and the weekly digest."""

    archive: FilePath = Field(
        default=Path("var/reports"), description="folder that every report is kept in; nothing in it is written over"
    )
    day: int = Field(default=1, ge=1, le=28, description="from this day of the next month on a report is made")
    time: TimeOfDay = Field(
        default=13 * 60,
        validate_default=False,
        description="and from this local time on; the ledger of the last night is written at noon",
    )
    weekly: Flag = Field(default=True, description="true: the manager gets the week's figures on Mondays, as a notice")
    responsible: Label | None = Field(
        default=None, description="who answers for the figures (统计负责人); left out: a line to sign on"
    )
    prepared_by: Label | None = Field(
        default=None, description="who has prepared the report (填表人); left out: a line to sign on"
    )
    mail: MailEntry | None = Field(default=None, description="server of mail; needed where a reader has to")
    readers: tuple[ReaderEntry, ...] = Field(default=(), max_length=50, description="who gets the monthly report")

    @model_validator(mode="after")
    def _has_a_server(self) -> "ReportsEntry":
        if self.mail is None and any(reader.to for reader in self.readers):
            raise _wrong(say("readers have addresses of mail, and mail (server, sender) is missing"))
        return self

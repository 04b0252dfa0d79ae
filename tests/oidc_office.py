"""A board with the company's own login, its provider, and a browser that follows redirects: what the tests of OIDC share."""

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from openid_provider import CLIENT, SECRET, Provider
from painted import NOW, Painted, busy_state

from daemon.accounts.accounts import FileAccounts
from daemon.accounts.oidc_exchange import Exchange
from daemon.accounts.oidc_provider import OidcProvider
from daemon.accounts.users import UsersFile
from daemon.configuration.oidc_entry import OidcEntry
from daemon.web import Web
from dashboards.board.app import board
from dashboards.board.door import Entry
from dashboards.board.oidc_login import BACK

PATIENCE_SECONDS = 2.0
PASSWORD = "correct horse battery"
SPOILT = "The answer of Company login cannot be trusted, so nobody was logged in."


@dataclass
class Office:
    """A board, its accounts, and a browser that follows redirects. `seconds` is the age of everything in memory."""

    provider: Provider
    accounts: FileAccounts
    browser: httpx.Client
    seconds: float = 0.0

    def log_in(self, back: str = "/cases") -> httpx.Response:
        return self.browser.get("/login/oidc", params={"back": back})

    def sent_back(self) -> str:
        """The address that the provider sends the browser to, not yet followed."""
        start = self.browser.get("/login/oidc", follow_redirects=False)
        return self.browser.get(start.headers["location"], follow_redirects=False).headers["location"]

    @property
    def who(self) -> tuple[str, str] | None:
        person = self.accounts.person(self.browser.cookies.get("officed") or "")
        return None if person is None else (person.name, person.role)


@contextmanager
def opened(directory: Path, host: str = "127.0.0.1", more: Mapping[str, object] | None = None) -> Iterator[Office]:
    """`host`: what the browser calls the board; another one than the provider's is another site. `more`: keys of `oidc:`."""
    os.environ["NO_PROXY"] = "127.0.0.1"
    provider = Provider()
    given: dict[str, object] = {
        "name": "Company login",
        "issuer": provider.address,
        "client_id": CLIENT,
        "client_secret_env": "SECRET",
        "roles": {"facilities": "operator", "chiefs": "admin"},
    }
    entry = OidcEntry.model_validate(given | dict(more or {}))
    source = Painted(busy_state())
    users = UsersFile(directory / "users.json")
    users.add("vera", "viewer", PASSWORD, NOW)
    accounts = FileAccounts(users, directory / "sessions.json", source.now, outside="as configured")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with httpx.Client(base_url=f"http://{host}:{port}", trust_env=False, follow_redirects=True) as browser:
        browser.headers["Accept-Language"] = "en"
        office = Office(provider, accounts, browser)
        company = OidcProvider(
            entry,
            Exchange(entry, SECRET, lambda: office.seconds, PATIENCE_SECONDS),
            accounts,
            f"http://{host}:{port}{BACK}",
            lambda: datetime.now(UTC),
            lambda: office.seconds,
        )
        app = board(source, Entry(accounts, provider=company))
        web = Web(app, "127.0.0.1", port, app.state.live.close)
        web.start()
        yield office
        web.stop()
    provider.web.stop()

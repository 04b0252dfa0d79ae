"""How people come into the board, put together: own accounts, and the company's login where office.yaml has one."""

from collections.abc import Callable, Mapping
from datetime import datetime

from daemon.accounts.accounts import FileAccounts
from daemon.accounts.users import UsersFile, digest
from daemon.configuration.schema import Configuration
from daemon.configuration.secret import read_secret
from dashboards.board.door import Entry
from dashboards.board.oidc_login import BACK


def entrance(configuration: Configuration, environment: Mapping[str, str], now: Callable[[], datetime]) -> Entry:
    """Raises ConfigError for a secret that cannot be read; a file of users that cannot be read lets nobody in."""
    board, oidc = configuration.board, configuration.oidc
    # Another provider, client, list of roles or of domains: whoever came in under the old one logs in again.
    outside = "" if oidc is None else digest(oidc.model_dump_json())
    accounts = FileAccounts(
        UsersFile(board.users_file), board.users_file.with_name("sessions.json"), now, outside=outside
    )
    provider = None
    if oidc is not None and board.address is not None:
        # Only now: its libraries (httpx, joserfc, cryptography) take 14 MB of every office that has no such login.
        from daemon.accounts.oidc_exchange import Exchange  # noqa: PLC0415  as said
        from daemon.accounts.oidc_provider import OidcProvider  # noqa: PLC0415  as said

        secret = read_secret(oidc.client_secret_file, oidc.client_secret_env, environment) or ""
        provider = OidcProvider(oidc, Exchange(oidc, secret), accounts, board.address + BACK, now)
    return Entry(accounts, is_open=board.open, has_kiosk=board.kiosk, provider=provider)

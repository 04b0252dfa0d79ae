"""What `oidc:` in office.yaml makes of the board's entry: a provider where it stands, and nobody let in as a guest."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from daemon.accounts.oidc_entrance import entrance
from daemon.configuration.load import parse
from daemon.configuration.problem import ConfigError

OFFICE = """
site: {id: hq, names: Head office, timezone: Europe/Berlin}
zones:
  hall: {names: Hall, hours: {mon-fri: "08:00-18:00"}}
broker: {host: localhost}
board: {bind: "0.0.0.0:8080", address: "https://office.example.org/"}
"""
OIDC = """
oidc:
  name: Company login
  issuer: https://login.example.org/
  client_id: officed
  client_secret_env: OIDC
  default_role: viewer
"""
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def test_a_board_for_the_network_needs_no_password_where_the_company_vouches_for_people(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nobody has an account yet"):
        parse(OFFICE, file="office.yaml", directory=tmp_path)
    configuration = parse(OFFICE + OIDC, file="office.yaml", directory=tmp_path)
    entry = entrance(configuration, {"OIDC": "s3cret"}, lambda: NOW)
    assert entry.provider is not None
    assert entry.provider.name == "Company login"
    assert entry.guest() is None


def test_a_secret_that_is_not_there_is_said_before_the_start(tmp_path: Path) -> None:
    configuration = parse(OFFICE + OIDC, file="office.yaml", directory=tmp_path)
    with pytest.raises(ConfigError, match="OIDC: is not set, or empty"):
        entrance(configuration, {}, lambda: NOW)


def test_another_role_in_the_configuration_ends_the_sessions_that_it_gave(tmp_path: Path) -> None:
    session = ""
    for text, lives in ((OFFICE + OIDC, True), (OFFICE + OIDC.replace("viewer", "admin"), False)):
        accounts = entrance(
            parse(text, file="office.yaml", directory=tmp_path), {"OIDC": "s3cret"}, lambda: NOW
        ).accounts
        assert accounts is not None
        session = session or accounts.admit("mei (Company login)", "viewer")  # type: ignore[attr-defined]  # not in the port
        assert (accounts.person(session) is not None) is lives

"""Letters over TLS with a login, at a real server: it has to prove who it is, and the password is said to nobody else."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from certificates import Authority
from mail_server import MailServer, mail_server
from report_site import JUNE, FakeMaker, ReportSite

from daemon.configuration.reports_entry import MailEntry
from daemon.reports.letters import Reader
from daemon.reports.mail import Mail, NotTaken, Post, by_smtp

NOW = datetime(2026, 7, 1, 5, 0, tzinfo=UTC)
MAIL = Mail("report.x.1", "Report", "Hello\n", NOW, {"a.csv": b"1"})
NAME, PASSWORD = "officed", "correct-horse"


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """Of the whole machine: what `SSL_CERT_FILE` names is believed."""
    found = Authority(tmp_path / "authority")
    monkeypatch.setenv("SSL_CERT_FILE", str(found.file))
    return found


def post(server: MailServer, security: str, password: str = PASSWORD) -> Post:
    entry = MailEntry.model_validate({
        "server": f"127.0.0.1:{server.port}", "security": security, "sender": "officed@example.org", "username": NAME,
        "password_env": "MAIL_PASSWORD",
    })  # fmt: skip
    return by_smtp(entry, ["a@example.org"], {"MAIL_PASSWORD": password})


@pytest.mark.parametrize("password", [PASSWORD, "Schlüssel-钥匙"])
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_letter_goes_to_a_server_that_proves_itself_and_knows_the_login(
    security: str, password: str, authority: Authority
) -> None:
    certificate = authority.issue("127.0.0.1")
    with mail_server(certificate, (NAME, password), is_tls=security == "tls") as server:
        post(server, security, password)(MAIL)
        (letter,) = server.taken

    assert letter["Subject"] == "Report"
    in_the_open = {line.split(" ")[0].upper() for line, is_safe in server.heard if not is_safe}
    assert in_the_open == ({"EHLO", "STARTTLS"} if security == "starttls" else set())


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("whose", ["a stranger's", "another server's"])
def test_a_server_with_the_wrong_certificate_gets_neither_login_nor_letter(
    security: str, whose: str, authority: Authority, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path / "stranger", "stranger")
    certificate = stranger.issue("127.0.0.1") if whose == "a stranger's" else authority.issue("127.0.0.2")
    with (
        mail_server(certificate, (NAME, PASSWORD), is_tls=security == "tls") as server,
        pytest.raises(NotTaken, match="no safe connection to the server of mail: CERTIFICATE_VERIFY_FAILED"),
    ):
        post(server, security)(MAIL)

    assert server.taken == []
    assert not any(line.upper().startswith(("AUTH", "MAIL")) for line, _ in server.heard)


def test_a_server_that_offers_no_tls_is_told_no_password(authority: Authority) -> None:
    del authority
    with mail_server(None, (NAME, PASSWORD)) as server, pytest.raises(NotTaken):
        post(server, "starttls")(MAIL)

    assert not any(line.upper().startswith("AUTH") for line, _ in server.heard)


@pytest.mark.parametrize("password", ["wrong-horse", "falscher-Schlüssel"])
def test_a_wrong_password_is_a_reason_and_stands_in_no_log_and_not_in_the_archive(
    password: str, authority: Authority, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    site = ReportSite(tmp_path, FakeMaker({JUNE: 100.0}))
    with mail_server(authority.issue("127.0.0.1"), (NAME, PASSWORD)) as server:
        site.readers([Reader("a@example.org", post(server, "starttls", password), ("pdf",), ("en",))])
        site.at(NOW)

    assert server.taken == []
    (note,) = [each for each in site.archive.notes(JUNE) if each.what == "failed"]
    assert note.why == "the server of mail answers 535"
    kept = b"".join(path.read_bytes() for path in (tmp_path / "reports").rglob("*") if path.is_file())
    assert "the server of mail answers 535" in caplog.text
    assert password not in caplog.text
    assert password.encode() not in kept

"""Letters with reports over real SMTP: what arrives, what a refusal says, and a daemon that is killed while it sends."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import pytest
from mail_server import mail_server
from report_site import JUNE, FakeMaker, FakePost, ReportSite

from daemon.configuration.load import parse
from daemon.configuration.problem import ConfigError
from daemon.configuration.reports_entry import MailEntry
from daemon.reports.archive import Archive
from daemon.reports.letters import Reader
from daemon.reports.mail import Mail, NotTaken, by_apprise, by_smtp

NOW = datetime(2026, 7, 1, 5, 0, tzinfo=UTC)
MAIL = Mail(
    "report.x.1",
    "办公室 · Report\r\nBcc: all@example.org",
    "Hello 你好\n",
    NOW,
    {"a-zh_CN.pdf": b"%PDF", "a.csv": b"1"},
)
HEAD = """
site: {id: test, names: Test, timezone: Asia/Shanghai}
zones: {room: {names: Room, hours: {mon-sun: "00:00-24:00"}}}
broker: {host: localhost}
reports:
"""


def entry(port: int, **more: str) -> MailEntry:
    return MailEntry.model_validate(
        {"server": f"127.0.0.1:{port}", "security": "none", "sender": "officed@example.org"} | more
    )


def test_a_letter_arrives_with_its_files_at_everybody() -> None:
    with mail_server() as server:
        by_smtp(entry(server.port), ["a@example.org", "b@example.org"], {})(MAIL)
        (letter,) = server.taken
    assert server.recipients == ["a@example.org", "b@example.org"]
    assert letter["Message-ID"] == "<report.x.1@example.org>"
    assert letter["Bcc"] is None, "a title adds no header"
    parts = {part.get_filename(): part.get_payload(decode=True) for part in letter.walk() if part.get_filename()}
    assert parts == {"a-zh_CN.pdf": b"%PDF", "a.csv": b"1"}


@pytest.mark.parametrize("answer", ["451 later", "554 user hunter2 not here"])
def test_a_refusal_says_its_number_and_nothing_that_was_sent(answer: str) -> None:
    with mail_server() as server:
        server.answer = answer
        with pytest.raises(NotTaken, match=answer[:3]) as refusal:
            by_smtp(entry(server.port), ["a@example.org"], {})(MAIL)
    assert "hunter2" not in str(refusal.value)


def test_a_server_that_is_away_or_speaks_no_tls_is_a_reason_too() -> None:
    with mail_server() as server:
        with pytest.raises(NotTaken):
            by_smtp(entry(server.port, security="starttls"), ["a@example.org"], {})(MAIL)
        port = server.port
    with pytest.raises(NotTaken, match="cannot be reached"):
        by_smtp(entry(port), ["a@example.org"], {})(MAIL)


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # in a package that Apprise uses
def test_apprise_takes_no_nonsense_and_hides_what_it_was_given() -> None:
    with pytest.raises(ValueError, match="not shown") as refusal:
        by_apprise("nonsense-hunter2")
    assert "hunter2" not in str(refusal.value)


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # in a package that Apprise uses
def test_apprise_sends_the_files_too() -> None:
    with mail_server() as server:
        by_apprise(f"mailto://127.0.0.1:{server.port}?from=officed@example.org&to=a@example.org&mode=insecure")(MAIL)
        (letter,) = server.taken
    assert {part.get_filename() for part in letter.walk()} >= {"a-zh_CN.pdf", "a.csv"}


CHILD = """
    import sys
    from pathlib import Path
    from datetime import UTC, datetime
    from report_site import JUNE, FakeMaker, ReportSite
    from daemon.configuration.reports_entry import MailEntry
    from daemon.reports.letters import Reader
    from daemon.reports.mail import by_smtp
    site = ReportSite(Path(sys.argv[1]), FakeMaker({JUNE: 100.0}))
    entry = MailEntry(server="127.0.0.1:" + sys.argv[2], security="none", sender="officed@example.org")
    site.readers([Reader("a@example.org", by_smtp(entry, ["a@example.org"], {}), ("pdf",), ("en",))])
    site.at(datetime(2026, 7, 1, 5, 0, tzinfo=UTC))
"""


def test_a_daemon_killed_while_it_sends_sends_again_and_says_so(tmp_path: Path) -> None:
    tests = Path(__file__).parent
    with mail_server() as server:
        server.held.set()
        child = subprocess.Popen(
            [sys.executable, "-c", dedent(CHILD), str(tmp_path), str(server.port)],
            env={**os.environ, "PYTHONPATH": f"{tests}:{tests.parent}"},
        )
        assert server.reached.wait(30), "the letter was on its way"
        child.send_signal(signal.SIGKILL)
        child.wait(10)
        server.held.clear()
        site = ReportSite(tmp_path, FakeMaker({JUNE: 100.0}), FakePost())
        site.readers([Reader("a@example.org", by_smtp(entry(server.port), ["a@example.org"], {}), ("pdf",), ("en",))])
        site.at(NOW)
        site.at(NOW)
        (letter,) = server.taken
    text = next(part.get_payload(decode=True) for part in letter.walk() if part.get_content_type() == "text/plain")
    assert b"You may have this letter already" in bytes(text)
    assert [note.what for note in Archive(tmp_path / "reports").notes(JUNE)] == ["made", "sending", "sending", "sent"]


def test_readers_are_checked_with_their_lines() -> None:
    text = HEAD + dedent("""\
        time: "25:00"
        mail: {server: "smtp:99999", sender: nobody, username: u, security: none, password: hunter2}
        readers:
          - {}
          - to: [a b@c]
            formats: [docx]
        """).replace("\n", "\n  ").join(("  ", ""))
    with pytest.raises(ConfigError) as refusal:
        parse(text, file="office.yaml", directory=Path("/tmp"))
    found = {f"{problem.line} {problem.path}" for problem in refusal.value.problems}
    assert found >= {
        "6 reports.time", "7 reports.mail.password", "7 reports.mail.sender", "7 reports.mail.server",
        "9 reports.readers[0]", "10 reports.readers[1].to[0]", "11 reports.readers[1].formats[0]",
    }  # fmt: skip
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ("  readers: [{to: [a@b.c]}]\n", "mail .server, sender. is missing"),
        ("  readers: [{to: [a@b.c], url_env: X}]\n", "not both"),
        ("  mail: {server: s, sender: a@b.c, username: u}\n", "password_file or password_env"),
        ("  mail: {server: s, sender: a@b.c, username: u, password_env: X, security: none}\n", "for everybody to read"),
    ],
)
def test_what_does_not_go_together_is_said(part: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        parse(HEAD + part, file="office.yaml", directory=Path("/tmp"))

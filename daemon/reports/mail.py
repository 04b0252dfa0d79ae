"""Hands one letter with its files over to a server of mail, or to an address that Apprise understands.

`NotTaken` carries one line for a person and never an address or a password: it goes into the log and the archive.
"""

import base64
import logging
import re
import smtplib
import ssl
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import msgspec

from daemon.configuration.reports_entry import MailEntry
from daemon.configuration.secret import read_secret
from policies.words import say

TIMEOUT_SECONDS = 30.0
_TYPES = {
    "pdf": ("application", "pdf"),
    "xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "html": ("text", "html"),
    "csv": ("text", "csv"),
    "json": ("application", "json"),
}
_SIGNED_IN = 235
_UNSAFE = re.compile(r"[\r\n]+")


class NotTaken(Exception):  # noqa: N818  named after what is the case, like its neighbours in errors.py
    """It was not handed over; the message is one line without secrets."""


class Mail(msgspec.Struct, frozen=True):
    """One letter. `number` is the same whenever it is sent again; `files` by the name that the reader sees."""

    number: str
    title: str
    text: str
    at: datetime
    files: Mapping[str, bytes]


Post = Callable[[Mail], None]
"""Hands a letter over and returns when it was taken. May take its time. Raises NotTaken."""


def by_smtp(entry: MailEntry, to: Sequence[str], environment: Mapping[str, str]) -> Post:
    """Mail to these addresses, all in one letter. Raises ConfigError for a password that cannot be read."""
    password = read_secret(entry.password_file, entry.password_env, environment) if entry.username else None

    def post(mail: Mail) -> None:
        try:
            with _connected(entry) as server:
                if entry.username and password:
                    _sign_in(server, entry.username, password)
                refused = server.send_message(letter(mail, entry.sender, to))
        except smtplib.SMTPRecipientsRefused as trouble:
            raise NotTaken(f"the server of mail refuses all {len(trouble.recipients)} addresses") from None
        except smtplib.SMTPNotSupportedError:
            raise NotTaken("the server of mail offers no STARTTLS, or no login that we know") from None
        except smtplib.SMTPResponseException as trouble:  # its text may hold what was sent; its number says enough
            raise NotTaken(f"the server of mail answers {trouble.smtp_code}") from None
        except ssl.SSLError as trouble:
            raise NotTaken(f"no safe connection to the server of mail: {trouble.reason or 'refused'}") from None
        except (smtplib.SMTPException, OSError) as trouble:
            raise NotTaken(f"the server of mail cannot be reached: {type(trouble).__name__}") from None
        if refused:
            logging.getLogger(__name__).warning("reports: %d of %d addresses were refused", len(refused), len(to))

    return post


def by_apprise(url: str) -> Post:
    """Through Apprise, with the files where the service takes them. Raises ValueError for what it does not understand."""
    from apprise import Apprise  # noqa: PLC0415  slow to import, and not every office has such an address

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # what it logs holds addresses, and these hold tokens
    target = Apprise()
    if not target.add(url):
        raise ValueError(str(say("is not an address that Apprise understands (not shown: it is a secret)")))

    def post(mail: Mail) -> None:
        with tempfile.TemporaryDirectory() as folder:
            paths: list[str] = []
            for name, data in mail.files.items():
                path = Path(folder) / Path(name).name
                path.write_bytes(data)
                paths.append(str(path))
            try:
                taken = bool(target.notify(title=mail.title, body=mail.text, attach=paths))
            except Exception as trouble:  # noqa: BLE001  whatever a service's client raises; its text may hold the address
                raise NotTaken(f"the address does not take it: {type(trouble).__name__}") from None
        if not taken:
            raise NotTaken("the address does not take it")

    return post


def letter(mail: Mail, sender: str, to: Sequence[str]) -> EmailMessage:
    """As it goes over the wire."""
    message = EmailMessage()
    message["Subject"] = _UNSAFE.sub(" ", mail.title)
    message["From"] = sender
    message["To"] = ", ".join(to)
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = f"<{mail.number}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    for name, data in mail.files.items():
        kind, exact = _TYPES.get(name.rpartition(".")[2], ("application", "octet-stream"))
        message.add_attachment(data, maintype=kind, subtype=exact, filename=name)
    return message


def _sign_in(server: smtplib.SMTP, username: str, password: str) -> None:
    """As the standard library does; where letters beyond ASCII are in it, which it cannot say, as RFC 4616 writes them."""
    if (username + password).isascii():
        server.login(username, password)
        return
    server.ehlo_or_helo_if_needed()
    if "PLAIN" not in server.esmtp_features.get("auth", "").upper().split():
        raise smtplib.SMTPNotSupportedError
    said = base64.b64encode(f"\0{username}\0{password}".encode()).decode()
    code, _ = server.docmd("AUTH", f"PLAIN {said}")
    if code != _SIGNED_IN:
        raise smtplib.SMTPAuthenticationError(code, b"")


def _connected(entry: MailEntry) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if entry.security == "tls":
        return smtplib.SMTP_SSL(entry.host, entry.port, timeout=TIMEOUT_SECONDS, context=context)
    server = smtplib.SMTP(entry.host, entry.port, timeout=TIMEOUT_SECONDS)
    if entry.security == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server

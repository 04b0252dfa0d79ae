"""A real SMTP server of a few lines, in threads of its own: it takes letters, refuses them, or keeps silent."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import cast


class MailServer(socketserver.ThreadingTCPServer):
    """`taken` are the letters. `answer` is what a letter gets in the end; while `held` is set it gets none.

    With a `certificate` (a file with its key) it offers STARTTLS, or speaks TLS from the first byte (`is_tls`). With a
    `login` (name and password) it takes nothing without. `heard` is every line, and whether it came over TLS.
    """

    daemon_threads = True

    def __init__(self, certificate: Path | None, login: tuple[str, str] | None, *, is_tls: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.tls: ssl.SSLContext | None = None
        if certificate is not None:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)
        self.login, self.is_tls = login, is_tls
        self.taken: list[Message] = []
        self.recipients: list[str] = []
        self.heard: list[tuple[str, bool]] = []
        self.answer = "250 taken"
        self.held, self.reached = threading.Event(), threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not believe our certificate hangs up; that is what a test wants to see."""


@contextmanager
def mail_server(
    certificate: Path | None = None, login: tuple[str, str] | None = None, *, is_tls: bool = False
) -> Iterator[MailServer]:
    """One that runs, on a free port."""
    with MailServer(certificate, login, is_tls=is_tls) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(5)


class _Talk(socketserver.StreamRequestHandler):
    timeout = 20

    def handle(self) -> None:
        self.mail = cast("MailServer", self.server)
        self.is_safe = self.is_known = False
        if self.mail.is_tls:
            self.wrap()
        self.say("220 test")
        while line := self.rfile.readline().decode().strip():
            self.mail.heard.append((line, self.is_safe))
            word = line.upper().split(" ")[0]
            if word == "QUIT":
                self.say("221 bye")
                return
            if word == "EHLO":
                self.greet()
            elif word == "STARTTLS" and self.mail.tls is not None:
                self.say("220 go on")
                self.wrap()
            elif word == "AUTH":
                self.know(line.split(" ")[-1])
            elif self.mail.login is not None and not self.is_known:
                self.say("530 who are you")
            elif word == "DATA":
                if not self.take():
                    return
            else:
                if word == "RCPT":
                    self.mail.recipients.append(line.partition("<")[2].rstrip(">"))
                self.say("250 ok")

    def finish(self) -> None:
        super().finish()
        self.connection.close()  # the server closes what it was given, and that may be wrapped now

    def take(self) -> bool:
        self.say("354 go on")
        letter = b"".join(iter(self.rfile.readline, b".\r\n"))
        self.mail.reached.set()
        if self.mail.held.is_set():
            self.rfile.read()  # until the other side is gone
            return False
        if self.mail.answer.startswith("250"):
            self.mail.taken.append(message_from_bytes(letter))
        self.say(self.mail.answer)
        return True

    def greet(self) -> None:
        offers = ["STARTTLS"] if self.mail.tls is not None and not self.is_safe else []
        offers += ["AUTH PLAIN"] if self.mail.login is not None else []
        for line in ("test", *offers):
            self.say(f"250-{line}")
        self.say("250 ok")

    def know(self, said: str) -> None:
        _, name, password = base64.b64decode(said).decode().split("\0")
        self.is_known = (name, password) == self.mail.login
        self.say("235 welcome" if self.is_known else f"535 {name} with {password} is nobody")

    def wrap(self) -> None:
        assert self.mail.tls is not None
        self.connection = self.request = self.mail.tls.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.is_safe = True

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

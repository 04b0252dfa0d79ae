"""A real SMTP server of a few lines, in threads of its own: it takes letters, refuses them, or keeps silent."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from typing import cast


class MailServer(socketserver.ThreadingTCPServer):
    """`taken` are the letters. `answer` is what a letter gets in the end; while `held` is set it gets none."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.taken: list[Message] = []
        self.recipients: list[str] = []
        self.answer = "250 taken"
        self.held, self.reached = threading.Event(), threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """One that runs, on a free port."""
    with MailServer() as server:
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
        server = cast("MailServer", self.server)
        self.say("220 test")
        while line := self.rfile.readline().decode().strip():
            word = line.upper().split(" ")[0]
            if word == "DATA":
                self.say("354 go on")
                letter = b"".join(iter(self.rfile.readline, b".\r\n"))
                server.reached.set()
                if server.held.is_set():
                    self.rfile.read()  # until the other side is gone
                    return
                if server.answer.startswith("250"):
                    server.taken.append(message_from_bytes(letter))
                self.say(server.answer)
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                if word == "RCPT":
                    server.recipients.append(line.partition("<")[2].rstrip(">"))
                self.say("250 ok")

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

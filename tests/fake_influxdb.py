"""A write endpoint that answers what a test tells it to, and remembers what it was sent."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Reply = tuple[int, str, Mapping[str, str]]
Behaviour = Callable[[list[bytes]], Reply]


def says(status: int, message: str = "", **headers: str) -> Reply:
    """An error as InfluxDB 2 words it."""
    body = json.dumps({"code": "x", "message": message}) if message else ""
    return status, body, {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass
class FakeInfluxdb:
    """`behaviour` gets the lines of a request (none for an empty body); a 204 stores them."""

    url: str = ""
    behaviour: Behaviour = lambda _: says(204)
    requests: list[list[bytes]] = field(default_factory=list)
    stored: set[bytes] = field(default_factory=set)
    queries: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    buckets: Reply = (200, '{"buckets": []}', {})

    @contextmanager
    def running(self) -> Iterator["FakeInfluxdb"]:
        """Serve on a free loopback port until the block ends."""
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                self._reply(fake.buckets)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                lines = body.split(b"\n") if body else []
                fake.requests.append(lines)
                fake.queries.append(self.path)
                fake.headers.append(dict(self.headers.items()))
                reply = fake.behaviour(lines)
                if reply[0] == 204:
                    fake.stored.update(lines)
                self._reply(reply)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that the library gave it
                pass

            def _reply(self, reply: Reply) -> None:
                status, text, headers = reply
                if status == 0:
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            self.url = f"http://127.0.0.1:{server.server_port}"
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()

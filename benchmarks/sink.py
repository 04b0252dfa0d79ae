"""A server that takes points like InfluxDB 2 (204, its version header) and keeps them to be counted. Own process, core 0.

To every question it says that there is nothing: a program that asks at its start is answered, as a database would.
"""

import gzip
import multiprocessing
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from typing import Any

from equal_work import Work, counted


class Sink:
    """The other end: asks the server's process."""

    def __init__(self, port: int, pipe: Any) -> None:
        self.port = port
        self._pipe = pipe

    @property
    def lines(self) -> int:
        """How many have arrived."""
        return int(self._ask("lines"))

    def work(self) -> Work:
        """What has arrived."""
        work: Work = self._ask("work")
        return work

    def _ask(self, what: str) -> Any:
        self._pipe.send(what)
        return self._pipe.recv()


@contextmanager
def sink() -> Iterator[Sink]:
    """A server on a free port of 127.0.0.1."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(there,), daemon=True)
    process.start()
    os.sched_setaffinity(process.pid or 0, {0})
    try:
        yield Sink(int(here.recv()), here)
    finally:
        process.terminate()
        process.join()


_NOTHING_STORED = b'{"results":[{"statement_id":0}]}'
"""InfluxDB's words for it."""


class _Takes(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    bodies: list[bytes] = []
    lines = 0

    def do_GET(self) -> None:
        if self.path.startswith("/query"):
            self._answer(200, _NOTHING_STORED)
        else:
            self._answer(204 if self.path.startswith("/ping") else 404)

    def do_POST(self) -> None:
        body = self._body()
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        body = body.strip()
        if body:
            _Takes.bodies.append(body)
            _Takes.lines += body.count(b"\n") + 1
        self._answer(204)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("X-Influxdb-Version", "v2.9.1")
        self.send_header("X-Influxdb-Build", "OSS")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that the library gave it
        """Say nothing."""


def _serve(pipe: "Connection[Any, Any]") -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Takes)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pipe.send(server.server_port)
    while True:
        pipe.send(_Takes.lines if pipe.recv() == "lines" else counted(_Takes.bodies))

"""A real InfluxDB for tests: the one that is named, an InfluxDB 2 on the PATH, or Debian's 1.6 behind a small gateway.

`OFFICED_TEST_INFLUXDB_URL` (with `…_TOKEN`, `…_ORG`) names one. Debian's package is InfluxDB 1.6.7: real storage, real type
conflicts, the same InfluxQL; only the write endpoint of version 2 is missing, which `Gateway` answers as 2.9.1 does.
"""

import gzip
import http.client
import json
import os
import shutil
import socket
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import urllib3

ORGANISATION = "office"
TOKEN = "test-token"
_SCRATCH = "gateway_scratch"
_PRECISIONS = {"ns": "n", "us": "u", "ms": "ms", "s": "s"}
_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Server:
    """Where it is and how to be let in. `is_gateway`: 1.6.7 underneath."""

    url: str
    token: str
    organisation: str
    is_gateway: bool

    def new_bucket(self) -> str:
        """An empty bucket with a name that nobody has."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        headers = {"Authorization": f"Token {self.token}"}
        if self.is_gateway:
            question = {"q": f'CREATE DATABASE "{name}"'}
            answer = urllib3.request("POST", f"{self.url}/query", fields=question, headers=headers)
        else:
            found = urllib3.request(
                "GET", f"{self.url}/api/v2/orgs?org={quote(self.organisation)}", headers=headers
            ).json()
            bucket = {"name": name, "orgID": found["orgs"][0]["id"], "retentionRules": []}
            answer = urllib3.request("POST", f"{self.url}/api/v2/buckets", json=bucket, headers=headers)
        assert answer.status in {200, 201}, answer.data
        return name


@contextmanager
def running(directory: Path) -> Iterator[Server | str]:
    """A server until the block ends; a sentence naming what is missing where there is none."""
    if url := os.environ.get("OFFICED_TEST_INFLUXDB_URL"):
        token = os.environ.get("OFFICED_TEST_INFLUXDB_TOKEN", "")
        yield Server(url, token, os.environ.get("OFFICED_TEST_INFLUXDB_ORG", ORGANISATION), is_gateway=False)
        return
    program = shutil.which("influxd")
    if program is None:
        yield "no influxd on the PATH (Debian package influxdb) and no OFFICED_TEST_INFLUXDB_URL"
        return
    version = subprocess.run([program, "version"], capture_output=True, text=True, check=True).stdout
    with _version_1(program, directory) if " v1." in version else _version_2(program, directory) as server:
        yield server


@contextmanager
def _version_1(program: str, directory: Path) -> Iterator[Server]:
    port, rpc = _free_port(), _free_port()
    configuration = directory / "influxdb.conf"
    configuration.write_text(
        f'reporting-disabled = true\nbind-address = "127.0.0.1:{rpc}"\n'
        f'[meta]\n  dir = "{directory}/meta"\n'
        f'[data]\n  dir = "{directory}/data"\n  wal-dir = "{directory}/wal"\n  query-log-enabled = false\n'
        f'[http]\n  bind-address = "127.0.0.1:{port}"\n  log-enabled = false\n'
        "[monitor]\n  store-enabled = false\n"
    )
    with _process([program, "-config", str(configuration)], f"http://127.0.0.1:{port}/ping"):
        urllib3.request("POST", f"http://127.0.0.1:{port}/query", fields={"q": f'CREATE DATABASE "{_SCRATCH}"'})
        handler = type("Bound", (Gateway,), {"port": port})
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as gateway:
            thread = threading.Thread(target=gateway.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            try:
                yield Server(f"http://127.0.0.1:{gateway.server_port}", TOKEN, ORGANISATION, is_gateway=True)
            finally:
                gateway.shutdown()
                thread.join()


@contextmanager
def _version_2(program: str, directory: Path) -> Iterator[Server]:
    url = f"http://127.0.0.1:{_free_port()}"
    arguments = [program, "--bolt-path", f"{directory}/bolt", "--engine-path", f"{directory}/engine"]
    arguments += [
        "--sqlite-path",
        f"{directory}/sqlite",
        "--http-bind-address",
        urlsplit(url).netloc,
        "--reporting-disabled",
    ]
    with _process(arguments, f"{url}/ping"):
        account = {
            "username": "test",
            "password": "test-password",
            "org": ORGANISATION,
            "bucket": "first",
            "token": TOKEN,
        }
        answer = urllib3.request("POST", f"{url}/api/v2/setup", json=account)
        assert answer.status == 201, answer.data
        yield Server(url, TOKEN, ORGANISATION, is_gateway=False)


@contextmanager
def _process(arguments: list[str], ping: str) -> Iterator[None]:
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                if urllib3.request("GET", ping, retries=False, timeout=1.0).status == 204:
                    break
            except urllib3.exceptions.HTTPError:
                assert time.monotonic() < deadline, f"{arguments[0]} does not answer"
            assert process.poll() is None, f"{arguments[0]} ended with {process.returncode}"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=_PATIENCE_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Gateway(BaseHTTPRequestHandler):
    """`/api/v2/write` as InfluxDB 2.9.1 answers it, stored in InfluxDB 1.6.7; `/query` passed through."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    port: ClassVar[int]

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/ping":
            self._answer(204, headers={"X-Influxdb-Version": "v2-gateway"})
        elif path == "/health":
            self._answer(200, {"name": "influxdb", "status": "pass"})
        elif not self._is_let_in():
            self._answer(401, {"code": "unauthorized", "message": "unauthorized access"})
        elif path == "/api/v2/buckets":
            self._buckets()
        else:
            self._pass(b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self._is_let_in():
            self._answer(401, {"code": "unauthorized", "message": "unauthorized access"})
        elif urlsplit(self.path).path == "/api/v2/write":
            self._write(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
        else:
            self._pass(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that the library gave it
        """Say nothing."""

    def _write(self, body: bytes) -> None:
        wanted = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        precision = _PRECISIONS.get(wanted.get("precision", "ns"))
        if precision is None:
            self._answer(
                400, {"code": "invalid", "message": "invalid precision; valid precision units are ns, us, ms, and s"}
            )
        elif "org" not in wanted and "orgID" not in wanted:
            self._answer(400, {"code": "invalid", "message": "Please provide either orgID or org"})
        elif wanted.get("bucket") not in self._databases():
            self._answer(404, {"code": "not found", "message": f'bucket "{wanted.get("bucket")}" not found'})
        elif bad := self._unparsable(body, precision):
            self._answer(400, {"code": "invalid", "message": "\n".join(bad)})
        elif not body:
            self._answer(204)
        else:
            status, data = self._send(wanted["bucket"], precision, body)
            words = json.loads(data).get("error", "") if data else ""
            if "partial write" in words:
                self._answer(
                    422, {"code": "unprocessable entity", "message": f"failure writing points to database: {words}"}
                )
            else:
                self._answer(status, {"code": "invalid", "message": words} if words else None)

    def _unparsable(self, body: bytes, precision: str) -> list[str]:
        """A type conflict in the scratch database would hide a parse error, so each line is asked for by itself."""
        reserved = [
            line
            for line in body.split(b"\n")
            if any(b"," + name + b"=" in line.split(b" ")[0] for name in (b"time", b"_measurement", b"_field"))
        ]
        if reserved:
            return [f"unable to parse '{line.decode()}': cannot use reserved tag key" for line in reserved]
        if self._send(_SCRATCH, precision, body)[0] == 204:
            return []
        bad = []
        for line in filter(None, body.split(b"\n")):
            status, data = self._send(_SCRATCH, precision, line)
            words = json.loads(data).get("error", "") if status == 400 else ""
            if "unable to parse" in words:
                bad.append(words)
        return bad

    def _send(self, database: str, precision: str, body: bytes) -> tuple[int, bytes]:
        status, data, _ = self._ask("POST", f"/write?{urlencode({'db': database, 'precision': precision})}", body)
        return status, data

    def _databases(self) -> set[str]:
        _, data, _ = self._ask("GET", f"/query?{urlencode({'q': 'SHOW DATABASES'})}", b"")
        series = json.loads(data)["results"][0]["series"][0]
        return {row[0] for row in series.get("values", [])} - {_SCRATCH, "_internal"}

    def _buckets(self) -> None:
        name = parse_qs(urlsplit(self.path).query).get("name", [""])[0]
        rule = {"type": "expire", "everySeconds": 0, "shardGroupDurationSeconds": 604_800}
        found = [{"name": name, "retentionRules": [rule]}] if name in self._databases() else []
        self._answer(200, {"buckets": found})

    def _pass(self, body: bytes) -> None:
        status, data, kind = self._ask(self.command, self.path, body)
        self._answer(status, data, headers={"Content-Type": kind})

    def _ask(self, method: str, path: str, body: bytes) -> tuple[int, bytes, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            kind = self.headers.get("Content-Type", "text/plain")
            connection.request(method, path, body, {"Content-Type": kind})
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.getheader("Content-Type", "application/json")
        finally:
            connection.close()

    def _is_let_in(self) -> bool:
        return self.headers.get("Authorization") == f"Token {TOKEN}"

    def _answer(self, status: int, document: Any = None, *, headers: dict[str, str] | None = None) -> None:
        body = document if isinstance(document, bytes) else b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json"} | (headers or {})).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

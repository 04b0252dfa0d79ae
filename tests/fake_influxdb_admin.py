"""The administrator's side of an InfluxDB 2, as far as `officed init-influxdb` uses it: what it answers, what it was told.

Answers as docs.influxdata.com/influxdb/v2/api describes them for 2.7.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

ADMIN = "admin-token"


@dataclass
class FakeAdmin:
    """`tokens`: what each may, as (action, bucket id). `made`: every POST that made something."""

    url: str = ""
    version: str = "v2.7.12"
    is_fresh: bool = False
    organisations: dict[str, str] = field(default_factory=dict)
    buckets: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)

    def get(self, path: str, query: dict[str, str], token: str) -> tuple[int, Any]:
        if path == "/api/v2/setup":
            return 200, {"allowed": self.is_fresh}
        if token != ADMIN and token not in self.tokens:
            return 401, {"code": "unauthorized", "message": "unauthorized access"}
        if path == "/api/v2/orgs":
            name = query["org"]
            if name not in self.organisations:
                return 404, {"code": "not found", "message": "organization name not found"}
            return 200, {"orgs": [{"id": self.organisations[name], "name": name}]}
        bucket = self.buckets.get(query["name"])
        may = bucket is not None and (token == ADMIN or ("read", bucket["id"]) in self.tokens[token])
        return 200, {"buckets": [bucket] if may else []}

    def post(self, path: str, query: dict[str, str], token: str, body: dict[str, Any]) -> tuple[int, Any]:
        if path == "/api/v2/write":
            bucket = self.buckets.get(query["bucket"])
            may = bucket is not None and ("write", bucket["id"]) in self.tokens.get(token, set())
            return (204, None) if may else (403, {"code": "forbidden", "message": "insufficient permissions for write"})
        if token != ADMIN:
            return 401, {"code": "unauthorized", "message": "unauthorized access"}
        self.made.append(path)
        number = f"{len(self.made):016x}"
        if path == "/api/v2/orgs":
            self.organisations[body["name"]] = number
        elif path == "/api/v2/buckets":
            assert body["orgID"] in self.organisations.values()
            self.buckets[body["name"]] = {"id": number, "retentionRules": body["retentionRules"]}
        else:
            rights = {(each["action"], each["resource"]["id"]) for each in body["permissions"]}
            assert all(each["resource"]["type"] == "buckets" for each in body["permissions"])
            self.tokens[f"token-{number}"] = rights
            return 201, {"id": number, "token": f"token-{number}"}
        return 201, {"id": number, **body}

    @contextmanager
    def running(self) -> Iterator["FakeAdmin"]:
        """Serve on a free loopback port until the block ends."""
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/ping":
                    self.send_response(204)
                    if fake.version:
                        self.send_header("X-Influxdb-Version", fake.version)
                    self.end_headers()
                    return
                self._answer(*fake.get(*self._asked()))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self._answer(*fake.post(*self._asked(), json.loads(body or b"{}")))

            def _asked(self) -> tuple[str, dict[str, str], str]:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                return parts.path, query, self.headers.get("Authorization", "").removeprefix("Token ")

            def _answer(self, status: int, document: Any) -> None:
                self.send_response(status)
                self.end_headers()
                if document is not None:
                    self.wfile.write(json.dumps(document).encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that the library gave it
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            self.url = f"http://127.0.0.1:{server.server_port}"
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()

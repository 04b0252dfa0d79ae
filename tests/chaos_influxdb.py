"""Debian's InfluxDB behind the gateway of `real_influxdb`, to be killed and started again while points come."""

import http.client
import shutil
import signal
import subprocess
import threading
import time
from contextlib import suppress
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
import urllib3
from real_influxdb import _SCRATCH, ORGANISATION, TOKEN, Gateway
from real_mosquitto import free_port

INFLUXD = shutil.which("influxd")
BUCKET = "office"


def is_version_1() -> bool:
    """The gateway makes a version 2 of it; a real one would need no gateway, and is killed in its own way."""
    if INFLUXD is None:
        return False
    return " v1." in subprocess.run([INFLUXD, "version"], capture_output=True, text=True, check=True).stdout


needs_influxd = pytest.mark.skipif(not is_version_1(), reason="no influxd 1 on the PATH (Debian: influxdb)")


class Patient(Gateway):
    """As the gateway, and `503` where there is nobody behind it."""

    def do_GET(self) -> None:  # noqa: N802  the name that the library gave it
        self._in_spite(super().do_GET)

    def do_POST(self) -> None:  # noqa: N802  same
        self._in_spite(super().do_POST)

    def _in_spite(self, answer: Any) -> None:
        try:
            answer()
        except (OSError, http.client.HTTPException, KeyError, ValueError):
            with suppress(OSError):
                self._answer(503, {"code": "unavailable", "message": "database is away"})


class Influxd:
    """`kill` ends it with SIGKILL, `start` brings it back with what it has on its disk; the gateway stays."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._port, rpc = free_port(), free_port()
        self._configuration = folder / "influxdb.conf"
        self._configuration.write_text(
            f'reporting-disabled = true\nbind-address = "127.0.0.1:{rpc}"\n'
            f'[meta]\n  dir = "{folder}/meta"\n'
            f'[data]\n  dir = "{folder}/data"\n  wal-dir = "{folder}/wal"\n  query-log-enabled = false\n'
            f'[http]\n  bind-address = "127.0.0.1:{self._port}"\n  log-enabled = false\n'
            "[monitor]\n  store-enabled = false\n"
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._gateway = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Patient,), {"port": self._port}))
        self._thread = threading.Thread(target=self._gateway.serve_forever, kwargs={"poll_interval": 0.05})
        self.url = f"http://127.0.0.1:{self._gateway.server_port}"
        (folder / "token").write_text(TOKEN)
        self.entry = (
            f"influxdb: {{url: '{self.url}', org: {ORGANISATION}, bucket: {BUCKET}, token_file: '{folder}/token'}}\n"
        )

    def start(self) -> None:
        """Start; returns when it answers."""
        assert INFLUXD is not None
        self._process = subprocess.Popen(
            [INFLUXD, "-config", str(self._configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with suppress(urllib3.exceptions.HTTPError):
                if self._ask("GET", "/ping").status == 204:
                    break
            time.sleep(0.05)
        for name in (BUCKET, _SCRATCH):
            self._ask("POST", "/query", q=f'CREATE DATABASE "{name}"')

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(10)
            self._process = None

    def rows(self, question: str) -> list[list[Any]]:
        """All rows of a question, time first."""
        answer = self._ask("GET", "/query", db=BUCKET, epoch="ns", q=question).json()
        return [row for series in answer["results"][0].get("series", []) for row in series["values"]]

    def __enter__(self) -> Self:
        self._thread.start()
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self._gateway.shutdown()
        self._thread.join()
        self._gateway.server_close()

    def _ask(self, method: str, path: str, **fields: str) -> urllib3.BaseHTTPResponse:
        return urllib3.request(
            method, f"http://127.0.0.1:{self._port}{path}", fields=fields, retries=False, timeout=20.0
        )

"""Node-RED with its influx node, in exact versions, beside a Node of its own: what an office's tinkerer runs.

npm installs them once, into the user's cache folder and nothing of it into this repository (`OFFICED_BENCH_CACHE` names
another place); 300 MB. Where npm is missing, or does not get them, there is no row. The flow and its script are in
`contestant_node_red_flow.py` and `contestant_node_red.js`. Its editor is off.
"""

import functools
import json
import os
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from broker import free_port
from contestant_node_red_flow import CREDENTIALS, TOPICS, VIOLATIONS_PATH, flow
from entrant import Entrant
from foreign import ForeignRun, Program, foreign

VERSIONS = {"node-red": "5.0.7", "node-red-contrib-influxdb": "0.7.0", "node": "22.23.3"}
_INSTALL_SECONDS = 600
_QUIETLY = ("--no-audit", "--no-fund", "--no-package-lock", "--no-update-notifier", "--loglevel=error")


def missing() -> str:
    """Why it takes no part; empty if it can. Installs it the first time."""
    if (_installed() / "node_modules").exists():
        return ""
    npm = shutil.which("npm")
    return _install(npm, _installed()) if npm else "npm is not on the PATH"


def version() -> str:
    """All three, as they are pinned."""
    return "Node-RED {node-red}, node-red-contrib-influxdb {node-red-contrib-influxdb}, Node {node}".format(**VERSIONS)


def settings(port: int) -> str:
    """Its settings.js: no editor, no files but the flow, nothing asked of anybody on the network."""
    said = {
        "uiHost": "127.0.0.1",
        "uiPort": port,
        "flowFile": "flows.json",
        "credentialSecret": False,
        "httpAdminRoot": False,
        "telemetry": {"enabled": False, "updateNotification": False},
        "logging": {"console": {"level": "warn", "metrics": False, "audit": False}},
    }
    return f"module.exports = {json.dumps(said)};\n"


def _installed() -> Path:
    cache = os.environ.get("OFFICED_BENCH_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "officed-bench" / "-".join(f"{name}-{number}" for name, number in VERSIONS.items())


@functools.cache
def _install(npm: str, folder: Path) -> str:
    """Whole or not at all: beside its place first. What npm said last, if it failed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        part = Path(name) / "part"
        part.mkdir()
        (part / "package.json").write_text('{"private": true}')
        wanted = [f"{package}@{number}" for package, number in VERSIONS.items()]
        command = [npm, "install", *_QUIETLY, *wanted]
        try:
            done = subprocess.run(command, cwd=part, check=False, capture_output=True, timeout=_INSTALL_SECONDS)  # noqa: S603  npm of the PATH
        except subprocess.TimeoutExpired:
            return f"npm did not install it in {_INSTALL_SECONDS} s"
        if done.returncode or not (part / "node_modules/.bin/node").exists():
            return f"npm did not install it (exit code {done.returncode})"
        part.rename(folder)
    return ""


@contextmanager
def _run(broker: int, sink: int, folder: Path) -> Iterator[ForeignRun]:
    port = free_port()
    own = Path(tempfile.mkdtemp(dir=folder))
    (own / "settings.js").write_text(settings(port))
    (own / "flows.json").write_text(json.dumps(flow(broker, sink)))
    (own / "flows_cred.json").write_text(json.dumps(CREDENTIALS))
    modules = _installed() / "node_modules"
    command = [str(modules / ".bin/node"), str(modules / "node-red/red.js"), "--userDir", str(own)]
    (own / "node_modules").symlink_to(modules)

    def violations() -> frozenset[str]:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{VIOLATIONS_PATH}", timeout=10) as answer:
            return frozenset(json.load(answer))

    program = Program(command, own, len(TOPICS), violations)
    with foreign(program, broker, folder) as run:
        yield run


ENTRANT = Entrant(
    "node-red",
    "mqtt in (JSON) + function + influx batch (5,000 or 1 s); in memory until sent, like usual",
    durable=False,
    run=_run,
    missing=missing,
    version=version,
)

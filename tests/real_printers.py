"""Printers that can be asked for their life counters: Debian's snmpd with a printer's numbers, and lprint, a real PAPPL printer.

Both on free ports of 127.0.0.1, stopped by their own process ids.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from real_mosquitto import free_port

_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
SNMPD = shutil.which("snmpd", path=_PATH)
LPRINT = shutil.which("lprint", path=_PATH)

needs_snmpd = pytest.mark.skipif(SNMPD is None, reason="snmpd is not installed (Debian: snmpd)")
needs_lprint = pytest.mark.skipif(LPRINT is None, reason="lprint is not installed (Debian: lprint)")


@contextlib.contextmanager
def snmpd(folder: Path, numbers: Mapping[str, tuple[str, int]]) -> Iterator[str]:
    """A printer that has these numbers, by object id: type (counter, integer, gauge) and value. Yields host:port."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    lines = [f"agentaddress udp:127.0.0.1:{port}", "rocommunity public 127.0.0.1"]
    lines += [f"override {oid} {kind} {value}" for oid, (kind, value) in numbers.items()]
    (folder / "snmpd.conf").write_text("\n".join(lines) + "\n")
    assert SNMPD is not None
    command = [SNMPD, "-f", "-Lf", str(folder / "snmpd.log"), "-r", "-C", "-c", str(folder / "snmpd.conf")]
    environment = {**os.environ, "MIBS": "", "SNMP_PERSISTENT_DIR": str(folder)}
    with _running([*command, "-I", "-smux"], environment, folder / "snmpd.out") as process:
        log = folder / "snmpd.log"
        _wait(process, lambda: log.exists() and "NET-SNMP version" in log.read_text(), "snmpd")
        yield f"127.0.0.1:{port}"


class Labels:
    """A label printer: lprint before a socket that takes what is printed."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.address = f"ipp://127.0.0.1:{port}/ipp/print/labels"

    def ask(self, *command: str) -> str:
        assert LPRINT is not None
        environment = {**os.environ, "HOME": str(self.folder), "TMPDIR": str(self.folder)}
        done = subprocess.run(
            [LPRINT, *command], env=environment, capture_output=True, text=True, timeout=30, check=False
        )
        return done.stdout + done.stderr


@contextlib.contextmanager
def lprint(folder: Path) -> Iterator[Labels]:
    """Running, with one queue named labels."""
    folder.mkdir(parents=True, exist_ok=True)
    labels = Labels(folder, free_port())
    assert LPRINT is not None
    options = (f"server-port={labels.port}", "listen-hostname=127.0.0.1", f"log-file={folder}/log", "log-level=info")
    command = [LPRINT, "server", *(part for option in options for part in ("-o", option))]
    environment = {**os.environ, "HOME": str(folder), "TMPDIR": str(folder)}
    with _sink() as device, _running(command, environment, folder / "lprint.out") as process:
        log = folder / "log"
        _wait(process, lambda: log.exists() and "Starting system" in log.read_text(), "lprint")
        added = labels.ask("add", "-d", "labels", "-v", device, "-m", "epl2_4inch-203dpi-dt")
        assert "labels" in labels.ask("printers"), added
        yield labels


@contextlib.contextmanager
def _sink() -> Iterator[str]:
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_take_all, args=(server,), name="label-printer", daemon=True).start()
    try:
        yield f"socket://127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.close()


def _take_all(server: socket.socket) -> None:
    while True:
        try:
            line, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_swallow, args=(line,), name="label", daemon=True).start()


def _swallow(line: socket.socket) -> None:
    with line, contextlib.suppress(OSError):
        while line.recv(65_536):
            pass


@contextlib.contextmanager
def _running(command: list[str], environment: dict[str, str], out: Path) -> Iterator[subprocess.Popen[bytes]]:
    with out.open("ab") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=5)


def _wait(process: subprocess.Popen[bytes], true: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + 15
    while not true():
        assert process.poll() is None, f"{what} ended"
        assert time.monotonic() < until, f"waited for {what}"
        time.sleep(0.05)

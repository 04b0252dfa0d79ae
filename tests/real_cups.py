"""A private cupsd on a free port with its own folders, and ippeveprinter behind it; stopped by their own process ids.

ippeveprinter wants DNS-SD: it gets a message bus and an avahi-daemon of its own, that nobody else sees.
"""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from real_mosquitto import free_port

from daemon.print_agent.page_log import RECOMMENDED

_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
_NEEDED = {"cupsd": "cups", "lp": "cups-client", "lpadmin": "cups-client", "ippeveprinter": "cups-ipp-utils"}
_MISSING = sorted({package for name, package in _NEEDED.items() if shutil.which(name, path=_PATH) is None})
_ROOT = os.geteuid() == 0

needs_cups = pytest.mark.skipif(
    bool(_MISSING) or not _ROOT,
    reason=f"not installed: {' '.join(_MISSING)}" if _MISSING else "cupsd runs its filters only when root starts it",
)

_FILES = """
ServerRoot {0}/root
RequestRoot {0}/spool
CacheDir {0}/cache
StateDir {0}/run
TempDir {0}/tmp
AccessLog {0}/log/access_log
ErrorLog {0}/log/error_log
PageLog {0}/log/page_log
FileDevice Yes
Sandboxing relaxed
User nobody
Group nogroup
SystemGroup root
LogFilePerm 0644
"""
_SERVER = """
LogLevel info
Listen 127.0.0.1:{port}
WebInterface No
Browsing Off
DefaultAuthType None
MaxLogSize {log_bytes}
{page_log_format}
<Location />
Order allow,deny
Allow all
</Location>
<Location /admin>
Order allow,deny
Allow all
</Location>
<Policy default>
JobPrivateAccess default
JobPrivateValues default
<Limit All>
Order deny,allow
Allow all
</Limit>
</Policy>
"""
_BUS = """<busconfig><type>system</type><listen>unix:path={0}/bus</listen><auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/><allow user="*"/></policy></busconfig>"""
_AVAHI = "[server]\nuse-ipv6=no\nallow-interfaces=lo\nenable-dbus=yes\n[publish]\ndisable-publishing=no\n[rlimits]\n"


class Cups:
    """`folder` must be one that user nobody can reach: not below a home directory."""

    def __init__(self, folder: Path, *, log_bytes: str = "1m", page_log_format: str = RECOMMENDED) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder / "log" / "page_log"
        self._running: list[subprocess.Popen[bytes]] = []
        for name in ("root", "spool", "cache", "run", "tmp", "log", "eve"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "tmp").chmod(0o1777)
        for name in ("spool", "cache", "run"):
            shutil.chown(folder / name, "root", "nogroup")
        (folder / "root" / "cups-files.conf").write_text(_FILES.format(folder))
        log_format = f"PageLogFormat {page_log_format}" if page_log_format else ""
        (folder / "root" / "cupsd.conf").write_text(
            _SERVER.format(port=self.port, log_bytes=log_bytes, page_log_format=log_format)
        )

    def start(self) -> None:
        root = self.folder / "root"
        self._start("cupsd", "-f", "-c", str(root / "cupsd.conf"), "-s", str(root / "cups-files.conf"))
        self._wait(lambda: self.ask("lpstat", "-r").startswith("scheduler is running"), "cupsd")

    def stop(self) -> None:
        for process in reversed(self._running):
            process.terminate()
        for process in reversed(self._running):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
            if process.poll() is None:
                process.kill()
                process.wait(timeout=5)
        self._running.clear()

    def ask(self, *command: str) -> str:
        """Run a client of CUPS against this server; its output."""
        environment = {**os.environ, "CUPS_SERVER": f"127.0.0.1:{self.port}", "PATH": _PATH, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
        return done.stdout

    def queue(self, name: str, model: str, device: str = "file:///dev/null", options: Sequence[str] = ()) -> None:
        self.ask("lpadmin", "-p", name, "-E", "-v", device, "-m", model, *(f"-o{option}" for option in options))
        assert name in self.ask("lpstat", "-p", name), f"the queue {name} was not made"

    def everywhere(self, name: str) -> None:
        """A driverless queue in front of ippeveprinter, which has a duplexer. Skips where there is no DNS-SD to be had."""
        if shutil.which("avahi-daemon", path=_PATH) is None or shutil.which("dbus-daemon", path=_PATH) is None:
            pytest.skip("not installed: avahi-daemon")
        bus = f"unix:path={self.folder}/bus"
        (self.folder / "bus.conf").write_text(_BUS.format(self.folder))
        (self.folder / "avahi.conf").write_text(_AVAHI)
        busy = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": bus}
        self._start("dbus-daemon", f"--config-file={self.folder}/bus.conf", "--nofork")
        self._wait((self.folder / "bus").exists, "dbus-daemon")
        self._start(
            "avahi-daemon", "-f", f"{self.folder}/avahi.conf", "--no-drop-root", "--no-chroot", "--no-rlimits", env=busy
        )
        port = free_port()
        command = self.folder / "print-slowly"
        command.write_text(f"#!/bin/sh\n[ -e {self.folder}/slow ] && sleep 30\nexit 0\n")
        command.chmod(0o755)
        formats = "application/pdf,image/pwg-raster,image/urf"
        printer = ("-2", "-p", str(port), "-d", f"{self.folder}/eve", "-f", formats, "-r", "off", "-c", str(command))

        def made() -> bool:
            if self._running[-1].poll() is not None:  # DNS-SD is not there yet
                self._running.pop()
                self._start("ippeveprinter", *printer, "Eve", env=busy)
                time.sleep(0.5)
            self.ask("lpadmin", "-p", name, "-E", "-v", f"ipp://127.0.0.1:{port}/ipp/print", "-m", "everywhere")
            return name in self.ask("lpstat", "-p", name)

        self._start("ippeveprinter", *printer, "Eve", env=busy)
        time.sleep(0.5)
        self._wait(made, "a queue in front of ippeveprinter")

    def print(self, queue: str, pages: int, *options: str, title: str = "test", copies: int = 1, user: str = "") -> int:
        """Print a document of so many empty pages; the job's number."""
        document = self.folder / f"{pages}.pdf"
        if not document.exists():
            document.write_bytes(pdf(pages))
        chosen = [part for option in options for part in ("-o", option)]
        who = ("-U", user) if user else ()
        said = self.ask("lp", *who, "-d", queue, "-t", title, "-n", str(copies), *chosen, str(document))
        return int(said.split(f"{queue}-")[1].split()[0])

    def finish(self, jobs: int, seconds: float = 60) -> None:
        """Until so many lines stand in the log, rotated ones included, and nothing is being printed."""
        self._wait(lambda: self.lines() >= jobs and not self.ask("lpstat", "-o").strip(), f"{jobs} jobs", seconds)

    def lines(self) -> int:
        logs = self.log.parent.glob("page_log*")
        return sum(path.read_bytes().count(b"\nv1\t") + path.read_bytes().startswith(b"v1\t") for path in logs)

    def _start(self, name: str, *arguments: str, env: dict[str, str] | None = None) -> None:
        program = shutil.which(name, path=_PATH)
        assert program is not None, f"not installed: {name}"
        with (self.folder / f"{name}.out").open("ab") as out:
            process = subprocess.Popen([program, *arguments], env=env, stdout=out, stderr=out)
        self._running.append(process)

    def _wait(self, true: Callable[[], bool], what: str, seconds: float = 30) -> None:
        until = time.monotonic() + seconds
        while not true():
            if time.monotonic() > until:
                log = self.folder / "log" / "error_log"
                tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
                raise RuntimeError(f"waited {seconds:g} s for {what}: {tail}")
            time.sleep(0.1)


@contextlib.contextmanager
def cups(folder: Path, **more: str) -> Iterator[Cups]:
    """A running one."""
    server = Cups(folder, **more)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def pdf(pages: int) -> bytes:
    """A document of empty A4 pages."""
    body, offsets = bytearray(b"%PDF-1.4\n"), []
    kids = b" ".join(b"%d 0 R" % (3 + number) for number in range(pages))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>"
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids), *[page] * pages]
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return bytes(body + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))

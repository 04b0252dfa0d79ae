"""The network against a real Mosquitto when things end badly: TLS, late acknowledgements, kill -9 at every point."""

import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import pytest
from network_child import rows
from network_site import Device, ListJournal, Site, lasting, numbers, until
from real_mosquitto import Mosquitto, free_port, mosquitto, needs_mosquitto

from daemon.errors import StoreUnavailable
from daemon.mqtt import connection
from daemon.mqtt.session import subscribe
from daemon.mqtt.wire import split
from daemon.ports import Read

pytestmark = [pytest.mark.real, needs_mosquitto]
__all__ = ["lasting", "mosquitto"]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority `ca`, a `broker` and an `officed`, each .crt and .key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    (folder / "san").write_text("subjectAltName=IP:127.0.0.1\n")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=ca", "-days", "2")
    for name in ("broker", "officed"):
        openssl("req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        signed = ["-in", f"{name}.csr", "-out", f"{name}.crt", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"]
        openssl("x509", "-req", *signed, "-days", "2", "-extfile", "san")
    return folder


def test_tls_with_a_client_certificate_carries_everything(certificates: Path, tmp_path: Path) -> None:
    files = [
        f"cafile {certificates}/ca.crt",
        f"certfile {certificates}/broker.crt",
        f"keyfile {certificates}/broker.key",
    ]
    port = free_port()
    plain = free_port()
    listeners = [f"listener {port} 127.0.0.1", *files, "require_certificate true", f"listener {plain} 127.0.0.1"]
    ours = certificates / "ca.crt", certificates / "officed.crt", certificates / "officed.key"
    with Mosquitto(tmp_path / "tls", ["max_queued_messages 100000", *listeners], port=port) as broker:
        stranger = Site(broker, tls=True, ca_file=ours[0])
        stranger.network.start()
        with Site(broker, tls=True, ca_file=ours[0], cert_file=ours[1], key_file=ours[2]) as site:
            broker.port = plain
            with Device(broker) as device:
                device.say("office/a", *numbers(500), "x" * 200_000, "end")
                until(lambda: len(site.messages) == 502)
            assert site.payloads() == [*numbers(500), "x" * 200_000, "end"]
        assert not stranger.network.is_connected
        assert stranger.network.stop(5)


def test_an_error_while_a_session_is_set_up_ends_in_a_new_connection(
    mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Site(mosquitto) as site:
        calls = []

        def broken(*arguments: object, **named: object) -> None:
            calls.append(arguments)
            if len(calls) == 1:
                raise ZeroDivisionError
            subscribe(*arguments, **named)  # type: ignore[arg-type]  # passed on

        monkeypatch.setattr(connection, "subscribe", broken)
        site.network._client.every_turn, whole = lambda _now: site.network.is_connected, site.network._client.every_turn
        until(lambda: calls)
        site.network._client.every_turn = whole
        until(lambda: site.network.is_live)
        assert len(calls) >= 2


class SlowJournal(ListJournal):
    """Takes its time for the first row, until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.is_busy = threading.Event()
        self.go_on = threading.Event()

    def commit(self, reads: Sequence[Read], *, version: int) -> int:
        if not self.rows and not self.go_on.is_set():
            self.is_busy.set()
            assert self.go_on.wait(30)
            self.rows += [read.raw for read in reads]
            self.failure = StoreUnavailable("only the first row")
            return 1
        return super().commit(reads, version=version)


def test_an_acknowledgement_never_reaches_a_broker_that_gave_its_id_to_another_message(mosquitto: Mosquitto) -> None:
    journal = SlowJournal()
    with Site(mosquitto, journal=journal, path="own") as site:
        with Device(mosquitto) as device:
            device.say("office/a", "first")
        assert journal.is_busy.wait(10)
        mosquitto.stop(signal.SIGKILL)
        mosquitto.start()  # without persistence: the session is gone, and ids begin at 1 again
        with Device(mosquitto) as device:
            for number in numbers(4):
                device.say(f"office/{number}", number, retain=True)
        journal.go_on.set()
        until(lambda: site.network.is_withholding)
        time.sleep(1)  # an acknowledgement of the first, sent late, would take one of the others away now
        client = site.network._client
        whole, client.every_turn = client.every_turn, lambda _now: site.network.is_connected
        until(lambda: not site.network.is_connected)
        journal.failure = None
        client.every_turn = whole
        until(lambda: site.payloads() == ["first", *numbers(4)])


def test_topics_can_be_changed_while_connected(mosquitto: Mosquitto) -> None:
    with Site(mosquitto) as site, Device(mosquitto) as device:
        device.say("shop/a", "old", retain=True)
        site.network.hear(["shop/#"])
        until(lambda: site.payloads() == ["old"])
        device.say("office/a", "unheard")
        device.say("shop/a", "new")
        until(lambda: len(site.messages) == 2)
        assert site.payloads() == ["old", "new"]


class Child:
    """`network_child` in a process of its own."""

    def __init__(self, broker: Mosquitto, file: Path, point: str = "-", path: str = "own", passes: int = 1) -> None:
        program = Path(__file__).with_name("network_child.py")
        arguments = [str(broker.port), str(file), point, path, "5", str(passes)]
        self.process = subprocess.Popen(
            [sys.executable, str(program), *arguments],
            stdout=subprocess.PIPE,
            text=True,
            cwd=program.parents[1],
            env={"PYTHONPATH": str(program.parents[1])},
        )

    def wait_until_live(self) -> None:
        assert self.process.stdout is not None
        while "live" not in self.process.stdout.readline():
            assert self.process.poll() is None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(10)
        if self.process.stdout:
            self.process.stdout.close()


def test_a_killed_daemon_is_offline_by_its_last_will(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with Device(mosquitto, ["officed/child/status"]) as device, Child(mosquitto, tmp_path / "rows") as child:
        child.wait_until_live()
        child.process.send_signal(signal.SIGKILL)
        until(lambda: [message.payload for message in device.heard] == [b"online", b"offline"])


@pytest.mark.parametrize("point", ["before_commit", "after_commit", "after_ack", "after_handover"])
@pytest.mark.parametrize("path", ["own", "stock"])
def test_a_crash_at_any_point_loses_nothing_and_stores_nothing_twice(
    mosquitto: Mosquitto, tmp_path: Path, point: str, path: str
) -> None:
    file = tmp_path / "rows"
    with Child(mosquitto, file, path=path) as child:
        child.wait_until_live()
    with Device(mosquitto) as device:
        device.say("office/a", *numbers(50))
        with Child(mosquitto, file, point, path) as child:
            assert child.process.wait(20) == 9
        device.say("office/a", *numbers(50, 50))
    with Child(mosquitto, file, path=path) as child:
        child.wait_until_live()
    stored = [payload.decode() for raw, version in rows(file) for _, _, _, payload in split(raw, version)]
    assert sorted(stored, key=int) == numbers(100)

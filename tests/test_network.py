"""The network against a real Mosquitto: nothing lost, nothing acknowledged early, nothing sent late."""

import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, Self

import pytest
from network_child import rows
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from real_mosquitto import Mosquitto, free_port, mosquitto, needs_mosquitto

from daemon.errors import BrokerUnavailable, StoreUnavailable
from daemon.mqtt import connection
from daemon.mqtt.batch import Batch
from daemon.mqtt.network import Network, ReceivePath
from daemon.mqtt.session import BrokerSettings, subscribe
from daemon.mqtt.wire import split
from sensors.messages import Message, Outgoing

pytestmark = [pytest.mark.real, needs_mosquitto]
__all__ = ["mosquitto"]

PERSISTENT = ["persistence true", "max_queued_messages 100000"]
Version = Literal["auto", "5", "3.1.1"]


class ListJournal:
    """Keeps rows in memory; fails while `failure` is set."""

    def __init__(self) -> None:
        self.rows: list[bytes] = []
        self.failure: Exception | None = None

    def commit(self, raw: bytes, received_at: datetime, *, backlog: bool, version: int) -> int:
        if self.failure:
            raise self.failure
        self.rows.append(raw)
        return len(self.rows)


class Site:
    """A network with what it needs, started; `messages` are all that were handed over so far."""

    def __init__(
        self,
        broker: Mosquitto,
        *,
        journal: ListJournal | None = None,
        path: ReceivePath | None = None,
        version: Version = "auto",
        **settings: object,
    ) -> None:
        self.journal = journal or ListJournal()
        self.told: list[str] = []
        self._inbox: queue.SimpleQueue[Batch] = queue.SimpleQueue()
        self._messages: list[Message] = []
        self.settings = BrokerSettings(
            broker.host,
            "test",
            port=broker.port,
            version=version,
            **settings,  # type: ignore[arg-type]  # as given
        )
        self.network = Network(
            self.settings,
            self.journal,
            self._inbox,
            lambda: datetime.now(UTC),
            ["office/#"],
            self.told.append,
            receive_path=path,
        )

    def __enter__(self) -> Self:
        self.network.start()
        until(lambda: self.network.is_live)
        return self

    def __exit__(self, *_: object) -> None:
        assert self.network.stop(5)

    @property
    def messages(self) -> list[Message]:
        while not self._inbox.empty():
            self._messages += self._inbox.get().messages
        return self._messages

    def payloads(self) -> list[str]:
        return [message.payload.decode() for message in self.messages]


class Device:
    """Somebody else on the broker."""

    def __init__(self, broker: Mosquitto, hears: Sequence[str] = (), client_id: str = "") -> None:
        self.heard: list[MQTTMessage] = []
        self._client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_message = lambda _client, _userdata, message: self.heard.append(message)
        self._client.max_inflight_messages_set(1000)
        ready = threading.Event()
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()
        if hears:
            until(self._client.is_connected)
            self._client.subscribe([(each, 1) for each in hears])
            assert ready.wait(5)

    def say(self, topic: str, *payloads: str, retain: bool = False) -> None:
        for info in [self._client.publish(topic, payload, qos=1, retain=retain) for payload in payloads]:
            info.wait_for_publish(20)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def until(holds: Callable[[], object], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "did not come true in time"
        time.sleep(0.01)


def numbers(count: int, start: int = 0) -> list[str]:
    return [str(number) for number in range(start, start + count)]


@pytest.fixture
def lasting(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that survives its own restart."""
    with Mosquitto(tmp_path / "lasting", PERSISTENT) as broker:
        yield broker


@pytest.mark.parametrize("path", ["own", "stock"])
@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_messages_arrive_once_and_in_order(mosquitto: Mosquitto, path: ReceivePath, version: Version) -> None:
    with Site(mosquitto, path=path, version=version) as site, Device(mosquitto) as device:
        device.say("office/a", *numbers(3000), "x" * 300_000)
        until(lambda: len(site.messages) == 3001)
        assert site.payloads() == [*numbers(3000), "x" * 300_000]
        instants = [message.arrived_at for message in site.messages]
        assert sorted(set(instants)) == instants
        assert not any(message.backlog or message.retained for message in site.messages)
        assert site.network.version == (5 if version == "5" else 4)
        until(lambda: site.network.counters.acks >= 3001)


def test_the_self_test_chooses_the_own_path(mosquitto: Mosquitto) -> None:
    with Site(mosquitto) as site:
        assert site.network.receive_path == "own"


@pytest.mark.parametrize("path", ["own", "stock"])
def test_a_failing_journal_leaves_messages_with_the_broker_until_it_heals(
    mosquitto: Mosquitto, path: ReceivePath
) -> None:
    with Site(mosquitto, path=path, keepalive=timedelta(seconds=2)) as site, Device(mosquitto) as device:
        device.say("office/a", "before")
        until(lambda: site.payloads() == ["before"])
        site.journal.failure = StoreUnavailable("disk full")
        device.say("office/a", "one")
        until(lambda: site.told)
        device.say("office/a", "two", "three")
        time.sleep(4)  # two keepalives: pings are answered, the connection stands
        assert site.network.counters.reconnects == 0
        assert site.payloads() == ["before"]
        assert site.network.is_withholding
        site.journal.failure = None
        until(lambda: len(site.messages) == 4)
        assert site.payloads() == ["before", "one", "two", "three"]
        assert site.network.counters.reconnects == 1
        assert len(site.told) == 2
        assert [len(split(raw, 5)) for raw in site.journal.rows if b"one" in raw] == [1]


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_queued_messages_are_backlog_and_later_ones_live(lasting: Mosquitto, version: Version) -> None:
    with Site(lasting, version=version):
        pass
    with Device(lasting) as device:
        device.say("office/a", *numbers(2000))
        with Site(lasting, version=version) as site:
            device.say("office/a", *numbers(100, 2000))
            until(lambda: len(site.messages) == 2100)
            assert site.payloads() == numbers(2100)
            assert [message.backlog for message in site.messages] == [True] * 2000 + [False] * 100


def test_a_broker_restart_is_survived_and_nothing_published_meanwhile_is_sent_later(lasting: Mosquitto) -> None:
    with Site(lasting) as site:
        lasting.stop()
        until(lambda: not site.network.is_connected)
        with pytest.raises(BrokerUnavailable):
            site.network.publish(Outgoing("office/cmd", b"OFF"))
        lasting.start()
        with Device(lasting, ["office/cmd"]) as device:
            until(lambda: site.network.is_live)
            site.network.publish(Outgoing("office/cmd", b"ON"))
            device.say("office/a", "alive")
            until(lambda: "alive" in site.payloads() and device.heard)
            assert [message.payload for message in device.heard] == [b"ON"]
            assert site.network.counters.reconnects == 1
            assert site.network.is_alive


def test_a_command_is_not_retained_and_expires(mosquitto: Mosquitto) -> None:
    with Site(mosquitto) as site, Device(mosquitto, ["office/cmd"]) as device:
        site.network.publish(Outgoing("office/cmd", b"OFF", expiry_seconds=33))
        until(lambda: device.heard)
        properties = device.heard[0].properties
        assert properties is not None
        assert vars(properties)["MessageExpiryInterval"] in (32, 33)
        with Device(mosquitto, ["office/cmd"]) as later:
            device.say("office/cmd", "end")
            until(lambda: later.heard)
            assert [message.payload for message in later.heard] == [b"end"]


def test_only_topics_of_our_own_may_be_retained(mosquitto: Mosquitto) -> None:
    with Site(mosquitto) as site:
        for topic in ("office/cmd", "officed/other/status", "homeassistant/status"):
            with pytest.raises(ValueError, match="not ours"):
                site.network.publish_retained_own(topic, b"x")
        site.network.publish_retained_own("officed/test/zones", b"z")
        site.network.publish_retained_own("homeassistant/sensor/zone/config", b"{}")
        with Device(mosquitto, ["officed/test/zones", "homeassistant/#"]) as device:
            until(lambda: len(device.heard) == 2)


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_retained_values_are_told_apart(mosquitto: Mosquitto, version: Version) -> None:
    with Device(mosquitto) as device:
        device.say("office/a", "old", retain=True)
        with Site(mosquitto, version=version) as site:
            device.say("office/a", "new", retain=True)
            until(lambda: len(site.messages) == 2)
            assert [(m.payload, m.retained, m.backlog) for m in site.messages] == [
                (b"old", True, True),
                (b"new", False, False),
            ]


def test_a_reconnect_does_not_bring_old_retained_values_again(lasting: Mosquitto) -> None:
    with Device(lasting) as device:
        device.say("office/a", "old", retain=True)
    with Site(lasting) as site:
        until(lambda: site.payloads() == ["old"])
        lasting.stop()
        until(lambda: not site.network.is_connected)
        lasting.start()
        until(lambda: site.network.is_live)
        assert site.payloads() == ["old"]


def test_online_while_connected_and_offline_after_a_clean_stop(mosquitto: Mosquitto) -> None:
    with Device(mosquitto, ["officed/test/status"]) as device:
        with Site(mosquitto):
            until(lambda: [message.payload for message in device.heard] == [b"online"])
        until(lambda: [message.payload for message in device.heard] == [b"online", b"offline"], seconds=1)
        with Device(mosquitto, ["officed/test/status"]) as later:
            until(lambda: [(message.payload, message.retain) for message in later.heard] == [(b"offline", True)])


def test_nothing_can_be_published_after_a_stop(mosquitto: Mosquitto) -> None:
    with Site(mosquitto) as site:
        pass
    with pytest.raises(BrokerUnavailable):
        site.network.publish(Outgoing("office/cmd", b"OFF"))


def test_a_stop_without_a_broker_is_quick(tmp_path: Path) -> None:
    site = Site(Mosquitto(tmp_path / "never"))
    site.network.start()
    until(lambda: site.told)
    began = time.monotonic()
    assert site.network.stop(5)
    assert time.monotonic() - began < 3
    assert len(site.told) == 1


def test_a_second_daemon_of_the_same_site_is_told(mosquitto: Mosquitto) -> None:
    with Site(mosquitto) as site:
        with Device(mosquitto, client_id="officed-test"):
            until(lambda: any("second officed" in text for text in site.told))
        until(lambda: site.network.is_live)


def test_a_wrong_password_is_told_once_and_never_shown(tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "officed", "right"], check=True)
    lines = ["allow_anonymous false", f"password_file {passwords}"]
    with Mosquitto(tmp_path / "locked", lines) as broker:
        with Site(broker, username="officed", password="right") as site:
            assert site.network.is_connected
            assert "right" not in repr(site.settings)
        site = Site(broker, username="officed", password="wrong")
        site.network.start()
        until(lambda: site.network.last_loop_at and len(site.told) == 1)
        time.sleep(1.5)
        assert [("refuses us" in text, "wrong" in text) for text in site.told] == [(True, False)]
        assert site.network.is_alive
        assert site.network.stop(5)


def test_the_thread_outlives_an_error_in_our_own_code(mosquitto: Mosquitto, caplog: pytest.LogCaptureFixture) -> None:
    with Site(mosquitto) as site, Device(mosquitto) as device:
        client = site.network._client
        whole, client.every_turn = client.every_turn, lambda now: bool(1 / (now - now))
        until(lambda: "stumbled" in caplog.text)
        client.every_turn = whole
        until(lambda: site.network.is_live)
        device.say("office/a", "alive")
        until(lambda: site.payloads() == ["alive"])


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

    def commit(self, raw: bytes, received_at: datetime, *, backlog: bool, version: int) -> int:
        if not self.rows and not self.go_on.is_set():
            self.is_busy.set()
            assert self.go_on.wait(30)
            self.rows.append(raw)
            self.failure = StoreUnavailable("only the first row")
            return 1
        return super().commit(raw, received_at, backlog=backlog, version=version)


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

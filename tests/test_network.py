"""The network against a real Mosquitto: nothing lost, nothing acknowledged early, nothing sent late."""

import subprocess
import time
from datetime import timedelta
from pathlib import Path

import pytest
from network_site import Device, Site, Version, lasting, numbers, until
from real_mosquitto import Mosquitto, mosquitto, needs_mosquitto

from daemon.errors import BrokerUnavailable, StoreUnavailable
from daemon.mqtt.network import ReceivePath
from daemon.mqtt.wire import split
from sensors.messages import Outgoing

pytestmark = [pytest.mark.real, needs_mosquitto]
__all__ = ["lasting", "mosquitto"]


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
        for topic in ("office/cmd", "officed/other/status", "homeassistant/status", "homeassistant/switch/lamp/config"):
            with pytest.raises(ValueError, match="not ours"):
                site.network.publish_retained_own(topic, b"x")
        site.network.publish_retained_own("officed/test/zones", b"z")
        site.network.publish_retained_own("homeassistant/device/officed/zone/config", b"{}")
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

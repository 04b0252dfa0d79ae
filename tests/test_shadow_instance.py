"""An officed on trial under the shipped access list cannot command: the broker's own log says so."""

import re
import runpy
import shutil
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from lived import Life
from offices import local
from paho.mqtt.enums import CallbackAPIVersion
from real_mosquitto import free_port
from test_broker_settings import settings, wait_for

from sensors.messages import Outgoing
from sensors.virtual.plans import room_plan

ROOT = Path(__file__).parents[1]
PLAN = room_plan("cool2", "eye", "pc", "monitor", "water", "lights")
START, END = local("2026-07-06 00:00"), local("2026-08-03 00:00")
_FORWARDED = re.compile(r"Sending PUBLISH to watcher [^'\n]*'([^'\n]+)'")
_DENIED = re.compile(r"Denied PUBLISH from officed-shadow [^'\n]*'([^'\n]+)'")


@pytest.mark.real
def test_a_month_in_shadow_puts_nothing_on_a_command_topic(program: Callable[..., str], tmp_path: Path) -> None:
    server = program("mosquitto")
    wanted = Life(PLAN).run(START, END).said()
    assert len(wanted) > 50, "an office that acts would have commanded"
    runpy.run_path(str(ROOT / "deploy/make_secrets.py"))["make_secrets"](tmp_path)
    port = free_port()
    (tmp_path / "mosquitto.conf").write_text(settings(tmp_path, port) + "log_type debug\n")
    shutil.copy(ROOT / "deploy/mosquitto/acl", tmp_path)
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([server, "-c", str(tmp_path / "mosquitto.conf")], stdout=log, stderr=log)
        try:
            wait_for(port, process, tmp_path / "log")
            watcher = _client(tmp_path, port, "officed", "watcher")
            heard = threading.Event()
            watcher.on_message = lambda *_: heard.set()
            watcher.subscribe("#", qos=1)
            _publish(tmp_path, port, "officed-shadow", [*wanted, Outgoing("officed/shadow/fence", b"done")])
            assert heard.wait(10), "what a shadow says about itself is passed on"
            heard.clear()
            _publish(tmp_path, port, "officed", wanted[:1])
            assert heard.wait(10), "whoever may act is heard"
            watcher.disconnect()
            watcher.loop_stop()
        finally:
            process.terminate()
            process.wait(10)
    said = (tmp_path / "log").read_text()

    assert sorted(_DENIED.findall(said)) == sorted(message.topic for message in wanted), "refused, each by itself"
    forwarded = [topic for topic in _FORWARDED.findall(said) if topic != "officed/shadow/fence"]
    assert forwarded == [wanted[0].topic], "the one of officed itself, and no other"


def _publish(folder: Path, port: int, user: str, messages: Sequence[Outgoing]) -> None:
    client = _client(folder, port, user, user)
    for message in messages:
        client.publish(message.topic, message.payload, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def _client(folder: Path, port: int, user: str, name: str) -> mqtt.Client:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=mqtt.MQTTv5)
    client.username_pw_set(user, (folder / f"mqtt_{user}").read_text())
    connected = threading.Event()
    client.on_connect = lambda *_: connected.set()
    client.connect("127.0.0.1", port)
    client.loop_start()
    assert connected.wait(10)
    return client

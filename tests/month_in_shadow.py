"""The real officed in an office whose clock is ours, against a broker that logs everything: what it ever said stands there.

`python tests/month_in_shadow.py 28` lives through so many days and prints the figures; the test lives through fewer.
"""

import re
import runpy
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from offices import local
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from real_mosquitto import MOSQUITTO, free_port
from test_broker_settings import settings, wait_for

from daemon.bootstrap import assemble
from daemon.configuration.load import load
from daemon.daemon import Daemon
from sensors.device import DeviceId
from sensors.virtual.building import VirtualOffice
from sensors.virtual.office_yaml import office_yaml
from sensors.virtual.plans import room_plan

ROOT = Path(__file__).parents[1]
PLAN = room_plan("cool2", "eye", "pc", "monitor", "water", "lights")
START = local("2026-07-06 00:00")
SLICE = timedelta(minutes=5)
FENCE = "  fence: {kind: plug, family: tasmota, address: fence, zone: room, load: other}\n"
"""The last to speak in every slice: once it is heard, everybody was."""
_RECEIVED = re.compile(r"Received PUBLISH from (\S+) \([^'\n]*'([^'\n]+)'")
_DENIED = re.compile(r"Denied PUBLISH from (\S+) \([^'\n]*'([^'\n]+)'")


class OurClock:
    """It stands still until it is set."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def seconds_until(self, instant: datetime) -> float:
        return 0.0 if instant <= self.at else 5.0


@dataclass(frozen=True)
class Lived:
    """`said`: topics by client as the broker received them; `denied`: what it refused; `held_back`: by the guard `shadow`."""

    said: Counter[tuple[str, str]]
    denied: Counter[tuple[str, str]]
    messages: int
    cases: int
    held_back: int
    seconds: float


def live(folder: Path, days: float, *, user: str, mode: str, listen_only: bool, start: datetime = START) -> Lived:
    """An office of six devices, heard by one officed as this user of the shipped access list."""
    began, published = time.monotonic(), 0
    runpy.run_path(str(ROOT / "deploy/make_secrets.py"))["make_secrets"](folder)
    with _broker(folder) as port:
        clock, office = OurClock(start), VirtualOffice(PLAN, 1)
        daemon = _officed(folder, port, clock, user, mode, listen_only=listen_only)
        devices = _devices(folder, port)
        try:
            wait_for_true(lambda: daemon.network.is_live)
            end = start + timedelta(days=days)
            while clock.at < end:
                clock.at += SLICE
                said = office.advance(clock.at)
                for one in said:
                    devices.publish(one.topic, one.payload, qos=1, retain=one.retain)
                fence = devices.publish("tele/fence/STATE", '{"POWER":"OFF"}', qos=1)
                fence.wait_for_publish(10)
                published += len(said) + 1
                wait_for_true(lambda: (daemon.engine.state.office.of(DeviceId("fence")).heard_at or START) >= clock.at)
            cases = daemon.history.cases(START, end + timedelta(days=1))
        finally:
            devices.disconnect()
            devices.loop_stop()
            assert daemon.stop()
    log = (folder / "log").read_text()
    firsts = {row.case_id for row in cases if row.state == "open"}
    held = {row.case_id for row in cases if row.reason == "shadow"}
    return Lived(
        Counter(_RECEIVED.findall(log)),
        Counter(_DENIED.findall(log)),
        published,
        len(firsts),
        len(held),
        time.monotonic() - began,
    )


def wait_for_true(true: Callable[[], object], seconds: float = 20.0) -> None:
    """Until it is so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "officed has not heard what was said"
        time.sleep(0.0005)


@contextmanager
def _broker(folder: Path) -> Iterator[int]:
    """The shipped settings and access list; everything is logged."""
    assert MOSQUITTO is not None
    port = free_port()
    (folder / "mosquitto.conf").write_text(settings(folder, port) + "log_type all\n")
    shutil.copy(ROOT / "deploy/mosquitto/acl", folder)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([MOSQUITTO, "-c", str(folder / "mosquitto.conf")], stdout=log, stderr=log)
        try:
            wait_for(port, process, folder / "log")
            yield port
        finally:
            process.terminate()
            process.wait(10)


def _officed(folder: Path, port: int, clock: OurClock, user: str, mode: str, *, listen_only: bool) -> Daemon:
    text = office_yaml(PLAN, mode=mode, port=port)  # type: ignore[arg-type]  # watch or enforce
    site = "shadow" if user == "officed-shadow" else "hq"
    rights = f"  port: {port}\n  username: {user}\n  password_file: {folder}/mqtt_{user}\n"
    rights += f"  listen_only: {str(listen_only).lower()}"
    text = text.replace("  id: virtual-office", f"  id: {site}").replace(f"  port: {port}", rights) + FENCE
    text += f"board: {{bind: 127.0.0.1:{free_port()}}}\n"
    text += f"store: {{path: {folder}/history.sqlite}}\njournal: {{path: {folder}/journal.sqlite}}\n"
    (folder / "office.yaml").write_text(text)
    daemon = assemble(load(folder / "office.yaml"), {}, clock)
    daemon.start()
    return daemon


def _devices(folder: Path, port: int) -> Client:
    client = Client(CallbackAPIVersion.VERSION2, client_id="devices")
    client.max_inflight_messages_set(1000)
    client.username_pw_set("devices", (folder / "mqtt_devices").read_text())
    client.connect("127.0.0.1", port)
    client.loop_start()
    return client


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        found = live(Path(scratch), float(sys.argv[1]), user="officed-shadow", mode="watch", listen_only=True)
    own = Counter({key: count for key, count in found.said.items() if key[0] != "devices"})
    sys.stdout.write(
        f"{found.messages} messages in {found.seconds:.0f} s, {found.cases} cases, {found.held_back} held back\n"
    )
    sys.stdout.write(f"said by officed: {dict(own)}; denied: {dict(found.denied)}\n")

"""A changed office.yaml: a good one holds from one batch to the next, a bad one changes nothing and everybody hears of it."""

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from offices import WEDNESDAY
from real_mosquitto import Mosquitto, free_port, needs_mosquitto
from running_office import Devices, lately, wait_for

from daemon.bootstrap import assemble
from daemon.configuration.load import load
from daemon.daemon import Daemon
from daemon.engine.inbox import Reconfigured, Reloaded, ReloadRefused, Remark
from daemon.reload import Reload
from daemon.running import on_hangup
from policies.rules.setpoint_limit import SetpointLimit

HEAD = """
site: {{id: test, names: Test, timezone: Asia/Shanghai}}
broker: {{host: 127.0.0.1, port: {broker}}}
board: {{bind: "127.0.0.1:{board}"}}
journal: {{path: journal.sqlite}}
store: {{path: history.sqlite}}
"""
OFFICE = """
zones: {room: {names: Room, hours: {mon-sun: "00:00-24:00"}}}
devices: {ac: {kind: climate, family: zigbee2mqtt, address: ac, zone: room}}
policies: [{kind: setpoint_limit, name: limits, mode: enforce, grace: 0s, cooling_minimum_celsius: 26}]
"""
BAD = [
    "",
    "{",
    "site: [",
    "zones: {}",
    "\t- x",
    OFFICE,
    *(f"{OFFICE}\nextra_{number}: 1\n" for number in range(4)),
    *(OFFICE.replace("26", value) for value in ("hot", "-300", "1e9", "nan", "")),
    *(OFFICE.replace("zone: room", f"zone: {zone}") for zone in ("attic", "", "[]", "ROOM")),
    *(OFFICE.replace("kind: setpoint_limit", f"kind: {kind}") for kind in ("after", "", "null", "set-point")),
    *(OFFICE.replace("enforce", mode) for mode in ("acting", "1", "[enforce]")),
    *(OFFICE.replace("zigbee2mqtt", family) for family in ("zigbee", "mqtt")),
    OFFICE.replace("grace: 0s", "grace: soon"),
    OFFICE.replace("grace: 0s", "grace: -1s"),
]


@dataclass
class Bench:
    """A file, a reload that watches it, and all that it said."""

    folder: Path
    text: str = HEAD.format(broker=1883, board=8080) + OFFICE
    put: list[Reconfigured | Remark] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    noticed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.path = self.folder / "office.yaml"
        self.write(self.text)
        self.reload = Reload(
            self.path,
            load(self.path),
            self.put.append,
            lambda: WEDNESDAY,
            self.told.append,
            refused=self.noticed.append,
        )

    def write(self, text: str) -> None:
        fresh = self.folder / "office.new"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self.path)

    def rest(self) -> None:
        """Two looks: what is written must have come to rest."""
        self.reload.look()
        self.reload.look()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_file_at_rest_is_left_alone(bench: Bench) -> None:
    bench.rest()
    assert (bench.put, bench.told) == ([], [])


def test_a_changed_file_is_put_before_the_engine_with_what_changed(bench: Bench) -> None:
    bench.write(bench.text.replace("celsius: 26", "celsius: 25"))
    bench.reload.look()
    assert bench.put == [], "it may still be being written"
    bench.reload.look()
    (item,) = bench.put
    assert isinstance(item, Reconfigured)
    assert item.registry is None, "the same devices: what was learned of them stays"
    (policy,) = item.configured.policies
    assert isinstance(policy, SetpointLimit)
    assert policy.cooling_minimum_celsius == 25
    assert item.remark.what == Reloaded(WEDNESDAY, ("policies.limits.cooling_minimum_celsius: 26.0 -> 25.0",))
    bench.rest()
    assert len(bench.put) == 1, "once is enough"


def test_another_device_brings_other_ears(bench: Bench) -> None:
    bench.write(
        bench.text.replace("devices: {", "devices: {new: {kind: climate, family: tasmota, address: n, zone: room}, ")
    )
    bench.rest()
    (item,) = bench.put
    assert isinstance(item, Reconfigured)
    assert item.registry is not None
    assert any("tele" in topic for topic in item.registry.subscriptions())
    assert item.configured.site.devices["new"].silent_after_seconds  # type: ignore[index]  # ids are texts


def test_a_hangup_reads_the_file_again_at_the_next_look(bench: Bench) -> None:
    before = signal.getsignal(signal.SIGHUP)
    try:
        on_hangup(bench.reload.ask)
        bench.write(bench.text.replace("celsius: 26", "celsius: 25"))
        os.kill(os.getpid(), signal.SIGHUP)
        bench.reload.look()
    finally:
        signal.signal(signal.SIGHUP, before)
    assert len(bench.put) == 1


@pytest.mark.parametrize("part", ["{", "site: {id: other, names: Test, timezone: Asia/Shanghai}"])
def test_a_bad_file_is_said_everywhere_and_a_mended_one_takes_it_back(bench: Bench, part: str) -> None:
    bench.write(bench.text.replace("site: {id: test, names: Test, timezone: Asia/Shanghai}", part))
    bench.rest()
    (item,) = bench.put
    assert isinstance(item, Remark)
    assert isinstance(item.what, ReloadRefused)
    assert bench.reload.facts()["configuration_trouble"] == bench.noticed[0] == item.what.problems[0]
    where, what = (str(bench.reload.facts()[f"configuration_trouble_{part}"]) for part in ("where", "what"))
    assert where.startswith("office.yaml:") or "/office.yaml:" in where
    assert what
    assert bench.noticed[0].startswith(f"{where}: {what}")
    assert bench.reload.facts()["configuration_is_refused"] is True, "the metric that somebody can watch"
    assert "stays" in bench.told[0]
    bench.write(bench.text)
    bench.rest()
    facts = bench.reload.facts()
    assert {facts[name] for name in facts if name.startswith("configuration_trouble")} == {""}
    assert bench.reload.facts()["configuration_is_refused"] is False
    assert isinstance(bench.put[-1], Reconfigured)


def test_what_needs_a_restart_is_named(bench: Bench) -> None:
    bench.write(bench.text.replace("port: 1883", "port: 1884"))
    bench.rest()
    assert bench.reload.facts()["configuration_waits_for_restart"] == "broker"
    assert "restart" in bench.told[0]


@pytest.fixture
def hook() -> Iterator[tuple[str, list[str]]]:
    """An address that takes notices, and what it got."""
    got: list[str] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}", got
    server.shutdown()
    server.server_close()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "broker") as running_broker:
        yield running_broker


def trail(daemon: Daemon, kind: str) -> list[dict[str, object]]:
    lines = [json.loads(entry.body) for entry in daemon.journal.audit(limit=100_000)]
    return [line for line in lines if line["type"] == kind]


@pytest.mark.real
@needs_mosquitto
@pytest.mark.filterwarnings(
    "ignore:'imghdr' is deprecated:DeprecationWarning"
)  # a library of Apprise's still asks for it
def test_thirty_bad_reloads_change_nothing_and_a_good_one_under_load_loses_nothing(
    tmp_path: Path, broker: Mosquitto, hook: tuple[str, list[str]]
) -> None:
    path = tmp_path / "office.yaml"
    head = HEAD.format(broker=broker.port, board=free_port()) + "notices: [{to: manager, url_env: HOOK}]\n"
    path.write_text(head + OFFICE, encoding="utf-8")
    daemon = assemble(load(path), {"HOOK": hook[0]}, path=path)
    devices = Devices(broker, "zigbee2mqtt/+/set")
    daemon.start()
    try:
        wait_for(lambda: daemon.network.is_live, "the broker's queue to be heard")
        assert daemon.reload is not None
        assert len(BAD) == 30
        for text in BAD:
            path.write_text((head if text != OFFICE else "") + text, encoding="utf-8")
            daemon.reload.ask()
            daemon.watch()
            assert daemon.facts()["configuration_trouble"], text
        wait_for(lambda: len(trail(daemon, "ReloadRefused")) == 30, "thirty refusals in the audit trail")
        assert trail(daemon, "Reloaded") == []
        wait_for(lambda: len(hook[1]) >= 20, "the notices, each other problem once")
        told = [text for text in hook[1] if "Head of the audit trail" not in text]  # once a day, whenever that is
        assert all("the one before it stays" in text for text in told)
        devices.say("zigbee2mqtt/ac", '{"system_mode":"cool","occupied_cooling_setpoint":23}')
        assert json.loads(devices.told()[1]) == {"occupied_cooling_setpoint": 26}, "the old rule acts"
        devices.say("zigbee2mqtt/ac", '{"system_mode":"cool","occupied_cooling_setpoint":26}')
        second = OFFICE.replace("{ac: {", "{b: {kind: climate, family: zigbee2mqtt, address: b, zone: room}, ac: {")
        for number in range(600):
            if number == 300:
                path.write_text(head + second, encoding="utf-8")
                daemon.reload.ask()
                daemon.watch()
            devices.say("zigbee2mqtt/ac", f'{{"local_temperature":{20 + number / 100}}}')
        wait_for(lambda: len(trail(daemon, "Reloaded")) == 1, "the good one in the audit trail")
        devices.say("zigbee2mqtt/b", '{"system_mode":"cool","occupied_cooling_setpoint":22}')
        assert devices.told()[0] == "zigbee2mqtt/b/set", "the new device is heard and corrected"

        def stored() -> int:
            return len(daemon.history.series("ac", "climate", "room_celsius", *lately()))

        wait_for(lambda: stored() == 600, "every reading in the store")
        assert daemon.facts()["configuration_trouble"] == ""
        assert daemon.engine.failures == 0
    finally:
        assert daemon.stop()
        devices.close()

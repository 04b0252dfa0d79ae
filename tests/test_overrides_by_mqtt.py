"""Leave by MQTT: validated, bounded, answered; what a client says about who it is stays marked as unchecked."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from offices import ROOM, local, office, plug
from real_mosquitto import Mosquitto, free_port, needs_mosquitto
from running_office import Devices, wait_for

from daemon.bootstrap import assemble
from daemon.configuration.load import parse
from daemon.requests_by_mqtt import MOST_A_MINUTE, Allowed, RequestsByMqtt
from dashboards.board.door import Person
from policies.inputs import Asked
from policies.office.requests import Extend
from sensors.messages import Message, Outgoing

SIX = local("2026-07-15 18:00")
OFFICE = office(plug()).office
GOOD: dict[str, object] = {"zone": "room", "minutes": 90, "why": "release", "token": "right"}


class Bench:
    """One door with its answers."""

    def __init__(self, allowed: Allowed = "token") -> None:
        self.answers: list[Outgoing] = []
        people = {
            "right": Person("panel-3", "viewer", scopes=("extend",)),
            "reader": Person("tv", "viewer", scopes=("read",)),
        }
        self.door = RequestsByMqtt("test", allowed, people.get, self.answers.append)

    def hear(self, body: object, *, retained: bool = False, backlog: bool = False) -> Asked | None:
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.door.hear(Message(self.door.topic, payload, SIX, retained, backlog), OFFICE, SIX)

    @property
    def why(self) -> str:
        answer = json.loads(self.answers[-1].payload)
        assert answer["granted"] is (answer["why"] == "")
        return str(answer["why"])


def test_a_token_may_ask_and_is_answered() -> None:
    bench = Bench()
    asked = bench.hear({**GOOD, "id": "7"})
    assert asked is not None
    assert isinstance(asked.request, Extend)
    assert (asked.who, asked.request.zone, asked.request.until) == ("panel-3", ROOM, SIX + timedelta(minutes=90))
    assert bench.answers[0].topic == "officed/test/request/answer"
    assert json.loads(bench.answers[0].payload) == {"id": "7", "granted": True, "why": ""}


@pytest.mark.parametrize(
    ("allowed", "body", "who"),
    [
        ("token", {**GOOD, "who": "Li"}, "panel-3 for “Li” (unchecked)"),
        ("acl", {**GOOD, "token": "", "who": "Li\n\x00 Wei"}, "“Li Wei” (unchecked)"),
        ("acl", {**GOOD, "token": ""}, "“MQTT” (unchecked)"),
    ],
)
def test_who_a_client_says_it_is_stays_marked(allowed: Allowed, body: object, who: str) -> None:
    asked = Bench(allowed).hear(body)
    assert asked is not None
    assert asked.who == who


@pytest.mark.parametrize(
    "body",
    [
        {**GOOD, "token": ""},
        {**GOOD, "token": "wrong"},
        {**GOOD, "token": "reader"},
        {**GOOD, "zone": "attic"},
        {**GOOD, "device": "lamp"},
        {**GOOD, "minutes": 0},
        {**GOOD, "minutes": -5},
        {**GOOD, "minutes": 1441},
        {**GOOD, "minutes": 10**30},
        {**GOOD, "minutes": "90"},
        {**GOOD, "until": "2026-07-15T20:00:00+08:00"},
        {**GOOD, "minutes": None},
        {**GOOD, "minutes": None, "until": "2026-07-15T20:00:00"},
        {**GOOD, "minutes": None, "until": "2026-07-15T18:00:00+08:00"},
        {**GOOD, "minutes": None, "until": "2026-07-16T18:00:01+08:00"},
        {**GOOD, "surprise": 1},
        {**GOOD, "why": "x" * 3000},
        [],
        b"{",
        b"\xff\xfe",
        b"[" * 1900,
    ],
    ids=str,
)
def test_what_is_wrong_is_refused_and_said(body: object) -> None:
    bench = Bench()
    assert bench.hear(body) is None
    assert bench.why


@pytest.mark.parametrize(("until", "taken"), [("18:00:01", True), ("18:00:00", False)])
def test_until_must_lie_ahead(until: str, taken: bool) -> None:
    body = {**GOOD, "minutes": None, "until": f"2026-07-15T{until}+08:00"}
    assert (Bench().hear(body) is not None) is taken


def test_a_retained_or_late_message_asks_for_nothing() -> None:
    bench = Bench()
    assert bench.hear(GOOD, retained=True) is None
    assert bench.hear(GOOD, backlog=True) is None, "90 minutes from when?"
    assert bench.hear({**GOOD, "minutes": None, "until": "2026-07-15T20:00:00+08:00"}, backlog=True) is not None


def test_a_flood_is_bounded_and_off_is_off() -> None:
    bench = Bench()
    assert sum(bench.hear(GOOD) is not None for _ in range(100)) == MOST_A_MINUTE
    assert Bench("off").hear(GOOD) is None
    assert Bench("off").door.subscriptions == ()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "broker") as running_broker:
        yield running_broker


@pytest.mark.real
@needs_mosquitto
def test_a_panel_on_the_wire_gets_more_time_and_a_display_shows_the_warning(tmp_path: Path, broker: Mosquitto) -> None:
    text = f"""
site: {{id: test, names: Test, timezone: Asia/Shanghai}}
broker: {{host: 127.0.0.1, port: {broker.port}, requests: acl}}
board: {{bind: "127.0.0.1:{free_port()}"}}
journal: {{path: journal.sqlite}}
store: {{path: history.sqlite}}
zones: {{shut: {{names: {{en: Shut, zh_CN: 关}}, hours: {{mon-sun: closed}}}}}}
devices: {{plug: {{kind: plug, family: tasmota, address: pc, zone: shut, load: monitor, switchable: true}}}}
policies: [{{kind: after_hours_power, name: evenings, mode: enforce, hold_out_share: 0, grace: 0s, warn: 10m}}]
"""
    daemon = assemble(parse(text, file="office.yaml", directory=tmp_path), {})
    panel = Devices(broker, "officed/test/request/answer", "officed/test/zones/+/notice")
    daemon.start()
    try:
        wait_for(lambda: daemon.network.is_live, "the broker's queue to be heard")
        panel.say("tele/pc/STATE", '{"POWER":"ON"}')
        panel.say("tele/pc/SENSOR", '{"ENERGY":{"Total":1.5,"Power":30}}')
        topic, shown = panel.told()
        if not shown:  # the start clears what an earlier run left there, unless the warning is there already
            topic, shown = panel.told()
        assert (topic, set(json.loads(shown)["text"])) == ("officed/test/zones/shut/notice", {"en", "zh_CN"})
        panel.say("officed/test/request", '{"zone":"shut","minutes":60,"who":"Li"}')
        after = dict([panel.told(), panel.told()])
        assert json.loads(after["officed/test/request/answer"])["granted"] is True
        assert after["officed/test/zones/shut/notice"] == b""
        assert [one.who for one in daemon.engine.state.office.desk.overrides] == ["“Li” (unchecked)"]
    finally:
        assert daemon.stop()
        panel.close()

"""Each rule from the wire to its end: real messages to a real Mosquitto, in quick time; a command and its proof, or a person told."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, get_args

import pytest
from real_mosquitto import Mosquitto, needs_mosquitto
from running_office import Devices, running, wait_for

from daemon.clock import FastClock
from policies.rules.registry import RULES

pytestmark = [pytest.mark.real, needs_mosquitto]

AFTERNOON = datetime(2026, 7, 15, 6, 0, tzinfo=UTC)
"""14:00 on a Wednesday in Shanghai."""
ZONES = """
zones:
  room: {names: Room, hours: {mon-fri: "08:30-18:00"}}
  shut: {names: Shut, hours: {mon-sun: closed}}
devices:
  ac: {kind: climate, family: zigbee2mqtt, address: ac, zone: room, switchable: true, silent_after: 30d}
  plug: {kind: plug, family: zigbee2mqtt, address: plug, zone: shut, load: monitor, switchable: true}
  air: {kind: environment, family: zigbee2mqtt, address: air, zone: room}
  outside: {kind: environment, family: tasmota, address: outside, zone: shut, outdoor: true, silent_after: 30d}
  radar: {kind: occupancy, family: zigbee2mqtt, address: radar, zone: room}
  window: {kind: contact, family: zigbee2mqtt, address: window, zone: room}
  printer: {kind: printer, family: print_job, address: laser, zone: shut}
policies:
"""
COOLS = ("zigbee2mqtt/ac", {"system_mode": "cool", "running_state": "cool", "occupied_cooling_setpoint": 26})
OFF = ("zigbee2mqtt/ac", {"system_mode": "off", "running_state": "idle", "occupied_cooling_setpoint": 26})


class Row(NamedTuple):
    """A rule's keys, what is said again and again, and what must come of it."""

    keys: str
    said: list[tuple[str, object]]
    command: tuple[str, object] | None = None
    proof: tuple[str, object] | None = None
    speed: float = 600.0


def job(number: int, **fields: object) -> tuple[str, object]:
    """A job as the print agent tells it."""
    facts: dict[str, object] = {
        "job": f"laser-{number}", "state": "completed", "copies": 1, "impressions": 6, "pages": 6, "sides": "one-sided",
        "number_up": 1, "colour": False, "duplexer": True, "wins": "sides", "user_hash": "u1", "title_hash": "t1",
        "completed_at": (AFTERNOON + timedelta(seconds=10 * number)).isoformat(),
    }  # fmt: skip
    return "officed/print/laser/job", {**facts, **fields}


ROWS = {
    "setpoint_limit": Row(
        "grace: 1m",
        [("zigbee2mqtt/ac", {"system_mode": "cool", "occupied_cooling_setpoint": 22})],
        ("zigbee2mqtt/ac/set", {"occupied_cooling_setpoint": 26}),
        COOLS,
        speed=60,
    ),
    "after_hours_power": Row(
        "grace: 1m, warn: 1m, hold_out_share: 0",
        [("zigbee2mqtt/plug", {"state": "ON", "power": 41})],
        ("zigbee2mqtt/plug/set", {"state": "OFF"}),
        ("zigbee2mqtt/plug", {"state": "OFF", "power": 0}),
        speed=60,
    ),
    "long_absence": Row(
        "grace: 5m, warn: 1m, still_sensors: [radar]",
        [COOLS, ("zigbee2mqtt/radar", {"presence": False})],
        ("zigbee2mqtt/ac/set", {"system_mode": "off"}),
        OFF,
    ),
    "outdoor_gate": Row(
        "grace: 1m, warn: 1m",
        [COOLS, ("tele/outside/SENSOR", {"DS18B20": {"Temperature": 27.5}, "TempUnit": "C"})],
        ("zigbee2mqtt/ac/set", {"system_mode": "off"}),
        OFF,
    ),
    "window_open": Row(
        "grace: 1m, warn: 1m, contacts: [window]",
        [COOLS, ("zigbee2mqtt/window", {"contact": False})],
        ("zigbee2mqtt/ac/set", {"system_mode": "off"}),
        OFF,
    ),
    "room_air": Row("grace: 30m", [COOLS, ("zigbee2mqtt/air", {"temperature": 24.1, "humidity": 50})], speed=1200),
    "wrong_season": Row(
        "grace: 30m", [COOLS, ("tele/outside/SENSOR", {"DS18B20": {"Temperature": 9.5}, "TempUnit": "C"})], speed=60_000
    ),
    "silent_device": Row("grace: 5m", [], speed=30_000),
    "print_single_sided": Row("tip_share: 1.0", [job(1)], speed=60),
    "print_repeat": Row("tip_share: 1.0", [job(1), job(2)], speed=60),
    "print_colour": Row("minimum_sides: 5", [job(1, colour=True, sides="two-sided-long-edge")], speed=60),
    "print_after_hours": Row("", [job(1)], speed=60),
}


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "broker") as running_broker:
        yield running_broker


def test_every_rule_has_its_row() -> None:
    kinds = {get_args(rule.model_fields["kind"].annotation)[0] for rule in RULES}
    assert kinds == set(ROWS)


@pytest.mark.parametrize("kind", ROWS)
def test_a_rule_goes_all_the_way(kind: str, tmp_path: Path, broker: Mosquitto) -> None:
    row = ROWS[kind]
    keys = f", {row.keys}" if row.keys else ""
    office = ZONES + f"  - {{kind: {kind}, name: rule, mode: enforce{keys}}}\n"
    devices = Devices(broker, "zigbee2mqtt/+/set")
    with running(tmp_path, broker, office, FastClock(AFTERNOON, row.speed), row.speed) as daemon:
        if not row.said:
            devices.say("zigbee2mqtt/window", json.dumps({"contact": True}))

        def say(*messages: tuple[str, object]) -> None:
            for topic, payload in messages:
                devices.say(topic, json.dumps(payload))

        def is_told() -> bool:
            say(*row.said)
            return any(
                case.phase != "pending" for case in (*daemon.engine.state.cases.values(), *daemon.engine.state.recent)
            )

        def is_commanded() -> bool:
            say(*row.said)
            return not devices.heard.empty()

        def is_proved() -> bool:
            if row.proof is not None:
                say(row.proof)
            return any(case.outcome == "proved" for case in daemon.engine.state.recent)

        if row.command is None:
            wait_for(is_told, "a case that a person hears of")
            assert devices.nothing_told(0.3), "this rule corrects nothing"
        else:
            wait_for(is_commanded, "the command")
            topic, payload = devices.told()
            assert (topic, json.loads(payload)) == row.command
            wait_for(is_proved, "the proof")
    devices.close()

"""From a virtual device's own words to its own obedience: a real Mosquitto in between, the whole daemon, quick time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from real_mosquitto import Mosquitto, free_port, needs_mosquitto
from running_office import wait_for

from daemon.bootstrap import assemble
from daemon.clock import FastClock
from daemon.configuration.load import parse
from daemon.demonstration.office import OfficeOnTheWire
from sensors.device import DeviceId
from sensors.virtual.building import VirtualOffice
from sensors.virtual.office_yaml import office_yaml
from sensors.virtual.plans import room_plan
from sensors.virtual.things import Plug
from sensors.virtual.units import Unit

pytestmark = [pytest.mark.real, needs_mosquitto]

SPEED = 120.0
AFTERNOON = datetime(2026, 7, 15, 6, 0, tzinfo=UTC)
"""14:00 on a Wednesday in Shanghai."""
RULES = """
  - {kind: long_absence, name: long-absence, mode: enforce, grace: 5m, warn: 1m}
  - {kind: window_open, name: window-open, mode: enforce, grace: 2m, warn: 1m}
"""


@dataclass(frozen=True)
class Scene:
    """What stands in the room, how somebody has left it, and which rule mends it."""

    pieces: tuple[str, ...]
    policy: str
    device: str
    opens: datetime = AFTERNOON
    celsius: float = 26.0
    window: bool = False


SCENES = {
    "two setpoints, set too low": Scene(("cool2",), "cn-2007-42-setpoint", "room-ac-1", celsius=22.0),
    "a setpoint named heating, set too low": Scene(("cool1",), "cn-2007-42-setpoint", "room-ac-1", celsius=22.0),
    "cooling with an open window": Scene(("cool2", "window"), "window-open", "room-ac-1", window=True),
    "cooling for nobody": Scene(("cool2", "eye", "eye"), "long-absence", "room-ac-1"),
    "a monitor after hours": Scene(("monitor",), "after-hours", "room-monitor-1", AFTERNOON + timedelta(hours=4)),
    "an air conditioner after hours": Scene(("cool2",), "after-hours", "room-ac-1", AFTERNOON + timedelta(hours=4)),
}


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "broker") as running:
        yield running


@pytest.mark.parametrize("name", SCENES)
def test_what_somebody_has_left_is_mended_and_proved(name: str, tmp_path: Path, broker: Mosquitto) -> None:
    scene = SCENES[name]
    plan = room_plan(*scene.pieces, people=0)
    office = VirtualOffice(plan, 1)
    said = office.advance(scene.opens)
    leave_it(office, scene)
    said += office.advance(scene.opens + timedelta(minutes=1))
    text = office_yaml(plan, port=broker.port).replace("grace: 5m, warn: 10m", "grace: 2m, warn: 1m, hold_out_share: 0")
    text = text.replace("zones:\n", RULES.lstrip("\n") + "zones:\n", 1)
    text += f'board: {{bind: "127.0.0.1:{free_port()}"}}\n'
    clock = FastClock(scene.opens + timedelta(minutes=1), SPEED)
    daemon = assemble(parse(text, file="office.yaml", directory=tmp_path), {}, clock, SPEED)
    wire = OfficeOnTheWire(office, clock, broker.port, [one for one in said if one.retain], said)
    daemon.start()
    try:
        wait_for(lambda: daemon.network.is_live, "the broker")
        wire.start()
        wait_for(
            lambda: any(
                (case.policy, case.device, case.outcome) == (scene.policy, scene.device, "proved")
                for case in daemon.engine.state.recent
            ),
            f"{scene.policy} to be proved on {scene.device}",
            seconds=40,
        )
    finally:
        wire.stop()
        daemon.stop()
    obeyed = [heard for heard in office.settle().commands if heard.device == scene.device and heard.fate == "obeyed"]
    assert len(obeyed) == 1, "proved by one command, given once"


def leave_it(office: VirtualOffice, scene: Scene) -> None:
    """As the last person has left the room."""
    thing = office.things[DeviceId(scene.device)]
    at = scene.opens.timestamp() + 1
    if isinstance(thing, Unit):
        thing.set(at, "person", on=True, mode="cool", celsius=scene.celsius)
        thing.room.window_open = scene.window
    elif isinstance(thing, Plug):
        thing.switch(True, at, "person")

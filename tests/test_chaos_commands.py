"""A daemon that ends between deciding, writing down and sending a command: the plug is switched once, and no old word leaves.

The device here is a real switch: it counts how often it was told, and how often it really changed.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from chaos_office import Office, Process
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from real_mosquitto import Mosquitto, needs_mosquitto
from running_office import wait_for

pytestmark = [pytest.mark.real, needs_mosquitto]

LEFT_ON = """
zones: {shut: {names: Shut, hours: {mon-sun: closed}}}
devices: {plug: {kind: plug, family: tasmota, address: pc_7, zone: shut, load: monitor, switchable: true}}
policies:
  - {kind: after_hours_power, name: after-hours, mode: enforce, hold_out_share: 0, grace: 0s, warn: 0s, confirm_within: 4s, retry_after: 1s,
     command_expiry: 5s, attempts: 3}
store: {path: history.sqlite}
"""


class Switch:
    """A plug with a meter, on until it is told otherwise; says how it stands once a second, or when `say` is called."""

    def __init__(self, broker: Mosquitto) -> None:
        self.is_on = True
        self.told: list[bytes] = []
        self.retained = 0
        self.changes = 0
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="switch", clean_session=False)
        self._client.on_message = self._on_message
        self._client.connect(broker.host, broker.port)
        self._client.subscribe("cmnd/pc_7/POWER", qos=1)
        self._client.loop_start()

    def say(self) -> None:
        """State, then watts."""
        state, watts = ("ON", 80) if self.is_on else ("OFF", 0)
        self._client.publish("stat/pc_7/RESULT", f'{{"POWER":"{state}"}}', qos=1)
        self._client.publish("tele/pc_7/SENSOR", f'{{"ENERGY":{{"Power":{watts}}}}}', qos=1)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self.told.append(bytes(message.payload))
        self.retained += message.retain
        if message.payload.upper() == b"OFF" and self.is_on:
            self.is_on = False
            self.changes += 1
        self.say()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "broker") as running:
        yield running


@pytest.fixture
def switch(broker: Mosquitto) -> Iterator[Switch]:
    device = Switch(broker)
    yield device
    device.close()


def proved(office: Office) -> list[str]:
    """The commands that the store knows as proved, by id."""
    return [str(each) for each in office.stored("SELECT command_id FROM point_command WHERE state = 'proved'")]


def talking(switch: Switch, office: Office, process: Process) -> None:
    """Let the switch say how it stands until its case is proved and stored."""

    def told_and_stored() -> bool:
        switch.say()
        time.sleep(0.3)
        assert process.process.poll() is None, process.log()[-2000:]
        return bool(proved(office))

    wait_for(told_and_stored, "the stored proof", 40)


AROUND = [
    ("before_commit", None),
    ("after_decision", 0),
    ("before_promise", 0),
    ("after_promise", 0),
    ("before_advance", None),
    ("after_advance", None),
    ("after_journal", 0),
    ("after_publish", 1),
    ("after_commit", None),
    ("after_ack", None),
]
"""Crash points, and how many commands have left then; None: it is also passed by reads that have nothing to do with it."""


@pytest.mark.parametrize(("point", "sent_before"), AROUND)
def test_a_crash_around_a_command_switches_once_and_is_proved_after_the_restart(
    tmp_path: Path, broker: Mosquitto, switch: Switch, point: str, sent_before: int | None
) -> None:
    office = Office(tmp_path / "office", broker.port, LEFT_ON)
    with office.start(point) as process:
        process.live()
        switch.say()
        assert process.ended() == 9, process.log()[-2000:]
    time.sleep(0.3)
    assert sent_before is None or len(switch.told) == sent_before
    with office.start() as process:
        talking(switch, office, process.live())
        assert process.stop() == 0
    assert (switch.changes, switch.retained) == (1, 0)
    assert switch.told == [b"OFF"], "told twice"
    assert len(proved(office)) == 1


def test_a_command_of_yesterday_never_leaves(tmp_path: Path, broker: Mosquitto, switch: Switch) -> None:
    """Decided and written down; killed; its five seconds pass; somebody has meanwhile switched it off by hand."""
    office = Office(tmp_path / "office", broker.port, LEFT_ON)
    with office.start("after_journal") as process:
        process.live()
        switch.say()
        assert process.ended() == 9
    switch.is_on = False
    time.sleep(5.5)
    with office.start() as process:
        process.live()
        switch.say()
        time.sleep(3)
        assert process.stop() == 0
    assert switch.told == []

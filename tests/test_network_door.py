"""A command leaves at once or not at all."""

import threading

import pytest
from paho.mqtt.enums import MQTTErrorCode
from test_network_reading import Pipe

from daemon.errors import BrokerUnavailable
from daemon.mqtt.publish import Door
from daemon.mqtt.session import QUEUE_MAXIMUM, BrokerSettings, introduce
from daemon.mqtt.steady import SteadyClient
from sensors.messages import Outgoing

SETTINGS = BrokerSettings("nowhere", "hq")
OFF = Outgoing("plug/cmd", b"OFF")


class Desk:
    """A client with a pipe for a socket, or with none, and its door."""

    def __init__(self, *, connected: bool) -> None:
        self.client = SteadyClient("test")
        introduce(self.client, SETTINGS)
        self.pipe = Pipe()
        if connected:
            self.client._sock = self.pipe  # type: ignore[assignment]  # what paho calls a socket
            self.client._thread = threading.current_thread()  # as if its thread were running
        self.door = Door(self.client, SETTINGS)

    @property
    def kept(self) -> int:
        return len(self.client._out_messages) + len(self.client._out_packet)


def test_before_the_session_stands_nothing_is_sent_although_there_is_a_socket() -> None:
    desk = Desk(connected=True)
    with pytest.raises(BrokerUnavailable):
        desk.door.publish(OFF)
    assert desk.kept == 0


def test_a_connection_that_went_a_moment_ago_keeps_nothing_for_the_next() -> None:
    desk = Desk(connected=False)
    desk.door.open()
    with pytest.raises(BrokerUnavailable, match="plug/cmd"):
        desk.door.publish(OFF)
    assert desk.kept == 0


def test_what_was_not_answered_is_dropped_before_the_next_connection() -> None:
    desk = Desk(connected=True)
    desk.door.open()
    desk.door.publish(OFF)
    assert len(desk.client._out_messages) == 1
    desk.door.shut()
    assert len(desk.client._out_messages) == 0
    assert not desk.door.is_open


def test_a_queue_that_never_empties_ends_in_a_refusal() -> None:
    desk = Desk(connected=True)
    desk.door.open()
    for _ in range(QUEUE_MAXIMUM):
        desk.door.publish(OFF)
    with pytest.raises(BrokerUnavailable):
        desk.door.publish(OFF)
    assert len(desk.client._out_messages) == QUEUE_MAXIMUM


def test_after_leaving_the_door_never_opens_again() -> None:
    desk = Desk(connected=True)
    desk.door.open()
    desk.door.leave(0.0)
    desk.door.open()
    assert not desk.door.is_open
    assert desk.client.loop_write() == MQTTErrorCode.MQTT_ERR_SUCCESS
    assert desk.pipe.sent.index(b"offline") < desk.pipe.sent.rindex(b"\xe0")
    assert desk.pipe.is_closed

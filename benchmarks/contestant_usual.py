"""The usual daemon, written plainly: paho's callback, json, pydantic, Point, the batching WriteApi, a policy with a memory.

    contestant_usual.py <broker port> <sink port> <folder>

It acknowledges on receipt and keeps points in memory until they are sent: a crash loses them.
"""

import json
import sys
import threading
import time
from typing import Literal

from contest import take_part
from influxdb_client import InfluxDBClient, Point, WriteOptions
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from pydantic import BaseModel, Field
from workload import LEFT_ON, LIMIT_CELSIUS, SETPOINTS, is_shut


class Thermostat(BaseModel):
    """What a thermostat says."""

    system_mode: Literal["off", "cool", "heat", "auto", "dry", "fan_only"]
    running_state: str
    occupied_cooling_setpoint: float = Field(ge=4, le=40, allow_inf_nan=False)
    local_temperature: float = Field(ge=-20, le=60, allow_inf_nan=False)


class Plug(BaseModel):
    """What a plug says."""

    state: Literal["ON", "OFF"]
    power: float = Field(ge=0, allow_inf_nan=False)
    energy: float = Field(ge=0, allow_inf_nan=False)


class Job(BaseModel):
    """What a printer's agent says."""

    job: str
    state: str
    copies: int = Field(ge=0)
    impressions: int = Field(ge=0)
    sides: str
    colour: bool


class Usual:
    """The daemon."""

    def __init__(self, broker: int, sink: int) -> None:
        self._port = broker
        self._influx = InfluxDBClient(f"http://127.0.0.1:{sink}", token="t", org="o")  # noqa: S106  no server of anybody's
        self._write = self._influx.write_api(WriteOptions(batch_size=5_000, flush_interval=1_000))
        self._client = Client(CallbackAPIVersion.VERSION2, "usual", clean_session=False)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._on_message
        self._subscribed = threading.Event()
        self.broken: set[str] = set()

    def start(self) -> None:
        """Connect and subscribe."""
        self._client.connect("127.0.0.1", self._port)
        self._client.loop_start()
        self._subscribed.wait()

    def stop(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()
        self._write.close()

    def _on_connect(self, *_: object) -> None:
        self._client.subscribe([("zigbee2mqtt/#", 1), ("officed/print/#", 1)])

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        said = json.loads(message.payload)
        place = message.topic.split("/")
        device = place[1] if place[0] == "zigbee2mqtt" else place[2]
        if device[0] == "t":
            point = self._thermostat(device, Thermostat(**said))
        elif device[0] == "p":
            point = self._plug(device, Plug(**said))
        else:
            point = self._job(device, Job(**said))
        self._write.write(bucket="b", record=point.tag("site", "bench").time(time.time_ns()))

    def _thermostat(self, device: str, said: Thermostat) -> Point:
        self._judge(SETPOINTS, device, said.system_mode == "cool" and said.occupied_cooling_setpoint < LIMIT_CELSIUS)
        return (
            Point("climate")
            .tag("device", device)
            .tag("zone", "open")
            .tag("family", "zigbee2mqtt")
            .field("mode", said.system_mode)
            .field("action", said.running_state)
            .field("cooling_setpoint_celsius", said.occupied_cooling_setpoint)
            .field("room_celsius", said.local_temperature)
        )

    def _plug(self, device: str, said: Plug) -> Point:
        is_closed = is_shut(int(device[1:]))
        self._judge(LEFT_ON, device, is_closed and said.state == "ON")
        return (
            Point("power")
            .tag("device", device)
            .tag("zone", "shut" if is_closed else "open")
            .tag("family", "zigbee2mqtt")
            .tag("load", "other")
            .field("is_on", said.state == "ON")
            .field("watts", said.power)
            .field("energy_kwh_total", said.energy)
        )

    def _job(self, device: str, said: Job) -> Point:
        return (
            Point("print_job")
            .tag("device", device)
            .tag("zone", "open")
            .tag("printer", device)
            .field("sheets", said.impressions)
            .field("impressions", said.impressions)
            .field("copies", said.copies)
            .field("two_sided", "no" if said.sides == "one-sided" else "yes")
            .field("colour", said.colour)
        )

    def _judge(self, rule: str, device: str, is_wrong: bool) -> None:
        if is_wrong:
            self.broken.add(f"{rule} {device}")
        else:
            self.broken.discard(f"{rule} {device}")


def main() -> None:
    """Take part."""
    usual = Usual(int(sys.argv[1]), int(sys.argv[2]))
    take_part(usual.start, lambda: usual.broken, usual.stop)


if __name__ == "__main__":
    main()

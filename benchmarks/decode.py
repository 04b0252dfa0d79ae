"""What it costs to decode one message, per family: `python benchmarks/decode.py`. The best of nine, through the registry."""

import sys
import timeit
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from sensors.device import Address, Device, DeviceId, ZoneId
from sensors.messages import Message
from sensors.registry import Registry

NOW: Final = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
ROUNDS: Final = 20_000

_DEVICES: Final = (
    Device(id=DeviceId("p1"), kind="plug", address=Address("zigbee2mqtt", "Desk/Plug 1"), zone=ZoneId("z")),
    Device(id=DeviceId("t1"), kind="climate", address=Address("zigbee2mqtt", "AC 1"), zone=ZoneId("z")),
    Device(id=DeviceId("p2"), kind="plug", address=Address("tasmota", "plug-2"), zone=ZoneId("z")),
    Device(id=DeviceId("p3"), kind="plug", address=Address("shelly_gen2", "shelly-3"), zone=ZoneId("z")),
    Device(id=DeviceId("q1"), kind="printer", address=Address("print_job", "laser"), zone=ZoneId("z")),
)
_MESSAGES: Final[dict[str, tuple[str, bytes]]] = {
    "zigbee2mqtt plug": (
        "zigbee2mqtt/Desk/Plug 1",
        (
            b'{"child_lock":"UNLOCK","current":0.31,"energy":18.42,"indicator_mode":"off","last_seen":"2026-03-02T08:15:00.000Z",'
            b'"linkquality":112,"power":61.5,"power_outage_memory":"restore","state":"ON","voltage":231}'
        ),
    ),
    "zigbee2mqtt climate": (
        "zigbee2mqtt/AC 1",
        (
            b'{"fan_mode":"auto","linkquality":90,"local_temperature":25.1,"occupied_cooling_setpoint":24,'
            b'"occupied_heating_setpoint":20,"running_state":"cool","system_mode":"cool"}'
        ),
    ),
    "tasmota STATE": (
        "tele/plug-2/STATE",
        (
            b'{"Time":"2026-03-02T08:15:00","Uptime":"1T02:03:04","UptimeSec":93784,"Heap":25,"SleepMode":"Dynamic","Sleep":50,'
            b'"LoadAvg":19,"MqttCount":1,"POWER":"ON","Wifi":{"AP":1,"SSId":"office","BSSId":"02:00:00:00:00:01","Channel":6,'
            b'"Mode":"11n","RSSI":78,"Signal":-61,"LinkCount":1,"Downtime":"0T00:00:05"}}'
        ),
    ),
    "tasmota SENSOR": (
        "tele/plug-2/SENSOR",
        (
            b'{"Time":"2026-03-02T08:15:00","ENERGY":{"TotalStartTime":"2026-01-01T00:00:00","Total":12.345,"Yesterday":0.412,'
            b'"Today":0.131,"Period":5,"Power":61,"ApparentPower":70,"ReactivePower":30,"Factor":0.87,"Voltage":230,"Current":0.304}}'
        ),
    ),
    "tasmota POWER": ("stat/plug-2/POWER", b"ON"),
    "shelly_gen2 NotifyStatus": (
        "shelly-3/events/rpc",
        (
            b'{"src":"shelly-3","dst":"shelly-3/events","method":"NotifyStatus","params":{"ts":1772439300.25,"switch:0":{"id":0,'
            b'"output":true,"apower":61.5,"aenergy":{"by_minute":[1.1,1.2,1.3],"minute_ts":1772439300,"total":7258.5}}}}'
        ),
    ),
    "print_job": (
        "officed/print/laser/job",
        (
            b'{"job":"laser-75","state":"completed","copies":2,"impressions":6,"sides":"two-sided-long-edge","duplexer":true,'
            b'"wins":"sides","colour":false,"media":"A4","completed_at":"2026-03-02T08:14:58+00:00"}'
        ),
    ),
    "not ours": ("zigbee2mqtt/bridge/health", b"{}"),
}


def main() -> None:
    """Print ns a message for each sample."""
    registry = Registry(_DEVICES, UTC)
    for name, (topic, payload) in _MESSAGES.items():
        message = Message(topic=topic, payload=payload, arrived_at=NOW)
        timer = timeit.Timer(partial(registry.decode, message))
        best = min(timer.repeat(9, ROUNDS)) / ROUNDS * 1e9
        print(f"{name:28}{best:8.0f} ns   {len(registry.decode(message))} readings")


if __name__ == "__main__":
    main()

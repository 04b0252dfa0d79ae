"""What it costs to decode one message, per family: `python benchmarks/decode.py`. CPU time, best of nine, through the registry.

Each family stands alone in its registry; the last column is a registry that has the devices of all of them.
"""

import sys
import timeit
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import process_time
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from sensors.device import Address, Device, DeviceId, ZoneId
from sensors.families.gateways import preset
from sensors.messages import Message
from sensors.registry import Registry

NOW: Final = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
ROUNDS: Final = 10_000

_DEVICES: Final = (
    Device(id=DeviceId("p1"), kind="plug", address=Address("zigbee2mqtt", "Desk/Plug 1"), zone=ZoneId("z")),
    Device(id=DeviceId("t1"), kind="climate", address=Address("zigbee2mqtt", "AC 1"), zone=ZoneId("z")),
    Device(id=DeviceId("p2"), kind="plug", address=Address("tasmota", "plug-2"), zone=ZoneId("z")),
    Device(id=DeviceId("p3"), kind="plug", address=Address("shelly_gen2", "shelly-3"), zone=ZoneId("z")),
    Device(id=DeviceId("p4"), kind="plug", address=Address("shelly_gen1", "shellyplug-4"), zone=ZoneId("z")),
    Device(id=DeviceId("t2"), kind="climate", address=Address("shelly_gen1", "shellytrv-2"), zone=ZoneId("z")),
    Device(
        id=DeviceId("p5"),
        kind="plug",
        address=Address("esphome", "plug-5", "switch/relay,sensor/relay_power"),
        zone=ZoneId("z"),
    ),
    Device(id=DeviceId("t3"), kind="climate", address=Address("esphome", "ac-3", "climate/split"), zone=ZoneId("z")),
    Device(id=DeviceId("p6"), kind="plug", address=Address("homie", "plug-6", "outlet"), zone=ZoneId("z")),
    Device(id=DeviceId("p7"), kind="plug", address=Address("homeassistant", "plug-7"), zone=ZoneId("z")),
    Device(id=DeviceId("t4"), kind="climate", address=Address("homeassistant", "split-4"), zone=ZoneId("z")),
    Device(
        id=DeviceId("t5"),
        kind="climate",
        address=Address("mapped", "hvac/north"),
        zone=ZoneId("z"),
        mapping=preset("mitsubishi2mqtt", "hvac/north"),
    ),
    Device(
        id=DeviceId("t6"),
        kind="climate",
        address=Address("mapped", "South"),
        zone=ZoneId("z"),
        mapping=preset("daikin2mqtt", "South"),
    ),
    Device(id=DeviceId("q1"), kind="printer", address=Address("print_job", "laser"), zone=ZoneId("z")),
)
_ANNOUNCED: Final[tuple[tuple[str, bytes], ...]] = (
    (
        "homie/5/plug-6/$description",
        (
            b'{"homie":"5.0","version":1,"nodes":{"outlet":{"properties":{"power":{"datatype":"boolean","settable":true},'
            b'"watts":{"datatype":"float","unit":"W"}}}}}'
        ),
    ),
    ("homie/5/plug-6/$state", b"ready"),
    ("homeassistant/switch/plug-7/config", b'{"uniq_id":"plug-7","stat_t":"ha/plug-7","cmd_t":"ha/plug-7/set"}'),
    (
        "homeassistant/climate/split-4/config",
        (
            b'{"uniq_id":"split-4","mode_stat_t":"ha/split-4","mode_stat_tpl":"{{ value_json.mode if value_json.on else'
            b' \'off\' }}","mode_cmd_t":"ha/split-4/mode","temp_stat_t":"ha/split-4","temp_stat_tpl":"{{ value_json.target'
            b' }}","temp_cmd_t":"ha/split-4/target","curr_temp_t":"ha/split-4","curr_temp_tpl":"{{ value_json.room }}"}'
        ),
    ),
)
"""What has to be heard before the messages below mean anything."""
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
    "shelly_gen1 relay": ("shellies/shellyplug-4/relay/0", b"on"),
    "shelly_gen1 power": ("shellies/shellyplug-4/relay/0/power", b"61.50"),
    "shelly_gen1 valve info": (
        "shellies/shellytrv-2/info",
        (
            b'{"wifi_sta":{"connected":true,"ssid":"office","rssi":-61},"thermostats":[{"pos":50.0,"target_t":{"enabled":true,'
            b'"value":20.5,"units":"C"},"tmp":{"value":21.3,"units":"C","is_valid":true},"schedule":false,"boost_minutes":0}],'
            b'"calibrated":true,"bat":{"value":81,"voltage":3.9},"unixtime":1772439300}'
        ),
    ),
    "esphome switch": ("plug-5/switch/relay/state", b"ON"),
    "esphome sensor": ("plug-5/sensor/relay_power/state", b"61.5"),
    "esphome climate target": ("ac-3/climate/split/target_temperature/state", b"24.0"),
    "homie boolean": ("homie/5/plug-6/outlet/power", b"true"),
    "homie float": ("homie/5/plug-6/outlet/watts", b"61.5"),
    "homeassistant switch": ("ha/plug-7", b"ON"),
    "homeassistant 3 templates": ("ha/split-4", b'{"on":true,"mode":"cool","target":24,"room":25.1}'),
    "mapped 4 paths": (
        "hvac/north/state",
        (
            b'{"roomTemperature":25.5,"temperature":24,"fan":"AUTO","vane":"AUTO","wideVane":"|","mode":"cool",'
            b'"action":"cooling","compressorFrequency":40}'
        ),
    ),
    "mapped 2 paths, template": ("daikin2mqtt/South/sensors", b'{"unit_temp":25,"ext_temp":31,"unit_humidity":55}'),
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
    together = _heard(_DEVICES)
    for name, (topic, payload) in _MESSAGES.items():
        own = [device for device in _DEVICES if device.address.family == name.partition(" ")[0]]
        message = Message(topic=topic, payload=payload, arrived_at=NOW)
        alone = _heard(own) if own else together
        readings = len(alone.decode(message))
        print(f"{name:28}{_best(alone, message):8.0f} ns   {readings} readings {_best(together, message):8.0f} ns")


def _heard(devices: Sequence[Device]) -> Registry:
    registry = Registry(devices, UTC)
    for topic, payload in _ANNOUNCED:
        registry.decode(Message(topic=topic, payload=payload, arrived_at=NOW))
    return registry


def _best(registry: Registry, message: Message) -> float:
    return min(timeit.Timer(partial(registry.decode, message), timer=process_time).repeat(9, ROUNDS)) / ROUNDS * 1e9


if __name__ == "__main__":
    main()

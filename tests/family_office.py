"""One office with a device for every case in tests/data, and the moment at which its messages arrive."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mapped_office import TOLD

from sensors.device import Address, Device, DeviceId, FamilyName, Kind, ZoneId
from sensors.messages import Message
from sensors.registry import Registry

NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
SITE_ZONE = ZoneInfo("Asia/Shanghai")


def device(family: FamilyName, kind: Kind, identifier: str, name: str, channel: str = "", base: str = "") -> Device:
    address = Address(family, name, channel, base)
    return Device(id=DeviceId(identifier), kind=kind, address=address, zone=ZoneId("z"))


OFFICES: dict[FamilyName, list[Device]] = {
    "zigbee2mqtt": [
        device("zigbee2mqtt", "plug", "desk", "Desk/Plug 1"),
        device("zigbee2mqtt", "plug", "gang1", "Zwei fach/Küche", "l1"),
        device("zigbee2mqtt", "plug", "gang2", "Zwei fach/Küche", "l2"),
        device("zigbee2mqtt", "climate", "fcu", "FCU 3"),
        device("zigbee2mqtt", "climate", "floor", "Floor", "th1"),
        device("zigbee2mqtt", "occupancy", "seat", "Presence"),
        device("zigbee2mqtt", "environment", "air", "Air"),
        device("zigbee2mqtt", "contact", "window", "Window"),
        device("zigbee2mqtt", "water", "tap", "Tap"),
        device("zigbee2mqtt", "plug", "upstairs", "Plug", base="upstairs/z2m"),
    ],
    "tasmota": [
        device("tasmota", "plug", "desk", "desk-2"),
        device("tasmota", "plug", "strip1", "strip", "1"),
        device("tasmota", "plug", "strip2", "strip", "2"),
        device("tasmota", "light", "nine", "plug-9", base="floor1/%topic%/%prefix%/"),
        device("tasmota", "environment", "air", "air"),
        device("tasmota", "plug", "zbplug", "zb", "0x7120"),
        device("tasmota", "occupancy", "stairs", "zb", "Stairs"),
        device("tasmota", "climate", "ir", "ir"),
        device("tasmota", "occupancy", "pir", "pir"),
        device("tasmota", "plug", "wort", "wort"),
        device("tasmota", "climate", "wired", "wired"),
        device("tasmota", "water", "tap", "pulses", "C1=10"),
        device("tasmota", "meter", "s0", "pulses", "C2=0.001"),
        device("tasmota", "water", "leak", "zb", "0x898E"),
        device("tasmota", "contact", "zbwindow", "zb", "Window"),
    ],
    "shelly_gen2": [
        device("shelly_gen2", "plug", "desk", "shelly-7"),
        device("shelly_gen2", "climate", "wall", "office/wall"),
        device("shelly_gen2", "climate", "valve", "gw", "blutrv:200"),
        device("shelly_gen2", "meter", "meter", "meter", "em:0"),
        device("shelly_gen2", "environment", "air", "air"),
        device("shelly_gen2", "water", "sink", "sink"),
        device("shelly_gen2", "climate", "coil", "coil", "st802"),
        device("shelly_gen2", "climate", "floor", "floor", "st1820"),
        device("shelly_gen2", "contact", "pane", "win"),
    ],
    "shelly_gen1": [
        device("shelly_gen1", "plug", "desk", "shellyplug-7"),
        device("shelly_gen1", "plug", "second", "shellyswitch-2", "relay/1"),
        device("shelly_gen1", "light", "lamp", "shellydimmer-1"),
        device("shelly_gen1", "light", "strip", "shellyrgbw-1", "white/2"),
        device("shelly_gen1", "meter", "phase", "shellyem3-1", "emeter/1"),
        device("shelly_gen1", "climate", "valve", "shellytrv-1"),
        device("shelly_gen1", "environment", "air", "shellyht-1"),
        device("shelly_gen1", "environment", "probe", "shelly1-9", "ext_temperature/0"),
        device("shelly_gen1", "occupancy", "eye", "shellymotion-1"),
        device("shelly_gen1", "contact", "window", "shellydw-1"),
        device("shelly_gen1", "water", "sink", "shellyflood-1"),
    ],
    "esphome": [
        device("esphome", "plug", "desk", "desk", "switch/relay,sensor/relay_power,sensor/total=kWh"),
        device("esphome", "climate", "ac", "floor3/ac", "climate/split,sensor/split_power"),
        device(
            "esphome", "environment", "air", "air", "sensor/air_temperature,sensor/x=co2,sensor/humidity,sensor/odd"
        ),
        device("esphome", "occupancy", "eye", "air", "binary_sensor/motion"),
        device("esphome", "contact", "window", "air", "binary_sensor/window"),
        device("esphome", "light", "lamp", "lamp", "light/ceiling"),
        device("esphome", "water", "tap", "tap", "sensor/counted=m³,sensor/flow=L/min,binary_sensor/leak"),
    ],
    "homie": [
        device("homie", "climate", "ac", "ac-1", "ac"),
        device("homie", "plug", "desk", "plug-1", "outlet/power,outlet/watts,outlet/counted"),
        device("homie", "environment", "air", "bridge-child", "air", "myhome"),
        device("homie", "light", "lamp", "lamp-1", "light/power", "homie/5"),
    ],
    "print_job": [device("print_job", "printer", "laser", "laser")],
}

OFFICES |= TOLD


def registry(family: FamilyName) -> Registry:
    return Registry(OFFICES[family], SITE_ZONE)


def message(topic: str, payload: str | bytes, *, retained: bool = False, at: datetime = NOW) -> Message:
    raw = payload.encode() if isinstance(payload, str) else payload
    return Message(topic=topic, payload=raw, arrived_at=at, retained=retained)

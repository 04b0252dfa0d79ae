"""One office with a device for every case in tests/data, and the moment at which its messages arrive."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

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
    ],
    "shelly_gen2": [
        device("shelly_gen2", "plug", "desk", "shelly-7"),
        device("shelly_gen2", "climate", "wall", "office/wall"),
        device("shelly_gen2", "climate", "valve", "gw", "blutrv:200"),
        device("shelly_gen2", "meter", "meter", "meter", "em:0"),
        device("shelly_gen2", "environment", "air", "air"),
        device("shelly_gen2", "water", "sink", "sink"),
    ],
    "print_job": [device("print_job", "printer", "laser", "laser")],
}


def registry(family: FamilyName) -> Registry:
    return Registry(OFFICES[family], SITE_ZONE)


def message(topic: str, payload: str | bytes, *, retained: bool = False, at: datetime = NOW) -> Message:
    raw = payload.encode() if isinstance(payload, str) else payload
    return Message(topic=topic, payload=raw, arrived_at=at, retained=retained)

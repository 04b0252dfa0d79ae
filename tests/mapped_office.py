"""The part of the test office whose devices are told, not known: `mapped` ones, and those of Home Assistant discovery."""

from sensors.device import Address, Device, DeviceId, FamilyName, Kind, ZoneId
from sensors.families.gateways import preset
from sensors.mapping import Instruction, Instructions, Mapping, Signal, Source


def mapped(identifier: str, kind: Kind, name: str, mapping: Mapping) -> Device:
    address = Address("mapped", name)
    return Device(id=DeviceId(identifier), kind=kind, address=address, zone=ZoneId("z"), mapping=mapping)


def behind(gateway: str, identifier: str, name: str) -> Device:
    return mapped(identifier, "climate", name, preset(gateway, name))


def announced(identifier: str, kind: Kind, name: str, base: str = "") -> Device:
    address = Address("homeassistant", name, "", base)
    return Device(id=DeviceId(identifier), kind=kind, address=address, zone=ZoneId("z"))


BACNET = Mapping(
    (
        Signal("room_celsius", Source("bms/ahu1", 'values[0]["presentValue"]'), unit="°F"),
        Signal("setpoint_celsius", Source("bms/ahu1", "setpoint"), scale=0.1, offset=0.5),
        Signal("mode", Source("bms/ahu1/mode"), words={"1": "cool", "2": "heat", "0": "off"}),
        Signal("is_on", Source("bms/ahu1", template="{{ value_json.run and not value_json.fault }}")),
        Signal("outdoor_celsius", Source("bms/weather")),
        Signal("watts", Source("bms/ahu1/power"), unit="kW"),
    ),
    Instructions(
        off=Instruction("bms/ahu1/write", payload='{"run":false,"priority":8}'),
        setpoint=Instruction(
            "bms/ahu1/write", template='{"setpoint":{{ value * 10 }}}', minimum=18, maximum=28, step=0.5
        ),
    ),
)
METER = Mapping(
    (
        Signal("energy_kwh_total", Source("mb/meter", "regs[1]"), unit="Wh", scale=10),
        Signal("online", Source("mb/status"), words={"up": "on", "down": "off"}),
    )
)
TAP = Mapping((Signal("litres_total", Source("mb/tap"), unit="m³"), Signal("leak", Source("mb/leak"))))
SEAT = Mapping((Signal("occupied", Source("mb/seat"), words={"busy": "on", "free": "off"}),))

TOLD: dict[FamilyName, list[Device]] = {
    "mapped": [
        mapped("ahu", "climate", "ahu1", BACNET),
        mapped("meter", "meter", "meter", METER),
        mapped("tap", "water", "tap", TAP),
        mapped("seat", "occupancy", "seat", SEAT),
        behind("mitsubishi2mqtt", "mitsubishi", "hvac/North room"),
        behind("swicago", "sketch", "pump"),
        behind("wmp2mqtt", "intesis", "0200000000A1"),
        behind("coolmaster", "vrf", "L1_101"),
        behind("daikin2mqtt", "daikin", "South_Office"),
        behind("faikin", "faikin", "Faikin/Back Office"),
        behind("midea2mqtt", "midea", "den"),
        behind("gree", "gree", "home/gree2"),
        mapped("hot", "climate", "hvac/hot", preset("mitsubishi2mqtt", "hvac/hot", fahrenheit=True)),
    ],
    "homeassistant": [
        announced("unit", "climate", "ac7"),
        announced("split", "climate", "split_1"),
        announced("imperial", "climate", "imp1"),
        announced("kettle", "plug", "kettle-sw"),
        announced("lamp", "light", "lamp9"),
        announced("room", "environment", "02:aa:00:00:00:11"),
        announced("door", "contact", "door1"),
        announced("seat", "occupancy", "seat1"),
        announced("tap", "water", "tap1"),
        announced("second", "plug", "relay_b"),
        announced("upstairs", "plug", "up1", "upstairs/ha"),
    ],
}

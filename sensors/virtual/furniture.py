"""What can stand in a planned room, a word each: `cool2` (air conditioner with its meter), `pc`, `printer`, `eye` …"""

import re
from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from sensors.device import Address, Device, DeviceId, FamilyName, Kind, Load
from sensors.virtual.plan import PlannedDevice, PlannedZone

Piece = Callable[["Furnisher", int], Sequence[PlannedDevice]]

_PLUG_FAMILIES: tuple[FamilyName, ...] = ("zigbee2mqtt", "tasmota", "shelly_gen2")
_WORDS: Mapping[str, tuple[str, str]] = {
    "ac": ("air conditioner", "空调"),
    "ac-meter": ("air conditioner meter", "空调电表"),
    "eye": ("presence", "人体感应"),
    "window": ("window", "窗户"),
    "air": ("air", "空气"),
    "outside": ("outdoor air", "室外空气"),
    "pc": ("computer", "电脑"),
    "monitor": ("monitor", "显示器"),
    "lights": ("lights", "照明"),
    "water": ("water dispenser", "饮水机"),
    "printer": ("printer", "打印机"),
    "printer-plug": ("printer plug", "打印机插座"),
    "server": ("server", "服务器"),
    "terminal": ("terminal", "终端"),
}


class Furnisher:
    """Fills one zone. `gateway` is the Zigbee2MQTT base topic of its part of the house ("" the default)."""

    def __init__(self, zone: PlannedZone, gateway: str, turn: int) -> None:
        self.zone = zone
        self.gateway = gateway
        self.turn = turn
        self._seats = 0

    def furnish(self, pieces: Sequence[str]) -> list[PlannedDevice]:
        """The devices of these words, numbered within their kind."""
        counts: dict[str, int] = {}
        devices: list[PlannedDevice] = []
        for piece in pieces:
            kind = "printer" if piece.endswith("printer") else piece
            counts[kind] = counts.get(kind, 0) + 1
            devices.extend(PIECES[piece](self, counts[kind]))
        return devices

    def seat(self) -> int:
        """Whose the next computer is."""
        self._seats += 1
        return (self._seats - 1) % max(1, self.zone.people)

    def plug_family(self) -> FamilyName:
        """Families take turns over the plugs of a house."""
        self.turn += 1
        return _PLUG_FAMILIES[self.turn % len(_PLUG_FAMILIES)]

    def device(
        self,
        word: str,
        number: int,
        kind: Kind,
        family: FamilyName,
        load: Load,
        *,
        switchable: bool = False,
        standby_watts: float = 5.0,
        busy_watts: float | None = None,
        channel: str = "",
        shares: str = "",
    ) -> Device:
        """One device; `shares` is the wire name where it is one of several behind it."""
        name = f"{self.zone.id}-{word}-{number}"
        english, chinese = _WORDS[word]
        wire = shares or name
        addresses: dict[FamilyName, Address] = {
            "zigbee2mqtt": Address("zigbee2mqtt", f"{self.zone.id}/{wire.removeprefix(f'{self.zone.id}-')}", channel),
            "tasmota": Address("tasmota", "tasmota_" + re.sub(r"\W", "_", wire), channel),
            "shelly_gen2": Address("shelly_gen2", f"shelly-{wire}", channel),
            "print_job": Address("print_job", wire, channel),
        }
        address = addresses[family]
        if family == "zigbee2mqtt" and self.gateway:
            address = Address(address.family, address.name, channel, self.gateway)
        return Device(
            id=DeviceId(name),
            kind=kind,
            address=address,
            zone=self.zone.id,
            load=load,
            names={
                "en": f"{self.zone.names['en']} {english} {number}",
                "zh_CN": f"{self.zone.names['zh_CN']}{chinese}{number}",
            },
            switchable=switchable,
            standby_watts=standby_watts,
            busy_watts=busy_watts,
            gateway=(self.gateway or "zigbee2mqtt") if family == "zigbee2mqtt" else "",
        )


def _conditioner(family: FamilyName, meter_family: FamilyName, *, one_setpoint: bool = False) -> Piece:
    def piece(room: Furnisher, number: int) -> Sequence[PlannedDevice]:
        meter = room.device("ac-meter", number, "meter", meter_family, "air_conditioner", standby_watts=12.0)
        unit = room.device("ac", number, "climate", family, "air_conditioner", switchable=True, standby_watts=12.0)
        unit = _with(unit, meter=meter.id, open_loop=family == "tasmota")
        return (
            PlannedDevice(unit, one_setpoint=one_setpoint),
            PlannedDevice(meter, measures=unit.id),
        )

    return piece


def _with(device: Device, *, meter: DeviceId, open_loop: bool) -> Device:
    return Device(
        id=device.id, kind=device.kind, address=device.address, zone=device.zone, load=device.load, names=device.names,
        switchable=device.switchable, standby_watts=device.standby_watts, meter=meter, open_loop=open_loop,
        gateway=device.gateway,
    )  # fmt: skip


def _eye(room: Furnisher, number: int) -> Sequence[PlannedDevice]:
    return (PlannedDevice(room.device("eye", number, "occupancy", "zigbee2mqtt", "other")),)


def _window(room: Furnisher, number: int) -> Sequence[PlannedDevice]:
    return (PlannedDevice(room.device("window", number, "contact", "zigbee2mqtt", "other")),)


def _air(room: Furnisher, number: int) -> Sequence[PlannedDevice]:
    return (PlannedDevice(room.device("air", number, "environment", "zigbee2mqtt", "other")),)


def _outside(room: Furnisher, number: int) -> Sequence[PlannedDevice]:
    device = room.device("outside", number, "environment", "zigbee2mqtt", "other")
    return (PlannedDevice(replace(device, outdoor=True)),)


def _air_fahrenheit(room: Furnisher, number: int) -> Sequence[PlannedDevice]:
    device = room.device("air", number, "environment", "tasmota", "other")
    return (PlannedDevice(device, fahrenheit=True),)


def _pc(room: Furnisher, number: int) -> Sequence[PlannedDevice]:
    device = room.device("pc", number, "plug", room.plug_family(), "computer", busy_watts=30.0)
    return (PlannedDevice(device, person=room.seat(), rated_watts=110.0),)


def _monitor(room: Furnisher, number: int) -> Sequence[PlannedDevice]:
    device = room.device("monitor", number, "plug", room.plug_family(), "monitor", switchable=True, standby_watts=2.0)
    return (PlannedDevice(device, person=room.seat(), rated_watts=28.0),)


def _gang(room: Furnisher, number: int) -> Sequence[PlannedDevice]:
    return tuple(
        PlannedDevice(
            room.device(
                "monitor", 10 * number + gang, "plug", "zigbee2mqtt", "monitor", switchable=True, standby_watts=2.0,
                channel=f"l{gang}", shares=f"{room.zone.id}-desk-{number}",
            ),
            person=room.seat(),
        )
        for gang in (1, 2)
    )  # fmt: skip


def _lights(room: Furnisher, number: int) -> Sequence[PlannedDevice]:
    device = room.device("lights", number, "light", "zigbee2mqtt", "lighting", switchable=True)
    return (PlannedDevice(device, rated_watts=4.0 * room.zone.area_m2),)


def _water(room: Furnisher, number: int) -> Sequence[PlannedDevice]:
    device = room.device("water", number, "plug", room.plug_family(), "water_dispenser", switchable=True)
    return (PlannedDevice(device, rated_watts=1500.0),)


def _printing(*, has_duplexer: bool = True, obeys_ppd: bool = False) -> Piece:
    def piece(room: Furnisher, number: int) -> Sequence[PlannedDevice]:
        queue = room.device("printer", number, "printer", "print_job", "printer")
        plug = room.device(
            "printer-plug", number, "plug", room.plug_family(), "printer", switchable=True, standby_watts=10.0,
            busy_watts=120.0,
        )  # fmt: skip
        return (
            PlannedDevice(queue, has_duplexer=has_duplexer, obeys_ppd=obeys_ppd),
            PlannedDevice(plug, follows=queue.id, rated_watts=950.0),
        )

    return piece


def _server(room: Furnisher, number: int) -> Sequence[PlannedDevice]:
    return (PlannedDevice(room.device("server", number, "plug", room.plug_family(), "server"), rated_watts=230.0),)


def _terminal(room: Furnisher, number: int) -> Sequence[PlannedDevice]:
    device = room.device("terminal", number, "plug", room.plug_family(), "terminal", busy_watts=40.0)
    return (PlannedDevice(device, rated_watts=22.0),)


PIECES: Mapping[str, Piece] = {
    "cool2": _conditioner("zigbee2mqtt", "shelly_gen2"),
    "cool1": _conditioner("zigbee2mqtt", "tasmota", one_setpoint=True),
    "coolir": _conditioner("tasmota", "zigbee2mqtt"),
    "eye": _eye,
    "window": _window,
    "air": _air,
    "outside": _outside,
    "airf": _air_fahrenheit,
    "pc": _pc,
    "monitor": _monitor,
    "gang": _gang,
    "lights": _lights,
    "water": _water,
    "printer": _printing(),
    "simplexprinter": _printing(has_duplexer=False),
    "ppdprinter": _printing(obeys_ppd=True),
    "server": _server,
    "terminal": _terminal,
}

"""Ready-made offices: the eight rooms of the demo, and houses of any size for simulations and benchmarks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from sensors.device import Device, DeviceId, ZoneId
from sensors.virtual.faults import MILD, Faults
from sensors.virtual.furniture import Furnisher
from sensors.virtual.plan import Plan, PlannedDevice, PlannedZone


class RoomType(NamedTuple):
    """A kind of room: its slug, names, size, people, and what stands in it."""

    slug: str
    english: str
    chinese: str
    area_m2: float
    people: int
    pieces: Sequence[str]
    owner: str = ""


DEMO_ROOMS = (
    RoomType("lobby", "Lobby", "大堂", 40.0, 2, ("cool2", "eye", "lights", "terminal", "outside"), "Front desk"),
    RoomType(
        "east",
        "East office",
        "东区办公室",
        60.0,
        7,
        ("cool2", "eye", "window", "pc", "pc", "monitor", "lights"),
        "Chen",
    ),
    RoomType("west", "West office", "西区办公室", 55.0, 6, ("cool1", "eye", "pc", "gang", "water"), "Chen"),
    RoomType("meeting", "Meeting room", "会议室", 30.0, 4, ("cool2", "eye", "air"), "Lin"),
    RoomType("finance", "Finance", "财务室", 25.0, 3, ("coolir", "airf", "pc"), "Zhao"),
    RoomType("director", "Director", "主任办公室", 22.0, 1, ("cool1", "window", "monitor"), "Wu"),
    RoomType("copy", "Copy corner", "文印室", 14.0, 1, ("printer", "lights"), "Lin"),
    RoomType("rack", "Server room", "机房", 12.0, 0, ("server",), "IT"),
)

HOUSE_ROOMS = (
    RoomType(
        "office", "Office", "办公室", 45.0, 5, ("cool2", "eye", "lights", "pc", "pc", "monitor", "gang", "window")
    ),
    RoomType("wing", "Wing", "侧翼", 50.0, 6, ("cool1", "eye", "pc", "pc", "pc", "monitor", "monitor", "water", "air")),
    RoomType("small", "Small office", "小办公室", 22.0, 2, ("coolir", "eye", "pc", "monitor", "lights")),
    RoomType("meet", "Meeting room", "会议室", 30.0, 3, ("cool2", "eye", "lights", "airf")),
    RoomType(
        "print", "Print room", "文印室", 15.0, 1, ("printer", "ppdprinter", "simplexprinter", "lights", "terminal")
    ),
    RoomType("rack", "Rack", "弱电间", 10.0, 0, ("server", "server")),
)

DEVICES_A_GATEWAY = 100
FEWEST_WITH_A_YARD = 20
"""A house of fewer devices has no thermometer outside."""


def demo_plan(closed_days: frozenset[date] = frozenset(), open_days: frozenset[date] = frozenset()) -> Plan:
    """Eight rooms, about forty devices in four dialects, one of them a thermometer outside."""
    zones: list[PlannedZone] = []
    devices: list[PlannedDevice] = []
    turn = 0
    for room in DEMO_ROOMS:
        zone = _zone(room, room.slug, room.english, room.chinese, floor="3")
        furnisher = Furnisher(zone, "", turn)
        zones.append(zone)
        devices.extend(furnisher.furnish(room.pieces))
        turn = furnisher.turn
    return Plan(tuple(zones), tuple(devices), closed_days=closed_days, open_days=open_days)


def demo_faults() -> Faults:
    """An ordinary week, a water dispenser whose relay leaks, and a sensor that dies after five hours."""
    return replace(
        MILD,
        liars=frozenset({DeviceId("west-water-1")}),
        silent={DeviceId("meeting-air-1"): timedelta(hours=5)},
    )


def room_plan(*pieces: str, people: int = 3, zone: str = "room", area_m2: float = 30.0) -> Plan:
    """One room with these pieces of furniture, for a test of one thing."""
    room = RoomType(zone, "Room", "房间", area_m2, people, pieces)
    planned = _zone(room, zone, "Room", "房间", floor="1")
    return Plan((planned,), tuple(Furnisher(planned, "", 0).furnish(pieces)))


def plan(
    devices: int = 100,
    *,
    timezone: str = "Asia/Shanghai",
    closed_days: frozenset[date] = frozenset(),
    open_days: frozenset[date] = frozenset(),
) -> Plan:
    """A house with exactly so many devices: the room types in turn, floor by floor, a gateway for every hundred devices.

    The last one is a thermometer outside.
    """
    zones: list[PlannedZone] = []
    placed: list[PlannedDevice] = []
    turn = 0
    while len(placed) < devices:
        number = len(zones) + 1
        room = HOUSE_ROOMS[(number - 1) % len(HOUSE_ROOMS)]
        floor = (number - 1) // 12 + 1
        slug = f"{room.slug}-{number}"
        zone = _zone(room, slug, f"{room.english} {number}", f"{room.chinese}{number}", floor=str(floor))
        gateway = len(placed) // DEVICES_A_GATEWAY
        furnisher = Furnisher(zone, f"zigbee2mqtt-{gateway + 1}" if gateway else "", turn)
        zones.append(zone)
        placed.extend(furnisher.furnish(room.pieces))
        turn = furnisher.turn
    if devices > FEWEST_WITH_A_YARD:
        placed[devices - 1 :] = Furnisher(zones[0], "", 0).furnish(("outside",))
    kept = _whole(placed[:devices])
    return Plan(tuple(zones), kept, timezone=timezone, closed_days=closed_days, open_days=open_days)


def _zone(room: RoomType, slug: str, english: str, chinese: str, floor: str) -> PlannedZone:
    return PlannedZone(
        id=ZoneId(slug), names={"en": english, "zh_CN": chinese}, area_m2=room.area_m2, people=room.people,
        floor=floor, owner=room.owner,
    )  # fmt: skip


def _whole(placed: Sequence[PlannedDevice]) -> tuple[PlannedDevice, ...]:
    """Cutting may part an air conditioner from its meter: then nobody measures it."""
    ids = {planned.id for planned in placed}
    return tuple(
        replace(planned, device=_unmetered(planned.device))
        if planned.device.meter is not None and planned.device.meter not in ids
        else planned
        for planned in placed
    )


def _unmetered(device: Device) -> Device:
    return Device(
        id=device.id, kind=device.kind, address=device.address, zone=device.zone, load=device.load, names=device.names,
        switchable=device.switchable, standby_watts=device.standby_watts, open_loop=device.open_loop,
        gateway=device.gateway,
    )  # fmt: skip

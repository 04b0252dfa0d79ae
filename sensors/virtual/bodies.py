"""From a plan to bodies and voices: who stands where, who measures whom, who speaks which dialect."""

import random
from collections.abc import Mapping

from sensors.device import DeviceId, ZoneId
from sensors.families.sparkplug import is_sparkplug
from sensors.virtual.climate import Room
from sensors.virtual.days import Days
from sensors.virtual.faults import Faults
from sensors.virtual.loads import shape
from sensors.virtual.mapping_yaml import preset_of
from sensors.virtual.outside import Outside
from sensors.virtual.plan import Plan, PlannedDevice
from sensors.virtual.speaks_esphome import EspHome
from sensors.virtual.speaks_gateways import GATEWAYS, GatewayUnit
from sensors.virtual.speaks_homeassistant import HomeAssistant
from sensors.virtual.speaks_homie import Homie
from sensors.virtual.speaks_homie4 import DOMAIN, Homie4
from sensors.virtual.speaks_mapped import Mapped
from sensors.virtual.speaks_print_agent import PrintAgent
from sensors.virtual.speaks_shelly import Shelly
from sensors.virtual.speaks_shelly_gen1 import ShellyGen1
from sensors.virtual.speaks_shelly_thermostat import ShellyThermostat
from sensors.virtual.speaks_shelly_units import ShellyFanCoil, ShellyValve
from sensors.virtual.speaks_sparkplug import Sparkplug
from sensors.virtual.speaks_tasmota import Tasmota
from sensors.virtual.speaks_tasmota_infrared import TasmotaInfrared
from sensors.virtual.speaks_zigbee2mqtt import Zigbee2Mqtt
from sensors.virtual.things import Air, Eye, Meter, Plug, Queue, Thing, WindowContact, World
from sensors.virtual.units import Unit
from sensors.virtual.voice import Voice

_PLAIN: Mapping[str, type[Thing]] = {
    "meter": Meter,
    "occupancy": Eye,
    "contact": WindowContact,
    "environment": Air,
    "printer": Queue,
}


def bodies(plan: Plan, seed: int, faults: Faults, rooms: Mapping[ZoneId, Room], world: World) -> dict[DeviceId, Thing]:
    """One body a device, each with a chance of its own: another device in the plan changes nobody's luck."""
    sharing: dict[ZoneId, int] = {}
    for planned in plan.devices:
        sharing[planned.device.zone] = sharing.get(planned.device.zone, 0) + (planned.device.kind == "climate")
    things: dict[DeviceId, Thing] = {}
    for planned in plan.devices:
        things[planned.id] = _body(planned, seed, faults, rooms[planned.device.zone], world, sharing)
    for thing in things.values():
        if isinstance(thing, Meter) and thing.planned.measures is not None:
            things[thing.planned.measures].meters.append(thing)
    return things


def voices(plan: Plan, seed: int, faults: Faults, days: Days, things: Mapping[DeviceId, Thing]) -> list[Voice]:
    """One voice a name on the wire. Raises ValueError for a family that nobody here speaks."""
    names: dict[tuple[str, str, str], list[Thing]] = {}
    for thing in things.values():
        address = thing.planned.device.address
        names.setdefault((address.family, address.base, address.name), []).append(thing)
    return [_voice(key, group, plan, seed, faults, days) for key, group in names.items()]


def _body(
    planned: PlannedDevice, seed: int, faults: Faults, room: Room, world: World, sharing: Mapping[ZoneId, int]
) -> Thing:
    chance = random.Random(f"{seed}:{planned.id}")
    kind = planned.device.kind
    if planned.device.outdoor:
        return Outside(planned, room, world, chance)
    if kind == "climate":
        return Unit(planned, room, world, chance, sharing[planned.device.zone])
    if kind in {"plug", "light"}:
        load = shape(planned.device.load, planned.rated_watts, chance)
        leak_watts = faults.liar_watts if planned.id in faults.liars else 0.0
        return Plug(planned, room, world, chance, load, leak_watts)
    if kind not in _PLAIN:
        raise ValueError(f"{planned.id}: the virtual office has no {kind}")
    return _PLAIN[kind](planned, room, world, chance)


def _voice(key: tuple[str, str, str], things: list[Thing], plan: Plan, seed: int, faults: Faults, days: Days) -> Voice:
    family = key[0]
    if isinstance(things[0], Outside) and family != "zigbee2mqtt":
        raise ValueError(f"{things[0].id}: the virtual yard does not speak {family}")
    chance = random.Random(f"{seed}:voice:{things[0].id}")
    match family:
        case "zigbee2mqtt":
            return Zigbee2Mqtt(things, days, faults, chance, plan.last_seen)
        case "tasmota":
            speaks = TasmotaInfrared if isinstance(things[0], Unit) else Tasmota
            return speaks(things, days, faults, chance)
        case "shelly_gen1":
            return ShellyGen1(things, days, faults, chance)
        case "esphome":
            return EspHome(things, days, faults, chance)
        case "homie":
            version = Homie4 if key[1] == DOMAIN else Homie
            return version(things, days, faults, chance)
        case "shelly_gen2":
            return _shelly(things)(things, days, faults, chance)
        case "homeassistant":
            return HomeAssistant(things, days, faults, chance)
        case "mapped":
            return _told(things, days, faults, chance)
        case "print_job":
            return PrintAgent(things, days, faults, chance)
        case _:
            raise ValueError(f"{things[0].id}: the virtual office does not speak {family}")


def _shelly(things: list[Thing]) -> type[Shelly]:
    channel = things[0].planned.device.address.channel
    if not isinstance(things[0], Unit):
        return Shelly
    return ShellyFanCoil if channel == "st802" else ShellyValve if channel.startswith("blutrv") else ShellyThermostat


def _told(things: list[Thing], days: Days, faults: Faults, chance: random.Random) -> Voice:
    device = things[0].planned.device
    if device.mapping is not None and any(is_sparkplug(signal.source.topic) for signal in device.mapping.signals):
        return Sparkplug(things, days, faults, chance)
    gateway = preset_of(device.mapping, device.address.name)
    if gateway in GATEWAYS:
        return GatewayUnit(things, days, faults, chance, gateway)
    return Mapped(things, days, faults, chance)

"""One device alone in its room and the engine beside it: what each family's devices are set to, and are told in its words."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from mapped_trip import AC, AC_COMMAND, MAPPINGS, MODBUS, OUTLET, OUTLET_COMMAND, RELAY_OFF, SET_TO_26

from daemon.configuration.build import build_policies, build_site
from daemon.configuration.load import parse
from daemon.silence import with_silence
from daemon.simulation.loop import Lockstep
from policies.control.effects import Effect, Record
from policies.office.office import Office
from policies.state import State
from sensors.device import Address
from sensors.families.gateways import preset
from sensors.mapping import Mapping
from sensors.readings import AnyReading
from sensors.registry import Registry
from sensors.virtual.building import VirtualOffice
from sensors.virtual.faults import NO_FAULTS, Faults
from sensors.virtual.office_yaml import office_yaml
from sensors.virtual.plan import Plan
from sensors.virtual.plans import room_plan
from sensors.virtual.units import Unit, UnitMode

OPEN = datetime(2026, 7, 7, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai, on a Tuesday."""
CLOSED = OPEN + timedelta(hours=9)


class Trip:
    """One device alone in its room, and the engine beside it."""

    def __init__(self, plan: Plan, start: datetime, faults: Faults = NO_FAULTS) -> None:
        configuration = parse(office_yaml(plan), file="round trip", directory=Path())
        self.registry = Registry(list(build_site(configuration).devices.values()), ZoneInfo(plan.timezone))
        site = with_silence(build_site(configuration), self.registry)
        self.office = VirtualOffice(plan, 1, faults)
        self.turns: list[str] = []
        self.outcomes: list[str] = []
        state = State(Office(site), build_policies(configuration))
        self.engine = Lockstep(self.office, self.registry, state, self._note)
        self.now = start
        self.run(timedelta(minutes=3))

    def run(self, span: timedelta) -> None:
        self.engine.run(self.now, self.now + span)
        self.now += span

    def ask(self) -> None:
        """What officed asks after a connect, and the answers."""
        for question in self.registry.greetings():
            self.engine._decode_later(self.office.hear(question.topic, question.payload, self.now))

    def told(self) -> list[tuple[str, str]]:
        """The commands that reached the device, each once: topic and payload."""
        told = ((one.topic, one.payload.decode("utf-8", "backslashreplace")) for one in self.office.truth.commands)
        return list(dict.fromkeys(told))

    def _note(self, _: datetime, __: State, ___: Sequence[AnyReading], effects: Sequence[Effect]) -> None:
        records = [effect for effect in effects if isinstance(effect, Record)]
        self.turns += [record.what for record in records]
        self.outcomes += [record.case.outcome for record in records if record.case.outcome]


class Climate(NamedTuple):
    """A unit that is set wrong: where it is, what is wrong with it, and the words that set it right."""

    piece: str
    address: Address
    mode: UnitMode
    wrong_celsius: float
    right_celsius: float
    words: Callable[[str], bool]
    topic: str
    gateway: str = "mitsubishi2mqtt"


UNITS = {
    "zigbee2mqtt, two setpoints": Climate(
        "cool2", Address("zigbee2mqtt", "room/ac"), "cool", 22.0, 26.0,
        lambda words: words == '{"occupied_cooling_setpoint":26}', "zigbee2mqtt/room/ac/set",
    ),
    "zigbee2mqtt, cools with a heating setpoint": Climate(
        "cool1", Address("zigbee2mqtt", "room/ac"), "cool", 22.0, 26.0,
        lambda words: words == '{"current_heating_setpoint":26}', "zigbee2mqtt/room/ac/set",
    ),
    "shelly_gen1, a valve": Climate(
        "cool2", Address("shelly_gen1", "shellytrv-1"), "heat", 24.0, 20.0,
        lambda words: words == "20", "shellies/shellytrv-1/thermostat/0/command/target_t",
    ),
    "esphome, one setpoint": Climate(
        "cool1", Address("esphome", "room-ac", "climate/split"), "cool", 22.0, 26.0,
        lambda words: words == "26", "room-ac/climate/split/target_temperature/command",
    ),
    "esphome, two setpoints": Climate(
        "cool2", Address("esphome", "floor/ac", "climate/split"), "heat", 23.0, 20.0,
        lambda words: words == "20", "floor/ac/climate/split/target_temperature_low/command",
    ),
    "homie": Climate(
        "cool1", Address("homie", "ac-1", "ac"), "cool", 22.0, 26.0,
        lambda words: words == "26", "homie/5/ac-1/ac/target/set",
    ),
    "homie in a domain of its own": Climate(
        "cool1", Address("homie", "ac-1", "ac", "house"), "cool", 22.0, 26.0,
        lambda words: words == "26", "house/5/ac-1/ac/target/set",
    ),
    "homie, version 4": Climate(
        "cool1", Address("homie", "ac-1", "ac", "homie4"), "cool", 22.0, 26.0,
        lambda words: words == "26", "homie4/ac-1/ac/target/set",
    ),
    "shelly_gen2, a wall display that cools": Climate(
        "cool1", Address("shelly_gen2", "shellywalldisplay-1"), "cool", 22.0, 26.0,
        lambda words: '"method":"Thermostat.SetConfig","params":{"config":{"id":0,"target_C":26}}' in words,
        "shellywalldisplay-1/rpc",
    ),
    "shelly_gen2, a wall display that heats": Climate(
        "cool1", Address("shelly_gen2", "floor/wall", "thermostat:0"), "heat", 24.0, 20.0,
        lambda words: '"method":"Thermostat.SetConfig","params":{"config":{"id":0,"target_C":20}}' in words,
        "floor/wall/rpc",
    ),
    "shelly_gen2, a fan coil of virtual components": Climate(
        "cool1", Address("shelly_gen2", "shellyst802-1", "st802"), "cool", 22.0, 26.0,
        lambda words: '"method":"Number.Set","params":{"id":203,"value":26}' in words,
        "shellyst802-1/rpc",
    ),
    "shelly_gen2, a valve behind a gateway": Climate(
        "cool2", Address("shelly_gen2", "shellyblugw-1", "blutrv:200"), "heat", 24.0, 20.0,
        lambda words: '"BluTRV.Call","params":{"id":200,"method":"TRV.SetTarget","params":{"id":0,"target_C":20}}' in words,
        "shellyblugw-1/rpc",
    ),
    "homeassistant, one setpoint": Climate(
        "cool1", Address("homeassistant", "split-1"), "cool", 22.0, 26.0,
        lambda words: words == '{"celsius": 26}', "devices/split-1/cooling/set",
    ),
    "homeassistant, two setpoints": Climate(
        "cool2", Address("homeassistant", "split-1", base="floor/ha"), "heat", 23.0, 20.0,
        lambda words: words == '{"celsius": 20}', "devices/split-1/heating/set",
    ),
    "homeassistant, two setpoints, the upper": Climate(
        "cool2", Address("homeassistant", "split-1"), "cool", 22.0, 26.0,
        lambda words: words == '{"celsius": 26}', "devices/split-1/cooling/set",
    ),
    "mapped, mitsubishi2mqtt": Climate(
        "cool1", Address("mapped", "hvac/North room"), "cool", 22.0, 26.0,
        lambda words: words == "26", "hvac/North room/temp/set",
    ),
    "mapped, swicago": Climate(
        "cool1", Address("mapped", "heatpump/1"), "cool", 22.0, 26.0,
        lambda words: json.loads(words) == {"temperature": 26}, "heatpump/1/set", "swicago",
    ),
    "mapped, wmp2mqtt": Climate(
        "cool1", Address("mapped", "001DC9A1B2C3"), "cool", 22.0, 26.0,
        lambda words: words == "26", "/cmnd/hvac/intesis/001DC9A1B2C3/settings/SETPTEMP", "wmp2mqtt",
    ),
    "mapped, coolmaster": Climate(
        "cool1", Address("mapped", "L1.100"), "cool", 22.0, 26.0,
        lambda words: words == "26", "homeassistant/climate/coolmaster_L1.100/set/temperature", "coolmaster",
    ),
    "mapped, daikin2mqtt": Climate(
        "cool1", Address("mapped", "North 1"), "heat", 24.0, 20.0,
        lambda words: json.loads(words) == {"set_temp": 20}, "daikin2mqtt/North 1/set/controls", "daikin2mqtt",
    ),
    "mapped, faikin": Climate(
        "cool1", Address("mapped", "Faikin/North room"), "cool", 22.0, 26.0,
        lambda words: words == "26", "Faikin/North room/command/temp", "faikin",
    ),
    "mapped, midea2mqtt": Climate(
        "cool1", Address("mapped", "north"), "cool", 22.0, 26.0,
        lambda words: words == "26", "midea2mqtt/north/set/targetTemperature", "midea2mqtt",
    ),
    "mapped, gree": Climate(
        "cool1", Address("mapped", "gree/north"), "cool", 22.0, 26.0,
        lambda words: words == "26", "gree/north/temperature/set", "gree",
    ),
    "mapped, a node of Sparkplug B": Climate(
        "cool1", AC, "cool", 22.0, 26.0,
        lambda words: words == SET_TO_26, AC_COMMAND,
    ),
}  # fmt: skip
PLUGS = {
    "zigbee2mqtt": (Address("zigbee2mqtt", "room/plug"), "zigbee2mqtt/room/plug/set", '{"state":"OFF"}'),
    "tasmota": (Address("tasmota", "plug_1"), "cmnd/plug_1/POWER", "OFF"),
    "tasmota, renamed": (Address("tasmota", "plug_1", base="%topic%/%prefix%/"), "plug_1/cmnd/POWER", "OFF"),
    "shelly_gen1": (Address("shelly_gen1", "shellyplug-1"), "shellies/shellyplug-1/relay/0/command", "off"),
    "shelly_gen2": (Address("shelly_gen2", "shelly-1"), "shelly-1/rpc", '"method":"Switch.Set","params":{"id":0,"on":false}'),
    "esphome": (
        Address("esphome", "plug", "switch/relay,sensor/relay_power,sensor/total=kWh"),
        "plug/switch/relay/command",
        "OFF",
    ),
    "homie": (Address("homie", "plug-1", "outlet"), "homie/5/plug-1/outlet/power/set", "false"),
    "homie, version 4": (Address("homie", "plug-1", "outlet", "homie4"), "homie4/plug-1/outlet/power/set", "false"),
    "homeassistant": (Address("homeassistant", "outlet-1"), "devices/outlet-1/relay/set", "OFF"),
    "mapped, a bridge of Modbus": (Address("mapped", "modbus/7"), "modbus/7/write", '{"coil":0,"value":false}'),
    "mapped, a node of Sparkplug B": (OUTLET, OUTLET_COMMAND, RELAY_OFF),
}  # fmt: skip


def unit_plan(climate: Climate) -> Plan:
    """A unit that no meter sees: its own word is all there is."""
    plan = room_plan(climate.piece, people=0)
    planned = next(one for one in plan.devices if one.device.kind == "climate")
    device = msgspec.structs.replace(
        planned.device,
        address=climate.address,
        meter=None,
        open_loop=climate.address.family == "tasmota",
        mapping=_mapping(climate),
        gateway="zigbee2mqtt" if climate.address.family == "zigbee2mqtt" else "",
    )
    return replace(plan, devices=(replace(planned, device=device),))


def plug_plan(address: Address) -> Plan:
    plan = room_plan("monitor", people=0)
    (planned,) = (one for one in plan.devices if one.device.kind == "plug")
    device = msgspec.structs.replace(
        planned.device,
        address=address,
        switchable=True,
        mapping=MAPPINGS.get(address, MODBUS) if address.family == "mapped" else None,
        gateway="zigbee2mqtt" if address.family == "zigbee2mqtt" else "",
    )
    return replace(plan, devices=(replace(planned, device=device),))


def wrong(climate: Climate, faults: Faults = NO_FAULTS) -> tuple[Trip, Unit]:
    plan = unit_plan(climate)
    trip = Trip(plan, OPEN, faults)
    (unit,) = trip.office.things.values()
    assert isinstance(unit, Unit)
    unit.set(trip.now.timestamp(), "person", on=True, mode=climate.mode, celsius=climate.wrong_celsius)
    trip.ask()
    return trip, unit


def _mapping(climate: Climate) -> Mapping | None:
    if climate.address.family != "mapped":
        return None
    return MAPPINGS.get(climate.address) or preset(climate.gateway, climate.address.name)

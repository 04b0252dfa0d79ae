"""One device in office.yaml: what it is, how its family finds it, and what may be done to it."""

from collections.abc import Mapping
from datetime import timedelta

from pydantic import Field

from daemon.configuration.mapped_entry import MappedEntry
from daemon.configuration.quantities import Flag, Length, Names, Slug, Topic
from daemon.configuration.section import Section
from sensors.device import FamilyName, Kind, Load

BASE_TOPICS: Mapping[FamilyName, str] = {
    "zigbee2mqtt": "zigbee2mqtt",
    "homie": "homie",
    "homeassistant": "homeassistant",
}
"""The families that have a base topic, and its default."""


class DeviceEntry(Section):
    """One device; its id is the key it stands under."""

    kind: Kind = Field(description="what it is: climate, plug, light, meter, occupancy, environment, …")
    family: FamilyName = Field(description="the dialect it speaks on MQTT: zigbee2mqtt, tasmota, shelly_gen2, …")
    address: Topic = Field(
        description="the family's own name: friendly name (zigbee2mqtt), topic (tasmota), prefix (shelly), queue (print_job), unique_id (homeassistant)"
    )
    channel: str = Field(
        default="",
        max_length=300,
        description="which part of it: endpoint l1, relay 2, component switch:0, light/ceiling; left out: the only one",
    )
    base_topic: Topic | None = Field(
        default=None, description="only zigbee2mqtt, homie, homeassistant: if it was changed there"
    )
    full_topic: str | None = Field(
        default=None,
        max_length=256,
        description="only tasmota: FullTopic if it was changed there, with %prefix% and %topic%",
    )
    zone: Slug = Field(description="id of the zone it stands in")
    load: Load | None = Field(
        default=None, description="what hangs on it; left out: air_conditioner, lighting or printer by kind, else other"
    )
    names: Names | None = Field(default=None, description="name of the device: one text, or one a language (en, zh_CN)")
    switchable: Flag = Field(
        default=False, description="true: it may be switched off; nothing is unless you say so here"
    )
    never_off: Flag = Field(default=False, description="true: nobody may ever switch it off, not even by mistake")
    outdoor: Flag = Field(default=False, description="a thermometer in the open air, not in a room")
    busy_signs: tuple[Slug, ...] = Field(
        default=(), max_length=8, description="devices whose word says that this one is at work (terminal, print queue)"
    )
    open_loop: Flag = Field(
        default=False, description="true for infrared: it reports what it was told, not what it did"
    )
    meter: Slug | None = Field(
        default=None, description="id of the device that measures its power, where that is another one"
    )
    standby_watts: float = Field(default=5.0, ge=0, le=100_000, description="below this it counts as off, in watts")
    busy_watts: float | None = Field(
        default=None, gt=0, le=100_000, description="above this it is at work and is not cut, in watts"
    )
    min_celsius: float | None = Field(default=None, ge=0, le=50, description="lowest setpoint it takes; left out: 16")
    max_celsius: float | None = Field(default=None, ge=0, le=50, description="highest setpoint it takes; left out: 30")
    step_celsius: float | None = Field(default=None, ge=0.1, le=5, description="step of its setpoint; left out: 0.5")
    silent_after: Length | None = Field(
        default=None,
        ge=timedelta(seconds=10),
        le=timedelta(days=31),
        description="silence after which it counts as not heard; left out: what is usual for its family",
    )
    mapped: MappedEntry | None = Field(
        default=None, description="only mapped: what its messages mean, or the name of a known gateway"
    )

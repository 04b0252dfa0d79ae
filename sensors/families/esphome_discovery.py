"""What an ESPHome node says about itself: `esphome/discover/<node>`, and the Home Assistant configs with its units.

The configs (retained) use Home Assistant's short keys; of a config only the unit, the class and, for a climate, its range
and modes are read. Topics of its own choice (`state_topic:`) are found here too.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from sensors import units
from sensors.device import Address, Device, Traits
from sensors.families.single_values import celsius, is_fahrenheit, parts
from sensors.family import NOBODY
from sensors.liveness import is_live
from sensors.messages import Message
from sensors.readings import Announced, AnyReading

_TEXT: Final = 60
_STEP: Final = (0.01, 10.0)
_STATES: Final = ("stat_t", "state_topic")
_TEMPERATURES: Final = (
    *("curr_temp_t", "current_temperature_topic", "temp_stat_t", "temperature_state_topic"),
    *("temp_lo_stat_t", "temperature_low_state_topic", "temp_hi_stat_t", "temperature_high_state_topic"),
)
_COOLS: Final = frozenset({"cool", "heat_cool"})
_HEATS: Final = frozenset({"heat", "heat_cool"})


class Described(msgspec.Struct, frozen=True):
    """What discovery told about a state topic."""

    unit: str = ""
    device_class: str = ""


def announced(named: Mapping[str, Sequence[Device]], node: str, message: Message) -> Sequence[AnyReading]:
    """A node that came up; only one that nobody has configured is worth a line."""
    # on the wire: {"ip":"192.0.2.7","name":"desk","version":"2026.8.0","board":"esp32","network":"wifi"}
    told = units.json_object(message.payload) if message.payload else {}
    name = told.get("name")
    if not isinstance(name, str) or not name or any(node == one.rpartition("/")[2] for one in named):
        return ()
    return (
        Announced(
            device=NOBODY,
            arrived_at=message.arrived_at,
            live=is_live(message),
            address=Address("esphome", name[:_TEXT]),
            traits=Traits(model=_text(told, "board", "platform")),
        ),
    )


def config_of(devices: Sequence[Device], message: Message) -> tuple[Mapping[str, Described], Sequence[AnyReading]]:
    """The units by state topic, and what a configured climate can do."""
    # on the wire: {"name":"Power","unit_of_meas":"W","dev_cla":"power","stat_t":"desk/sensor/power/state"}
    told = units.json_object(message.payload) if message.payload else {}
    _, component, _, identifier, _ = message.topic.split("/", 4)
    if component != "climate":
        topic = _text(told, *_STATES, limit=300)
        about = Described(_text(told, "unit_of_meas", "unit_of_measurement"), _text(told, "dev_cla", "device_class"))
        return ({_whole(topic, told): about} if topic else {}), ()
    unit = _text(told, "temp_unit", "temperature_unit")
    topics = (_text(told, key, limit=300) for key in _TEMPERATURES)
    described = {_whole(topic, told): Described(unit) for topic in topics if topic}
    mine = [one for one in devices if any(part.path == f"climate/{identifier}" for part in parts(one.address.channel))]
    traits = _traits(told, unit)
    live = is_live(message)
    return described, [
        Announced(device=one.id, arrived_at=message.arrived_at, live=live, address=one.address, traits=traits)
        for one in mine
    ]


def _traits(told: Mapping[str, object], unit: str) -> Traits:
    modes = told.get("modes")
    words = frozenset(one for one in modes if isinstance(one, str)) if isinstance(modes, list) else frozenset[str]()
    step = units.quantity(told.get("temp_step"), _STEP)
    return Traits(
        minimum_celsius=celsius(unit, told.get("min_temp"), units.SETPOINT_CELSIUS),
        maximum_celsius=celsius(unit, told.get("max_temp"), units.SETPOINT_CELSIUS),
        step_celsius=round(step / 1.8, 2) if step is not None and is_fahrenheit(unit) else step,
        can_cool=bool(words & _COOLS) if words else None,
        can_heat=bool(words & _HEATS) if words else None,
        can_switch_off="off" in words if words else None,
        words=unit,
    )


def _text(told: Mapping[str, object], *keys: str, limit: int = _TEXT) -> str:
    return next((value[:limit] for key in keys if isinstance(value := told.get(key), str)), "")


def _whole(topic: str, told: Mapping[str, object]) -> str:
    """A topic with its `~` written out."""
    base = told.get("~")
    return topic.replace("~", base) if isinstance(base, str) and topic.startswith("~") else topic

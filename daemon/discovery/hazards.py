"""Retained messages on command topics: left there by a test tool, they switch a device at every reconnect, for ever."""

from collections.abc import Iterable, Sequence

from paho.mqtt.client import topic_matches_sub

from sensors.device import Device, Traits
from sensors.families.mapped_commands import instructions_from
from sensors.messages import Message

COMMAND_FILTERS: Sequence[str] = (
    "cmnd/#",
    "+/cmnd/#",
    "+/+/cmnd/#",
    "zigbee2mqtt/+/set",
    "zigbee2mqtt/+/set/+",
    "zigbee2mqtt/+/+/set",
    "shellies/command",
    "shellies/+/command",
    "shellies/+/relay/+/command",
    "shellies/+/light/+/command",
    "shellies/+/thermostat/+/command/#",
    "+/rpc",
    "+/command",
    "+/command/#",
    "+/+/+/command",
    "+/climate/+/+/command",
    "homie/+/+/+/set",
    "homie/5/+/+/+/set",
)
"""Where the dialects that we speak take their commands."""

_SHOWN = 60


def learned_topics(devices: Iterable[Device], traits: Iterable[Traits]) -> Sequence[str]:
    """The command topics that a configuration or a discovery message names."""
    told = [device.mapping.instructions for device in devices if device.mapping is not None]
    told += [found for one in traits if (found := instructions_from(one.words)) is not None]
    each = (
        one
        for all_of in told
        for one in (all_of.off, all_of.setpoint, all_of.cooling_setpoint, all_of.heating_setpoint)
    )
    return sorted({one.topic for one in each if one is not None})


def hazards(messages: Iterable[Message], learned: Sequence[str]) -> list[str]:
    """A line for each retained message that commands something, with the way to remove it."""
    filters = (*COMMAND_FILTERS, *learned)
    kept = {one.topic: one.payload for one in messages if one.retained and one.payload}
    return [
        f"a retained message on {topic!r} ({_short(payload)}): its device obeys it at every reconnect; remove it with "
        f"mosquitto_pub -r -n -t {topic!r}"
        for topic, payload in sorted(kept.items())
        if any(topic_matches_sub(one, topic) for one in filters)
    ]


def _short(payload: bytes) -> str:
    text = payload[:_SHOWN].decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else "?" for letter in text)

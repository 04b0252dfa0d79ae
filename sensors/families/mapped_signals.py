"""From a message to readings by a Mapping: each signal of its topic is read, and what belongs together is one reading.

A signal that cannot be read is unknown, and takes no other signal with it.
"""

import re
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Pairs
from functools import partial
from typing import Final, get_args

import msgspec

from sensors import units
from sensors.conversion import NUMBERS, converted
from sensors.device import Device
from sensors.errors import PayloadError
from sensors.families.templates import UNKNOWN, Templates, walk
from sensors.liveness import is_live
from sensors.mapping import Mapping, Signal, Source
from sensors.messages import Message
from sensors.readings import (
    Action,
    AnyReading,
    Availability,
    Climate,
    Contact,
    Environment,
    Mode,
    Occupancy,
    Power,
    Reading,
    Water,
)

FLAGS: Final = frozenset({"is_on", "occupied", "open", "smoke", "leak", "online"})
WORDS: Final[Pairs[str, frozenset[str]]] = {"mode": frozenset(get_args(Mode)), "action": frozenset(get_args(Action))}
FIELDS: Final = frozenset({*NUMBERS, *FLAGS, *WORDS})
"""Everything that a signal may say."""

_PATH: Final = re.compile(r'([^.\[\]"]+)|\[(-?\d{1,6})\]|\["([^"\]]+)"\]')
_ROOM: Final = frozenset({"room_celsius", "humidity_percent", "is_on"})
_CLIMATE: Final = frozenset(
    {"mode", "action", "setpoint_celsius", "cooling_setpoint_celsius", "heating_setpoint_celsius"}
)
_CLASSES: Final[Pairs[str, type[Reading]]] = {
    "watts": Power,
    "energy_kwh_total": Power,
    "is_on": Power,
    "occupied": Occupancy,
    "open": Contact,
    "leak": Water,
    "litres_total": Water,
    "litres_per_minute": Water,
    "online": Availability,
}
_REQUIRED: Final[Pairs[type[Reading], str]] = {Occupancy: "occupied", Contact: "open", Availability: "online"}

Read = Callable[[Message], Sequence[AnyReading]]


class Online:
    """The last word of each source of a device's availability: several of them are one answer. Owned by one family."""

    def __init__(self, mode: str, sources: int) -> None:
        self._mode = mode
        self._sources = sources
        self._said: dict[int, bool] = {}

    def after(self, source: int, online: bool) -> bool | None:
        """The answer after this word; None where one that was never heard could turn it over."""
        self._said[source] = online
        if self._mode == "latest" or self._sources == 1:
            return online
        said = self._said.values()
        decided = self._mode != "all"
        if decided in said:
            return decided
        return not decided if len(self._said) == self._sources else None


def readers(device: Device, mapping: Mapping, templates: Templates) -> dict[str, Read]:
    """For each topic of the mapping the function that reads this device out of a message."""
    availability = [signal for signal in mapping.signals if signal.field == "online"]
    online = Online(mapping.availability, len(availability))
    by_topic: dict[str, list[Signal]] = {}
    for signal in mapping.signals:
        by_topic.setdefault(signal.source.topic, []).append(signal)
    ranged = mapping.instructions.ranged
    return {
        topic: partial(_read, device, signals, templates, online, availability, ranged)
        for topic, signals in by_topic.items()
    }


def steps_of(path: str) -> list[str | int] | None:
    """`a.b[0]["c.d"]` as steps; None where it is no path."""
    steps: list[str | int] = []
    at = 0
    while at < len(path):
        if path[at] == "." and steps:
            at += 1
        found = _PATH.match(path, at)
        if found is None:
            return None
        steps.append(int(found[2]) if found[2] is not None else found[1] or found[3])
        at = found.end()
    return steps


def understood(signal: Signal, value: object) -> object:
    """The value in our words and units; None where it is unknown."""
    if value is UNKNOWN or value is None:
        return None
    if signal.field in NUMBERS:
        return converted(value, signal.field, signal.unit, signal.scale, signal.offset)
    word = str(value).strip().lower()
    if signal.words:
        word = next((ours for theirs, ours in signal.words.items() if theirs.lower() == word), "")
    if signal.field in FLAGS:
        return units.truth(word if isinstance(value, str) or signal.words else value)
    return word if word in WORDS[signal.field] else None


def _read(
    device: Device,
    signals: Sequence[Signal],
    templates: Templates,
    online: Online,
    availability: Sequence[Signal],
    ranged: bool,
    message: Message,
) -> Sequence[AnyReading]:
    values = _values(message)
    said: dict[type[Reading], dict[str, object]] = {}
    for signal in signals:
        value = understood(signal, _found(signal.source, values, templates, message))
        fields = said.setdefault(_class_of(signal.field, device), {})
        if signal.field == "online" and isinstance(value, bool):
            value = online.after(availability.index(signal), value)
        if fields.get(signal.field) is None:
            fields[signal.field] = value
    live = is_live(message)
    readings: list[AnyReading] = []
    for kind, fields in said.items():
        required = _REQUIRED.get(kind)
        if required is not None and fields.get(required) is None:
            continue
        if kind is Climate and ranged and fields.get("mode") is not None:
            fields["memo"] = "range" if fields["mode"] == "heat_cool" else "single"
        common = {"device": device.id, "arrived_at": message.arrived_at, "live": live}
        readings.append(kind(**common, **fields))  # type: ignore[arg-type]  # `understood` has looked at each field
    return readings


def _values(message: Message) -> dict[str, object]:
    """What a template sees: `value`, and `value_json` where the payload is JSON."""
    if len(message.payload) > units.STATE_BYTES:
        raise PayloadError(f"{len(message.payload)} bytes, more than the {units.STATE_BYTES} that are read")
    values: dict[str, object] = {"value": units.text(message.payload, units.STATE_BYTES)}
    try:
        values["value_json"] = units.json_value(message.payload)
    except PayloadError:
        return values
    return values


def _found(source: Source, values: Pairs[str, object], templates: Templates, message: Message) -> object:
    if source.template:
        found = templates.render(source.template, values, message.arrived_at)
        return None if found in ("", "None", "none") else found
    if not source.path:
        return values["value"]
    if "value_json" not in values:
        raise PayloadError("not JSON")
    steps = steps_of(source.path)
    return UNKNOWN if steps is None else walk(values["value_json"], steps)


def _class_of(field: str, device: Device) -> type[Reading]:
    if field in _CLIMATE or (field in _ROOM and device.kind == "climate"):
        return Climate
    return _CLASSES.get(field, Environment)


def written_out(mapping: Mapping) -> str:
    """A mapping as text, for `Traits.words`."""
    return msgspec.json.encode(mapping.instructions).decode()

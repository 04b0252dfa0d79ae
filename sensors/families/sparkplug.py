"""Sparkplug B for `mapped` devices: a signal's topic is the device's DDATA (or the node's NDATA), its path a metric's name.

Births name the aliases that data use, deaths say that it is gone. What a signal sees is the metrics as one JSON object, so all
that a Mapping can say of JSON it can say here. A refusal names what is missing; a birth is asked for at every connect.
"""

import json
import math
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from sensors.device import Device
from sensors.errors import PayloadError
from sensors.families.sparkplug_wire import Metric, Value, read, typed, written
from sensors.liveness import is_live
from sensors.messages import Message, Outgoing
from sensors.readings import AnyReading, Availability

PREFIX = "spBv1.0/"
_SHORTEST = 4
_REBIRTH = written("Node Control/Rebirth", 11, value=True)


def is_sparkplug(topic: str) -> bool:
    """Whether a mapping's topic is one of Sparkplug's data topics."""
    parts = topic.split("/")
    return (
        topic.startswith(PREFIX)
        and len(parts) == _SHORTEST + (parts[2:3] == ["DDATA"])
        and parts[2] in {"NDATA", "DDATA"}
    )


def heard_with(topic: str) -> tuple[str, ...]:
    """The data topic, and those of the births and deaths without which it means nothing."""
    _, group, _, node, *device = topic.split("/")
    own = tuple(f"{PREFIX}{group}/D{word}/{node}/{device[0]}" for word in ("BIRTH", "DEATH")) if device else ()
    return (topic, f"{PREFIX}{group}/NBIRTH/{node}", f"{PREFIX}{group}/NDEATH/{node}", *own)


def rebirth(topic: str) -> Outgoing:
    """Ask the node of this data topic to say again what it has: a question, it changes nothing."""
    _, group, _, node, *_ = topic.split("/")
    return Outgoing(f"{PREFIX}{group}/NCMD/{node}", _REBIRTH)


class Session:
    """What the last births of one device, or node, have said. One thread."""

    def __init__(self, device: Device, topic: str, read_json: Callable[[Message], Sequence[AnyReading]]) -> None:
        self._device, self._topic, self._read_json = device, topic, read_json
        self._birth = "DBIRTH" if "/DDATA/" in topic else "NBIRTH"
        self._names: dict[int, str] = {}
        self._types: dict[str, int] = {}
        self._session: Value | None = None

    def decode(self, message: Message) -> Sequence[AnyReading]:
        """A birth, data or death. Raises PayloadError."""
        metrics = read(message.payload)
        verb = message.topic.split("/")[2]
        if verb.endswith("DEATH"):
            return self._dies(verb, metrics, message)
        if verb == "NBIRTH":
            self._session = next((one.value for one in metrics if one.name == "bdSeq"), None)
            self._forget()
        if verb == self._birth:
            self._names = {one.alias: one.name for one in metrics if one.alias is not None and one.name}
            self._types = {one.name: one.datatype for one in metrics if one.name}
        elif verb == "NBIRTH":
            return ()
        readings = self._values(metrics, message)
        return [self._online(message, online=True), *readings] if verb == self._birth else readings

    def encode(self, outgoing: Outgoing) -> Outgoing:
        """The command, a JSON object with one metric, as protobuf. Raises ValueError where its type is not known."""
        told = json.loads(outgoing.payload)
        if not isinstance(told, dict) or len(told) != 1:
            raise ValueError("its command is no JSON object with one metric")
        ((name, value),) = told.items()
        if name not in self._types:
            raise ValueError(f"no birth has named the metric {name!r} yet")
        return replace(outgoing, payload=written(name, self._types[name], value))

    def _dies(self, verb: str, metrics: Sequence[Metric], message: Message) -> Sequence[AnyReading]:
        if verb == "NDEATH":
            session = next((one.value for one in metrics if one.name == "bdSeq"), None)
            if self._session is not None and session != self._session:
                raise PayloadError("the death of an older session")
        self._forget()
        return [self._online(message, online=False)]

    def _forget(self) -> None:
        """A node's birth, or a death, ends what was named before: an alias may mean something else from now on."""
        self._names, self._types = {}, {}

    def _values(self, metrics: Sequence[Metric], message: Message) -> Sequence[AnyReading]:
        values: dict[str, Value | None] = {}
        unnamed: int | None = None
        for one in metrics:
            name = one.name or self._names.get(-1 if one.alias is None else one.alias, "")
            if not name:
                unnamed = one.alias
            elif not one.historical:
                value = typed(one.value, one.datatype or self._types.get(name, 0))
                values[name] = None if isinstance(value, float) and not math.isfinite(value) else value
        if unnamed is not None and not values:
            raise PayloadError(f"alias {unnamed} was named by no birth")
        if not values:
            return ()
        as_json = json.dumps(values, ensure_ascii=False).encode("utf-8", "replace")
        return self._read_json(replace(message, topic=self._topic, payload=as_json))

    def _online(self, message: Message, *, online: bool) -> Availability:
        return Availability(device=self._device.id, arrived_at=message.arrived_at, live=is_live(message), online=online)

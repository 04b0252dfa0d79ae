"""Shelly Gen2 and later: `<prefix>/events/rpc`, `<prefix>/status/<component>`, RPC. Source: shelly-api-docs.shelly.cloud/gen2.

With factory settings only changes come: a message without `output` says nothing about output. Counters are in Wh.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Final

from sensors import stamps, units
from sensors.commands import Command
from sensors.device import Address, Device, FamilyName, Traits
from sensors.families.shelly_calls import OURS, commanded, question, question_id
from sensors.families.shelly_components import Types, configured, said_by, thermostat_type, wanted_by
from sensors.family import NOBODY, Decoder
from sensors.liveness import hear
from sensors.messages import Message, Outgoing
from sensors.readings import Announced, AnyReading, Availability, CommandReply

_REPLIES: Final = f"{OURS}/rpc"
_EVENTS: Final = "/events/rpc"
_ONLINE: Final = "/online"
_STATUS: Final = "Shelly.GetStatus"
_CONFIG: Final = "Shelly.GetConfig"
_IDS_REMEMBERED: Final = 20_000
_WORDS: Final = 300


class ShellyGen2:
    """The family. `address.name` is the topic prefix, `address.channel` the component (default: the kind's first).

    It learns by listening: the id of a device that has a topic prefix of its own, because replies name the id only; and
    whether a thermostat heats or cools, because only its configuration tells.
    """

    name: FamilyName = "shelly_gen2"
    silent_after = timedelta(hours=1)

    def __init__(self, site_zone: tzinfo | None = None) -> None:
        del site_zone  # stamps of this family count seconds
        self._known: tuple[Mapping[Address, Device], dict[str, list[Device]]] | None = None
        self._prefixes: dict[str, str] = {}
        self._types: Types = {}

    def subscriptions(self, devices: Sequence[Device]) -> Sequence[str]:
        """Per device its changes, its components and its last will; one topic for the replies to our calls."""
        names = sorted({device.address.name for device in devices if device.address.family == self.name})
        topics = [f"{name}/{tail}" for name in names for tail in ("events/rpc", "status/+", "online")]
        return [*topics, _REPLIES] if topics else []

    def greetings(self, devices: Sequence[Device]) -> Sequence[Outgoing]:
        """`Shelly.GetStatus`, since only changes come by themselves; of thermostats the configuration, which has their type."""
        ours = [device for device in devices if device.address.family == self.name]
        names = sorted({device.address.name for device in ours})
        typed = sorted({one.address.name for one in ours if wanted_by(one).startswith("thermostat:")})
        return [*(question(name, _CONFIG) for name in typed), *(question(name, _STATUS) for name in names)]

    def route(self, topic: str, devices: Mapping[Address, Device]) -> Decoder | None:
        """The decoder of a notification, a component's status, a last will or a reply."""
        named = self._named(devices)
        if topic == _REPLIES:
            asked = {question_id(name, method): (name, method) for name in named for method in (_STATUS, _CONFIG)}
            return partial(self._reply, named, asked)
        if topic.endswith(_EVENTS) and (ours := named.get(topic.removesuffix(_EVENTS))):
            return partial(self._notified, ours)
        if topic.endswith(_ONLINE) and (ours := named.get(topic.removesuffix(_ONLINE))):
            return partial(_will, ours)
        head, found, component = topic.rpartition("/status/")
        ours = named.get(head, []) if found else []
        return partial(self._status, ours, component) if ours and "/" not in component else None

    def encode(self, command: Command, device: Device, traits: Traits | None, memo: str) -> Sequence[Outgoing]:
        """One RPC, numbered after the command, to `<prefix>/rpc`."""
        del memo
        return commanded(command, device, wanted_by(device), traits)

    def _named(self, devices: Mapping[Address, Device]) -> dict[str, list[Device]]:
        if self._known is None or self._known[0] is not devices:
            named: dict[str, list[Device]] = {}
            for address, device in devices.items():
                if address.family == self.name:
                    named.setdefault(address.name, []).append(device)
            self._known = (devices, named)
        return self._known[1]

    def _notified(self, devices: Sequence[Device], message: Message) -> Sequence[AnyReading]:
        # on the wire: {"src":"plug-1","method":"NotifyStatus","params":{"ts":1772410500.25,"switch:0":{"apower":61.2}}}
        said = units.json_object(message.payload)
        parameters = said.get("params")
        self._learn_id(said.get("src"), devices[0].address.name)
        if said.get("method") not in ("NotifyStatus", "NotifyFullStatus") or not isinstance(parameters, dict):
            return ()
        return self._components(devices, parameters, message, stamps.epoch(parameters.get("ts")))

    def _status(self, devices: Sequence[Device], component: str, message: Message) -> Sequence[AnyReading]:
        # plug-1/status/switch:0 -> {"id":0,"output":true,"apower":61.2,"aenergy":{"total":7258.5,"minute_ts":1772410500}}
        return self._components(devices, {component: units.json_object(message.payload)}, message, None)

    def _components(
        self, devices: Sequence[Device], components: Mapping[str, object], message: Message, at: datetime | None
    ) -> Sequence[AnyReading]:
        heard = hear(message, stamps.believed(at, message.arrived_at))
        return [reading for device in devices for reading in said_by(components, device, heard, self._types)]

    def _reply(
        self, named: Mapping[str, Sequence[Device]], asked: Mapping[int, tuple[str, str]], message: Message
    ) -> Sequence[AnyReading]:
        # on the wire: {"id":1804289383,"src":"plug-1","dst":"officed","result":{"was_on":true}}
        said = units.json_object(message.payload)
        number, source, result = (said.get(key) for key in ("id", "src", "result"))
        name, method = asked.get(number, ("", "")) if type(number) is int else ("", "")
        if name:
            self._learn_id(source, name)
            return self._answer(named[name], method, result, message) if isinstance(result, dict) else ()
        devices = named.get(self._prefixes.get(source, source), ()) if isinstance(source, str) else ()
        system = result.get("sys") if isinstance(result, dict) else None
        status: Sequence[AnyReading] = ()
        if isinstance(result, dict) and isinstance(system, dict) and "unixtime" in system:
            status = self._answer(devices, _STATUS, result, message)
        return [*status, *_accepted(devices, said, message)]

    def _answer(
        self, devices: Sequence[Device], method: str, result: Mapping[str, object], message: Message
    ) -> Sequence[AnyReading]:
        if method == _STATUS:
            system = result.get("sys")
            at = stamps.epoch(system.get("unixtime")) if isinstance(system, dict) else None
            return self._components(devices, result, message, at)
        heard = hear(message)
        readings: list[AnyReading] = []
        for device in devices:
            traits = thermostat_type(result, device, self._types)
            if traits is not None:
                readings.append(Announced(device=device.id, **heard._asdict(), address=device.address, traits=traits))
                readings.extend(said_by(configured(result, device), device, heard, self._types))
        return readings

    def _learn_id(self, source: object, name: str) -> None:
        if isinstance(source, str) and source != name and len(self._prefixes) < _IDS_REMEMBERED:
            self._prefixes[source] = name


def _will(devices: Sequence[Device], message: Message) -> Sequence[AnyReading]:
    online = units.truth(units.text(message.payload))
    if online is None:
        return ()
    heard = hear(message)
    return [Availability(device=device.id, **heard._asdict(), online=online) for device in devices]


def _accepted(devices: Sequence[Device], said: Mapping[str, object], message: Message) -> Sequence[AnyReading]:
    number, error = said.get("id"), said.get("error")
    if type(number) is not int or (not isinstance(error, dict) and "result" not in said):
        return ()
    words = error.get("message") if isinstance(error, dict) else ""
    heard = hear(message)
    return [
        CommandReply(
            device=device,
            **heard._asdict(),
            accepted=not isinstance(error, dict),
            command=str(number)[:_WORDS],
            words=words[:_WORDS] if isinstance(words, str) else "",
        )
        # a device whose id we have not heard yet is nobody; the number still says which command it was
        for device in ([one.id for one in devices] or [NOBODY])
    ]

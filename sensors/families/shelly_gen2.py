"""Shelly Gen2 and later: `<prefix>/events/rpc`, `<prefix>/status/<component>`, RPC. Source: shelly-api-docs.shelly.cloud/gen2.

With factory settings only changes come: a message without `output` says nothing about output. Counters are in Wh.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Final
from zlib import crc32

import msgspec

from sensors import stamps, units
from sensors.commands import Command, CommandId, SetSetpoint
from sensors.device import Address, Device, FamilyName, Traits
from sensors.families.shelly_components import default_component, said_by
from sensors.family import NOBODY, Decoder, Refused
from sensors.liveness import hear
from sensors.messages import Message, Outgoing
from sensors.readings import AnyReading, Availability, CommandReply
from sensors.setpoints import fitted

OURS: Final = "officed"
"""The `src` of our calls: replies come on `officed/rpc`."""

_REPLIES: Final = f"{OURS}/rpc"
_EVENTS: Final = "/events/rpc"
_ONLINE: Final = "/online"
_IDS_REMEMBERED: Final = 20_000
_SETTERS: Final[Mapping[str, str]] = {
    "switch": "Switch.Set",
    "light": "Light.Set",
    "rgbw": "RGBW.Set",
    "cct": "CCT.Set",
}
_WORDS: Final = 300


class ShellyGen2:
    """The family. `address.name` is the topic prefix, `address.channel` the component (default: the kind's first).

    It learns one thing by listening: the id of a device that has a topic prefix of its own, because replies name the id only.
    """

    name: FamilyName = "shelly_gen2"
    silent_after = timedelta(hours=1)

    def __init__(self, site_zone: tzinfo | None = None) -> None:
        del site_zone  # stamps of this family count seconds
        self._known: tuple[Mapping[Address, Device], dict[str, list[Device]]] | None = None
        self._prefixes: dict[str, str] = {}

    def subscriptions(self, devices: Sequence[Device]) -> Sequence[str]:
        """Per device its changes, its components and its last will; one topic for the replies to our calls."""
        names = sorted({device.address.name for device in devices if device.address.family == self.name})
        topics = [f"{name}/{tail}" for name in names for tail in ("events/rpc", "status/+", "online")]
        return [*topics, _REPLIES] if topics else []

    def route(self, topic: str, devices: Mapping[Address, Device]) -> Decoder | None:
        """The decoder of a notification, a component's status, a last will or a reply."""
        named = self._named(devices)
        if topic == _REPLIES:
            return partial(_reply, named, self._prefixes)
        if topic.endswith(_EVENTS) and (ours := named.get(topic.removesuffix(_EVENTS))):
            return partial(_notified, ours, self._prefixes)
        if topic.endswith(_ONLINE) and (ours := named.get(topic.removesuffix(_ONLINE))):
            return partial(_will, ours)
        head, found, component = topic.rpartition("/status/")
        ours = named.get(head, []) if found else []
        return partial(_status, ours, component) if ours and "/" not in component else None

    def encode(self, command: Command, device: Device, traits: Traits | None, memo: str) -> Sequence[Outgoing]:
        """One RPC, numbered after the command, to `<prefix>/rpc`."""
        del memo
        component = device.address.channel or default_component(device)
        kind, _, number = component.partition(":")
        if not number.isdecimal():
            raise Refused(f"{component or device.kind} is not a component that takes commands")
        method, parameters = _call(command, device, traits, kind, int(number))
        call = {"id": rpc_id(command.id), "src": OURS, "method": method, "params": parameters}
        return (Outgoing(topic=f"{device.address.name}/rpc", payload=msgspec.json.encode(call)),)

    def _named(self, devices: Mapping[Address, Device]) -> dict[str, list[Device]]:
        if self._known is None or self._known[0] is not devices:
            named: dict[str, list[Device]] = {}
            for address, device in devices.items():
                if address.family == self.name:
                    named.setdefault(address.name, []).append(device)
            self._known = (devices, named)
        return self._known[1]


def rpc_id(command: CommandId) -> int:
    """The number of a call: the same command gives the same number, in 31 bits."""
    return crc32(command.encode()) & 0x7FFFFFFF


def _call(
    command: Command, device: Device, traits: Traits | None, kind: str, number: int
) -> tuple[str, Mapping[str, object]]:
    remedy = command.remedy
    if isinstance(remedy, SetSetpoint):
        told = traits or Traits()
        own = (device.minimum_celsius, device.maximum_celsius, device.step_celsius)
        limits = (told.minimum_celsius, told.maximum_celsius, told.step_celsius)
        low, high, step = (of if of is not None else otherwise for of, otherwise in zip(limits, own, strict=True))
        celsius = fitted(remedy.celsius, remedy.side, (low, high, step))
        wire = int(celsius) if celsius.is_integer() else celsius
        if kind == "thermostat":
            return "Thermostat.SetConfig", {"config": {"id": number, "target_C": wire}}
        if kind == "blutrv":
            return "BluTRV.Call", {"id": number, "method": "TRV.SetTarget", "params": {"id": 0, "target_C": wire}}
        raise Refused(f"{kind} has no setpoint")
    if kind == "thermostat":
        return "Thermostat.SetConfig", {"config": {"id": number, "enable": False}}
    if kind not in _SETTERS:
        raise Refused(f"{kind} is not switched off")
    return _SETTERS[kind], {"id": number, "on": False}


def _notified(devices: Sequence[Device], prefixes: dict[str, str], message: Message) -> Sequence[AnyReading]:
    # on the wire: {"src":"plug-1","method":"NotifyStatus","params":{"ts":1772410500.25,"switch:0":{"id":0,"apower":61.2}}}
    said = units.json_object(message.payload)
    parameters, source = said.get("params"), said.get("src")
    name = devices[0].address.name
    if isinstance(source, str) and source != name and len(prefixes) < _IDS_REMEMBERED:
        prefixes[source] = name
    if said.get("method") not in ("NotifyStatus", "NotifyFullStatus") or not isinstance(parameters, dict):
        return ()
    return _components(devices, parameters, message, stamps.epoch(parameters.get("ts")))


def _status(devices: Sequence[Device], component: str, message: Message) -> Sequence[AnyReading]:
    # plug-1/status/switch:0 -> {"id":0,"output":true,"apower":61.2,"aenergy":{"total":7258.5,"minute_ts":1772410500}}
    return _components(devices, {component: units.json_object(message.payload)}, message, None)


def _components(
    devices: Sequence[Device], components: Mapping[str, object], message: Message, at: datetime | None
) -> Sequence[AnyReading]:
    heard = hear(message, stamps.believed(at, message.arrived_at))
    return [reading for device in devices for reading in said_by(components, device, heard)]


def _will(devices: Sequence[Device], message: Message) -> Sequence[AnyReading]:
    online = units.truth(units.text(message.payload))
    if online is None:
        return ()
    heard = hear(message)
    return [Availability(device=device.id, **heard._asdict(), online=online) for device in devices]


def _reply(
    named: Mapping[str, Sequence[Device]], prefixes: Mapping[str, str], message: Message
) -> Sequence[AnyReading]:
    # on the wire: {"id":1804289383,"src":"plug-1","dst":"officed","result":{"was_on":true}}
    said = units.json_object(message.payload)
    number, source, result, error = (said.get(key) for key in ("id", "src", "result", "error"))
    devices = named.get(prefixes.get(source, source), ()) if isinstance(source, str) else ()
    status: Sequence[AnyReading] = ()
    if isinstance(result, dict) and isinstance(result.get("sys"), dict):
        status = _components(devices, result, message, stamps.epoch(result["sys"].get("unixtime")))
    if type(number) is not int or (result is None and not isinstance(error, dict) and "result" not in said):
        return status
    words = error.get("message") if isinstance(error, dict) else ""
    heard = hear(message)
    return [
        *status,
        *(
            CommandReply(
                device=device,
                **heard._asdict(),
                accepted=not isinstance(error, dict),
                command=str(number)[:_WORDS],
                words=words[:_WORDS] if isinstance(words, str) else "",
            )
            # a device whose id we have not heard yet is nobody; the number still says which command it was
            for device in ([one.id for one in devices] or [NOBODY])
        ),
    ]

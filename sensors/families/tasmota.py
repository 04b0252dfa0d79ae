"""Tasmota: `tele/<topic>/…` and `stat/<topic>/…`, in whatever order FullTopic puts them. Source: tasmota.github.io/docs, MQTT.

A relay answers on `stat`, at once and reliably. A split unit behind infrared answers that the code was *sent*, nothing more.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Final

from sensors import stamps, units
from sensors.commands import Command, SetSetpoint
from sensors.device import Address, Device, FamilyName, Traits
from sensors.families.tasmota_discovery import DISCOVERY, StateWords, discovered, head_of
from sensors.families.tasmota_infrared import encode_infrared, heard_infrared, sent_infrared
from sensors.families.tasmota_plugs import plug_decoder
from sensors.families.tasmota_values import energy_of, is_relay_key, sensed, zigbee_of
from sensors.family import Decoder, Refused
from sensors.liveness import Heard, hear, is_live
from sensors.messages import Message, Outgoing
from sensors.readings import AnyReading, Availability, CommandReply, Power

_SWITCHED: Final = ("plug", "light", "meter")


class Tasmota:
    """The family. It learns one thing by listening: the words that a device's StateText puts in the place of ON and OFF."""

    name: FamilyName = "tasmota"
    silent_after = timedelta(minutes=16)
    """Three telemetry periods of 300 s, and one minute."""

    def __init__(self, site_zone: tzinfo | None = None) -> None:
        self._zone = site_zone
        self._known: tuple[Mapping[Address, Device], dict[str, list[Device]]] | None = None
        self._words: dict[str, StateWords] = {}

    def subscriptions(self, devices: Sequence[Device]) -> Sequence[str]:
        """What each topic tells and answers, and the discovery of all."""
        addresses = {device.address for device in devices if device.address.family == self.name}
        heads = {head_of(address, prefix) for address in addresses for prefix in ("tele", "stat")}
        return [*(f"{head}+" for head in sorted(heads)), f"{DISCOVERY}+/config"]

    def route(self, topic: str, devices: Mapping[Address, Device]) -> Decoder | None:
        """The decoder of one leaf (`STATE`, `SENSOR`, `POWER2`, …) for the devices that share its topic."""
        if topic.startswith(DISCOVERY):
            return partial(self._discovery, devices) if topic.endswith("/config") else None
        head, slash, leaf = topic.rpartition("/")
        ours = self._heads(devices).get(head + slash)
        if not ours:
            return None
        name = ours[0].address.name
        if leaf == "LWT":
            return partial(self._will, name, ours)
        if is_relay_key(leaf):
            return partial(self._relay, name, ours, leaf)
        if leaf in ("STATE", "SENSOR", "RESULT", "IRHVAC"):
            long_way = partial(self._object, name, ours)
            if len(ours) == 1 and ours[0].kind in _SWITCHED and ours[0].address.channel in ("", "1"):
                return plug_decoder(ours[0], long_way, self._stamp, partial(self._words.get, name))
            return long_way
        if leaf in ("STATUS0", "STATUS8", "STATUS10", "STATUS11"):
            return partial(self._status, name, ours)
        return None

    def encode(self, command: Command, device: Device, traits: Traits | None, memo: str) -> Sequence[Outgoing]:
        """`POWER<n>` OFF for a relay; for an air conditioner behind infrared its whole last state with one field changed."""
        del traits
        head = head_of(device.address, "cmnd")
        if device.kind == "climate":
            return (Outgoing(topic=f"{head}IRHVAC", payload=encode_infrared(command.remedy, memo)),)
        if isinstance(command.remedy, SetSetpoint):
            raise Refused(f"a {device.kind} has no setpoint")
        channel = device.address.channel
        if device.kind not in _SWITCHED or (channel and not channel.isdecimal()):
            raise Refused(f"a {device.kind} is not switched off")
        return (Outgoing(topic=f"{head}POWER{channel}", payload=b"OFF"),)

    def _heads(self, devices: Mapping[Address, Device]) -> dict[str, list[Device]]:
        if self._known is None or self._known[0] is not devices:
            heads: dict[str, list[Device]] = {}
            for address, device in devices.items():
                if address.family == self.name:
                    for prefix in ("tele", "stat"):
                        heads.setdefault(head_of(address, prefix), []).append(device)
            self._known = (devices, heads)
        return self._known[1]

    def _stamp(self, value: object, arrived_at: datetime) -> datetime | None:
        """`Time`: local without a zone, unless SetOption52 adds one; 1970 until the clock is set."""
        return stamps.believed(stamps.wall_clock(value, self._zone, arrived_at), arrived_at)

    def _object(self, name: str, devices: Sequence[Device], message: Message) -> Sequence[AnyReading]:
        return self._said_by_all(name, devices, units.json_object(message.payload), message)

    def _status(self, name: str, devices: Sequence[Device], message: Message) -> Sequence[AnyReading]:
        # on the wire: {"StatusSNS":{"Time":"2026-03-02T08:15:00","ENERGY":{"Total":12.3,"Power":61}}}
        values = units.json_object(message.payload)
        parts = [part for key in ("StatusSNS", "StatusSTS") if isinstance(part := values.get(key), dict)]
        return [reading for part in parts for reading in self._said_by_all(name, devices, part, message)]

    def _said_by_all(
        self, name: str, devices: Sequence[Device], values: Mapping[str, object], message: Message
    ) -> Sequence[AnyReading]:
        words = self._words.get(name)
        at = values.get("Time")
        heard = hear(message, None if at is None else self._stamp(at, message.arrived_at))
        if len(devices) == 1:
            return _said(values, devices[0], words, heard, alone=True)
        return [one for device in devices for one in _said(values, device, words, heard, alone=False)]

    def _relay(self, name: str, devices: Sequence[Device], leaf: str, message: Message) -> Sequence[AnyReading]:
        # stat/plug-3/POWER -> ON, or with SetOption4 {"POWER":"ON"}
        said = units.text(message.payload)
        values = units.json_object(message.payload) if said.startswith("{") else {leaf: said}
        words = self._words.get(name)
        return [power for one in devices for power in _relay_state(values, one, words, hear(message))]

    def _will(self, name: str, devices: Sequence[Device], message: Message) -> Sequence[AnyReading]:
        words = self._words.get(name) or StateWords()
        online = words.online(units.text(message.payload))
        if online is None:
            return ()
        live = is_live(message)
        return [Availability(device=one.id, arrived_at=message.arrived_at, live=live, online=online) for one in devices]

    def _discovery(self, devices: Mapping[Address, Device], message: Message) -> Sequence[AnyReading]:
        announced, learned = discovered(devices, message)
        self._words.update(learned)
        return announced


def _said(
    values: Mapping[str, object], device: Device, words: StateWords | None, heard: Heard, *, alone: bool
) -> Sequence[AnyReading]:
    """What one JSON object (a STATE, a SENSOR, a RESULT) says about one device."""
    if device.kind in _SWITCHED:
        metered = values.get("ENERGY")
        if type(metered) is dict:
            return energy_of(metered, device, heard, alone=alone)
        states = _relay_state(values, device, words, heard)
        if states:
            return states
    refused = values.get("Command")
    if refused in ("Unknown", "Error"):
        return (CommandReply(device=device.id, **heard._asdict(), accepted=False, words=f"command {refused}"),)
    zigbee = values.get("ZbReceived")
    if isinstance(zigbee, dict):
        return zigbee_of(zigbee, device, heard)
    if device.kind == "climate":
        received, sent = values.get("IrReceived"), values.get("IRHVAC")
        if isinstance(received, dict):
            return heard_infrared(received.get("IRHVAC"), device, heard)
        if sent is not None:
            return sent_infrared(sent, device, heard)
    return sensed(values, device, heard)


def _relay_state(
    values: Mapping[str, object], device: Device, words: StateWords | None, heard: Heard
) -> Sequence[AnyReading]:
    if device.kind not in _SWITCHED:
        return ()
    channel = device.address.channel
    value = values.get(f"POWER{channel}")
    if value is None and channel in ("", "1"):
        value = values.get("POWER" if channel else "POWER1")
    if value is None:
        return ()
    is_on = units.truth(value) if words is None else words.is_on(value)
    return (
        Power(device=device.id, arrived_at=heard.arrived_at, device_at=heard.device_at, live=heard.live, is_on=is_on),
    )

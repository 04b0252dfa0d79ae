"""What Zigbee2MQTT says about itself and about whom it knows: state, inventory, log, availability.

`bridge/devices` is the inventory with everything each device exposes; it comes retained, and may be megabytes long.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from sensors import units
from sensors.device import Address, Device, DeviceId
from sensors.errors import PayloadError
from sensors.family import NOBODY, Decoder
from sensors.liveness import is_live
from sensors.messages import Message
from sensors.readings import Announced, AnyReading, Availability, CommandReply, Gateway
from sensors.setpoints import channels, traits_from, words_from

BASE: Final = "zigbee2mqtt"
"""The base topic unless the configuration says another."""

Named = Mapping[str, Sequence[Device]]
"""The configured devices of one base topic by friendly name; several where they are channels of one."""


class Inventory:
    """What only `bridge/devices` tells, by base topic and friendly name."""

    def __init__(self) -> None:
        self.litres: dict[tuple[str, str], float] = {}
        """How many litres a water counter's unit has."""
        self.presets: set[tuple[str, str, str]] = set()
        """The thermostats (with their endpoint) whose power switch is called `preset`."""


_ONLINE: Final[Mapping[str, bool]] = {"online": True, "offline": False}
_FAILED: Final = re.compile(
    r"publish 'set' '[^']*' to '(.+?)' failed|no converter available for .{1,200}? on '(.+?)'", re.IGNORECASE
)
_LOG_LENGTH: Final = 4096
_WORDS: Final = 300
_LITRES: Final[Mapping[str, float]] = {"l": 1.0, "L": 1.0, "m³": 1000.0, "m3": 1000.0}


def bridge_decoder(base: str, leaf: str, named: Named, inventory: Inventory) -> Decoder | None:
    """The decoder of `<base>/bridge/<leaf>`, where it is one of the three that we read."""
    if leaf == "state":
        return partial(_gateway, base)
    if leaf == "logging":
        return partial(_logging, named)
    if leaf == "devices":
        return partial(_inventory, base, named, inventory)
    return None


def availability(devices: Sequence[Device], message: Message) -> Sequence[AnyReading]:
    """`<base>/<name>/availability`: the bridge's ping, for all channels of a device."""
    online = _is_online(message)
    if online is None:
        return ()
    live = is_live(message)
    return [Availability(device=one.id, arrived_at=message.arrived_at, live=live, online=online) for one in devices]


def _is_online(message: Message) -> bool | None:
    """{"state":"online"} since 2.0, `online` before; empty (a renamed device's old topic) and other words: None."""
    word: object = units.text(message.payload)
    if isinstance(word, str) and word.startswith("{"):
        word = units.json_object(message.payload).get("state")
    return _ONLINE.get(word.lower()) if isinstance(word, str) else None


def _gateway(base: str, message: Message) -> Sequence[AnyReading]:
    online = _is_online(message)
    if online is None:
        return ()
    return (Gateway(device=DeviceId(base), arrived_at=message.arrived_at, live=is_live(message), online=online),)


def _logging(named: Named, message: Message) -> Sequence[AnyReading]:
    # on the wire: {"level":"error","message":"z2m: Publish 'set' 'state' to 'Plug 3' failed: 'timeout'"}
    said = units.json_object(message.payload)
    words = said.get("message")
    if said.get("level") != "error" or not isinstance(words, str):
        return ()
    failed = _FAILED.search(words[:_LOG_LENGTH])
    devices = named.get(failed[1] or failed[2], ()) if failed else ()
    live = is_live(message)
    return [
        CommandReply(device=one.id, arrived_at=message.arrived_at, live=live, accepted=False, words=words[:_WORDS])
        for one in devices
    ]


def _inventory(base: str, named: Named, inventory: Inventory, message: Message) -> Sequence[AnyReading]:
    listed = units.json_value(message.payload, units.INVENTORY_BYTES)
    if not isinstance(listed, list):
        raise PayloadError("the inventory is not a list")
    live = is_live(message)
    readings: list[AnyReading] = []
    for one in listed:
        name = one.get("friendly_name") if isinstance(one, dict) and one.get("type") != "Coordinator" else None
        if not isinstance(name, str) or not name:
            continue
        definition = one.get("definition")
        about = definition if isinstance(definition, dict) else {}
        exposes = about.get("exposes")
        exposed = exposes if isinstance(exposes, list) else []
        if name in named:
            _learn_litres(inventory, (base, name), exposed)
        model = f"{_string(about.get('vendor'))} {_string(about.get('model'))}".strip() or _string(one.get("model_id"))
        mine = [(device.id, device.address) for device in named.get(name, ())]
        found = [
            (NOBODY, Address("zigbee2mqtt", name, channel, "" if base == BASE else base))
            for channel in channels(exposed)
        ]
        for device, address in mine or found:
            traits = traits_from(exposed, address.channel, model)
            if device and any(key.startswith("preset") for key in words_from(traits.words).off):
                inventory.presets.add((base, name, address.channel))
            readings.append(
                Announced(device=device, arrived_at=message.arrived_at, live=live, address=address, traits=traits)
            )
    return readings


def _learn_litres(inventory: Inventory, key: tuple[str, str], exposes: Sequence[object]) -> None:
    for expose in exposes:
        if isinstance(expose, dict) and expose.get("property") == "water_consumed":
            unit = expose.get("unit")
            if isinstance(unit, str) and unit in _LITRES:
                inventory.litres[key] = _LITRES[unit]


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""

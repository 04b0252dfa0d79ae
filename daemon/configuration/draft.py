"""What of a configuration is valid part by part, so that one bad key does not hide the problems between good parts."""

from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from daemon.configuration.device_entry import DeviceEntry
from daemon.configuration.document import Document, Value
from daemon.configuration.place_entries import CalendarEntry
from daemon.configuration.schema import Configuration, Pack, PackEntry
from policies.policy import Policy
from policies.rules.registry import AnyPolicy

T = TypeVar("T")

_DEVICE: TypeAdapter[DeviceEntry] = TypeAdapter(DeviceEntry)
_POLICY: TypeAdapter[Policy] = TypeAdapter(AnyPolicy)
_PACK: TypeAdapter[str | PackEntry] = TypeAdapter(Pack)
_CALENDAR: TypeAdapter[CalendarEntry] = TypeAdapter(CalendarEntry)


@dataclass(slots=True)
class Draft:
    """Parts that are valid by themselves. `zones` and `device_ids` are all that are named, valid or not."""

    zones: frozenset[str] = frozenset()
    device_ids: frozenset[str] = frozenset()
    devices: dict[str, DeviceEntry] = field(default_factory=dict)
    policies: dict[int, Policy] = field(default_factory=dict)
    packs: dict[int, PackEntry] = field(default_factory=dict)
    calendar: CalendarEntry | None = None


def draft_of(document: Document, configuration: Configuration | None) -> Draft:
    """From the valid whole where there is one, else from the parts that are."""
    zones, devices = _mapping(document.root.get("zones")), _mapping(document.root.get("devices"))
    draft = Draft(zones=frozenset(zones), device_ids=frozenset(devices))
    if configuration is not None:
        draft.devices = dict(configuration.devices)
        draft.policies = dict(enumerate(configuration.policies))
        draft.packs = dict(enumerate(configuration.pack_entries))
        draft.calendar = configuration.calendar
        return draft
    for name, value in devices.items():
        device = _valid(_DEVICE, value)
        if device is not None:
            draft.devices[name] = device
    for index, value in enumerate(_items(document.root.get("policies"))):
        policy = _valid(_POLICY, value)
        if policy is not None:
            draft.policies[index] = policy
    for index, value in enumerate(_items(document.root.get("packs"))):
        pack = _valid(_PACK, value)
        if pack is not None:
            draft.packs[index] = PackEntry(pack=pack) if isinstance(pack, str) else pack
    draft.calendar = _valid(_CALENDAR, document.root.get("calendar"))
    return draft


def _valid(adapter: TypeAdapter[T], value: Value) -> T | None:
    try:
        return adapter.validate_python(value)
    except ValidationError:
        return None


def _mapping(value: Value) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}


def _items(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []

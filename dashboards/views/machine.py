"""One device in a line: is it heard, what did it say, what became of the last thing it was told."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal

import msgspec

from dashboards.views.correction import Correction, correction
from dashboards.views.place import Named, device, zone
from policies.office.heard import Heard, Signal
from policies.state import State
from policies.words import Words, say
from sensors.device import Device, DeviceId, FamilyName, Kind, Load

Hearing = Literal["live", "last_known", "silent", "never"]
HEARINGS: Mapping[Hearing, Words] = {
    "live": say("live"),
    "last_known": say("last known"),
    "silent": say("silent"),
    "never": say("never heard"),
}
SHOWN = (
    "is_on",
    "mode",
    "setpoint_celsius",
    "cooling_setpoint_celsius",
    "heating_setpoint_celsius",
    "room_celsius",
    "humidity_percent",
    "watts",
    "occupied",
    "open",
    "co2_ppm",
    "outdoor_celsius",
)
"""What a device's row may say, the first four of it."""
_MOST_VALUES = 4


class Said(msgspec.Struct, frozen=True):
    """One value: the quantity in the schema's words. `is_live` False: as last known, no evidence."""

    quantity: str
    value: float | bool | str
    is_live: bool


class Machine(msgspec.Struct, frozen=True):
    """One device. `last`: the last command that went to it, and how far it is proved."""

    device: Named
    zone: Named
    kind: Kind
    load: Load
    family: FamilyName
    hearing: Hearing
    heard_at: datetime | None
    values: tuple[Said, ...]
    last: Correction | None
    is_protected: bool


def machines(state: State, devices: Iterable[Device], now: datetime) -> tuple[Machine, ...]:
    """These devices, in this order."""
    told = _told(state)
    return tuple(_machine(state, item, told.get(item.id), now) for item in devices)


def hearing(heard: Heard, kind: str, now: datetime) -> Hearing:
    """A printer speaks only when somebody prints: it is never silent."""
    if not heard.is_silent(now) or (kind == "printer" and heard.heard_at is not None):
        return "live"
    if heard.heard_at is not None:
        return "silent"
    return "last_known" if any(_signals(heard)) else "never"


def _machine(state: State, item: Device, last: Correction | None, now: datetime) -> Machine:
    heard = state.office.of(item.id)
    return Machine(
        device=device(state.office.site, item.id),
        zone=zone(state.office.site, item.zone),
        kind=item.kind,
        load=item.load,
        family=item.address.family,
        hearing=hearing(heard, item.kind, now),
        heard_at=heard.heard_at,
        values=tuple(_signals(heard))[:_MOST_VALUES],
        last=last,
        is_protected=item.is_protected,
    )


def _signals(heard: Heard) -> Iterator[Said]:
    for name in SHOWN:
        signal: Signal[float] | Signal[bool] | Signal[str] | None = getattr(heard, name)
        if signal is not None:
            yield Said(name, signal.value, signal.live)


def _told(state: State) -> Mapping[DeviceId, Correction]:
    found: dict[DeviceId, Correction] = {}
    for case in (*state.cases.values(), *state.recent):
        made = correction(case, state)
        if made is not None and (case.device not in found or found[case.device].at < made.at):
            found[case.device] = made
    return found

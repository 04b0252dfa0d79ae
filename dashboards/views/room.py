"""One room at a glance: does it keep the rules, what its units are set to, what it draws, whether anybody is there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from dashboards.views.place import Named, device, zone
from policies.control.case import Case
from policies.office.office import Office
from policies.office.running import is_running, setpoint_for, sides
from policies.policy import Policy
from policies.rules.setpoint_limit import SetpointLimit
from policies.words import Words, say
from sensors.commands import Side
from sensors.device import Device, ZoneId

Standing = Literal["keeps", "watching", "breaks", "correcting", "person", "leave", "partly", "unheard"]
"""How a room stands: `watching` is within its grace, `leave` differs with somebody's leave, of `partly` heard rooms an
air conditioner is silent, so nobody knows whether it keeps the rules."""

STANDINGS: Mapping[Standing, Words] = {
    "keeps": say("keeps the rules"),
    "watching": say("being watched"),
    "breaks": say("breaks a rule"),
    "correcting": say("being corrected"),
    "person": say("needs a person"),
    "leave": say("has leave to differ"),
    "partly": say("not fully heard"),
    "unheard": say("not heard"),
}
BREAKING: frozenset[Standing] = frozenset({"breaks", "correcting", "person"})


class Unit(msgspec.Struct, frozen=True):
    """One air conditioner or thermostat. `legal_celsius` is the limit that counts for its side now.

    `side` None: off, or nothing to hold it to. Values are None where nothing live says them.
    """

    device: Named
    is_on: bool | None
    side: Side | None
    setpoint_celsius: float | None
    legal_celsius: float | None
    is_legal: bool


class Room(msgspec.Struct, frozen=True):
    """`power_is_partial`: some meters of the room have not spoken, so it draws at least this."""

    zone: Named
    floor: str
    standing: Standing
    is_open: bool
    changes_at: datetime | None
    is_occupied: bool | None
    room_celsius: float | None
    units: tuple[Unit, ...]
    power_watts: float | None
    power_is_partial: bool


def standing(cases: Sequence[Case], *, heard: Standing) -> Standing:
    """The gravest of a room's cases; without cases what hearing it allows to say: `keeps`, `partly`, `unheard`."""
    found: set[Standing] = {case_standing(case) for case in cases}
    for grave in ("person", "correcting", "breaks"):
        if grave in found:
            return grave
    if heard != "keeps":
        return heard
    return "leave" if "leave" in found else "watching" if "watching" in found else "keeps"


def case_standing(case: Case) -> Standing:
    """What one case makes of its room."""
    match case.phase:
        case "pending":
            return "watching"
        case "acting":
            return "correcting"
        case "stuck" | "escalated":
            return "person"
        case "suspended":
            return "leave"
        case "closed":
            return "keeps"
        case "open":
            return "person" if needs_person(case) else "breaks"


def needs_person(case: Case) -> bool:
    """Nothing happens by itself any more: somebody has to look. A policy that only watches asks nobody."""
    if case.phase in {"stuck", "escalated"}:
        return True
    waits = {"shadow", "override", "occupied", "busy", "write_rate", "not_sent", "hold_out"}
    return case.phase == "open" and case.refusal is not None and case.refusal.reason not in waits


def room(
    office: Office,
    policies: Sequence[Policy],
    zone_id: ZoneId,
    cases: Sequence[Case],
    closing: datetime | None,
    now: datetime,
) -> Room:
    """A room as it is now. `closing`: when its hours next change."""
    devices = office.site.in_zone.get(zone_id, ())
    watts, partial = _power(office, devices, now)
    there = office.site.zones[zone_id]
    return Room(
        zone=zone(office.site, zone_id),
        floor=there.floor,
        standing=standing(cases, heard=_hearing(office, devices, now)),
        is_open=office.is_open(zone_id, now),
        changes_at=closing,
        is_occupied=office.is_occupied(zone_id, now),
        room_celsius=_room_celsius(office, devices, now),
        units=tuple(_unit(office, policies, item, now) for item in devices if item.kind == "climate"),
        power_watts=watts,
        power_is_partial=partial,
    )


def _hearing(office: Office, devices: Sequence[Device], now: datetime) -> Standing:
    silent = [item for item in devices if office.of(item.id).is_silent(now)]
    if len(silent) == len(devices):
        return "unheard"
    return "partly" if any(item.kind == "climate" for item in silent) else "keeps"


def _unit(office: Office, policies: Sequence[Policy], item: Device, now: datetime) -> Unit:
    heard = office.of(item.id)
    is_on = is_running(heard, now)
    limits = [policy for policy in policies if isinstance(policy, SetpointLimit) and policy.concerns(item.zone)]
    counted = list(sides(heard, now, lambda: office.season(now).season))
    broken = [(side, signal) for side, signal in counted if any(rule.breaks(side, signal.value) for rule in limits)]
    shown = next(iter(broken or counted), None)
    side = None if shown is None else shown[0]
    setpoint = setpoint_for(heard, "cooling") if shown is None else shown[1]
    said = setpoint is not None and setpoint.live and not heard.is_silent(now)
    return Unit(
        device=device(office.site, item.id),
        is_on=is_on,
        side=side,
        setpoint_celsius=setpoint.value if setpoint is not None and said else None,
        legal_celsius=_limit(limits, side),
        is_legal=not broken,
    )


def _limit(limits: Sequence[SetpointLimit], side: Side | None) -> float | None:
    if not limits or side is None:
        return None
    if side == "cooling":
        return max(rule.cooling_minimum_celsius for rule in limits)
    return min(rule.heating_maximum_celsius for rule in limits)


def _room_celsius(office: Office, devices: Sequence[Device], now: datetime) -> float | None:
    """A sensor on the wall is believed before the one inside the air conditioner."""
    for kinds in ({"environment", "occupancy"}, {"climate"}):
        for item in devices:
            heard = office.of(item.id)
            signal = heard.room_celsius
            if item.kind in kinds and signal is not None and signal.live and not heard.is_silent(now):
                return signal.value
    return None


def _power(office: Office, devices: Sequence[Device], now: datetime) -> tuple[float | None, bool]:
    """What the room draws: its own meter if it has one, else the sum of all that measure; with "at least" or not."""
    serving = office.site.measured_by
    whole = [item for item in devices if item.kind == "meter" and item.id not in serving]
    known: list[float] = []
    missing = False
    for item in whole or devices:
        heard = office.of(item.id)
        if heard.watts is None:
            missing = missing or (item.kind in {"meter", "plug"} and item.id not in office.heard)
        elif heard.watts.live and not heard.is_silent(now):
            known.append(heard.watts.value)
        else:
            missing = True
    return (sum(known), missing) if known else (None, False)

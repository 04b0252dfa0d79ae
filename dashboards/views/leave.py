"""Somebody's leave to differ, as people read it: where, until when, who, why."""

from datetime import datetime

import msgspec

from dashboards.views.place import Named, device, zone
from policies.office.desk import Override
from policies.state import State
from sensors.device import ZoneId


class Leave(msgspec.Struct, frozen=True):
    """An override: always with an end. `device` None: the whole room."""

    id: str
    zone: Named
    device: Named | None
    until: datetime
    who: str
    why: str


def leaves(state: State, now: datetime) -> tuple[Leave, ...]:
    """All that hold now."""
    return tuple(_leave(state, override) for override in state.office.desk.overrides if now < override.until)


def leaves_in(state: State, zone_id: ZoneId, now: datetime) -> tuple[Leave, ...]:
    """Those of one room, the one that ends last first."""
    here = [each for each in leaves(state, now) if each.zone.id == zone_id]
    return tuple(sorted(here, key=lambda each: each.until, reverse=True))


def _leave(state: State, override: Override) -> Leave:
    site = state.office.site
    thing = device(site, override.device) if override.device else None
    return Leave(override.id, zone(site, override.zone), thing, override.until, override.who, override.why)

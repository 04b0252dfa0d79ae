"""One room with everything about it: its day in curves, its cases, its devices, who has leave and who is exempt."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from dashboards.views.chart import Chart, line, moments, scale, thinned, ticks
from dashboards.views.leave import Leave, leaves_in
from dashboards.views.machine import Machine, machines
from dashboards.views.place import device
from dashboards.views.room import Room, room
from dashboards.views.story import Story, story
from policies.history import History
from policies.office.desk import ExemptFor
from policies.state import State
from sensors.device import Device, ZoneId

DAY = timedelta(hours=24)
_EVERY = timedelta(minutes=10)
_MOST_LINES = 6


class Exempted(msgspec.Struct, frozen=True):
    """An exemption: approved, documented, dated."""

    id: str
    until: datetime
    reason: ExemptFor
    approved_by: str
    document: str


class ZonePage(msgspec.Struct, frozen=True):
    """The room now."""

    room: Room
    owner: str
    stories: tuple[Story, ...]
    machines: tuple[Machine, ...]
    leaves: tuple[Leave, ...]
    exemptions: tuple[Exempted, ...]


class Curves(msgspec.Struct, frozen=True):
    """The room's last 24 hours; None: nobody measured it."""

    celsius: Chart | None
    watts: Chart | None


def zone_page(state: State, zone_id: ZoneId, now: datetime) -> ZonePage | None:
    """The room at this instant; None for one that nobody has configured."""
    office = state.office
    there = office.site.zones.get(zone_id)
    if there is None:
        return None
    cases = sorted((case for case in state.cases.values() if case.zone == zone_id), key=lambda case: case.since)
    policies = {policy.name: policy for policy in state.policies}
    changes_at = office.next_change(zone_id, now)
    return ZonePage(
        room=room(office, state.policies, zone_id, cases, changes_at, now),
        owner=there.owner,
        stories=tuple(story(case, state, policies) for case in cases),
        machines=machines(state, office.site.in_zone.get(zone_id, ()), now),
        leaves=leaves_in(state, zone_id, now),
        exemptions=tuple(
            Exempted(one.id, one.until, one.reason, one.approved_by, one.document)
            for one in office.desk.exemptions
            if one.zone == zone_id and now < one.until
        ),
    )


def curves(history: History, state: State, zone_id: ZoneId, now: datetime) -> Curves:
    """The last 24 hours. May block: it asks the store."""
    devices = state.office.site.in_zone.get(zone_id, ())
    here = room(state.office, state.policies, zone_id, (), None, now)
    limits = [(unit.side, unit.legal_celsius) for unit in here.units if unit.legal_celsius is not None]
    celsius = [
        (item, field, found)
        for item in devices
        if item.kind == "climate"
        for field in ("room_celsius", "cooling_setpoint_celsius", "heating_setpoint_celsius", "setpoint_celsius")
        if (found := _numbers(history, item, "climate", field, now))
    ]
    watts = [
        (item, "watts", found)
        for item in devices
        if item.kind in {"climate", "plug", "meter", "light"}
        and (found := _numbers(history, item, "power", "watts", now))
    ]
    return Curves(
        _chart(state, "celsius", celsius[:_MOST_LINES], limits[0] if limits else None, now),
        _chart(state, "watts", watts[:_MOST_LINES], None, now),
    )


def _numbers(
    history: History, item: Device, measurement: str, field: str, now: datetime
) -> list[tuple[datetime, float]]:
    samples = history.series(item.id, measurement, field, now - DAY, now)
    return thinned([(one.at, float(one.value)) for one in samples if not isinstance(one.value, str)], _EVERY)


def _chart(
    state: State,
    unit: str,
    found: Sequence[tuple[Device, str, list[tuple[datetime, float]]]],
    limit: tuple[str | None, float | None] | None,
    now: datetime,
) -> Chart | None:
    if not found:
        return None
    values = [value for _, _, points in found for _, value in points]
    side, celsius = limit or (None, None)
    on = scale([*values, *([celsius] if celsius is not None else [])], now - DAY, now, from_zero=unit == "watts")
    legal: tuple[float, float] | None = None
    if celsius is not None:
        legal = (0.0, on.y(celsius)) if side == "cooling" else (on.y(celsius), 100 - on.y(celsius))
    site = state.office.site
    return Chart(
        quantity=unit,
        lines=tuple(line(device(site, item.id), field, points, on) for item, field, points in found),
        ticks=ticks(on),
        moments=moments(on, site.calendar.next_midnight(now)),
        legal=legal,
        start=on.start,
        end=on.end,
    )

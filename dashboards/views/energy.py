"""Energy from slots: by zone, by load, by sort of time, standby by device, and a map of day and hour. No slots, no numbers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from dashboards.views.place import LOADS, Named, device, zone
from policies.accounting.day_types import DayType, day_type
from policies.history import History, Window
from policies.state import State
from policies.words import Words, say
from sensors.device import ZoneId

WEEK = timedelta(days=7)
MAP_DAYS = 28
_HOUR = timedelta(hours=1)
TIMES: Mapping[DayType, Words] = {
    "open": say("open hours"),
    "make_up": say("make-up workdays"),
    "after_hours": say("after hours"),
    "weekend": say("weekend"),
    "holiday": say("holiday"),
}


class Amount(msgspec.Struct, frozen=True):
    """Energy of something; `share` in percent of the largest in its list."""

    name: Named | Words
    kwh: float
    share: float


class Standby(msgspec.Struct, frozen=True):
    """A device that draws something although it counts as off."""

    device: Named
    zone: Named
    watts: float


class Energy(msgspec.Struct, frozen=True):
    """The last seven days. `heat`: a weekday's row of 24 mean kWh; None where no slot was written."""

    kwh: float
    by_zone: tuple[Amount, ...]
    by_load: tuple[Amount, ...]
    by_time: tuple[Amount, ...]
    heat: tuple[tuple[float | None, ...], ...]
    most_heat: float
    start: datetime
    end: datetime


def energy(history: History, state: State, now: datetime) -> Energy | None:
    """None: there are no slots yet. May block: it asks the store."""
    end = now.replace(minute=0, second=0, microsecond=0)
    hours = history.windows("slot", "energy_kwh", end - WEEK, end, _HOUR, by=("zone",))
    if not hours:
        return None
    loads = history.windows("slot", "energy_kwh", end - WEEK, end, WEEK, by=("load",))
    whole = history.windows("slot", "energy_kwh", end - timedelta(days=MAP_DAYS), end, _HOUR)
    site = state.office.site
    heat = _heat(whole, site.calendar.timezone)
    return Energy(
        kwh=sum(window.total for window in hours),
        by_zone=_amounts({window.key[0]: window for window in hours}, hours, state),
        by_load=_ranked([(_load(window.key[0]), window.total) for window in loads]),
        by_time=_by_time(hours, state),
        heat=heat,
        most_heat=max((value for row in heat for value in row if value is not None), default=0.0),
        start=end - WEEK,
        end=end,
    )


def standby(state: State, now: datetime) -> tuple[Standby, ...]:
    """Plugs that draw more than nothing while they count as off, the most first."""
    site = state.office.site
    found = [
        Standby(device(site, item.id), zone(site, item.zone), heard.watts.value)
        for item, heard in state.office.devices("plug", "light")
        if heard.watts is not None
        and heard.watts.live
        and not heard.is_silent(now)
        and 0.0 < heard.watts.value <= item.standby_watts
    ]
    return tuple(sorted(found, key=lambda each: -each.watts)[:20])


def _amounts(zones: Mapping[str, Window], hours: Sequence[Window], state: State) -> tuple[Amount, ...]:
    sums: dict[str, float] = dict.fromkeys(zones, 0.0)
    for window in hours:
        sums[window.key[0]] += window.total
    return _ranked([(zone(state.office.site, ZoneId(name)), kwh) for name, kwh in sums.items()])


def _by_time(hours: Sequence[Window], state: State) -> tuple[Amount, ...]:
    site = state.office.site
    sums: dict[DayType, float] = defaultdict(float)
    for window in hours:
        there = site.zones.get(ZoneId(window.key[0]))
        if there is not None:
            sums[day_type(site.calendar, there.hours, window.start)] += window.total
    return _ranked([(words, sums[name]) for name, words in TIMES.items() if name in sums], is_sorted=False)


def _ranked(found: Sequence[tuple[Named | Words, float]], *, is_sorted: bool = True) -> tuple[Amount, ...]:
    most = max((kwh for _, kwh in found), default=0.0) or 1.0
    amounts = [Amount(name, kwh, 100 * kwh / most) for name, kwh in found]
    return tuple(sorted(amounts, key=lambda each: -each.kwh) if is_sorted else amounts)


def _heat(windows: Sequence[Window], timezone: str) -> tuple[tuple[float | None, ...], ...]:
    zone_info = ZoneInfo(timezone)
    cells: dict[tuple[int, int], list[float]] = defaultdict(list)
    for window in windows:
        local = window.start.astimezone(zone_info)
        cells[local.weekday(), local.hour].append(window.total)
    return tuple(
        tuple(sum(cells[day, hour]) / len(cells[day, hour]) if (day, hour) in cells else None for hour in range(24))
        for day in range(7)
    )


def _load(name: str) -> Words:
    return next((words for load, words in LOADS.items() if load == name), say("device"))

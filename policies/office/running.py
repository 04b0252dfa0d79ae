"""What an air conditioner is doing, and which of its setpoints counts for that.

The limit follows what the unit does, not the calendar: cooling has a floor, heating a ceiling, everything else has none.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from policies.office.heard import Heard, Signal
from policies.office.outdoor import Season
from sensors.commands import Side

_SIDE_OF_SEASON: dict[Season | None, list[Side]] = {"summer": ["cooling"], "winter": ["heating"]}


def season_unknown() -> Season | None:
    """For those who do not ask for the season."""
    return None


def is_running(heard: Heard, now: datetime) -> bool | None:
    """True if the unit is on by its own word, False if off, None where nothing live says so.

    A unit whose power key says off is off whatever its mode says: several keep the mode while paused.
    """
    if heard.is_silent(now):
        return None
    power, mode = heard.is_on, heard.mode
    if power is not None and power.live and not power.value:
        return False
    if mode is not None and mode.live:
        return mode.value != "off"
    return True if power is not None and power.live else None


def sides(
    heard: Heard, now: datetime, season: Callable[[], Season | None] = season_unknown
) -> Iterator[tuple[Side, Signal[float]]]:
    """Each side that counts now with the setpoint that counts for it; nothing where that is not known.

    cool, heat           that side
    auto, heat_cool      both, where the unit has a setpoint for each; with one setpoint, the side it is acting on, else
                         the season's
    unknown mode         the side it is acting on, else the season's where the unit says that it is on
    dry, fan_only, off   none
    A value that is not live gives no verdict; a transition season leaves it undetermined. `season` is asked only then.
    """
    running = is_running(heard, now)
    if running is False or (running is None and heard.is_silent(now)):
        return
    mode = heard.mode.value if heard.mode is not None and heard.mode.live else None
    if mode in {"off", "dry", "fan_only"}:
        return
    cooling, heating = heard.cooling_setpoint_celsius, heard.heating_setpoint_celsius
    doing: list[Side]
    if mode == "cool":
        doing = ["cooling"]
    elif mode == "heat":
        doing = ["heating"]
    elif mode in {"auto", "heat_cool"} and cooling is not None and heating is not None:
        doing = ["cooling", "heating"]
    else:
        doing = _acting(heard) or _SIDE_OF_SEASON.get(season() if running else None, [])
    for side in doing:
        setpoint = setpoint_for(heard, side)
        if setpoint is not None and setpoint.live:
            yield side, setpoint


def conditions(heard: Heard, now: datetime, season: Callable[[], Season | None] = season_unknown) -> Side | None:
    """Whether the unit cools or heats its room, as far as it says; None: neither, or not known.

    Its action counts before its mode; a unit that says it rests has its mode's side, because it rests between two runs.
    """
    if not is_running(heard, now):
        return None
    acting = _acting(heard)
    if acting:
        return acting[0]
    match heard.mode.value if heard.mode is not None and heard.mode.live else None:
        case "cool":
            return "cooling"
        case "heat":
            return "heating"
        case "dry" | "fan_only" | "off":
            return None
        case _:
            return next(iter(_SIDE_OF_SEASON.get(season(), [])), None)


def setpoint_for(heard: Heard, side: Side) -> Signal[float] | None:
    """The setpoint by its own name, then the one without a side, then, for cooling, the one *named* heating.

    Dozens of air conditioners cool with a setpoint that Zigbee calls heating: they have no other.
    """
    if side == "cooling":
        return heard.cooling_setpoint_celsius or heard.setpoint_celsius or heard.heating_setpoint_celsius
    return heard.heating_setpoint_celsius or heard.setpoint_celsius


def _acting(heard: Heard) -> list[Side]:
    if heard.action is None or not heard.action.live:
        return []
    match heard.action.value:
        case "cooling" | "heating" as side:
            return [side]
        case _:
            return []

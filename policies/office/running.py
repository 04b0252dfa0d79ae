"""What an air conditioner is doing, and which of its setpoints counts for that.

The limit follows what the unit does, not the calendar: cooling has a floor, heating a ceiling, everything else has none.
"""

from collections.abc import Iterator
from datetime import datetime

from policies.office.heard import Heard, Signal
from sensors.commands import Side


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


def sides(heard: Heard, now: datetime) -> Iterator[tuple[Side, Signal[float]]]:
    """Each side that counts now with the setpoint that counts for it; nothing where that is not known.

    cool, heat           that side
    auto, heat_cool      both, where the unit has a setpoint for each; with one setpoint, the side it is acting on
    unknown mode         the side it is acting on
    dry, fan_only, off   none
    A value that is not live gives no verdict.
    """
    if is_running(heard, now) is False or heard.is_silent(now):
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
        doing = _acting(heard)
    for side in doing:
        setpoint = setpoint_for(heard, side)
        if setpoint is not None and setpoint.live:
            yield side, setpoint


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

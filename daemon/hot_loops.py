"""Which of the loops that every reading goes through run compiled, for whoever wonders what officed costs here."""

from functools import cache
from importlib.util import find_spec

LOOPS = (
    "daemon.history.fast_extent",
    "daemon.history.fast_rows",
    "daemon.mqtt.fast_cutting",
    "policies.office.fast_folding",
    "sensors.families.fast_zigbee2mqtt",
    "sensors.fast_unchanged",
)


@cache
def how() -> str:
    """`compiled`, `in Python`, or how many of them are compiled."""
    found = sum(find_spec(loop) is not None for loop in LOOPS)
    return "compiled" if found == len(LOOPS) else f"{found} of {len(LOOPS)} compiled" if found else "in Python"

"""Which of the loops that every reading goes through run compiled, for whoever wonders what officed costs here."""

from functools import cache
from importlib import import_module

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
    found = sum(map(_is_there, LOOPS))
    return "compiled" if found == len(LOOPS) else f"{found} of {len(LOOPS)} compiled" if found else "in Python"


def _is_there(loop: str) -> bool:
    try:
        import_module(loop)
    except ImportError:
        return False
    return True

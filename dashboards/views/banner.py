"""What everybody has to see on every page: that officed does not run with the configuration that somebody has written."""

from collections.abc import Mapping

from policies.words import Words, say


def banner(health: Mapping[str, str | float | bool]) -> Words | None:
    """One sentence; None where all is as it was written."""
    unused = health.get("configuration_trouble")
    if unused:
        return say("The changed configuration is not used, the one before it stays: {why}", why=str(unused))
    waiting = health.get("configuration_waits_for_restart")
    if waiting:
        return say("The new configuration is in force, but officed has to be restarted for: {what}", what=str(waiting))
    return None

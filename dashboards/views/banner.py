"""What everybody has to see on every page: a configuration that is not used, and holidays that nobody has published yet."""

from collections.abc import Mapping
from datetime import datetime

from policies.office.calendar import Calendar
from policies.words import Words, say


def banner(health: Mapping[str, str | float | bool], calendar: Calendar, now: datetime) -> Words | None:
    """One sentence, the most urgent; None where all is as it was written, and the year is known."""
    unused = health.get("configuration_trouble")
    if unused:
        return say("The changed configuration is not used, the one before it stays: {why}", why=str(unused))
    waiting = health.get("configuration_waits_for_restart")
    if waiting:
        return say("The new configuration is in force, but officed has to be restarted for: {what}", what=str(waiting))
    unknown = calendar.trouble(now)
    return None if unknown is None else unknown.words

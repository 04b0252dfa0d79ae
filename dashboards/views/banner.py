"""What everybody has to see on every page: a configuration that is not used, and holidays that nobody has published yet."""

from collections.abc import Mapping
from datetime import datetime

from policies.office.calendar import Calendar
from policies.words import Words, say


def banner(health: Mapping[str, str | float | bool], calendar: Calendar, now: datetime) -> Words | None:
    """One sentence, the most urgent; None where all is as it was written, and the year is known."""
    words = unused(health)
    if words is not None:
        return words
    waiting = health.get("configuration_waits_for_restart")
    if waiting:
        return say("The new configuration is in force, but officed has to be restarted for: {what}", what=str(waiting))
    unknown = calendar.trouble(now)
    return None if unknown is None else unknown.words


def unused(health: Mapping[str, str | float | bool]) -> Words | None:
    """Why a changed configuration is not in force: place and sentence apart, because only the sentence has languages."""
    why = health.get("configuration_trouble")
    if not why:
        return None
    where, what, got = (str(health.get(f"configuration_trouble_{part}", "")) for part in ("where", "what", "got"))
    if not what:
        return say("The changed configuration is not used, the one before it stays: {why}", why=str(why))
    if not got:
        return say(
            "The changed configuration is not used, the one before it stays: {where}: {what}", where=where, what=what
        )
    return say(
        "The changed configuration is not used, the one before it stays: {where}: {what} (got {got})",
        where=where, what=what, got=got,
    )  # fmt: skip

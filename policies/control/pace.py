"""A gateway takes so many commands a second and no more: an "all off" at once is how radios lose devices.

A leaky bucket by theoretical arrival times: `BURST` commands at once, then one every `SPACING`. The largest load goes
first, because cases are taken in that order.
"""

from datetime import datetime, timedelta

SPACING = timedelta(milliseconds=500)
BURST = 5


def free_at(paced_until: datetime | None, now: datetime) -> datetime:
    """When the gateway may take the next command: now, or later."""
    if paced_until is None:
        return now
    return max(now, paced_until - (BURST - 1) * SPACING)


def after_one(paced_until: datetime | None, now: datetime) -> datetime:
    """Until when the gateway has work once one more command went out."""
    return max(now, paced_until or now) + SPACING

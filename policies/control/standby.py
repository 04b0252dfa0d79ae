"""What a device draws while it is off, learned: the ceiling under which "off" is believed.

Learned from quiet hours, so never from the minutes in which a command is being proved; and never above twice what was
configured: a relay that says OFF while its load runs must not teach us that this is normal.
"""

LEARN = 0.2
HEADROOM = 1.5
FLOOR_WATTS = 0.5
MOST = 2.0


def learned(before_watts: float | None, watts: float, configured_watts: float) -> float:
    """The smoothed off-power after one more value seen while the device was off."""
    seen = min(abs(watts), configured_watts * MOST)
    return seen if before_watts is None else before_watts + LEARN * (seen - before_watts)


def ceiling_watts(learned_watts: float | None, configured_watts: float) -> float:
    """Off means at most this much. Nothing learned: what was configured."""
    if learned_watts is None:
        return configured_watts
    return min(max(learned_watts * HEADROOM, FLOOR_WATTS), configured_watts * MOST)

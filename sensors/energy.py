"""From an energy counter to energy: what was used between two readings of it."""

RESET_SLACK_KWH = 0.001
JUMP_FACTOR = 1.2


def used_kwh(before_kwh: float, now_kwh: float, hours: float, most_watts: float = 20_000.0) -> float | None:
    """KWh between two readings of a device's own counter, `hours` apart; None where that cannot be known.

    A counter that fell was reset: it has counted from zero since, so its value is what was used at least. A jump that the
    load could not have made in that time (a replaced meter, a wrong unit) is no energy at all.
    """
    delta = now_kwh - before_kwh
    if -RESET_SLACK_KWH <= delta < 0:
        return 0.0
    used = now_kwh if delta < 0 else delta
    return None if used > most_watts / 1000 * hours * JUMP_FACTOR + RESET_SLACK_KWH else used

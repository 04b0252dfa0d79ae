"""How many device-nights were left alone by lot: what keeps the counterfactual true, and what a report has to say."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from policies.history import CaseRow
from policies.office.calendar import Calendar

_HELD = "hold_out"
_NOON = timedelta(hours=12)


def hold_outs(cases: Iterable[CaseRow], calendar: Calendar, start: datetime, end: datetime) -> int:
    """Of [start, end). A night runs from noon to noon: a case that comes back after midnight is the same night's."""
    nights: set[tuple[str, date]] = set()
    for row in cases:
        if row.reason == _HELD and start <= row.at < end:
            nights.add((row.device, calendar.local(row.at - _NOON).date()))
    return len(nights)

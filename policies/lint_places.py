"""Faults of zones and calendars: rooms that never close or never open, holidays that nobody knows."""

from collections.abc import Iterator
from datetime import date, datetime

from policies.lint_fault import Fault
from policies.office.calendar import Hours
from policies.office.site import Site
from policies.words import say

_WEEK_MINUTES = 7 * 1440
_ALMOST = 0.99


def place_faults(site: Site, now: datetime) -> Iterator[Fault]:
    """Zones in the order of the file, then the calendar."""
    for zone in site.zones.values():
        share = _open_share(zone.hours)
        if share == 0:
            yield Fault(
                "never_open", "zones", zone.id, "hours",
                say("it is never open: everything in it counts as left on"),
                say('write its hours, such as mon-fri: "08:30-18:00"'),
            )  # fmt: skip
        elif share > _ALMOST:
            yield Fault(
                "never_closed", "zones", zone.id, "hours",
                say("it never closes: no after-hours rule ever holds there"),
                say("write the hours in which people work"),
            )  # fmt: skip
        if not zone.owner and site.in_zone[zone.id]:
            yield Fault(
                "no_owner", "zones", zone.id, "",
                say("nobody is named who looks after it: what is stuck reaches nobody"),
                say("name somebody under owner"),
            )  # fmt: skip
        if not site.in_zone[zone.id]:
            yield Fault(
                "empty_zone", "zones", zone.id, "",
                say("no device stands in it"),
                say("give it devices, or take it out"),
            )  # fmt: skip
    yield from _calendar(site, now)


def _calendar(site: Site, now: datetime) -> Iterator[Fault]:
    calendar = site.calendar
    today = calendar.local(now).date()
    if not calendar.country:
        yield Fault(
            "no_country", "site", "", "",
            say("no country is given: public holidays look like workdays"),
            say("write country, such as CN"),
        )  # fmt: skip
    trouble = calendar.trouble(now)
    if trouble is not None:
        yield Fault("calendar_hole", "calendar", "", "", trouble.words, say("import the official notice under imports"))
    for key, days in (("closed_days", calendar.closed_days), ("open_days", calendar.open_days)):
        if days and all(day < date(today.year, 1, 1) for day in days):
            yield Fault(
                "days_gone", "calendar", "", key,
                say("all of these days are past"),
                say("write the days of this year, or take them out"),
            )  # fmt: skip


def _open_share(hours: Hours) -> float:
    return sum(end - start for day in hours.weekly for start, end in day) / _WEEK_MINUTES

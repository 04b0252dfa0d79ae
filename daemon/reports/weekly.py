"""The week in a few lines, for the manager, once: energy, and each department's printing with one tip. Never who.

Level-triggered like the month: "is the last whole week told?" is asked of a file beside the archive, from Monday morning on.
A week of which nothing is known is not told.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from daemon.reports.first_heard import first_heard
from policies.accounting.books import load_behind
from policies.accounting.coverage import Coverage, coverage
from policies.accounting.day_sums import sums_of
from policies.accounting.day_types import OPEN_TYPES
from policies.accounting.print_digest import digest
from policies.accounting.printing import NOBODY, Figures, figures, standings, targets_of, together
from policies.history import History
from policies.office.site import Site
from policies.words import Words, say

FROM_HOUR = 8
_WEEK = timedelta(weeks=1)
_NAMED = 3
"""Devices that were heard too little: the month names more."""
Tell = Callable[[Sequence[Words]], None]


class Weekly:
    """`tell` gets the lines. The reports' thread only."""

    def __init__(self, site: Callable[[], Site], history: History, file: Path, tell: Tell) -> None:
        self._site, self._history, self._file, self._tell = site, history, file, tell
        self.is_wanted = True

    def look(self, now: datetime) -> bool:
        """Tell the last whole week where that has not been done. Raises StoreUnavailable and OSError."""
        site = self._site()
        monday = last_monday(site, now)
        if not self.is_wanted or monday is None or self._told() >= monday.isoformat():
            return False
        lines = week(site, self._history, monday)
        if lines:
            self._tell(lines)
        self._note(monday)
        return bool(lines)

    def _told(self) -> str:
        try:
            return self._file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return ""

    def _note(self, monday: date) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_name(f".{self._file.name}.part")
        with fresh.open("w", encoding="ascii") as file:
            file.write(f"{monday.isoformat()}\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._file)


def last_monday(site: Site, now: datetime) -> date | None:
    """Where the last whole week began, by the office's calendar; None on a Monday before eight: it waits for the night's data."""
    local = site.calendar.local(now)
    today = local.date()
    if today.weekday() == 0 and local.hour < FROM_HOUR:
        return None
    return today - timedelta(days=today.weekday() + 7)


def week(site: Site, history: History, monday: date) -> list[Words]:
    """The lines; empty where nothing is known of that week. Raises StoreUnavailable."""
    start, end, before = (_midnight(site, monday + timedelta(days=days)) for days in (0, 7, -7))
    jobs = history.jobs(before, end)
    now = figures((job for job in jobs if job.at >= start), site.printing.reuse)
    then = figures((job for job in jobs if job.at < start), site.printing.reuse)
    energy = _energy(site, history, start, end, before)
    if not energy and not now:
        return []
    return [say("The week from {day}", day=monday.isoformat()), *energy, *_printing(site, now, then)]


def _energy(site: Site, history: History, start: datetime, end: datetime, before: datetime) -> list[Words]:
    """What was used, and how much of it while closed; by the gate of the month: too little known gives no figure, and why."""
    if not history.last("slot", "coverage_seconds", start, end):
        return []  # one question in place of one a day: a new office has no week behind it
    now = _Week.of(site, history, start, end)
    if now.known.share is None:
        return []
    if not now.known.is_enough:
        return [say("Energy: no figure"), *now.known.missing()[: 1 + _NAMED]]
    then = _Week.of(site, history, before, start)
    if then.known.is_enough:
        first = say("Energy: {used_kwh}; {before_kwh} the week before", used_kwh=now.kwh, before_kwh=then.kwh)
    else:
        first = say("Energy: {used_kwh}", used_kwh=now.kwh)
    share = 100 * now.closed_kwh / now.kwh if now.kwh else 0.0
    closed = say("{closed_kwh} of it while closed ({share_percent})", closed_kwh=now.closed_kwh, share_percent=share)
    return [first, closed, *now.known.cautions()[:_NAMED]]


class _Week(NamedTuple):
    """Energy of [start, end), and how much of it is known."""

    kwh: float
    closed_kwh: float
    known: Coverage

    @classmethod
    def of(cls, site: Site, history: History, start: datetime, end: datetime) -> "_Week":
        loads = {device.id: load_behind(site, device) for device in site.devices.values()}
        sums = sums_of(history, site, loads, lambda _: None, start, end)
        known = coverage(sums, start, end, first_heard(history, sums, site, start))
        closed = sum(each.kwh for each in sums if each.type not in OPEN_TYPES)
        return cls(sum(each.kwh for each in sums), closed, known)


def _printing(site: Site, now: Mapping[str, Figures], before: Mapping[str, Figures]) -> list[Words]:
    """Each department with what it has set itself, else the house as one."""
    wanted = targets_of(site.printing)
    departments = sorted({*now, *(target.department for target in wanted)} - {NOBODY})
    if not departments:
        return digest(together(now.values()), together(before.values())) if now else []
    lines: list[Words] = []
    for name in departments:
        mine = [target for target in wanted if target.department == name]
        lines.append(say("Printing, {department}:", department=name))
        lines += digest(now.get(name, Figures()), before.get(name), standings(now, mine))
    return lines


def _midnight(site: Site, day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(site.calendar.timezone)).astimezone(ZoneInfo("UTC"))

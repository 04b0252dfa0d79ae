"""The league of the year that is over: made once, with the report of its December, and kept beside the reports.

The year is read a day at a time, so a house of a thousand devices needs no more memory than a day of it.
"""

import os
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from daemon.reports.archive import Archive
from daemon.reports.due import MonthOf
from dashboards.views.report_shelf import LeagueTable, YearLeague
from policies.accounting.books import load_behind
from policies.accounting.day_sums import DaySum, day_sums
from policies.accounting.league import Measure, Place, Table, YearRows, league
from policies.history import History, JobRow
from policies.office.site import Site
from policies.words import Words, say
from sensors.device import ZoneId

_TITLES: Final[Mapping[Measure, Words]] = {
    "kwh_per_m2": say("Rooms by energy per m²"),
    "kwh_per_person": say("Rooms by energy per person"),
    "compliance": say("Rooms by running time within the rule"),
    "two_sided": say("Departments by sides on both sides of a sheet"),
}
SHOWN: Final = 5
_DECEMBER: Final = 12


class Yearly:
    """The reports' thread only; `kept` from any."""

    def __init__(self, site: Callable[[], Site], history: History, archive: Archive, folder: Path) -> None:
        self._site, self._history, self._archive, self._folder = site, history, archive, folder

    def look(self, now: datetime) -> bool:
        """Make last year's league where its December is reported and it is not there. Raises StoreUnavailable, OSError."""
        year = self._site().calendar.local(now).year - 1
        path = self._folder / f"league-{year}.json"
        if path.exists() or not self._archive.revisions(MonthOf(year, _DECEMBER)):
            return False
        made = msgspec.json.encode(league_of(self._site(), self._history, year))
        half_made = path.with_name(f".{path.name}.part")
        with half_made.open("wb") as file:
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
        half_made.rename(path)
        return True

    def kept(self) -> YearLeague | None:
        """The newest one. Raises OSError."""
        found = sorted(self._folder.glob("league-*.json")) if self._folder.is_dir() else []
        try:
            return msgspec.json.decode(found[-1].read_bytes(), type=YearLeague) if found else None
        except msgspec.DecodeError:
            return None


def league_of(site: Site, history: History, year: int) -> YearLeague:
    """Of one year. Raises StoreUnavailable."""
    zone = ZoneInfo(site.calendar.timezone)
    loads = {device.id: load_behind(site, device) for device in site.devices.values()}
    sums: list[DaySum] = []
    jobs: list[JobRow] = []
    day = date(year, 1, 1)
    while day.year == year:
        start, end = (
            datetime.combine(each, time(), tzinfo=zone).astimezone(ZoneInfo("UTC"))
            for each in (day, day + timedelta(days=1))
        )
        sums += day_sums(history.slots(start, end), site, loads, lambda _: None)
        jobs += history.jobs(start, end)
        day += timedelta(days=1)
    first, after = (datetime(each, 1, 1, tzinfo=zone).astimezone(ZoneInfo("UTC")) for each in (year, year + 1))
    found = league(site, year, YearRows(first, after, sums, jobs))
    exemplars = tuple(
        say("{name} leads: worth asking how they do it", name=_name(site, each.name)) for each in found.exemplars
    )
    return YearLeague(year, exemplars, tuple(_table(site, table) for table in found.tables))


def _table(site: Site, table: Table) -> LeagueTable:
    return LeagueTable(
        _TITLES[table.measure],
        tuple(_place(site, table.measure, place) for place in table.places[:SHOWN]),
        tuple(
            say("{name} is not ranked: {why}", name=_name(site, each.name), why=str(each.why))
            for each in table.left_out
        ),
    )


def _place(site: Site, measure: Measure, place: Place) -> Words:
    name = _name(site, place.name)
    if measure in {"kwh_per_m2", "kwh_per_person"}:
        return say("{rank}. {name}: {used_kwh}", rank=place.rank, name=name, used_kwh=place.value)
    return say("{rank}. {name}: {share_percent}", rank=place.rank, name=name, share_percent=100 * place.value)


def _name(site: Site, name: str) -> str:
    zone = site.zones.get(ZoneId(name))
    return name if zone is None else zone.names.get(site.language) or name

"""The interval of a month comes out of the rows that were summed, and is the one that the ledger itself would give."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from accounts import CALENDAR, HOURS, days_of, planted
from lived import Store
from offices import local
from past import Past
from test_accounting_setpoints import START as SUMMER
from test_accounting_setpoints import summer

from daemon.accounting.ledger_job import ledger, saving_lines
from daemon.history.points import Points
from daemon.reports.gather import gathered
from policies.accounting.avoided import SUPERSEDED
from policies.accounting.baseline import Places, free_days
from policies.accounting.basis import written
from policies.accounting.interval import interval
from policies.accounting.ledger import Entry, in_order
from policies.history import SavingRow
from policies.office.calendar import Hours


def kept(folder: Path, entries: Sequence[Entry], seed: int) -> list[SavingRow]:
    """What the store says of them."""
    store = Store(folder / str(seed))
    lines = saving_lines(Points("office"), entries)
    store.advance(0, b"\n".join(lines), len(lines), (), None)
    times = [entry.action.at for entry in entries]
    rows = list(store.history.savings(min(times), max(times) + timedelta(seconds=1)))
    store.close()
    return rows


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rows_of_the_store_have_the_interval_of_the_entries_they_were_written_from(tmp_path: Path, seed: int) -> None:
    _, _, entries, _ = planted(seed, devices=3)
    rows = kept(tmp_path, entries, seed)
    found = written(rows[::-1])

    assert interval(found.entries) == interval(in_order(entries))
    assert found.bare == []
    assert sum(entry.avoided_kwh for entry in found.entries) == pytest.approx(
        sum(row.avoided_kwh or 0.0 for row in rows if row.ledger == "measured")
    )


def test_what_was_put_to_nothing_or_is_no_measurement_widens_nothing(tmp_path: Path) -> None:
    _, _, entries, _ = planted(4, devices=2)
    rows = kept(tmp_path, entries, 4)
    measured = next(row for row in rows if row.ledger == "measured")
    others = [
        msgspec.structs.replace(measured, method=SUPERSEDED),
        msgspec.structs.replace(measured, ledger="estimated"),
        msgspec.structs.replace(measured, ledger="not_claimed"),
    ]

    assert interval(written([*rows, *others]).entries) == interval(written(rows).entries)


@pytest.mark.parametrize("basis", [None, "", "{", '{"blocks": 3}'])
def test_a_row_without_a_basis_that_can_be_read_is_told_apart(tmp_path: Path, basis: str | None) -> None:
    _, _, entries, _ = planted(5, devices=2)
    rows = kept(tmp_path, entries, 5)
    first = next(row for row in rows if row.ledger == "measured")
    bare = msgspec.structs.replace(first, basis=basis)
    found = written([bare if row is first else row for row in rows])

    assert found.bare == [bare]
    assert len(found.entries) == sum(row.ledger == "measured" for row in rows) - 1


def regressed(folder: Path, *, older: bool) -> tuple[Past, Entry]:
    """July with one correction that was measured by regression, as this officed or an `older` one wrote it."""
    past = summer(folder, sensor=True)
    (entry,) = ledger(past.site, past.history, SUMMER, local("2026-07-14 18:30")).entries
    lines = saving_lines(past.points, [entry])
    if older:
        action = entry.action
        tags = {"device": action.device, "zone": action.zone, "ledger": entry.ledger, "policy": action.policy}
        fields = {"avoided_kwh": entry.avoided_kwh, "method": entry.method, "case_id": action.case_id}
        lines = [past.points.record_line("saving", tags, fields, action.at) or b""]
    past.store.advance(0, b"\n".join(lines), len(lines), (), None)
    return past, entry


@pytest.mark.parametrize("older", [False, True])
def test_a_month_has_the_interval_of_its_ledger_whoever_wrote_its_rows(tmp_path: Path, *, older: bool) -> None:
    past, entry = regressed(tmp_path, older=older)
    (row,) = past.history.savings(SUMMER, local("2026-08-01 00:00"))
    month, _ = gathered(past.site, (), past.history, 2026, 7)

    assert (row.basis is None) is older
    assert entry.slope_errors
    assert month.avoided.interval is not None
    assert month.avoided.interval == interval([entry])


def test_quarters_that_are_looked_up_once_for_many_devices_are_those_of_each_alone() -> None:
    slots = list(days_of(0.02, range(9)).values())
    late = Hours(weekly=(*(((540, 1320),),) * 5, (), ()))
    places: Places = {}
    for hours in (HOURS, late, HOURS, late):
        assert free_days(slots, CALENDAR, hours, places) == free_days(slots, CALENDAR, hours)
    assert set(places) == {HOURS, late}

"""Readings that come a day late are in the slots and the ledger as if they had come in time; doing it again changes nothing."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from offices import local, plug
from past import Past, Standing, drawn

from daemon.accounting.accounting import Accounting
from daemon.accounting.late import late_slots
from sensors.readings import Power

DAY = local("2026-07-15 00:00")
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
ALL_DAY = drawn(DAY - HOUR, DAY + 24 * HOUR, 60.0, 100.0)


def told(history_of: Past) -> dict[datetime, tuple[float | None, float | None, float | None]]:
    return {
        row.at: (
            None if row.energy_kwh is None else round(row.energy_kwh, 9),
            row.coverage_seconds,
            row.on_seconds,
        )
        for row in history_of.history.slots(DAY, DAY + 24 * HOUR)
    }


def gap(reading: Power) -> bool:
    return DAY + 10 * HOUR <= reading.arrived_at < DAY + 14 * HOUR


def past_with_a_gap(folder: Path) -> Past:
    past = Past(folder, plug(silent_after_seconds=900.0))
    past.hear(each for each in ALL_DAY if not gap(each))
    past.sum_up(DAY, DAY + 24 * HOUR)
    return past


def test_a_day_late_or_in_time_it_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "in-time").mkdir()
    (tmp_path / "late").mkdir()
    in_time = Past(tmp_path / "in-time", plug(silent_after_seconds=900.0))
    in_time.hear(ALL_DAY)
    in_time.sum_up(DAY, DAY + 24 * HOUR)
    past = past_with_a_gap(tmp_path / "late")
    before = told(past)
    assert before != told(in_time)

    past.hear(each for each in ALL_DAY if gap(each))
    late = late_slots(past.site, past.history, DAY, DAY + 24 * HOUR, ())
    past.write(late)

    assert told(past) == told(in_time)
    assert {each.slot.at for each in late} <= {DAY + 9.5 * HOUR + number * QUARTER for number in range(19)}
    assert late_slots(past.site, past.history, DAY, DAY + 24 * HOUR, ()) == []


def test_what_never_came_is_left_as_it_is(tmp_path: Path) -> None:
    past = past_with_a_gap(tmp_path)

    assert late_slots(past.site, past.history, DAY, DAY + 24 * HOUR, ()) == []


def test_a_device_that_was_not_heard_at_all_that_day_gets_its_slots(tmp_path: Path) -> None:
    past = Past(tmp_path, plug(silent_after_seconds=900.0))
    past.hear(ALL_DAY)
    past.write(late_slots(past.site, past.history, DAY, DAY + 24 * HOUR, ()))

    assert past.energy(DAY, DAY + 24 * HOUR) == pytest.approx(0.06 * 24, rel=0.01)


def test_late_data_reach_the_ledger_by_themselves(tmp_path: Path) -> None:
    """Two weeks of 60 W, then a switch-off whose night was not heard until a day later."""
    past = Past(tmp_path, plug(silent_after_seconds=900.0, standby_watts=2.0))
    start = local("2026-07-01 00:00")
    off_at = local("2026-07-14 18:10")
    opens_at = local("2026-07-15 08:30")
    nights = drawn(start, off_at, 60.0, 10.0)
    total = nights[-1].energy_kwh_total or 0.0
    after = drawn(off_at, opens_at, 0.0, total, on=False) + drawn(opens_at, local("2026-07-15 18:00"), 60.0, total)
    late = [each for each in after if local("2026-07-14 20:00") <= each.arrived_at < local("2026-07-15 06:00")]
    past.hear(nights)
    past.hear(each for each in after if each not in late)
    past.sum_up(start, local("2026-07-15 18:00"))
    past.command(off_at, "plug", remedy="SwitchOff")
    noon = local("2026-07-15 12:10")

    accounting = Accounting(lambda: past.state, past.store, past.history, Standing(noon))
    accounting.catch_up(noon)
    lost = sum(row.avoided_kwh or 0.0 for row in past.history.savings(start, noon))
    past.hear(late)
    tomorrow = noon + timedelta(days=1)
    accounting.catch_up(tomorrow)  # the slots
    accounting.catch_up(tomorrow)  # the ledger
    rows = past.history.savings(start, tomorrow)

    night_hours = (opens_at - off_at).total_seconds() / 3600
    assert lost == pytest.approx(0.06 * (night_hours - 10), rel=0.05)
    assert [row.ledger for row in rows] == ["measured"]
    assert rows[0].avoided_kwh == pytest.approx(0.06 * night_hours, rel=0.02)
    again = Accounting(lambda: past.state, past.store, past.history, Standing(tomorrow))
    again.catch_up(tomorrow)
    assert past.history.savings(start, tomorrow) == rows

"""The month that officed reports against what really happened in the virtual office, and against the same office left alone.

The truth is integrated inside the simulator at its own steps; nothing of it is read back from what was published.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from offices import local

from daemon.simulation.comparing import Result
from daemon.simulation.month import against_truth, avoided_truth, reported
from daemon.simulation.simulate import run
from policies.accounting.ledger import Entry
from policies.accounting.month import Month
from sensors.device import DeviceId
from sensors.virtual.faults import MILD, NO_FAULTS, Faults
from sensors.virtual.plans import room_plan

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PIECES = ("cool2", "eye", "lights", "pc", "monitor", "gang", "water", "printer", "outside")
ROOM = room_plan(*PIECES, people=5, area_m2=45.0)
FIRST = date(2026, 6, 1)
DAYS, WATCHED = 30, 14
SEED = 3
BAD = replace(
    MILD,
    null_share=0.02,
    lost_report_share=0.03,
    gateway_restarts_per_day=1.0,
    counter_resets_per_day=0.2,
    liars=frozenset({DeviceId("room-water-1")}),
)
OUTAGES = (
    (local("2026-06-10 03:00"), local("2026-06-10 04:30")),
    (local("2026-06-17 13:00"), local("2026-06-17 14:00")),
)


def lived(faults: Faults, watched: int, outages: tuple[tuple[datetime, datetime], ...] = ()) -> Result:
    return run(ROOM, FIRST, DAYS, SEED, faults, watch_days=watched, by_quarter=True, outages=outages)


def month_of(result: Result) -> tuple[Month, tuple[Entry, ...]]:
    month, ledger = reported(result.state, result.history, FIRST.year, FIRST.month)
    return month, ledger.entries


def test_every_figure_is_within_a_hundredth_of_the_truth_and_what_was_avoided_within_its_interval() -> None:
    acted, left_alone = lived(NO_FAULTS, WATCHED), lived(NO_FAULTS, DAYS)
    month, entries = month_of(acted)

    for figure in against_truth(month, acted.truth):
        assert figure.error is not None, figure
        assert figure.error <= 0.01, figure
    truth = avoided_truth(entries, acted.truth, left_alone.truth, frozenset({"measured"}))
    interval = month.avoided.interval
    assert interval is not None
    assert truth > 5
    assert interval.low_kwh <= truth <= interval.high_kwh
    assert interval.high_kwh - interval.low_kwh < 1.2 * truth, "one unit, two weeks of its slopes"
    assert set(month.avoided.by_rule) == {"after-hours", "cn-2007-42-setpoint"}
    for rule, span in month.avoided.by_rule.items():
        of_rule = [entry for entry in entries if entry.action.policy == rule]
        part = avoided_truth(of_rule, acted.truth, left_alone.truth, frozenset({"measured"}))
        assert span.low_kwh <= part <= span.high_kwh, rule
        assert part > 5, rule
    before = local("2026-06-15 00:00")
    assert all(entry.action.at >= before for entry in entries)
    check = month.avoided.cross_check
    assert check is not None
    assert (check.conclusion, check.saving) == ("not_enough_data", None)
    assert "0 days of the year before are known, 330 are needed" in {str(words) for words in check.missing}


def test_with_faults_the_figures_are_the_same_or_say_that_they_are_not() -> None:
    acted = lived(BAD, WATCHED, OUTAGES)
    month, entries = month_of(acted)

    for figure in against_truth(month, acted.truth):
        assert figure.found is None or figure.error is None or figure.error <= 0.01, figure
    liar = [entry for entry in entries if entry.action.device == "room-water-1"]
    assert liar
    assert all(entry.ledger == "not_claimed" for entry in liar)


def test_a_device_that_falls_silent_is_named_beside_the_figures_that_lack_it() -> None:
    acted = run(
        ROOM, FIRST, DAYS, SEED, replace(NO_FAULTS, silent={DeviceId("room-pc-1"): timedelta(days=20)}), watch_days=DAYS
    )
    month, _ = month_of(acted)

    flagged = {str(words).partition(":")[0] for words in (*month.cautions, *month.missing)}
    assert "room-pc-1" in flagged

"""Planted savings: the truth lies in the interval, and the interval is narrow enough to be of use."""

from statistics import median

import pytest
from accounts import planted

from policies.accounting.interval import interval
from policies.accounting.ledger import in_order

SEEDS = 200
DEVICES = 2


def test_the_truth_lies_in_the_interval_in_nine_of_ten_offices() -> None:
    inside, widths = 0, []
    for seed in range(SEEDS):
        truth, _, entries, _ = planted(seed, devices=DEVICES)
        found = interval(in_order(entries), repeats=200)
        assert found is not None
        inside += found.low_kwh <= truth <= found.high_kwh
        widths.append((found.high_kwh - found.low_kwh) / 2 / truth)

    assert inside / SEEDS >= 0.9
    assert median(widths) <= 0.25


def test_the_interval_is_the_same_whenever_it_is_asked_for() -> None:
    _, _, entries, _ = planted(1, devices=2)

    assert interval(in_order(entries)) == interval(in_order(entries[::-1]))
    assert interval([]) is None


@pytest.mark.parametrize(("share", "is_there"), [(0.85, False), (0.9, True)])
def test_what_was_heard_85_percent_of_the_time_gives_no_number(share: float, *, is_there: bool) -> None:
    _, _, entries, _ = planted(1, devices=2, covered=share * 900)

    assert (interval(entries) is not None) == is_there
    assert any(entry.ledger == "measured" for entry in entries) == is_there
    assert (sum(entry.avoided_kwh for entry in entries) > 0) == is_there


def test_fifteen_devices_of_a_hundred_are_known_to_a_quarter_of_what_they_saved() -> None:
    """Where fifteen of a hundred like devices are switched off, 15 % of what they would have used together is saved."""
    truth, _, entries, _ = planted(7, devices=15)
    found = interval(in_order(entries))

    assert found is not None
    assert found.low_kwh <= truth <= found.high_kwh
    assert (found.high_kwh - found.low_kwh) / 2 <= 0.25 * truth

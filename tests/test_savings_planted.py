"""Planted savings: the truth lies in the interval, and the interval is narrow enough to be of use."""

from statistics import median

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

"""The ledger of a month, added up: measured and estimated apart, what is not claimed only counted, the second number beside."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from policies.accounting.cross_check import CrossCheck
from policies.accounting.interval import LEVEL, Interval
from policies.history import SavingRow

SUPERSEDED = "superseded"
"""The method of a row that late data moved to another ledger: it counts nowhere."""


@dataclass(frozen=True, slots=True)
class LedgerSum:
    """One ledger. `cost` None: no tariff for some of it. `methods`: entries by method."""

    entries: int
    kwh: float
    cost: float | None
    methods: Mapping[str, int]
    by_policy: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Avoided:
    """`interval` is that of `measured`, `by_rule` that of each rule's share, at `level`. `gap_kwh`: the office's meter (less model) minus both ledgers.

    `hold_outs`: device-nights that were left alone to keep the baseline true.
    """

    measured: LedgerSum
    estimated: LedgerSum
    not_claimed: LedgerSum
    interval: Interval | None
    level: float
    cross_check: CrossCheck | None
    meter_kwh: float | None
    gap_kwh: float | None
    hold_outs: int
    by_rule: Mapping[str, Interval] = field(default_factory=dict)


def avoided(
    rows: Iterable[SavingRow],
    interval: Interval | None,
    check: CrossCheck | None,
    hold_outs: int = 0,
    by_rule: Mapping[str, Interval] | None = None,
) -> Avoided:
    """Sums of the rows; the gap only where the cross-check has a figure, significant or not."""
    by_ledger: dict[str, list[SavingRow]] = {"measured": [], "estimated": [], "not_claimed": []}
    for row in rows:
        if row.method == SUPERSEDED:
            continue
        by_ledger.setdefault(row.ledger, []).append(row)
    measured, estimated = _sum(by_ledger["measured"]), _sum(by_ledger["estimated"])
    meter = None
    if check is not None and check.predicted_kwh is not None and check.observed_kwh is not None:
        meter = check.predicted_kwh - check.observed_kwh
    gap = None if meter is None else meter - measured.kwh - estimated.kwh
    unclaimed = _sum(by_ledger["not_claimed"])
    return Avoided(measured, estimated, unclaimed, interval, LEVEL, check, meter, gap, hold_outs, by_rule or {})


def _sum(rows: Iterable[SavingRow]) -> LedgerSum:
    kwh, cost, entries = 0.0, 0.0, 0
    is_priced = True
    methods: dict[str, int] = {}
    policies: dict[str, float] = {}
    for row in rows:
        entries += 1
        kwh += row.avoided_kwh or 0.0
        policies[row.policy] = policies.get(row.policy, 0.0) + (row.avoided_kwh or 0.0)
        methods[row.method or ""] = methods.get(row.method or "", 0) + 1
        if row.avoided_cost is None:
            is_priced = is_priced and not row.avoided_kwh
        else:
            cost += row.avoided_cost
    return LedgerSum(
        entries, kwh, cost if is_priced else None, dict(sorted(methods.items())), dict(sorted(policies.items()))
    )

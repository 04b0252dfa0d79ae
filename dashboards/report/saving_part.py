"""Avoided energy: three ledgers that are never added up, how each number came about, and the office's meter beside them."""

from collections.abc import Iterator, Sequence

from dashboards.report.annex import Annex
from dashboards.report.document import Amount, Block, Cell, Figure, Paragraph, Section, Series, Table
from dashboards.report.summary import percent
from dashboards.report.vocabulary import METHODS, word
from policies.accounting.avoided import LedgerSum
from policies.accounting.cross_check import CrossCheck
from policies.accounting.month import Month
from policies.words import Words, say

_CONCLUSIONS: dict[str, Words] = {
    "saved": say("The whole office used less than its baseline explains."),
    "used_more": say("The whole office used more than its baseline explains."),
    "no_significant_change": say("The whole office shows no significant change."),
    "not_enough_data": say("The whole office was not held against a model; what is missing:"),
}


def saving(month: Month, annex: Annex) -> Section:
    """All of it, or why there is none."""
    del annex
    return Section("avoided", say("Avoided energy"), tuple(_blocks(month)))


def _blocks(month: Month) -> Iterator[Block]:
    avoided = month.avoided
    interval = avoided.interval
    low, high = (None, None) if interval is None else (interval.low_kwh, interval.high_kwh)
    measured: tuple[Cell, ...] = (
        say("measured"),
        Amount("number", float(avoided.measured.entries)),
        Amount("kwh", avoided.measured.kwh if avoided.measured.entries else None),
        Amount("kwh", low),
        Amount("kwh", high),
        Amount("amount", avoided.measured.cost if avoided.measured.entries else None),
    )
    estimated: tuple[Cell, ...] = (
        say("estimated"),
        Amount("number", float(avoided.estimated.entries)),
        Amount("kwh", avoided.estimated.kwh if avoided.estimated.entries else None),
        None,
        None,
        Amount("amount", avoided.estimated.cost if avoided.estimated.entries else None),
    )
    unclaimed: tuple[Cell, ...] = (
        say("not claimed"),
        Amount("number", float(avoided.not_claimed.entries)),
        None,
        None,
        None,
        None,
    )
    yield Table(
        "avoided",
        say("Three ledgers"),
        (say("Ledger"), say("Actions"), say("kWh"), say("at least"), say("at most"), say("Cost")),
        (measured, estimated, unclaimed),
        say(
            "Measured: against the device's own days without control; the interval holds the truth with {level_percent}. "
            "Estimated: by a published value. Not claimed: done, and no number can be stood behind.",
            level_percent=100 * avoided.level,
        ),
    )
    yield Table(
        "avoided_by_method",
        say("How the numbers came about"),
        (say("Ledger"), say("Method"), say("Actions")),
        tuple(
            (name, word(METHODS, method), Amount("number", float(number)))
            for name, each in _ledgers(month)
            for method, number in each.methods.items()
        ),
    )
    policies = sorted({*avoided.measured.by_policy, *avoided.estimated.by_policy})
    if policies:
        yield _by_rule(month, policies)
        yield Figure(
            "avoided_by_policy",
            say("By rule"),
            "bars",
            "kwh",
            tuple(policies),
            tuple(
                Series(name, tuple(each.by_policy.get(policy) for policy in policies))
                for name, each in _ledgers(month)[:2]
                if each.entries
            ),
        )
    yield Paragraph(
        say(
            "{hold_outs} nights of devices were left alone on purpose, so that there are days to compare with.",
            hold_outs=avoided.hold_outs,
        )
    )
    yield from _meter(month, avoided.cross_check)


def _by_rule(month: Month, policies: Sequence[str]) -> Table:
    measured, estimated = month.avoided.measured.by_policy, month.avoided.estimated.by_policy
    spans = {policy: month.avoided.by_rule.get(policy) for policy in policies}
    return Table(
        "avoided_of_rule",
        say("What each rule avoided"),
        (say("Rule"), say("measured"), say("at least"), say("at most"), say("estimated")),
        tuple(
            (
                policy,
                Amount("kwh", measured.get(policy)),
                Amount("kwh", None if span is None else span.low_kwh),
                Amount("kwh", None if span is None else span.high_kwh),
                Amount("kwh", estimated.get(policy)),
            )
            for policy, span in spans.items()
        ),
    )


def _ledgers(month: Month) -> list[tuple[Words, LedgerSum]]:
    avoided = month.avoided
    return [
        (say("measured"), avoided.measured),
        (say("estimated"), avoided.estimated),
        (say("not claimed"), avoided.not_claimed),
    ]


def _meter(month: Month, check: CrossCheck | None) -> Iterator[Block]:
    if check is None:
        yield Paragraph(
            say("The whole office was not held against a model: no outdoor temperature is known."), "caution"
        )
        return
    yield Paragraph(_CONCLUSIONS[check.conclusion], "caution" if check.conclusion == "not_enough_data" else "plain")
    for words in check.missing:
        yield Paragraph(words, "caution")
    if check.saving is None:
        return
    yield Table(
        "cross_check",
        say("The office's meter against its own year before"),
        (say("Figure"), say("Value")),
        (
            (say("Expected for this weather and these days"), Amount("kwh", check.predicted_kwh)),
            (say("Used"), Amount("kwh", check.observed_kwh)),
            (say("Less than expected"), percent(check.saving)),
            (say("at least"), percent(check.low)),
            (say("at most"), percent(check.high)),
            (say("What a month without any measure may show as well"), percent(check.floor)),
            (say("By the meter, less than by the model"), Amount("kwh", month.avoided.meter_kwh)),
            (say("Gap between the meter and both ledgers"), Amount("kwh", month.avoided.gap_kwh)),
        ),
    )

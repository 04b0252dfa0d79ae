"""The first page: what a director reads in a minute. Five figures, what they mean, and what is missing behind them."""

from collections.abc import Iterator
from datetime import date, timedelta

from dashboards.report.annex import Annex
from dashboards.report.document import Amount, Block, Fact, Facts, Figure, Paragraph, Section, Series
from dashboards.report.vocabulary import DAY_TYPES
from policies.accounting.avoided import Avoided
from policies.accounting.month import Change, Month
from policies.words import Words, say

_MISSING_AT_MOST = 5
_SAME = 0.005


def summary(month: Month, annex: Annex) -> Section:
    """One page, whatever the month was."""
    blocks: list[Block] = [Facts(tuple(_facts(month)))]
    blocks += [Paragraph(words, "headline") for words in _headlines(month)]
    if month.energy.by_day is not None and annex.days:
        blocks.append(_by_day(month, annex))
    blocks += [Paragraph(words, "caution") for words in _cautions(month)]
    return Section("summary", say("Summary"), tuple(blocks))


def percent(share: float | None) -> Amount:
    """A share as a percentage."""
    return Amount("percent", None if share is None else 100 * share)


def _facts(month: Month) -> Iterator[Fact]:
    yield Fact(say("Energy used"), Amount("kwh", month.energy.kwh), _against(month.against_last_month))
    yield Fact(
        say("while closed"),
        Amount("kwh", month.energy.closed_kwh),
        None
        if month.energy.closed_share is None
        else say("{closed_percent} of all", closed_percent=100 * month.energy.closed_share),
    )
    yield Fact(say("Avoided, measured"), Amount("kwh", _measured(month.avoided)), _between(month.avoided))
    yield Fact(
        say("Setpoints within the rule"),
        percent(month.setpoint.rate),
        None
        if month.setpoint.violation_hours is None
        else say("{violation_hours} hours of violation", violation_hours=month.setpoint.violation_hours),
    )
    yield Fact(
        say("Sheets printed"),
        Amount("number", float(month.printing.sheets)),
        None
        if month.printing.duplex_rate is None
        else say("{duplex_percent} of the sides on both sides", duplex_percent=100 * month.printing.duplex_rate),
    )


def _against(change: Change) -> Words | None:
    if change.share is None:
        return None
    if abs(change.share) < _SAME:
        return say("as in the month before")
    if change.share < 0:
        return say("{less_percent} less than the month before", less_percent=-100 * change.share)
    return say("{more_percent} more than the month before", more_percent=100 * change.share)


def _measured(avoided: Avoided) -> float | None:
    return avoided.measured.kwh if avoided.measured.entries else None


def _between(avoided: Avoided) -> Words | None:
    if avoided.interval is None:
        return None
    return say(
        "{low_kwh} to {high_kwh}, {level_percent} sure",
        low_kwh=avoided.interval.low_kwh,
        high_kwh=avoided.interval.high_kwh,
        level_percent=100 * avoided.level,
    )


def _headlines(month: Month) -> Iterator[Words]:
    if month.energy.kwh is None:
        yield say("Too little of the month is known for figures of the whole office")
    elif month.against_target.share is not None and month.against_target.before_kwh is not None:
        over = month.against_target.share > 0
        yield say(
            "The target of {target_kwh} was missed by {over_percent}"
            if over
            else "The target of {target_kwh} was kept, with {under_percent} to spare",
            target_kwh=month.against_target.before_kwh,
            **{"over_percent" if over else "under_percent": 100 * abs(month.against_target.share)},
        )
    if month.against_last_year.share is not None:
        less = month.against_last_year.share < 0
        yield say(
            "{change_percent} less than in the same month last year"
            if less
            else "{change_percent} more than in the same month last year",
            change_percent=100 * abs(month.against_last_year.share),
        )
    proved = month.deeds.commands.get("proved", 0)
    yield say(
        "{cases} cases, {proved} corrections proved, {refused} held back with a reason",
        cases=month.deeds.cases,
        proved=proved,
        refused=sum(month.deeds.refusals.values()),
    )
    if month.avoided.estimated.entries:
        yield say(
            "Another {estimated_kwh} is estimated, not measured; the two are never added up",
            estimated_kwh=month.avoided.estimated.kwh,
        )
    check = month.avoided.cross_check
    if check is None or check.conclusion == "not_enough_data":
        yield say("The office's meter says nothing for or against it yet")
    elif check.conclusion == "no_significant_change":
        yield say("The office's meter shows no significant change, which is no proof of either")
    elif check.saving is not None:
        yield say(
            "The office's meter shows {saving_percent} less than its own year before explains"
            if check.saving > 0
            else "The office's meter shows {saving_percent} more than its own year before explains",
            saving_percent=100 * abs(check.saving),
        )


def _cautions(month: Month) -> Iterator[Words]:
    if month.missing:
        yield say("Not enough data:")
        yield from month.missing[:_MISSING_AT_MOST]
    elif month.cautions:
        yield say("{devices} devices were heard too little; see the last pages", devices=len(month.cautions))
    if not month.is_price_verified:
        yield say("The prices have not been verified by anybody")
    if any(not factor.verified for factor in month.factors):
        yield say("A factor that was used has not been verified by anybody")


def _by_day(month: Month, annex: Annex) -> Figure:
    first = date(month.year, month.month, 1)
    days = [first + timedelta(days=number) for number in range(month.days)]
    used = [name for name in DAY_TYPES if any(annex.days.get(day, {}).get(name) for day in days)]
    series = tuple(
        Series(DAY_TYPES[name], tuple(annex.days[day].get(name, 0.0) if day in annex.days else None for day in days))
        for name in used
    )
    labels = tuple(str(day.day) for day in days)
    return Figure("energy_by_day", say("By day and type of time"), "stacked", "kwh", labels, series)

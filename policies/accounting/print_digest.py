"""The week's printing in a few sentences, for a department or a house: counts and one tip, never who."""

from collections.abc import Iterator, Sequence

from policies.accounting.printing import Figures, Standing
from policies.words import Words, say


def digest(now: Figures, before: Figures | None, standings: Sequence[Standing] = ()) -> list[Words]:
    """This week beside the one before (None: there is none to compare), the targets, and the tip that saves most."""
    return [*_counts(now, before), *_targets(standings), *_tip(now)]


def _counts(now: Figures, before: Figures | None) -> Iterator[Words]:
    if now.jobs == 0:
        yield say("Nothing was printed this week")
        return
    if before is not None and before.jobs:
        yield say(
            "{jobs} jobs on {sheets} sheets; {sheets_before} the week before",
            jobs=now.jobs,
            sheets=now.sheets,
            sheets_before=before.sheets,
        )
    else:
        yield say("{jobs} jobs on {sheets} sheets", jobs=now.jobs, sheets=now.sheets)
    if now.two_sided_share is not None:
        yield say("{share_percent} of what could be was on both sides", share_percent=100 * now.two_sided_share)
    if now.reuse_sheets:
        yield say("{sheets} sheets were paper used a second time", sheets=now.reuse_sheets)
    if now.unknown_jobs:
        yield say("{jobs} jobs are not in these figures: nobody knows their sheets", jobs=now.unknown_jobs)


def _targets(standings: Sequence[Standing]) -> Iterator[Words]:
    for standing in standings:
        name = standing.target.department
        if standing.met is None:
            yield say("{department}: too little to judge the target by", department=name)
        elif standing.met:
            yield say("{department}: target met", department=name)
        else:
            yield say("{department}: target not met yet", department=name)


def _tip(now: Figures) -> Iterator[Words]:
    """Of the two things people can change, the one with more sheets in it."""
    if now.avoidable_sheets and now.avoidable_sheets >= now.repeat_sheets:
        yield say("Two sides by default would save {sheets} sheets in such a week", sheets=now.avoidable_sheets)
    elif now.repeat_sheets:
        yield say(
            "{sheets} sheets were printed again within minutes: a look at the preview saves most",
            sheets=now.repeat_sheets,
        )

"""What a span of print jobs comes to: sheets, shares, targets, repeats among thousands of jobs, a month within seconds."""

import random
import time
from datetime import UTC, datetime, timedelta

import pytest

from policies.accounting.print_digest import digest
from policies.accounting.print_reconciling import reconcile
from policies.accounting.printing import Figures, Target, figures, marked, once, standings, together
from policies.history import JobRow, Sample

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def row(minute: float = 0, **more: object) -> JobRow:
    """Four sides on one side each, where two would have done."""
    fields: dict[str, object] = {
        "at": MONDAY + timedelta(minutes=minute),
        "device": "laser",
        "job": f"laser-{minute}",
        "state": "completed",
        "department": "sales",
        "sheets": 4,
        "impressions": 4,
        "copies": 1,
        "two_sided": "no",
        "duplexable": True,
        "user_hash": "u1",
        "title_hash": f"t{minute}",
        **more,
    }
    return JobRow(**fields)  # type: ignore[arg-type]  # the fields of a row


def test_unknown_jobs_and_failed_ones_are_counted_apart_and_are_in_no_sum() -> None:
    rows = [row(), row(1, sheets=None, two_sided="unknown"), row(2, state="cancelled", sheets=None)]
    found = figures(rows)["sales"]
    assert (found.jobs, found.unknown_jobs, found.failed_jobs, found.sheets, found.sides) == (2, 1, 1, 4, 4)


def test_the_two_sided_share_is_by_sides_and_leaves_out_what_could_not_be() -> None:
    rows = [
        row(0, impressions=9, sheets=5, two_sided="yes"),
        row(1, impressions=3, sheets=3),
        row(2, impressions=1, sheets=1, duplexable=False),
        row(3, impressions=50, sheets=50, duplexable=None, two_sided="no"),
        row(4, impressions=50, sheets=None, two_sided="unknown"),
    ]
    found = figures(rows)["sales"]
    assert found.two_sided_share == pytest.approx(9 / 12)
    assert (found.saved_sheets, found.avoidable_sheets) == (4, 1)
    assert Figures().two_sided_share is None


def test_avoidable_sheets_are_counted_by_the_copy() -> None:
    assert figures([row(impressions=6, copies=2, sheets=6)])["sales"].avoidable_sheets == 2
    assert figures([row(impressions=2, copies=2, sheets=2)])["sales"].avoidable_sheets == 0


def test_colour_reuse_and_several_pages_a_side_are_shares_of_what_is_known() -> None:
    rows = [
        row(0, colour=True, media_source="tray-2"),
        row(1, colour=False, impressions=12, sheets=6, two_sided="yes", number_up=2),
        row(2, colour=None, media="reuse-a4", impressions=2, sheets=2),
    ]
    found = figures(rows, frozenset({"tray-2", "reuse-a4"}))["sales"]
    assert found.colour_share == pytest.approx(4 / 16)
    assert found.reuse_share == pytest.approx(6 / 12)
    assert found.number_up_sheets == 6
    assert figures(rows)["sales"].reuse_sheets == 0


def test_a_job_told_twice_counts_once_and_departments_are_kept_apart() -> None:
    rows = [row(), row(), row(1, department="law"), row(2, department="")]
    found = figures(rows)
    assert {name: figure.jobs for name, figure in found.items()} == {"": 1, "law": 1, "sales": 1}
    assert together(found.values()).sheets == 12
    assert len(once(rows)) == 3


@pytest.mark.parametrize(
    ("what", "first", "second", "minutes", "is_repeat"),
    [
        ("the same again", {}, {}, 10, True),
        ("the last minute of the window", {}, {}, 30, True),
        ("a moment later", {}, {}, 30.01, False),
        ("on another printer", {}, {"device": "laser-2"}, 5, True),
        ("in other copies", {}, {"copies": 2, "impressions": 8, "sheets": 8}, 5, True),
        ("somebody else", {}, {"user_hash": "u2"}, 5, False),
        ("nobody knows whose", {"user_hash": None}, {"user_hash": None}, 5, False),
        ("another document", {}, {"title_hash": "other"}, 5, False),
        ("other pages", {}, {"impressions": 5, "sheets": 5}, 5, False),
        ("the first was cancelled", {"state": "cancelled"}, {}, 5, False),
        ("the first was aborted", {"state": "aborted"}, {}, 5, False),
        ("the printer had jammed", {"jammed": True}, {}, 5, False),
        ("the printer had jammed before the second", {}, {"jammed": True}, 5, False),
        ("without a title, of the same size", {"title_hash": None, "kilobytes": 90}, {"kilobytes": 91}, 5, True),
        ("without a title, of another size", {"title_hash": None, "kilobytes": 90}, {"kilobytes": 95}, 5, False),
        ("without a title, of no size", {"title_hash": None}, {}, 5, False),
        ("nothing was counted", {"impressions": None, "sheets": None}, {"impressions": None, "sheets": None}, 5, False),
    ],
)
def test_a_repeat_is_the_same_thing_by_the_same_person_within_the_window(
    what: str, first: dict[str, object], second: dict[str, object], minutes: float, is_repeat: bool
) -> None:
    rows = [row(0, **{"title_hash": "t", **first}), row(minutes, **{"title_hash": "t", **second})]
    assert [repeat_of for _, repeat_of in marked(rows)] == [None, "laser-0" if is_repeat else None], what


def test_five_thousand_jobs_with_forty_planted_repeats_are_told_apart() -> None:
    for seed in range(5):
        rows, planted = crowd(seed)
        found = {each.job for each, repeat_of in marked(rows) if repeat_of}
        right = len(found & planted)
        assert right / len(found) >= 0.95, f"seed {seed}: {len(found)} found, {right} right"
        assert right / len(planted) >= 0.9, f"seed {seed}: {right} of {len(planted)} found"


def crowd(seed: int) -> tuple[list[JobRow], set[str]]:
    """Two weeks of sixty people on six printers: forms printed daily, titles that recur, and forty repeats.

    Of the repeats a third come from another printer, a third are the document changed a little and without a title.
    """
    chance = random.Random(seed)
    rows: list[JobRow] = []
    for number in range(4960):
        minute = chance.randrange(10) * 1440 + chance.randrange(540)
        pages = 1 if chance.random() < 0.4 else 1 + int(chance.expovariate(1 / 6))
        # a document of some five hundred forms that everybody prints now and then, or one of one's own
        title = f"form{chance.randrange(500)}" if chance.random() < 0.3 else f"own{number}"
        rows.append(
            row(
                minute + chance.random(),
                job=f"n{number}",
                device=f"p{chance.randrange(6)}",
                user_hash=f"u{chance.randrange(60)}",
                title_hash=title if chance.random() < 0.9 else None,
                impressions=pages,
                sheets=pages,
                kilobytes=chance.randrange(20, 4000),
            )
        )
    planted: set[str] = set()
    for number, original in enumerate(chance.sample([each for each in rows if each.title_hash], 40)):
        later = original.at + timedelta(minutes=chance.uniform(0.2, 25))
        name = f"again{number}"
        planted.add(name)
        kind = number % 3
        rows.append(
            row(
                (later - MONDAY).total_seconds() / 60,
                job=name,
                device="p9" if kind == 1 else original.device,
                user_hash=original.user_hash,
                title_hash=None if kind == 2 else original.title_hash,
                impressions=original.impressions,
                sheets=original.sheets,
                kilobytes=(original.kilobytes or 0) + (1 if kind == 2 else 0),
            )
        )
    return rows, planted


def test_a_month_of_fifty_thousand_jobs_takes_less_than_two_seconds() -> None:
    chance = random.Random(7)
    rows = [
        row(
            chance.random() * 43_200,
            job=str(number),
            department=f"d{number % 12}",
            user_hash=f"u{number % 400}",
            impressions=1 + number % 30,
            sheets=1 + number % 30,
        )
        for number in range(50_000)
    ]
    began = time.process_time()
    found = figures(rows)
    assert time.process_time() - began <= 2.0
    assert sum(figure.jobs for figure in found.values()) == 50_000


def test_what_no_job_accounts_for_is_the_counter_less_the_jobs() -> None:
    looks = [Sample(MONDAY + timedelta(minutes=minute), value) for minute, value in [(0, 1000), (10, 1010), (20, 1030)]]
    jobs = [
        row(0, impressions=99),
        row(5, impressions=8),
        row(10, impressions=2),
        row(15, impressions=None, sheets=None),
    ]
    found = reconcile(jobs, looks)
    assert found is not None
    assert (found.counted_sides, found.job_sides, found.unaccounted_sides, found.unknown_jobs) == (30, 10, 20, 1)
    assert found.unaccounted_share == pytest.approx(20 / 30)
    assert reconcile(jobs, looks[:1]) is None


@pytest.mark.parametrize(
    ("what", "before", "after", "counted", "gaps"),
    [
        ("rolled over at a million", 999_990, 15, 25, 0),
        ("rolled over at 2^24", 2**24 - 5, 5, 10, 0),
        ("exchanged", 500_000, 12, 0, 1),
        ("power was lost", 1009, 1000, 0, 1),
    ],
)
def test_a_counter_that_falls_has_rolled_over_or_is_left_out(
    what: str, before: int, after: int, counted: int, gaps: int
) -> None:
    found = reconcile([], [Sample(MONDAY, before), Sample(MONDAY + timedelta(hours=1), after)])
    assert found is not None
    assert (found.counted_sides, found.gaps) == (counted, gaps), what


def test_a_target_is_met_missed_or_not_to_be_judged() -> None:
    found = figures([row(0, impressions=9, sheets=5, two_sided="yes"), row(1, impressions=3, sheets=3)])
    targets = [
        Target(department="sales", two_sided_share=0.75),
        Target(department="sales", two_sided_share=0.75, sheets=7),
        Target(department="sales", sheets=8),
        Target(department="law", two_sided_share=0.5),
    ]
    assert [standing.met for standing in standings(found, targets)] == [True, False, True, None]


def test_a_digest_counts_compares_and_gives_the_one_tip_that_saves_most() -> None:
    now = Figures(
        jobs=5, sheets=40, could_sides=20, two_sided_sides=5, avoidable_sheets=7, repeat_sheets=9, unknown_jobs=1
    )
    said = [str(words) for words in digest(now, Figures(jobs=3, sheets=55))]
    assert said[0] == "5 jobs on 40 sheets; 55 the week before"
    assert said[-1].startswith("9 sheets were printed again")
    assert "1 jobs are not in these figures: nobody knows their sheets" in said
    assert [str(words) for words in digest(Figures(), None)] == ["Nothing was printed this week"]
    assert "Two sides by default" in str(digest(Figures(jobs=1, avoidable_sheets=2), None)[-1])

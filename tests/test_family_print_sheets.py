"""Sheets are computed; what is not known is unknown, with the reason."""

import pytest

from sensors.readings import TwoSided
from sensors.sheets import Ask, count, two_sidedness

TWO = "two-sided-long-edge"


def on_two_sides(impressions: int, copies: int = 1) -> Ask:
    return Ask(impressions=impressions, copies=copies, sides=TWO, duplexer=True, wins="sides")


@pytest.mark.parametrize(
    ("what", "impressions", "copies", "sheets"),
    [
        ("3 pages", 3, 1, 2),
        ("1 page", 1, 1, 1),
        ("5 pages", 5, 1, 3),
        ("2 pages", 2, 1, 1),
        ("2 uncollated copies of 3", 6, 2, 4),
        ("2 collated copies of 3, padded to 4 sides each", 8, 2, 4),
        ("4 pages 2-up", 2, 1, 1),
        ("7 copies of 1", 7, 7, 7),
    ],
)
def test_two_sided_sheets_are_the_copies_times_half_the_sides_rounded_up(
    what: str, impressions: int, copies: int, sheets: int
) -> None:
    assert count(on_two_sides(impressions, copies)).sheets == sheets, what


def test_one_sided_sheets_are_the_sides() -> None:
    counted = count(Ask(impressions=5, copies=1, sides="one-sided", duplexer=True, wins="sides"))
    assert (counted.sheets, counted.two_sided, counted.duplexable) == (5, "no", True)


@pytest.mark.parametrize(
    ("what", "ask", "expected"),
    [
        ("a queue that cannot turn a sheet", Ask(sides=TWO, duplexer=False, wins="sides"), "no"),
        ("a PPD queue, Duplex picked", Ask(sides="one-sided", duplex="DuplexNoTumble", duplexer=True, wins="ppd"), "yes"),
        ("a PPD queue, Duplex picked, no sides", Ask(sides="-", duplex="DuplexTumble", duplexer=True, wins="ppd"), "yes"),
        ("a PPD queue, Duplex None", Ask(sides=TWO, duplex="None", duplexer=True, wins="ppd"), "no"),
        ("a PPD queue, its default filled in", Ask(sides=TWO, duplex="-", duplexer=True, wins="ppd"), "yes"),
        ("a driverless queue with a Duplex", Ask(sides="one-sided", duplex="DuplexNoTumble", duplexer=True, wins="sides"), "no"),
        ("a fresh queue, no option", Ask(sides="-", duplexer=True, wins="sides"), "unknown"),
        ("which wins is not known, and they differ", Ask(sides="one-sided", duplex="DuplexNoTumble", duplexer=True), "unknown"),
        ("which wins is not known, and they agree", Ask(sides=TWO, duplex="DuplexNoTumble", duplexer=True), "yes"),
        ("which wins is not known, one is there", Ask(sides="one-sided", duplexer=True), "no"),
        ("nobody knows whether it can turn a sheet", Ask(sides=TWO, wins="sides"), "unknown"),
        ("one side needs no duplexer", Ask(sides="one-sided", wins="sides"), "no"),
    ],
)  # fmt: skip
def test_sides_is_a_request_and_the_queue_decides(what: str, ask: Ask, expected: TwoSided) -> None:
    assert two_sidedness(ask)[0] == expected, what
    assert bool(two_sidedness(ask)[1]) is (expected == "unknown"), what


def test_a_one_page_job_is_no_saving_and_needs_no_sides() -> None:
    counted = count(Ask(impressions=1, copies=1, duplexer=True, wins="sides"))
    assert (counted.sheets, counted.duplexable, counted.two_sided) == (1, False, "unknown")


def test_a_job_on_a_queue_without_a_duplexer_could_not_have_saved_paper() -> None:
    counted = count(Ask(impressions=4, copies=1, sides=TWO, duplexer=False, wins="sides"))
    assert (counted.sheets, counted.two_sided, counted.duplexable) == (4, "no", False)


def test_unknown_is_no_number_and_says_why() -> None:
    unknown = count(Ask(impressions=4, copies=1, duplexer=True, wins="sides"))
    assert (unknown.sheets, unknown.two_sided, unknown.duplexable) == (None, "unknown", True)
    assert unknown.unknown_because == "no side was asked for"
    odd = count(on_two_sides(7, 2))
    assert (odd.sheets, odd.unknown_because) == (None, "the sides do not divide by the copies")
    raw = count(on_two_sides(0))
    assert (raw.sheets, raw.impressions) == (None, None)
    assert raw.unknown_because.startswith("nothing was counted")


def test_one_sided_jobs_that_do_not_divide_are_counted_all_the_same() -> None:
    assert count(Ask(impressions=7, copies=2, sides="one-sided", wins="sides")).sheets == 7


def test_without_a_count_the_pages_are_laid_out_by_hand() -> None:
    asked = Ask(pages=5, copies=2, number_up=2, sides=TWO, duplexer=True, wins="sides")
    assert count(asked).impressions == 6
    assert count(asked).sheets == 4


def test_the_reason_for_not_knowing_the_sides_is_told_apart() -> None:
    differ = Ask(sides="one-sided", duplex="DuplexNoTumble", duplexer=True)
    assert two_sidedness(differ) == ("unknown", "which of the two duplex options wins is not known")
    assert two_sidedness(Ask(sides="-", duplexer=True)) == ("unknown", "no side was asked for")
    silent = Ask(duplex="-", sides="-", duplexer=True, wins="ppd")
    assert two_sidedness(silent) == ("unknown", "no side was asked for")
    assert "duplexer" in two_sidedness(Ask(sides=TWO, wins="sides"))[1]

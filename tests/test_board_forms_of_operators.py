"""Reviews, mutes, exemptions and days on a form: bounded, with a reason, by whoever may; nothing else reaches the engine."""

from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from painted import NOW, Painted
from test_board_forms import STUCK, browser, enter, send, source, users

from policies.office.requests import Exempt, MarkDay, Request, Review, Silence

__all__ = ["browser", "source", "users"]
CASE = f"/cases/{STUCK}"
EXEMPTION = {"until": "2026-08-31", "reason": "medical", "approved_by": "Dr. Lin", "document": "A-17"}


def only(source: Painted, name: str = "olga") -> Request:
    """The one thing that was asked for."""
    ((request, who),) = source.asked
    assert who == name
    return request


@pytest.mark.parametrize(("upheld", "stands"), [("yes", True), ("no", False)])
def test_a_contest_is_answered_with_a_reason(browser: httpx.Client, source: Painted, upheld: str, stands: bool) -> None:
    enter(browser, "ada")
    assert send(browser, CASE, f"/do/review/{STUCK}", upheld=upheld).status_code == 400
    assert send(browser, CASE, f"/do/review/{STUCK}", upheld=upheld, why="looked at it").status_code == 303
    assert only(source, "ada") == Review(STUCK, stands, "looked at it")


def test_a_mute_is_for_one_device_and_rule_and_ends(browser: httpx.Client, source: Painted) -> None:
    enter(browser, "olga")
    assert send(browser, CASE, f"/do/mute/{STUCK}", **{"for": "240", "why": "being repaired"}).status_code == 303
    asked = only(source)
    assert isinstance(asked, Silence)
    assert (asked.zone, asked.device, asked.policy) == ("print", "print-copier", "after-hours")
    assert asked.until == NOW + timedelta(hours=4)
    source.asked.clear()
    assert send(browser, CASE, f"/do/mute/{STUCK}", end=asked.id).status_code == 303
    assert source.state().office.desk.mutes == ()


@pytest.mark.parametrize("length", ["", "0", "20161", "-1", "x"])
def test_no_mute_is_without_an_end_or_longer_than_two_weeks(
    browser: httpx.Client, source: Painted, length: str
) -> None:
    enter(browser, "olga")
    assert send(browser, CASE, f"/do/mute/{STUCK}", **{"for": length, "why": "x"}).status_code == 400
    assert source.asked == []


def test_nobody_ends_a_mute_that_there_is_not(browser: httpx.Client, source: Painted) -> None:
    enter(browser, "olga")
    assert send(browser, CASE, f"/do/mute/{STUCK}", end="somebody-else's").status_code == 400
    assert source.asked == []


def test_an_exemption_lasts_to_the_end_of_its_last_day_there(browser: httpx.Client, source: Painted) -> None:
    enter(browser, "ada")
    assert send(browser, "/zones/r302", "/do/exempt/r302", **EXEMPTION).status_code == 303
    asked = only(source, "ada")
    assert isinstance(asked, Exempt)
    assert asked.until == datetime(2026, 8, 31, 16, tzinfo=UTC)
    assert (asked.zone, asked.reason, asked.approved_by, asked.document) == ("r302", "medical", "Dr. Lin", "A-17")


@pytest.mark.parametrize(
    "missing",
    [{"approved_by": " "}, {"document": ""}, {"reason": "because"}, {"until": "2027-08-31"}, {"until": "2026-07-13"}],
)
def test_an_exemption_is_approved_documented_and_ends_within_a_year(
    browser: httpx.Client, source: Painted, missing: dict[str, str]
) -> None:
    enter(browser, "ada")
    assert send(browser, "/zones/r302", "/do/exempt/r302", **{**EXEMPTION, **missing}).status_code == 400
    assert source.asked == []


@pytest.mark.parametrize("kind", ["closed", "open", "as_usual"])
def test_a_day_is_closed_opened_or_as_usual_again(browser: httpx.Client, source: Painted, kind: str) -> None:
    enter(browser, "olga")
    assert send(browser, "/calendar", "/do/day/2026-10-09", kind=kind, why="moved house").status_code == 303
    assert only(source) == MarkDay(date(2026, 10, 9), kind, "moved house")  # type: ignore[arg-type]  # the three kinds


@pytest.mark.parametrize(
    ("day", "kind", "why"),
    [
        ("2026-02-30", "closed", "x"),
        ("2036-01-01", "closed", "x"),
        ("2026-10-09", "half", "x"),
        ("2026-10-09", "open", " "),
    ],
)
def test_no_other_day_and_no_day_without_a_reason(
    browser: httpx.Client, source: Painted, day: str, kind: str, why: str
) -> None:
    enter(browser, "olga")
    assert send(browser, "/calendar", f"/do/day/{day}", kind=kind, why=why).status_code == 400
    assert source.asked == []


def test_who_may_not_is_refused(browser: httpx.Client, source: Painted) -> None:
    enter(browser, "olga")
    assert send(browser, CASE, f"/do/review/{STUCK}", upheld="yes", why="x").status_code == 403
    assert send(browser, "/zones/r302", "/do/exempt/r302", **EXEMPTION).status_code == 403
    enter(browser, "vera")
    assert send(browser, CASE, f"/do/review/{STUCK}", upheld="yes", why="x").status_code == 403
    assert send(browser, CASE, f"/do/mute/{STUCK}", **{"for": "240", "why": "x"}).status_code == 403
    assert send(browser, "/zones/r302", "/do/exempt/r302", **EXEMPTION).status_code == 403
    assert send(browser, "/zones/r302", "/do/day/2026-10-09", kind="closed", why="x").status_code == 403
    assert source.asked == []

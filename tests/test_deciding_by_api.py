"""A rule is switched on, and overtime asked for and granted, by program: with a token that may, and by nothing else."""

from datetime import timedelta

import httpx
import pytest
from painted import NOW, Painted
from test_board_forms import browser, enter, send, source, token, users

from daemon.accounts.users import UsersFile
from policies.office.requests import AllowCrowd, AskOvertime, DecideOvertime, SetMode

__all__ = ["browser", "source", "users"]
MODE = "/api/v1/policies/after-hours/mode"
WISH = {"mode": "enforce", "why": "four weeks without a conflict"}
DAY = NOW.date()
WEEKLY = {
    "zone": "r302", "weekdays": [1, 3], "start": "18:00", "end": "20:30", "why": "release",
    "first": str(DAY), "last": str(DAY + timedelta(days=90)),
}  # fmt: skip


def bearer(users: UsersFile, name: str, role: str, *scopes: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {users.add_token(name, scopes or ('decide',), role, NOW)}"}  # type: ignore[arg-type]  # the three roles


def test_an_admins_token_switches_a_rule_on_with_a_name_and_a_reason(
    browser: httpx.Client, users: UsersFile, source: Painted
) -> None:
    answer = browser.post(MODE, json={**WISH, "who": "Chen"}, headers=bearer(users, "ops", "admin"))
    assert (answer.status_code, answer.json()) == (200, {"policy": "after-hours", "mode": "enforce"})
    change = source.state().office.desk.modes["after-hours"]
    assert (change.mode, change.who, change.why) == ("enforce", "ops for “Chen” (unchecked)", WISH["why"])


@pytest.mark.parametrize(
    ("role", "scopes"), [("operator", ("decide",)), ("viewer", ("decide",)), ("admin", ("read", "extend"))]
)
def test_nobody_else_does(
    browser: httpx.Client, users: UsersFile, source: Painted, role: str, scopes: tuple[str, ...]
) -> None:
    assert browser.post(MODE, json=WISH, headers=bearer(users, "t", role, *scopes)).status_code == 403
    assert source.asked == []


def test_a_session_alone_decides_nothing_by_the_api(browser: httpx.Client, source: Painted) -> None:
    """Its cookie goes along with whatever some other page has the browser send."""
    enter(browser, "ada")
    assert browser.get("/api/v1/overtimes").status_code == 200
    assert browser.post(MODE, json=WISH).status_code == 401
    assert browser.post("/api/v1/overtimes", json=WEEKLY).status_code == 401
    assert source.asked == []


@pytest.mark.parametrize("bad", [{"mode": "act"}, {"why": ""}, {"why": "  "}, {"why": "x" * 201}])
def test_a_wish_without_a_reason_or_with_another_word_is_refused(
    browser: httpx.Client, users: UsersFile, source: Painted, bad: dict[str, str]
) -> None:
    ours = bearer(users, "ops", "admin")
    assert browser.post(MODE, json={**WISH, **bad}, headers=ours).status_code == 422
    assert browser.post("/api/v1/policies/nothing/mode", json=WISH, headers=ours).status_code == 404
    assert source.asked == []


def test_overtime_is_asked_for_by_one_and_granted_by_another(
    browser: httpx.Client, users: UsersFile, source: Painted
) -> None:
    one, other = bearer(users, "li", "operator"), bearer(users, "wu", "operator")
    asked = browser.post("/api/v1/overtimes", json=WEEKLY, headers=one)
    assert asked.status_code == 202
    name = asked.json()["id"]
    assert browser.post(f"/api/v1/overtimes/{name}/answer", json={"granted": True, "why": "mine"}, headers=one).status_code == 409  # fmt: skip
    assert browser.post(f"/api/v1/overtimes/{name}/answer", json={"granted": True, "why": "ok"}, headers=other).status_code == 200  # fmt: skip
    (overtime,) = source.state().office.desk.overtimes
    assert (overtime.from_minute, overtime.until_minute, overtime.approved_by) == (18 * 60, 20 * 60 + 30, "wu")
    shown = browser.get("/api/v1/overtimes", headers=bearer(users, "wall", "viewer", "read")).json()
    assert [(each["start"], each["end"], each["approved_by"]) for each in shown] == [("18:00", "20:30", "wu")]
    again = browser.post("/api/v1/overtimes", json={**WEEKLY, "end": "23:00"}, headers=one)
    assert again.json()["id"] == name
    assert [each.approved_by for each in source.state().office.desk.overtimes] == [""], "another wish, another answer"


def test_the_rooms_page_asks_grants_and_ends(browser: httpx.Client, source: Painted) -> None:
    page, fields = "/zones/r302", {"first": str(DAY), "last": str(DAY + timedelta(days=30)), "why": "month end"}
    enter(browser, "vera")
    assert "Every week" in browser.get(page).text
    assert send(browser, page, "/do/overtime/r302", day4="yes", **{"from": "22:00"}, until="02:00", **fields).status_code == 303  # fmt: skip
    (asked,) = [one for one, _ in source.asked if isinstance(one, AskOvertime)]
    assert (asked.weekdays, asked.from_minute, asked.until_minute) == ((4,), 1320, 120)
    assert "not granted yet" in browser.get(page).text
    answer = f"/do/overtime-answer/{asked.id}"
    assert send(browser, page, answer, granted="yes").status_code == 403, "a viewer grants nothing"
    enter(browser, "olga")
    assert send(browser, page, answer, granted="yes").status_code == 303
    for path in (page, "/calendar"):
        assert "approved by olga" in browser.get(path).text
    assert send(browser, page, answer, granted="no").status_code == 400, "to take it away needs a reason"
    assert send(browser, page, answer, granted="no", why="is over").status_code == 303
    assert source.state().office.desk.overtimes == ()


def test_nobody_grants_what_he_has_asked_for_himself(browser: httpx.Client, source: Painted) -> None:
    enter(browser, "olga")
    page, last = "/zones/r302", str(DAY + timedelta(days=30))
    send(browser, page, "/do/overtime/r302", day0="yes", **{"from": "18:00"}, until="19:00", last=last, why="x")
    (overtime,) = source.state().office.desk.overtimes
    assert send(browser, page, f"/do/overtime-answer/{overtime.id}", granted="yes").status_code == 409
    assert source.state().office.desk.overtimes[0].approved_by == ""
    assert not any(isinstance(one, DecideOvertime) for one, _ in source.asked)


@pytest.mark.parametrize(
    "bad", [{"day0": ""}, {"until": "18:00"}, {"from": "soon"}, {"last": ""}, {"last": "2020-01-01"}, {"why": " "}]
)
def test_overtime_that_is_not_whole_is_asked_again(browser: httpx.Client, source: Painted, bad: dict[str, str]) -> None:
    enter(browser, "vera")
    whole = {"day0": "yes", "from": "18:00", "until": "19:00", "last": str(DAY + timedelta(days=3)), "why": "x"}
    assert send(browser, "/zones/r302", "/do/overtime/r302", **{**whole, **bad}).status_code == 400
    assert source.asked == []


def test_the_rules_page_has_the_form_that_promotes(browser: httpx.Client, source: Painted) -> None:
    enter(browser, "vera")
    assert "/do/mode/" not in browser.get("/rules").text
    enter(browser, "ada")
    page = browser.get("/rules")
    assert 'action="/do/mode/after-hours"' in page.text
    proof = {"token": token(page), "back": "/rules", "mode": "enforce"}
    assert browser.post("/do/mode/after-hours", data=proof).status_code == 400, "it needs a reason"
    assert browser.post("/do/mode/after-hours", data={**proof, "why": "seen"}).status_code == 303
    assert source.asked == [(SetMode("after-hours", "enforce", "seen"), "ada")]


def test_a_large_switch_off_is_agreed_to_by_an_operators_token(
    browser: httpx.Client, users: UsersFile, source: Painted
) -> None:
    crowd, wish = "/api/v1/policies/after-hours/crowd", {"minutes": 45, "why": "moving out"}
    assert browser.post(crowd, json=wish, headers=bearer(users, "v", "viewer")).status_code == 403
    ours = bearer(users, "ops", "operator")
    for bad in ({"minutes": 0}, {"minutes": 721}, {"why": " "}):
        assert browser.post(crowd, json={**wish, **bad}, headers=ours).status_code == 422
    assert browser.post("/api/v1/policies/nothing/crowd", json=wish, headers=ours).status_code == 404
    assert source.asked == []
    answer = browser.post(crowd, json=wish, headers=ours)
    assert (answer.status_code, answer.json()) == (200, {"granted": True})
    assert source.asked == [(AllowCrowd("after-hours", NOW + timedelta(minutes=45), "moving out"), "ops")]
    assert source.state().office.desk.allows_crowd("after-hours", NOW + timedelta(minutes=44))
    assert not source.state().office.desk.allows_crowd("after-hours", NOW + timedelta(minutes=45))

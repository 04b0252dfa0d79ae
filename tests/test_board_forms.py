"""What a person asks for on a form reaches the engine with their name; what they may not ask for does not."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest
from painted import NOW, ROOMS, Painted, busy_state

from daemon.accounts.accounts import FileAccounts
from daemon.accounts.users import UsersFile
from daemon.web import Web
from dashboards.board.app import board
from dashboards.board.door import Entry
from policies.control.case import Refusal, Turn
from policies.office.requests import Acknowledge, AllowCrowd, Contest, Extend, SetMode
from policies.words import say

PASSWORD = "correct horse battery"
STUCK = "after-hours/print-copier"


@pytest.fixture
def source() -> Painted:
    return Painted(busy_state())


@pytest.fixture
def users(tmp_path: Path) -> UsersFile:
    file = UsersFile(tmp_path / "users.json")
    for name, role in (("vera", "viewer"), ("olga", "operator"), ("ada", "admin")):
        file.add(name, role, PASSWORD, NOW)  # type: ignore[arg-type]  # the three roles
    return file


@pytest.fixture
def browser(source: Painted, users: UsersFile, tmp_path: Path) -> Iterator[httpx.Client]:
    accounts = FileAccounts(users, tmp_path / "sessions.json", source.now)
    app = board(source, Entry(accounts, has_kiosk=True))
    web = Web(app, "127.0.0.1", 0, app.state.live.close)
    web.start()
    with httpx.Client(base_url=web.address, trust_env=False, headers={"Accept-Language": "en"}) as client:
        yield client
    web.stop()


def token(page: httpx.Response) -> str:
    found = re.search(r'name="token" value="([0-9a-f]+)"', page.text)
    assert found is not None, page.text
    return found[1]


def enter(browser: httpx.Client, name: str, password: str = PASSWORD) -> httpx.Response:
    proof = token(browser.get("/login"))
    return browser.post("/login", data={"name": name, "password": password, "token": proof, "back": "/zones/r302"})


def send(browser: httpx.Client, page: str, to: str, **fields: str) -> httpx.Response:
    return browser.post(to, data={"token": token(browser.get(page)), "back": page, **fields})


def test_without_a_login_there_is_only_the_way_in(browser: httpx.Client) -> None:
    asked = browser.get("/zones/r302")
    assert (asked.status_code, asked.headers["location"]) == (303, "/login?back=%2Fzones%2Fr302")
    assert browser.get("/live?page=/").status_code == 401
    assert browser.get("/api/v1/state").status_code == 401
    assert browser.get("/healthz").status_code == 200


def test_a_login_leads_back_and_its_cookie_is_no_scripts_business(browser: httpx.Client) -> None:
    answer = enter(browser, "vera")
    assert (answer.status_code, answer.headers["location"]) == (303, "/zones/r302")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie
    assert browser.get("/zones/r302").status_code == 200


def test_a_login_leads_nowhere_else(browser: httpx.Client) -> None:
    proof = token(browser.get("/login"))
    sent = {"name": "vera", "password": PASSWORD, "token": proof, "back": "//evil.example/"}
    assert browser.post("/login", data=sent).headers["location"] == "/"


def test_guessing_is_stopped_even_with_the_right_password(browser: httpx.Client) -> None:
    assert [enter(browser, "ada", "wrong password").status_code for _ in range(5)] == [401] * 5
    assert enter(browser, "ada").status_code == 429
    assert enter(browser, "olga").status_code == 303


def test_more_time_is_two_taps_and_carries_the_name(browser: httpx.Client, source: Painted) -> None:
    enter(browser, "vera")
    done = send(browser, "/zones/r302", "/do/extend/r302", **{"for": "60", "because": "still working"})
    assert (done.status_code, done.headers["location"]) == (303, "/zones/r302?said=extend")
    request, who = source.asked[0]
    assert isinstance(request, Extend)
    assert (request.zone, request.until, request.why, who) == (
        "r302",
        NOW + timedelta(hours=1),
        "still working",
        "vera",
    )
    assert "still working" in browser.get("/zones/r302?said=extend").text


@pytest.mark.parametrize("length", ["", "0", "1441", "-5", "x"])
def test_leave_always_ends_within_a_day(browser: httpx.Client, source: Painted, length: str) -> None:
    enter(browser, "vera")
    assert send(browser, "/zones/r302", "/do/extend/r302", **{"for": length}).status_code == 400
    assert source.asked == []


def test_a_form_without_our_token_or_from_elsewhere_changes_nothing(browser: httpx.Client, source: Painted) -> None:
    enter(browser, "ada")
    assert browser.post("/do/extend/r302", data={"for": "60", "back": "/"}).status_code == 403
    assert browser.post("/do/extend/r302", data={"for": "60", "token": "00" * 64}).status_code == 403
    proof = {"token": token(browser.get("/zones/r302")), "for": "60"}
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert browser.post("/do/extend/r302", data=proof, headers=headers).status_code == 403
    assert source.asked == []


def test_each_role_may_what_it_may_and_nothing_more(browser: httpx.Client, source: Painted) -> None:
    enter(browser, "vera")
    page = f"/cases/{STUCK}"
    assert send(browser, page, f"/do/acknowledge/{STUCK}").status_code == 403
    assert send(browser, page, f"/do/contest/{STUCK}", why="a test print").status_code == 303
    enter(browser, "olga")
    assert send(browser, page, f"/do/acknowledge/{STUCK}").status_code == 303
    assert send(browser, page, "/do/mode/after-hours", mode="enforce", why="x").status_code == 403
    enter(browser, "ada")
    assert send(browser, "/rules", "/do/mode/after-hours", mode="enforce", why="agreed on 3 May").status_code == 303
    assert source.asked == [
        (Contest(STUCK, "a test print"), "vera"),
        (Acknowledge(STUCK), "olga"),
        (SetMode("after-hours", "enforce", "agreed on 3 May"), "ada"),
    ]


def test_the_wall_shows_the_office_and_nobodys_name(browser: httpx.Client) -> None:
    wall = browser.get("/kiosk").text
    assert "4 of 8 rooms break a rule now" in wall
    for name in ("Sun Hao", "Zhao Min", "visitor", "<form"):
        assert name not in wall


@pytest.mark.parametrize("name", ["vera", "olga", "ada"])
def test_the_wall_shows_nobodys_name_to_those_who_are_logged_in_either(
    source: Painted, browser: httpx.Client, name: str
) -> None:
    """The wall's browser may have been used to log in; all stand before it."""
    enter(browser, name)
    state = busy_state()
    words = say("exempt ({reason}), approved by {who}, until {until_at}", reason="chemo", who="Qian Yu", until_at=NOW)
    cases = {
        key: msgspec.structs.replace(
            case, refusal=Refusal("exempt", words, NOW), phase="stuck", history=(Turn(NOW, "stuck", words),)
        )
        for key, case in state.cases.items()
    }
    source.step(msgspec.structs.replace(state, cases=cases))
    ours = browser.get("/").text
    assert all(each in ours for each in ("Qian Yu", "chemo", f">{name}<"))
    wall = browser.get("/kiosk").text
    assert "exempt (…), approved by somebody" in wall
    assert "已豁免（…）" in browser.get("/kiosk", headers={"Accept-Language": "zh-CN"}).text
    for text in (*(owner for _, _, owner in ROOMS.values()), "Qian Yu", "chemo", name, "visitor", "<form"):
        assert f">{text}<" not in wall, text
        assert not re.search(rf"\b{text}\b", wall.partition("<main")[2]), text


def test_without_a_wall_its_page_is_for_those_who_may_read_the_others(
    source: Painted, users: UsersFile, tmp_path: Path
) -> None:
    accounts = FileAccounts(users, tmp_path / "sessions.json", source.now)
    for entry, is_shown in ((Entry(accounts), False), (Entry(is_open=True), True)):
        app = board(source, entry)
        web = Web(app, "127.0.0.1", 0, app.state.live.close)
        web.start()
        with httpx.Client(base_url=web.address, trust_env=False) as client:
            assert (client.get("/kiosk").status_code == 200) is is_shown
            if not is_shown:
                enter(client, "vera")
                assert client.get("/kiosk").status_code == 200
        web.stop()


def test_every_page_is_there_in_both_languages(browser: httpx.Client) -> None:
    enter(browser, "ada")
    for path in ("/zones/r302", "/cases", f"/cases/{STUCK}", "/devices", "/energy", "/printing", "/calendar", "/rules"):
        for code in ("en", "zh_CN"):
            page = browser.get(path, headers={"Cookie": f"lang={code}; officed={browser.cookies['officed']}"})
            assert (page.status_code, path) == (200, path)
            assert f'lang="{code.replace("_", "-")}">' in page.text


def test_a_token_does_what_it_is_for(browser: httpx.Client, users: UsersFile, source: Painted) -> None:
    reads = {"Authorization": f"Bearer {users.add_token('wall', ('read',), 'viewer', NOW)}"}
    extends = {"Authorization": f"Bearer {users.add_token('door', ('extend',), 'viewer', NOW)}"}
    wish = {"zone": "r302", "until": (NOW + timedelta(hours=2)).isoformat(), "why": "badge at the door"}
    assert browser.get("/api/v1/zones", headers=reads).status_code == 200
    assert browser.get("/api/v1/zones", headers=extends).status_code == 403
    assert browser.post("/api/v1/overrides", json=wish, headers=reads).status_code == 403
    assert browser.post("/api/v1/overrides", json=wish, headers=extends).status_code == 202
    assert [who for _, who in source.asked] == ["door"]


def test_sessions_survive_a_restart_and_end_with_a_new_password(users: UsersFile, tmp_path: Path) -> None:
    accounts = FileAccounts(users, tmp_path / "s.json", lambda: NOW)
    session = accounts.enter("vera", PASSWORD, "192.0.2.1").session
    again = FileAccounts(users, tmp_path / "s.json", lambda: NOW)
    person = again.person(session)
    assert person is not None
    assert person.name == "vera"
    users.change_password("vera", "another long password", NOW)
    assert again.person(session) is None
    assert PASSWORD not in users.path.read_text()
    assert users.path.stat().st_mode & 0o077 == 0


def test_so_many_at_once_is_agreed_to_by_a_button_on_the_case(browser: httpx.Client, source: Painted) -> None:
    key, case = next(iter(source.state().cases.items()))
    page = f"/cases/{case.id}"
    enter(browser, "olga")
    assert "/do/crowd/" not in browser.get(page).text, "nobody has asked"
    why = Refusal("blast_radius", say("{number} of {total} devices at once", number=61, total=100))
    asking = msgspec.structs.replace(case, phase="open", refusal=why)
    source.step(msgspec.structs.replace(source.state(), cases={**source.state().cases, key: asking}))
    assert f'action="/do/crowd/{case.policy}"' in browser.get(page).text
    to = f"/do/crowd/{case.policy}"
    for length, reason in (("30", " "), ("721", "moving out"), ("0", "moving out"), ("x", "moving out")):
        assert send(browser, page, to, **{"for": length}, why=reason).status_code == 400
    assert send(browser, page, "/do/crowd/no-such-rule", **{"for": "30"}, why="moving out").status_code == 400
    assert send(browser, page, to, **{"for": "30"}, why="moving out").status_code == 303
    assert source.asked == [(AllowCrowd(case.policy, NOW + timedelta(minutes=30), "moving out"), "olga")]
    enter(browser, "vera")
    assert "/do/crowd/" not in browser.get(page).text
    assert send(browser, page, to, **{"for": "30"}, why="me too").status_code == 403

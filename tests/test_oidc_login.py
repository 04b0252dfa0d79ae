"""The company's own login: who comes in by it, as what, and what it says to everybody else."""

import logging
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from oidc_office import PASSWORD, PATIENCE_SECONDS, SPOILT, Office, opened
from openid_provider import SECRET, Claims
from painted import NOW

from daemon.accounts.accounts import FileAccounts
from daemon.accounts.users import UsersFile
from dashboards.board.oidc_login import RECORD_SECONDS


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(tmp_path) as office:
        yield office


def test_somebody_comes_in_with_the_role_of_their_group_and_lands_where_they_wanted_to(office: Office) -> None:
    page = office.browser.get("/login", params={"back": "/cases"})
    assert 'href="/login/oidc?back=/cases"' in page.text
    assert "Log in with Company login" in page.text
    landed = office.log_in()
    assert (landed.status_code, landed.url.path) == (200, "/cases")
    assert office.who == ("mei (Company login)", "operator")
    asked = office.provider.seen[0]
    assert asked["scope"] == "openid profile email"
    assert asked["code_challenge_method"] == "S256"
    assert min(map(len, (asked["state"], asked["nonce"], asked["code_challenge"]))) >= 43
    assert "code" not in landed.url.query.decode()


def test_cookies_are_those_of_a_login_by_password(office: Office) -> None:
    start = office.browser.get("/login/oidc", follow_redirects=False)
    record = start.headers["set-cookie"]
    assert all(flag in record for flag in ("oidc=", "HttpOnly", "SameSite=lax", "Path=/login/oidc", "Max-Age=600"))
    back = office.browser.get(start.headers["location"], follow_redirects=False).headers["location"]
    landed = office.browser.get(back, follow_redirects=False)
    session = next(one for one in landed.headers.get_list("set-cookie") if one.startswith("officed="))
    assert "HttpOnly" in session
    assert "SameSite=lax" in session
    assert landed.headers["location"] == "/"
    assert "oidc" not in office.browser.cookies


def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(office: Office) -> None:
    office.provider.secret_in = "client_secret_post"
    office.log_in()
    assert office.who is not None


def test_logging_out_ends_it(office: Office) -> None:
    page = office.log_in("/people")
    session = office.browser.cookies["officed"]
    token = page.text.partition('name="token" value="')[2].partition('"')[0]
    assert office.browser.post("/logout", data={"token": token}).url.path == "/login"
    assert office.accounts.person(session) is None


def test_a_state_of_somebody_else_is_refused(office: Office) -> None:
    """A link prepared by another person must not log this browser in as them."""
    stranger = office.sent_back()
    office.browser.get("/login/oidc", follow_redirects=False)
    assert "This login was too old, or was used before." in office.browser.get(stranger).text
    office.browser.cookies.clear()
    assert "This login was too old" in office.browser.get(stranger).text
    assert office.who is None


def test_what_was_used_once_cannot_be_used_again(office: Office) -> None:
    back = office.sent_back()
    record = office.browser.cookies["oidc"]
    assert office.browser.get(back).status_code == 200
    assert office.who is not None
    office.browser.cookies.clear()
    replayed = office.browser.get(back, headers={"Cookie": f"oidc={record}"})
    assert "was used before" in replayed.text
    assert office.who is None


def test_a_code_that_the_provider_does_not_know_is_refused(office: Office) -> None:
    back = httpx.URL(office.sent_back()).copy_set_param("code", "made-up")
    assert SPOILT in office.browser.get(back).text
    assert office.who is None


def test_an_answer_in_another_providers_name_is_refused(office: Office) -> None:
    back = httpx.URL(office.sent_back()).copy_set_param("iss", "https://login.example.net")
    assert SPOILT in office.browser.get(back).text
    assert office.who is None


def test_a_login_is_forgotten_after_ten_minutes(office: Office) -> None:
    back = office.sent_back()
    office.seconds = RECORD_SECONDS + 1
    assert "too old" in office.browser.get(back).text
    assert office.who is None


def test_somebody_who_stops_at_the_provider_reads_so(office: Office) -> None:
    back = httpx.URL(office.sent_back()).copy_set_param("error", "access_denied")
    assert "did not let you in, or you stopped there." in office.browser.get(back).text
    assert office.who is None


@pytest.mark.parametrize(
    ("claims", "more", "expected"),
    [
        pytest.param({"groups": "chiefs"}, {}, "admin", id="one value"),
        pytest.param({"groups": ["facilities", "chiefs"]}, {}, "admin", id="the highest counts"),
        pytest.param({"groups": ["staff"]}, {}, "you have no role here", id="no listed value"),
        pytest.param({"groups": None}, {}, "you have no role here", id="no value"),
        pytest.param({"groups": ["staff"]}, {"default_role": "viewer"}, "viewer", id="default role"),
        pytest.param({"realm": {"roles": ["chiefs"]}}, {"role_claim": "realm.roles"}, "admin", id="nested"),
        pytest.param({"a.b": ["chiefs"]}, {"role_claim": "a.b"}, "admin", id="a name with dots"),
        pytest.param({}, {"domains": ["Example.org"]}, "operator", id="allowed domain"),
        pytest.param(
            {"email": "mei@example.org.evil.net"}, {"domains": ["example.org"]}, "no mail address", id="domain"
        ),
        pytest.param({"email_verified": False}, {"domains": ["example.org"]}, "no mail address", id="not verified"),
        pytest.param(
            {"email_verified": "true"}, {"domains": ["example.org"]}, "no mail address", id="not quite verified"
        ),
    ],
)
def test_roles_and_domains(tmp_path: Path, claims: Claims, more: dict[str, object], expected: str) -> None:
    with opened(tmp_path, more=more) as office:
        office.provider.claims |= claims
        page = office.log_in()
        if office.who is None:
            assert expected in page.text
        else:
            assert office.who == ("mei (Company login)", expected)


def test_a_provider_that_is_down_is_said_and_passwords_go_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with opened(tmp_path, more={"issuer": "http://127.0.0.1:1"}) as office:
        page = office.log_in()
        assert "Company login does not answer now. A password works as ever." in page.text
        chinese = office.browser.get(page.url, headers={"Accept-Language": "zh-CN"})
        assert "Company login 目前没有响应" in chinese.text
        assert "通过 Company login 登录" in chinese.text
        token = page.text.partition('name="token" value="')[2].partition('"')[0]
        office.browser.post("/login", data={"token": token, "name": "vera", "password": PASSWORD})
        assert office.who == ("vera", "viewer")
    assert "a login with Company login failed: no answer (ConnectError)" in caplog.text


def test_a_provider_that_takes_the_call_and_says_nothing_holds_nobody_else_up(tmp_path: Path) -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    issuer = f"http://127.0.0.1:{silent.getsockname()[1]}"
    with silent, ThreadPoolExecutor(1) as beside, opened(tmp_path, more={"issuer": issuer}) as office:
        waiting = beside.submit(httpx.get, f"{office.browser.base_url}/login/oidc", trust_env=False)
        answered = 0
        while not waiting.done():
            assert office.browser.get("/login").elapsed.total_seconds() < PATIENCE_SECONDS / 2
            answered += 1
        assert answered > 3
        assert waiting.result().headers["location"] == "/login?trouble=unreachable&back=%2F"


@pytest.mark.parametrize("back", ["https://example.net/", "//example.net/", "/\\example.net", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site_afterwards(office: Office, back: str) -> None:
    assert office.log_in(back).url == httpx.URL(office.browser.base_url).join("/")


def test_a_provider_under_another_name_is_not_ours(office: Office) -> None:
    office.provider.named = "https://login.example.net"
    assert "does not answer now" in office.log_in().text
    office.provider.named = office.provider.address
    assert "does not answer now" in office.log_in().text, "it is asked again after five seconds"
    office.seconds = 6
    office.log_in()
    assert office.who is not None


def test_nothing_secret_is_logged(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    office.provider.spoil = lambda claims: claims.update(nonce="another")
    back = httpx.URL(office.sent_back())
    record = office.browser.cookies["oidc"]
    office.browser.get(back)
    # The test's own browser, and the access log that daemon/web.py turns off and pytest on.
    others = ("httpcore", "httpx", "uvicorn.access")
    own = "\n".join(one.getMessage() for one in caplog.records if not one.name.startswith(others))
    for secret in (SECRET, back.params["code"], record, office.provider.seen[0]["nonce"], "mei"):
        assert secret not in own
    assert "its ID token does not hold (nonce)" in own


def test_such_a_session_ends_after_twelve_hours_and_with_another_configuration(tmp_path: Path) -> None:
    at = [NOW]
    users, path = UsersFile(tmp_path / "users.json"), tmp_path / "sessions.json"
    accounts = FileAccounts(users, path, lambda: at[0], outside="one")
    assert not accounts.is_empty, "without accounts of our own nobody is let in as a guest"
    session = accounts.admit("mei (Company login)", "admin")
    assert FileAccounts(users, path, lambda: at[0], outside="one").person(session) is not None
    assert FileAccounts(users, path, lambda: at[0], outside="two").person(session) is None
    assert FileAccounts(users, path, lambda: at[0]).person(session) is None
    for hours, lives in ((6, True), (11.9, True), (12.1, False)):
        at[0] = NOW + timedelta(hours=hours)
        assert (accounts.person(session) is not None) is lives, hours

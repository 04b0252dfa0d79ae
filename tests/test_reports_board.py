"""The reports on the board: what is there, what went to whom, files that cannot reach the board, and who may order one."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from painted import NOW, Painted, busy_state
from report_site import JULY, JUNE, FakeMaker, FakePost, ReportSite

from daemon.accounts.accounts import FileAccounts
from daemon.accounts.users import UsersFile
from daemon.reports.desk import ReportDesk
from daemon.reports.letters import Reader
from daemon.web import Web
from dashboards.board.api_reports import DOCUMENT_POLICY
from dashboards.board.app import board
from dashboards.board.door import Entry

PASSWORD = "correct horse battery"
FIRST = datetime(2026, 7, 1, 6, 0, tzinfo=UTC)
REVISED = datetime(2026, 7, 3, 6, 0, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> ReportSite:
    """June was made, sent to one of two readers, and revised."""
    site = ReportSite(tmp_path, FakeMaker({JUNE: 100.0, JULY: 1.0}))
    site.readers([
        Reader("energy@example.org", site.post, ("pdf",), ("en",)),
        Reader("board@example.org", FakePost(trouble="the server of mail answers 451"), ("pdf",), ("zh_CN",)),
    ])  # fmt: skip
    site.at(FIRST)
    site.maker.kwh[JUNE] = 112.0
    site.at(REVISED)
    return site


@pytest.fixture
def users(tmp_path: Path) -> UsersFile:
    return UsersFile(tmp_path / "users.json")


@pytest.fixture
def browser(desk: ReportSite, users: UsersFile, tmp_path: Path) -> Iterator[httpx.Client]:
    for name, role in (("vera", "viewer"), ("olga", "operator")):
        users.add(name, role, PASSWORD, NOW)  # type: ignore[arg-type]  # two of the three roles
    source = Painted(busy_state())
    shown = ReportDesk(desk.reports, lambda: source.state().office.site, lambda: desk.now)
    desk.reports.changed = shown.draw_up
    shown.draw_up()
    app = board(source, Entry(FileAccounts(users, tmp_path / "sessions.json", source.now)), desk=shown)
    web = Web(app, "127.0.0.1", 0, app.state.live.close)
    web.start()
    with httpx.Client(base_url=web.address, trust_env=False, headers={"Accept-Language": "en"}) as client:
        yield client
    web.stop()


def enter(browser: httpx.Client, name: str) -> None:
    fields = {"name": name, "password": PASSWORD, "token": token(browser.get("/login")), "back": "/"}
    assert browser.post("/login", data=fields).status_code == 303


def token(page: httpx.Response) -> str:
    found = re.search(r'name="token" value="([0-9a-f]+)"', page.text)
    assert found is not None, page.text
    return found[1]


def text(page: httpx.Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def test_the_page_says_what_there_is_what_changed_and_who_got_it(browser: httpx.Client) -> None:
    enter(browser, "vera")
    page = text(browser.get("/reports"))
    assert page.index("Revision r1") < page.index("Earlier versions") < page.index("As first made")
    assert "kwh: 112, 100 before" in page
    newest = page[: page.index("Earlier versions")]
    assert re.search(r"board@example.org not taken, tried again 3 Jul \d\d:\d\d the server of mail answers 451", newest)
    assert re.search(r"energy@example.org 3 Jul 14:00", newest)
    assert "The next one is made by itself: 1 Aug 13:00" in page
    assert "Make or send" not in page, "a viewer orders nothing"


def test_it_speaks_chinese_too(browser: httpx.Client) -> None:
    enter(browser, "olga")
    page = text(browser.get("/reports", headers={"Accept-Language": "zh-CN"}))
    assert "修订版 r1" in page
    assert "再次发送" in page
    assert "kwh：112，此前为 100" in page


def test_a_document_is_shown_as_a_page_of_its_own_that_may_do_nothing(browser: httpx.Client) -> None:
    enter(browser, "vera")
    shown = browser.get("/reports/2026-06/r1/report-zh_CN.html")
    assert shown.text == "report-zh_CN.html of 2026-06 r1"
    assert shown.headers["content-security-policy"] == DOCUMENT_POLICY
    assert "sandbox" in DOCUMENT_POLICY
    assert "script-src" not in DOCUMENT_POLICY
    assert shown.headers["content-disposition"].startswith("inline")
    file = browser.get("/reports/2026-06/r0/report-en.pdf")
    assert file.headers["content-disposition"] == 'attachment; filename="shanghai-2026-06-en.pdf"'.replace(
        "shanghai", Painted(busy_state()).state().office.site.id
    )
    assert file.headers["content-type"] == "application/pdf"
    assert "sandbox" not in file.headers["content-security-policy"]
    assert "default-src 'none'" in browser.get("/reports").headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "2026-06/r9/report-en.pdf", "2026-06/1/report-en.pdf", "2026-13/r0/report-en.pdf", "x/r0/report-en.pdf",
        "2026-06/r0/figures.json", "2026-06/r0/..%2Fsent.jsonl", "2026-06/r0/sent.jsonl", "2026-06/r0/report-en.exe",
        "..%2F..%2Fetc/r0/passwd", "2026-06/r0/report-en.pdf%00",
    ],
)  # fmt: skip
def test_nothing_else_can_be_read(browser: httpx.Client, path: str) -> None:
    enter(browser, "vera")
    assert browser.get(f"/reports/{path}").status_code == 404
    assert browser.get(f"/api/v1/reports/{path.replace('/r', '/')}").status_code in {404, 422}


def test_without_a_login_nothing_is_read_or_ordered(browser: httpx.Client, desk: ReportSite) -> None:
    for path in ("/reports", "/reports/2026-06/r0/report-en.pdf"):
        assert browser.get(path).status_code == 303
    assert browser.get("/api/v1/reports").status_code == 401
    assert browser.get("/api/v1/reports/2026-06/0/report-en.pdf").status_code == 401
    assert browser.post("/reports/send", data={"report": "2026-06 r0"}).status_code == 303
    desk.at(REVISED)
    assert len(desk.post.letters) == 2


def test_an_operator_has_a_report_sent_again_and_one_made(browser: httpx.Client, desk: ReportSite) -> None:
    enter(browser, "olga")
    page = browser.get("/reports")
    answer = browser.post("/reports/send", data={"token": token(page), "report": "2026-06 r0"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/reports")
    assert "The report for 2026-06 is being sent again." in text(browser.get("/reports"))
    desk.at(REVISED)
    assert len(desk.post.letters) == 3
    assert "being sent" not in text(browser.get("/reports"))
    answer = browser.post("/reports/make", data={"token": token(page), "report": "2026-05"})
    assert answer.status_code == 303
    desk.at(REVISED)
    assert (desk.maker.made[-1][0].month, desk.maker.made[-1][1]) == (5, 0)
    assert [note.who for note in desk.archive.notes(JUNE) if note.what == "asked"] == ["olga"]


@pytest.mark.parametrize(
    ("who", "what", "fields", "status"),
    [
        ("vera", "send", {"report": "2026-06 r0"}, 403),
        ("vera", "make", {"report": "2026-05"}, 403),
        ("olga", "send", {"report": "2026-06 r0", "token": "00"}, 403),
        ("olga", "send", {"report": "2026-06 r7"}, 404),
        ("olga", "send", {"report": "nonsense"}, 404),
        ("olga", "make", {"report": "2031-01"}, 404),
        ("olga", "make", {}, 404),
        ("olga", "destroy", {"report": "2026-06"}, 404),
    ],
)
def test_what_may_not_be_ordered_is_not(
    browser: httpx.Client, desk: ReportSite, who: str, what: str, fields: dict[str, str], status: int
) -> None:
    enter(browser, "olga")
    mine = token(browser.get("/reports"))
    if who == "vera":
        browser.cookies.clear()
        enter(browser, "vera")
        mine = token(browser.get("/people"))
    answer = browser.post(f"/reports/{what}", data={"token": mine, **fields})
    assert answer.status_code == status
    before = len(desk.maker.made)
    desk.at(REVISED)
    assert (len(desk.post.letters), len(desk.maker.made)) == (2, before)


def test_a_program_gets_the_list_and_the_files(browser: httpx.Client) -> None:
    enter(browser, "vera")
    (june,) = browser.get("/api/v1/reports").json()
    assert june["month"] == "2026-06"
    assert [each["number"] for each in june["revisions"]] == [1, 0]
    assert {each["what"] for each in june["revisions"][0]["sendings"]} == {"sent", "failed"}
    name = june["revisions"][1]["files"][0]["name"]
    assert browser.get(f"/api/v1/reports/2026-06/0/{name}").status_code == 200


def bearer(users: UsersFile, role: str, *scopes: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {users.add_token(f'{role}-{len(scopes)}', scopes, role, NOW)}"}  # type: ignore[arg-type]  # the roles and scopes


def test_a_program_has_a_report_made_and_finds_it_where_it_was_told(
    browser: httpx.Client, users: UsersFile, desk: ReportSite
) -> None:
    ours = bearer(users, "operator", "read", "decide")
    wish = {"month": "2026-05", "format": "html", "language": "zh_CN"}
    answer = browser.post("/api/v1/reports", json=wish, headers=ours)
    again = browser.post("/api/v1/reports", json=wish, headers=ours)
    where = "/api/v1/reports/2026-05/newest/report-zh_CN.html"
    for each in (answer, again):
        assert (each.status_code, each.json(), each.headers["location"]) == (
            202,
            {"month": "2026-05", "at": where},
            where,
        )
    assert browser.get(where, headers=ours).status_code == 404, "it is not made yet"

    made = len(desk.maker.made)
    desk.at(REVISED)
    assert len(desk.maker.made) == made + 1, "asked twice, made once"
    found = browser.get(where, headers=ours)
    assert (found.status_code, found.text) == (200, "report-zh_CN.html of 2026-05 r0")
    assert found.headers["content-security-policy"] == DOCUMENT_POLICY

    assert browser.post("/api/v1/reports", json=wish, headers=ours).status_code == 202
    desk.at(REVISED)
    assert len(desk.maker.made) == made + 1, "nothing has changed since"
    newest = browser.get("/api/v1/reports/2026-06/newest/report-en.pdf", headers=ours)
    assert newest.text == "report-en.pdf of 2026-06 r1"


@pytest.mark.parametrize(
    ("role", "scopes", "status"),
    [
        ("viewer", ("read", "decide"), 403),
        ("operator", ("read", "extend"), 403),
        ("operator", ("decide",), 202),
        ("admin", ("decide",), 202),
    ],
)
def test_who_may_not_order_on_the_board_may_not_by_the_api(
    browser: httpx.Client, users: UsersFile, desk: ReportSite, role: str, scopes: tuple[str, ...], status: int
) -> None:
    made = len(desk.maker.made)
    answer = browser.post("/api/v1/reports", json={"month": "2026-05"}, headers=bearer(users, role, *scopes))
    desk.at(REVISED)
    assert answer.status_code == status
    assert len(desk.maker.made) - made == (1 if status == 202 else 0)


def test_a_session_alone_has_nothing_made_by_the_api(browser: httpx.Client, desk: ReportSite) -> None:
    """Its cookie goes along with whatever some other page has the browser send."""
    enter(browser, "olga")
    made = len(desk.maker.made)
    assert browser.post("/api/v1/reports", json={"month": "2026-05"}).status_code == 401
    desk.at(REVISED)
    assert len(desk.maker.made) == made


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"month": "2031-01"}, 404),
        ({"month": "2026-13"}, 422),
        ({"month": "2026-05", "format": "exe"}, 422),
        ({"month": "2026-05", "language": "de"}, 422),
        ({}, 422),
    ],
)
def test_a_wish_that_cannot_be_is_refused(
    browser: httpx.Client, users: UsersFile, wish: dict[str, str], status: int
) -> None:
    answer = browser.post("/api/v1/reports", json=wish, headers=bearer(users, "operator", "decide"))
    assert answer.status_code == status

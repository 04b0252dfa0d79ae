"""The API's page: drawn from the API's own document, complete, in both languages, with commands that do what they show."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from painted import NOW, Painted, busy_state

from daemon.accounts.accounts import FileAccounts
from daemon.accounts.users import UsersFile
from daemon.web import Web
from dashboards.board.app import board
from dashboards.board.door import Entry
from dashboards.views.api_document import chapters
from dashboards.views.api_schema import Schema, kind
from dashboards.views.report_shelf import Shelf

PAGE = "/api/v1/docs"
REAL = {"ZONE": "r302", "POLICY": "setpoint", "CASE": "after-hours/print-copier"}


class Desk:
    """Holds no report."""

    def shelf(self) -> Shelf:
        return Shelf()

    def file(self, month: str, revision: int, name: str) -> tuple[str, bytes] | None:
        return None

    def make(self, month: str, who: str) -> bool:
        return False

    def send(self, month: str, revision: int, who: str) -> bool:
        return False


@pytest.fixture
def users(tmp_path: Path) -> UsersFile:
    return UsersFile(tmp_path / "users.json")


@pytest.fixture
def client(users: UsersFile, tmp_path: Path) -> Iterator[httpx.Client]:
    source = Painted(busy_state())
    app = board(source, Entry(FileAccounts(users, tmp_path / "sessions.json", source.now)), desk=Desk())
    web = Web(app, "127.0.0.1", 0, app.state.live.close)
    web.start()
    with httpx.Client(base_url=web.address, trust_env=False, headers={"Accept-Language": "en"}) as client:
        yield client
    web.stop()


def test_every_operation_of_the_document_stands_on_the_page_with_its_scope(client: httpx.Client) -> None:
    document = client.get("/api/v1/openapi.json").json()
    page = unescape(client.get(PAGE).text)
    shown = 0
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert f"<h3><code>{method.upper()} {path}</code></h3>" in page
            assert operation["summary"] in page
            assert operation["x-officed-scope"] == ("read" if method == "get" else _scope(path)), path
            assert operation["tags"], path
            shown += 1
    assert shown == page.count('class="mode"') == page.count("<pre tabindex") - 1
    assert "/api/v1/reports" in document["paths"]
    for name in document["components"]["schemas"]:
        assert f'id="shape-{name}"' in page


def test_a_scope_on_the_page_is_the_scope_that_is_asked_for(client: httpx.Client, users: UsersFile) -> None:
    """Every command is run with a token that may do everything else: 403; and with one that may do just that: not 403."""
    asked = 0
    for words in commands(client):
        method, address, body = words
        scope = "read" if method == "GET" else _scope(address)
        others = tuple({"read", "extend", "decide"} - {scope})
        for scopes, is_refused in ((others, True), ((scope,), False)):
            token = users.add_token("test", scopes, "admin", NOW)  # type: ignore[arg-type]  # of the three scopes
            answer = client.request(method, address, json=body, headers={"Authorization": f"Bearer {token}"})
            assert (answer.status_code == 403) is is_refused, (address, answer.text)
            asked += 1
    assert asked >= 30


def test_what_the_examples_send_is_understood(client: httpx.Client, users: UsersFile) -> None:
    """No example misses a member or breaks a pattern. What the office says to it (past days, unknown rules) is its own."""
    token = users.add_token("test", ("read", "extend", "decide"), "admin", NOW)
    for method, address, body in commands(client):
        answer = client.request(method, address, json=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code != 422 or isinstance(answer.json()["detail"], str), (address, answer.text)


def test_the_frame_is_in_the_readers_language_and_nothing_is_inline(client: httpx.Client) -> None:
    answer = client.get(PAGE, headers={"Accept-Language": "zh-CN"})
    assert "令牌的权限" in answer.text
    assert "Answers:" not in answer.text
    assert "<style" not in answer.text
    assert "style=" not in answer.text
    assert not re.search(r"<script(?![^>]*src=\"/static/)", answer.text)
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_people_find_the_page(client: httpx.Client) -> None:
    assert f'href="{PAGE}"' in client.get("/people").text


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (Schema(type="integer", least=1, most=720), "integer 1–720"),
        (Schema(type="string", longest=60), "string –60"),
        (Schema(enum=["watch", "enforce"]), "watch | enforce"),
        (Schema(type="array", items=Schema(type="integer", least=0, most=6), fewest=1), "list of integer 0–6 1–"),
        (Schema(any_of=[Schema(type="string"), Schema(type="null")]), "string | null"),
        (Schema(type="array", parts=[Schema(type="string"), Schema(format="date-time")]), "[string, date-time]"),
        (Schema(reference="#/components/schemas/InForce"), "InForce"),
        (Schema(), ""),
    ],
)
def test_a_kind_is_said_in_short(schema: Schema, said: str) -> None:
    assert kind(schema) == said


def test_what_the_document_says_is_text_to_the_shell_and_to_the_page() -> None:
    body = {"type": "object", "required": ["why"], "properties": {"why": {"type": "string", "examples": ["it's <b>"]}}}
    operation = {"requestBody": {"content": {"application/json": {"schema": body}}}, "tags": ["x"]}
    (chapter,) = chapters({"openapi": "3.1.0", "paths": {"/p": {"post": operation}}}, "http://b")
    words = shlex.split(chapter.entries[0].curl)
    assert json.loads(words[words.index("-d") + 1]) == {"why": "it's <b>"}


def commands(client: httpx.Client) -> Iterator[tuple[str, str, Mapping[str, Any] | None]]:
    """What stands in the page's boxes, read as a shell reads it: method, address, body."""
    boxes = re.findall(r"<pre tabindex=\"0\">(curl.*?)</pre>", client.get(PAGE).text, flags=re.DOTALL)
    for box in boxes:
        words = shlex.split(unescape(box).replace("\\\n", " "))
        address = words[-1]
        for gap, real in REAL.items():
            address = address.replace(f"/{gap}", f"/{real}")
        body = json.loads(words[words.index("-d") + 1].replace("ZONE", "r302")) if "-d" in words else None
        yield ("GET" if body is None else "POST"), address, body


def _scope(address: str) -> str:
    return "extend" if address.endswith("/overrides") else "decide"

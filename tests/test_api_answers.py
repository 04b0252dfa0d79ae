"""What a read endpoint answers is what the published document says: no member more, none less, in both languages."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from answered_site import CASE, Broken, Desk, Past, Site, full_state
from msgspec import Struct
from painted import NOW, Painted

from daemon.accounts.accounts import FileAccounts
from daemon.accounts.users import UsersFile
from daemon.web import Web
from dashboards.board.api_shapes import named_in, shape_of
from dashboards.board.app import board
from dashboards.board.door import Entry

SPAN = "start=2026-07-14T00:00:00Z&end=2026-07-15T00:00:00Z"
ASKED: Mapping[str, Sequence[str]] = {
    "/api/v1/state": ["/api/v1/state"],
    "/api/v1/zones": ["/api/v1/zones"],
    "/api/v1/zones/{zone}": ["/api/v1/zones/print", "/api/v1/zones/east"],
    "/api/v1/devices": ["/api/v1/devices", "/api/v1/devices?most=1"],
    "/api/v1/cases": [f"/api/v1/cases?show={show}" for show in ("open", "person", "contested", "closed")],
    "/api/v1/cases/{case}": [f"/api/v1/cases/{CASE}", "/api/v1/cases/setpoints/r302-ac"],
    "/api/v1/overrides": ["/api/v1/overrides"],
    "/api/v1/overtimes": ["/api/v1/overtimes"],
    "/api/v1/jobs": [f"/api/v1/jobs?{SPAN}"],
    "/api/v1/slots": [f"/api/v1/slots?{SPAN}"],
    "/api/v1/reports": ["/api/v1/reports"],
}
FILES = {"/api/v1/reports/{month}/{revision}/{name}", "/api/v1/reports/{month}/newest/{name}"}
LANGUAGES = ("en", "zh-CN")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    directory: Path = tmp_path_factory.mktemp("accounts")
    source = Painted(full_state())
    source.past = Past()
    users = UsersFile(directory / "users.json")
    app = board(source, Entry(FileAccounts(users, directory / "sessions.json", source.now)), desk=Desk())
    web = Web(app, "127.0.0.1", 0, app.state.live.close)
    web.start()
    with httpx.Client(base_url=web.address, trust_env=False) as client:
        yield Site(client, source, users)
    web.stop()


def reads(document: Mapping[str, Any]) -> set[str]:
    return {path for path, operations in document["paths"].items() if "get" in operations}


def answers(site: Site, language: str = "en") -> Iterator[tuple[str, Any]]:
    for path, addresses in ASKED.items():
        for address in addresses:
            answer = site.get(address, language)
            assert answer.status_code == 200, (address, answer.text)
            yield path, answer.json()


def test_every_read_endpoint_is_asked_here(site: Site) -> None:
    assert reads(site.document) == set(ASKED) | FILES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_real_answer_keeps_the_published_schema(site: Site, language: str) -> None:
    for path, answer in answers(site, language):
        assert not [error.message for error in site.promised(path).iter_errors(answer)], path


def test_every_published_member_was_seen_with_a_value(site: Site) -> None:
    """Or else the check above would say nothing about it."""
    seen: set[str] = set()
    for path, answer in answers(site):
        schema = site.document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        seen |= {
            f"{name}.{key}" for name, item in _named(site, schema, answer) for key in item if item[key] is not None
        }
    answered = {name for name in site.document["components"]["schemas"] if _is_answered(site, name)}
    shapes = site.document["components"]["schemas"]
    every = {f"{name}.{key}" for name in answered for key in shapes[name]["properties"]}
    assert every - seen == set()
    assert len(answered) >= 20


def test_a_member_more_or_a_member_less_breaks_the_promise_wherever_it_is(site: Site) -> None:
    tried = 0
    for path, answer in answers(site):
        promised = site.promised(path)
        schema = site.document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        for _, item in [*_named(site, schema, answer)][:60]:
            item["of_tomorrow"] = 1
            assert not promised.is_valid(answer), path
            del item["of_tomorrow"]
            for key in [*item]:
                value = item.pop(key)
                assert not promised.is_valid(answer), (path, key)
                item[key] = value
                tried += 1
        assert promised.is_valid(answer)
    assert tried > 1000


@pytest.mark.parametrize(
    ("path", "break_it"),
    [
        ("/api/v1/state", lambda answer: answer["answer"].update(tone="red")),
        ("/api/v1/state", lambda answer: answer.update(now="today")),
        ("/api/v1/state", lambda answer: answer.update(now=None)),
        ("/api/v1/zones", lambda answer: answer[0].update(power_watts="412")),
        ("/api/v1/devices", lambda answer: answer[0].update(kind="toaster")),
        ("/api/v1/devices", lambda answer: answer.extend(answer * 500)),
        ("/api/v1/cases", lambda answer: answer["counts"].update(lost=1)),
        ("/api/v1/cases/{case}", lambda answer: answer["contested"].pop()),
        ("/api/v1/overtimes", lambda answer: answer[0].update(first="2026-07")),
        ("/api/v1/slots", lambda answer: answer[0].update(controlled=1)),
    ],
)
def test_another_word_or_kind_breaks_the_promise(site: Site, path: str, break_it: Any) -> None:
    answer = next(answer for asked, answer in answers(site) if asked == path)
    assert site.promised(path).is_valid(answer)
    break_it(answer)
    assert not site.promised(path).is_valid(answer)


def test_refusals_are_as_promised_too(site: Site) -> None:
    blind = site.users.add_token("blind", ("extend",), "viewer", NOW)
    for path in reads(site.document):
        address = ASKED[path][0] if path in ASKED else "/api/v1/reports/2026-05/0/report-en.pdf"
        for token, status in (("wrong", 401), (blind, 403)):
            answer = site.get(address, token=token)
            assert answer.status_code == status
            assert site.promised(path, status).is_valid(answer.json()), (path, status)
    for path, address in (
        ("/api/v1/zones/{zone}", "/api/v1/zones/moon"),
        ("/api/v1/cases/{case}", "/api/v1/cases/none"),
        ("/api/v1/reports/{month}/{revision}/{name}", "/api/v1/reports/2026-05/0/x"),
        ("/api/v1/reports/{month}/newest/{name}", "/api/v1/reports/2026-05/newest/x"),
    ):
        assert site.promised(path, 404).is_valid(site.get(address).json())
    site.source.past = Broken()
    answer = site.get(f"/api/v1/jobs?{SPAN}")
    site.source.past = Past()
    assert answer.status_code == 503
    assert site.promised("/api/v1/jobs", 503).is_valid(answer.json())


def test_a_file_has_one_of_the_promised_media_types(site: Site) -> None:
    for path in FILES:
        sorts = site.document["paths"][path]["get"]["responses"]["200"]["content"]
        for form in ("html", "pdf", "xlsx", "csv", "json"):
            address = path.format(month="2026-06", revision=0, name=f"report-en.{form}")
            assert site.get(address).headers["content-type"].partition(";")[0] in sorts


def test_the_page_leads_from_an_operation_to_what_it_answers(site: Site) -> None:
    for language in LANGUAGES:
        page = site.client.get("/api/v1/docs", headers={"Accept-Language": language}).text
        assert '(<a href="#shape-Overview"><code>Overview</code></a>)' in page
        assert '(<a href="#shape-Room"><code>list of Room</code></a>)' in page
        for name in {part.partition('"')[0] for part in page.split('href="#shape-')[1:]}:
            assert f'id="shape-{name}"' in page


def test_the_document_speaks_the_words_of_json(site: Site) -> None:
    for name, shape in site.document["components"]["schemas"].items():
        assert "None" not in shape.get("description", ""), name
        assert "Words" not in json.dumps(shape), name


def test_what_the_answers_cannot_say_is_refused_before_anybody_asks() -> None:
    class Odd(Struct):
        length: timedelta

    with pytest.raises(TypeError, match="TimeDelta"):
        named_in(Odd)
    with pytest.raises(TypeError, match="Any"):
        shape_of(dict[str, Any])


def _named(site: Site, schema: Mapping[str, Any], value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object in an answer that is of a named schema, with that name."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if isinstance(value, dict):
            yield name, value
            for key, part in site.document["components"]["schemas"][name]["properties"].items():
                yield from _named(site, part, value.get(key))
    elif isinstance(value, list):
        for item in value if "items" in schema else ():  # tuples hold no objects
            yield from _named(site, schema["items"], item)
    elif value is not None and "anyOf" in schema:
        for part in schema["anyOf"]:
            if "$ref" in part:
                yield from _named(site, part, value)


def _is_answered(site: Site, name: str) -> bool:
    """Whether a read endpoint leads there; what is only sent, or refused, has its own tests."""
    document = site.document
    todo = [
        json.dumps(operations["get"]["responses"]["200"])
        for operations in document["paths"].values()
        if "get" in operations
    ]
    seen: set[str] = set()
    while todo:
        text = todo.pop()
        for found in {part.partition('"')[0] for part in text.split('"#/components/schemas/')[1:]} - seen:
            seen.add(found)
            todo.append(json.dumps(document["components"]["schemas"][found]))
    return name in seen

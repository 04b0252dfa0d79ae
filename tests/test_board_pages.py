"""What the board answers to a browser, to a program and to somebody who should not ask."""

from collections.abc import Iterator

import httpx
import pytest
from changed import replace as change
from msgspec.structs import replace
from painted import Painted, busy_state, calm_state

from daemon.web import Web
from dashboards.board.app import board
from dashboards.board.guard import Guard
from dashboards.board.scale import anchor, percent, rest
from policies.office.site import Zone
from policies.state import State
from sensors.device import ZoneId

HOSTILE = '<script>alert("x")</script>&\'"{{7*7}}'


@pytest.fixture
def source() -> Painted:
    return Painted(busy_state())


@pytest.fixture
def browser(source: Painted) -> Iterator[httpx.Client]:
    app = board(source, hosts=["board.example"])
    web = Web(app, "127.0.0.1", 0, app.state.live.close)
    web.start()
    with httpx.Client(base_url=web.address, trust_env=False) as client:
        yield client
    web.stop()


def test_the_first_page_says_the_answer_first(browser: httpx.Client) -> None:
    page = browser.get("/", headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert "<h1>4 of 8 rooms break a rule now</h1>" in page.text
    assert page.text.index("Needs a person") < page.text.index("In hand") < page.text.index('id="rooms-title"')


def test_a_packed_page_is_the_same_page(browser: httpx.Client) -> None:
    plain = browser.get("/", headers={"Accept-Encoding": "identity"})
    packed = browser.get("/", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text


def test_a_calm_page_shows_no_empty_headings(source: Painted, browser: httpx.Client) -> None:
    source.step(calm_state())
    page = browser.get("/").text
    assert "All 8 rooms keep the rules" in page
    for heading in ("Needs a person", "In hand", "Done lately", "Only watched", "With leave"):
        assert heading not in page


def test_nothing_known_is_written_as_a_word(source: Painted, browser: httpx.Client) -> None:
    state = calm_state()
    source.step(change(state, office=change(state.office, heard={})))
    page = browser.get("/").text
    assert "temperatures: no data" in page
    assert "0 W" not in page


def test_the_language_follows_the_browser_then_the_link_then_stays(browser: httpx.Client) -> None:
    assert 'lang="zh-CN">' in browser.get("/", headers={"Accept-Language": "zh"}).text
    switched = browser.get("/?lang=zh_CN", headers={"Accept-Language": "en"}, follow_redirects=False)
    assert switched.status_code == 303
    page = browser.get("/", headers={"Accept-Language": "en"}).text
    assert "8 个房间中有 4 个正违反规定" in page
    assert "302 会议室" in page


def test_hostile_names_are_shown_and_never_run(source: Painted, browser: httpx.Client) -> None:
    source.step(renamed(busy_state(), HOSTILE))
    page = browser.get("/").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;&amp;&#39;&#34;{{7*7}}" in page


def renamed(state: State, name: str) -> State:
    office, site = state.office, state.office.site
    zones = {key: change(zone, names={"en": name, "zh_CN": name}) for key, zone in site.zones.items()}
    strange = ZoneId('r"><script>')
    zones[strange] = Zone(strange, next(iter(site.zones.values())).hours, {})
    extra = replace(next(iter(site.devices.values())), id="x", zone=strange)
    devices = {key: replace(device, names={"en": name}) for key, device in site.devices.items()}
    return change(state, office=change(office, site=change(site, zones=zones, devices={**devices, extra.id: extra})))


def test_every_answer_carries_the_strict_headers(browser: httpx.Client) -> None:
    for path in ("/", "/static/board.css", "/healthz", "/nowhere", "/api/v1/state"):
        headers = browser.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none';"), path
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_nothing_on_the_page_is_inline_or_from_elsewhere(browser: httpx.Client) -> None:
    page = browser.get("/").text
    assert " style=" not in page
    assert "<style" not in page
    assert " onclick" not in page
    assert "http://" not in page
    assert "https://" not in page


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("localhost:8080", True),
        ("127.0.0.1:8080", True),
        ("[::1]:8080", True),
        ("192.168.1.20", True),
        ("board.example", True),
        ("BOARD.example.:8080", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example", False),
        ("", False),
        ("[evil", False),
    ],
)
def test_only_this_machines_names_are_answered(browser: httpx.Client, host: str, allowed: bool) -> None:
    guard = Guard(board(Painted(calm_state())), hosts=["board.example"])
    assert guard.allows(host) is allowed
    if host:
        assert browser.get("/healthz", headers={"Host": host}).status_code == (200 if allowed else 421)


def test_nothing_but_reading_and_forms_is_possible(browser: httpx.Client) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        refused = browser.request(method, "/")
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, POST")
    assert browser.post("/").status_code == 405


def test_the_probes_follow_what_the_process_says(source: Painted, browser: httpx.Client) -> None:
    assert browser.get("/healthz").json()["journal_rows"] == 3
    assert browser.get("/readyz").status_code == 200
    source.facts["ready"] = False
    assert browser.get("/readyz").status_code == 503
    source.facts["alive"] = False
    assert browser.get("/healthz").status_code == 503
    source.facts["ready"] = True
    source.step(change(calm_state(), stepped_at=None))
    assert browser.get("/readyz").status_code == 503


def test_prometheus_reads_rooms_cases_and_health(browser: httpx.Client) -> None:
    text = browser.get("/metrics").text
    for line in (
        'officed_rooms{standing="breaks"} 2.0',
        'officed_cases{phase="stuck"} 1.0',
        'officed_cases{phase="escalated"} 0.0',
        "officed_devices 10.0",
        "officed_devices_silent 1.0",
        "officed_journal_rows 3.0",
    ):
        assert line in text


def test_prometheus_reads_which_way_was_taken_and_no_other_words(source: Painted, browser: httpx.Client) -> None:
    source.facts.update(receive_path="stock", hot_loops="compiled", store_trouble="a sentence")
    text = browser.get("/metrics").text
    assert 'officed_receive_path{is="stock"} 1.0' in text
    assert 'officed_hot_loops{is="compiled"} 1.0' in text
    assert "sentence" not in text


def test_programs_get_the_same_story_as_people(browser: httpx.Client) -> None:
    page = browser.get("/api/v1/state", headers={"Accept-Language": "en"}).json()
    assert page["answer"]["words"] == "4 of 8 rooms break a rule now"
    assert page["now"] == "2026-07-14T06:32:00+00:00"
    archive = next(room for room in page["rooms"] if room["zone"]["id"] == "archive")
    assert archive["power_watts"] is None
    assert browser.get("/api/v1/openapi.json").status_code == 200


def test_the_scale_keeps_everything_inside_the_picture() -> None:
    assert [percent(celsius) for celsius in (-40.0, 15.0, 25.0, 35.0, 99.0)] == [
        "0.00%",
        "0.00%",
        "50.00%",
        "100.00%",
        "100.00%",
    ]
    assert rest(26.0) == "45.00%"
    assert [anchor(celsius) for celsius in (16.0, 25.0, 34.0)] == ["start", "middle", "end"]


def test_a_rule_that_does_not_warn_says_so_and_not_for_how_many_seconds(browser: httpx.Client) -> None:
    page = browser.get("/rules").text
    assert "without a warning" in page
    assert "warns for 0" not in page

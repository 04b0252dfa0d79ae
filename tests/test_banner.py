"""That a changed configuration is not used stands on every page, at once and in the reader's language; and goes by itself."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from changed import replace
from painted import Painted, busy_state

from daemon.web import Web
from dashboards.board.app import board
from dashboards.board.door import Entry
from dashboards.views.banner import banner
from policies.office.calendar import Calendar

PAGES = ("/", "/cases", "/devices", "/zones/r302", "/calendar", "/rules", "/people", "/health", "/energy", "/printing")
PROBLEM = "office.yaml:12: policies[0].grace: must be a length such as 5m <b>"


@pytest.fixture
def source() -> Painted:
    return Painted(busy_state())


@pytest.fixture
def browser(source: Painted) -> Iterator[httpx.Client]:
    app = board(source, Entry(is_open=True, has_kiosk=True))
    web = Web(app, "127.0.0.1", 0, app.state.live.close)
    web.start()
    with httpx.Client(base_url=web.address, trust_env=False) as client:
        yield client
    web.stop()


def shown(browser: httpx.Client, path: str, code: str = "en") -> str:
    """The banner's own line."""
    page = browser.get(path, headers={"Cookie": f"lang={code}"}).text
    (line,) = [each for each in page.splitlines() if 'id="banner"' in each]
    return line


@pytest.mark.parametrize("path", [*PAGES, "/kiosk"])
def test_every_page_says_that_a_changed_file_is_not_used(browser: httpx.Client, source: Painted, path: str) -> None:
    assert "hidden" in shown(browser, path)
    source.facts["configuration_trouble"] = PROBLEM
    source.step(busy_state())
    line = shown(browser, path)
    assert "hidden" not in line
    assert 'role="alert"' in line
    assert "the one before it stays: office.yaml:12: policies[0].grace" in line
    assert "<b>" not in line, "what stands in the file is text"
    source.facts["configuration_trouble"] = ""
    source.step(busy_state())
    assert "hidden" in shown(browser, path)


def test_it_is_said_in_chinese_as_well_and_a_restart_that_is_needed_too(browser: httpx.Client, source: Painted) -> None:
    source.facts["configuration_waits_for_restart"] = "broker"
    source.step(busy_state())
    assert "须重启 officed：broker" in shown(browser, "/", "zh_CN")
    assert "restarted for: broker" in shown(browser, "/")
    source.facts["configuration_trouble"] = PROBLEM
    source.step(busy_state())
    assert "office.yaml:12" in shown(browser, "/", "zh_CN"), "the worse of the two"


def test_who_is_looking_sees_it_without_a_reload_of_the_page(browser: httpx.Client, source: Painted) -> None:
    page = browser.get("/").text
    version = page.partition('data-version="')[2].partition('"')[0]
    with browser.stream("GET", "/live", params={"page": "/", "since": version}) as stream:
        lines = stream.iter_lines()
        next(lines)
        source.facts["configuration_trouble"] = PROBLEM
        source.step(busy_state())
        for line in lines:
            if line.startswith("data: {") and "office.yaml:12" in line:
                break
        else:
            pytest.fail("the stream has ended without it")


CHINESE = Calendar("Asia/Shanghai", "CN")


def test_a_year_without_official_holidays_is_said_on_every_page(browser: httpx.Client, source: Painted) -> None:
    state = busy_state()
    source._now = datetime(2031, 5, 6, 3, 0, tzinfo=UTC)
    source.step(replace(state, office=replace(state.office, site=replace(state.office.site, calendar=CHINESE))))
    for path in (*PAGES, "/kiosk"):
        line = shown(browser, path)
        assert "the holidays of 2031 are only estimated" in line, path
        assert "hidden" not in line
    source.facts["configuration_trouble"] = PROBLEM
    source.step(replace(source.state()))
    assert "office.yaml:12" in shown(browser, "/")


def test_a_year_that_is_known_is_no_trouble_until_november() -> None:
    assert banner({}, CHINESE, datetime(2026, 10, 31, 3, 0, tzinfo=UTC)) is None
    assert "2027" in str(banner({}, CHINESE, datetime(2026, 11, 2, 3, 0, tzinfo=UTC)))

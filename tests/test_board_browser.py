"""The board in a real Chromium: live, strict, readable without script, honest when the connection is gone."""

import shutil
from collections.abc import Iterator

import pytest
from changed import replace as change
from painted import Painted, busy_state, calm_state
from playwright.sync_api import Browser, Page, expect, sync_playwright

from daemon.web import Web
from dashboards.board.app import board
from dashboards.board.door import Entry

CHROMIUM = shutil.which("chromium") or ""
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not CHROMIUM, reason="chromium is not installed"),
]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def source() -> Painted:
    return Painted(busy_state())


@pytest.fixture
def web(source: Painted) -> Iterator[Web]:
    served = serve(source)
    yield served
    served.stop()


def serve(source: Painted, port: int = 0) -> Web:
    app = board(source)
    served = Web(app, "127.0.0.1", port, app.state.live.close)
    served.start()
    return served


@pytest.fixture
def page(browser: Browser, web: Web) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB", viewport={"width": 390, "height": 844})
    opened = context.new_page()
    with opened.expect_response(lambda answer: "/live" in answer.url):
        opened.goto(web.address)
    yield opened
    context.close()


def test_a_change_is_on_the_page_within_a_second(page: Page, source: Painted) -> None:
    source.step(calm_state())
    expect(page.locator("h1")).to_have_text("All 8 rooms keep the rules", timeout=1000)


def test_an_opened_reason_its_focus_and_the_scroll_survive_a_change(page: Page, source: Painted) -> None:
    summary = page.locator("#running summary").first
    summary.click()
    before = page.evaluate("scrollY")
    state = busy_state()
    case = next(each for each in state.cases.values() if each.phase == "pending")
    fewer = {key: each for key, each in state.cases.items() if each is not case}
    source.step(change(state, cases=fewer))
    expect(page.locator("#pending")).to_be_hidden(timeout=1500)
    source.step(change(state, cases={key: each for key, each in fewer.items() if each.phase != "acting"}))
    expect(page.locator("#running li")).to_have_count(1, timeout=1500)
    assert page.locator("#running details").first.get_attribute("open") is not None
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert page.evaluate("scrollY") == before


def test_no_policy_is_violated_and_no_error_is_written(browser: Browser, web: Web, source: Painted) -> None:
    said: list[str] = []
    context = browser.new_context(locale="zh-CN", color_scheme="dark")
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.add_init_script("addEventListener('securitypolicyviolation', e => console.log(e.violatedDirective))")
    page.goto(web.address)
    source.step(calm_state())
    expect(page.locator("h1")).to_have_text("全部 8 个房间均符合规定", timeout=2000)
    assert said == []
    context.close()


def test_everything_reads_without_script(browser: Browser, web: Web) -> None:
    context = browser.new_context(locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    page.goto(web.address)
    expect(page.locator("h1")).to_have_text("4 of 8 rooms break a rule now")
    page.get_by_role("link", name="简体中文").click()
    expect(page.locator("h1")).to_have_text("8 个房间中有 4 个正违反规定")
    page.locator("#running summary").first.click()
    expect(page.locator("#running .history, #running details table").first).to_be_visible()
    context.close()


def test_a_lost_connection_is_said_where_it_is_seen_and_a_restart_heals_it(
    page: Page, web: Web, source: Painted
) -> None:
    page.mouse.wheel(0, 1500)
    web.stop()
    lost = page.locator("#lost")
    expect(lost).to_be_visible(timeout=6000)
    expect(lost).to_be_in_viewport()
    expect(lost).to_contain_text("Connection lost since")
    source.step(calm_state())
    again = serve(source, int(web.address.rpartition(":")[2]))
    expect(lost).to_be_hidden(timeout=10000)
    expect(page.locator("h1")).to_have_text("All 8 rooms keep the rules")
    again.stop()


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_nothing_sticks_out_sideways(browser: Browser, web: Web, width: int) -> None:
    context = browser.new_context(locale="en-GB", viewport={"width": width, "height": 844})
    page = context.new_page()
    page.goto(web.address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_ten_tabs_of_one_browser_are_all_answered(browser: Browser, web: Web) -> None:
    context = browser.new_context(locale="en-GB")
    tabs = [context.new_page() for _ in range(10)]
    for tab in tabs:
        tab.goto(web.address, timeout=5000)
        tab.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
        tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(tabs[-1].locator("h1")).to_have_text("4 of 8 rooms break a rule now")
    context.close()


@pytest.mark.parametrize("script", [True, False])
def test_more_time_is_two_taps_on_a_phone_with_and_without_script(
    browser: Browser, source: Painted, script: bool
) -> None:
    app = board(source, Entry(is_open=True))
    served = Web(app, "127.0.0.1", 0, app.state.live.close)
    served.start()
    context = browser.new_context(
        locale="en-GB", viewport={"width": 390, "height": 844}, has_touch=True, java_script_enabled=script
    )
    page = context.new_page()
    page.goto(f"{served.address}/zones/r302")
    page.locator(".chip input[value='120']").tap()
    page.get_by_role("button", name="Extend now").tap()
    expect(page.locator(".news")).to_have_text("Noted: more time.")
    expect(page.locator("#leave")).to_contain_text("guest · still working")
    context.close()
    served.stop()

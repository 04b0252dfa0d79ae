"""What people do on the board, in a real Chromium: look, take over, object, claim, change language, and be refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from changed import replace as change
from entered_board import CHROMIUM, MISSING, STUCK, chromium, enter, entered_board, tab
from painted import NOW, Painted, busy_state
from playwright.sync_api import Browser, Page, expect

from daemon.web import Web
from policies.office.requests import Acknowledge, Contest
from sensors.device import Address, DeviceId, Traits
from sensors.readings import Announced

pytestmark = [pytest.mark.real, pytest.mark.skipif(not CHROMIUM, reason=MISSING)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def source() -> Painted:
    return Painted(busy_state())


@pytest.fixture
def web(source: Painted, tmp_path: Path) -> Iterator[Web]:
    with entered_board(source, tmp_path) as served:
        yield served


def test_the_first_glance_answers_before_anything_is_scrolled(browser: Browser, web: Web) -> None:
    with tab(browser, web, "vera", viewport={"width": 390, "height": 844}) as page:
        expect(page.locator("h1")).to_have_text("4 of 8 rooms break a rule now")
        expect(page.locator("h1")).to_be_in_viewport(ratio=1)
        assert page.evaluate("scrollY") == 0


@pytest.mark.parametrize("script", [True, False])
def test_somebody_takes_a_case_over_and_says_it_is_wrong(
    browser: Browser, web: Web, source: Painted, script: bool
) -> None:
    with tab(browser, web, "olga", java_script_enabled=script) as page:
        page.goto("/cases")
        page.locator(f"a[href='/cases/{STUCK}']").click()
        page.get_by_role("button", name="I look after it").click()
        expect(page.locator(".word").first).to_contain_text("olga looks after it")
        page.get_by_text("This is wrong").click()
        page.get_by_label("Why it is wrong").fill("a <b>test</b> print")
        page.get_by_role("button", name="Contest").click()
        expect(page.locator(".word").first).to_contain_text("olga says it is wrong: a <b>test</b> print")
    assert source.asked == [(Acknowledge(STUCK), "olga"), (Contest(STUCK, "a <b>test</b> print"), "olga")]


def test_a_stranger_is_claimed_with_lines_ready_to_copy(browser: Browser, web: Web, source: Painted) -> None:
    state = busy_state()
    stranger = Announced(
        device=DeviceId(""), arrived_at=NOW, address=Address("tasmota", "tele-9F21"), traits=Traits(model="<b>Plug</b>")
    )
    source.step(change(state, office=change(state.office, unclaimed={stranger.address: stranger})))
    with tab(browser, web, "olga") as page:
        page.goto("/devices")
        page.locator(".strangers summary").click()
        lines = page.locator(".strangers pre")
        expect(lines).to_be_visible()
        expect(lines).to_contain_text("tele-9F21")
        expect(page.locator(".strangers summary")).to_contain_text("<b>Plug</b>")


def test_the_language_stays_as_chosen_from_page_to_page(browser: Browser, web: Web) -> None:
    with tab(browser, web, "vera") as page:
        page.get_by_role("link", name="简体中文").click()
        expect(page.locator("h1")).to_have_text("8 个房间中有 4 个正违反规定")
        page.goto("/cases")
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_guessing_is_told_to_wait_and_nobody_gets_in(browser: Browser, web: Web) -> None:
    with tab(browser, web) as page:
        for _ in range(5):
            enter(page, "ada", "not the password")
            expect(page.locator("body")).to_contain_text("Name or password are wrong.")
        enter(page, "ada")
        expect(page.locator("body")).to_contain_text("Too many attempts. Try again in")
        page.goto("/rules")
        expect(page.locator("[name=password]")).to_be_visible()


def test_a_viewer_sees_no_button_of_an_operator_and_is_refused(browser: Browser, web: Web, source: Painted) -> None:
    with tab(browser, web, "vera") as page:
        page.goto(f"/cases/{STUCK}")
        expect(page.get_by_role("button", name="I look after it")).to_have_count(0)
        page.goto("/rules")
        expect(page.locator("form[action^='/do/mode']")).to_have_count(0)
        page.goto(f"/cases/{STUCK}")
        page.evaluate(
            "to => { const f = document.querySelector('form[action*=contest]'); f.action = to; "
            "f.querySelector('[name=why]').value = 'x'; f.submit(); }",
            f"/do/acknowledge/{STUCK}",
        )
        expect(page.locator("body")).to_contain_text("This needs the role operator.")
    assert source.asked == []


def test_the_board_is_used_by_keys_alone(browser: Browser, web: Web, source: Painted) -> None:
    with tab(browser, web, "olga") as page:
        page.goto(f"/cases/{STUCK}")
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.closest('form')?.action.includes('/do/acknowledge/') ?? false"):
                break
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", "where the focus is cannot be seen"
        page.keyboard.press("Enter")
        expect(page.locator(".word").first).to_contain_text("olga looks after it")
    assert source.asked == [(Acknowledge(STUCK), "olga")]


def test_a_hidden_tab_closes_its_stream_and_opens_it_again(browser: Browser, web: Web, source: Painted) -> None:
    with tab(browser, web, "vera") as page:
        with page.expect_response(lambda answer: "/live" in answer.url):
            page.goto("/")
        with page.expect_event("requestfailed", lambda request: "/live" in request.url, timeout=3000):
            hide(page, "true")
        with page.expect_request(lambda request: "/live" in request.url, timeout=3000):
            hide(page, "false")


def hide(page: Page, hidden: str) -> None:
    page.evaluate(f"Object.defineProperty(document, 'hidden', {{value: {hidden}, configurable: true}})")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

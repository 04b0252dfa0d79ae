"""Every page in both themes: nothing that shuts people out, nothing against the policy of content, no foreign name run."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # comes without types
from entered_board import CHROMIUM, MISSING, PAGES, chromium, entered_board, tab
from painted import NOW, Nothing, Painted, busy_state
from playwright.sync_api import Browser, Page, expect
from test_board_pages import renamed

from daemon.web import Web
from policies.history import JobRow

pytestmark = [pytest.mark.real, pytest.mark.skipif(not CHROMIUM, reason=MISSING)]
HOSTILE = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>\"'{{7*7}}"
CONTRAST = {"runOnly": ["color-contrast"]}  # all that a theme changes; the rest is looked for in the light one
WATCH = "addEventListener('securitypolicyviolation', e => console.log('policy: ' + e.violatedDirective))"


class Filled(Nothing):
    """A week of printing by a department with a hostile name."""

    def jobs(self, start: datetime, end: datetime) -> Sequence[JobRow]:
        days = [NOW - timedelta(days=day) for day in range(1, 8)]
        return [
            JobRow(
                at=at, device="print-copier", zone="print", printer="print-copier", department=HOSTILE, job=str(at.day),
                title=HOSTILE, user=HOSTILE, state="completed", sheets=5, impressions=9, two_sided="two-sided-long-edge",
            )
            for at in days
            if start <= at < end
        ]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def source() -> Painted:
    painted = Painted(busy_state())
    painted.past = Filled()
    return painted


@pytest.fixture
def web(source: Painted, tmp_path: Path) -> Iterator[Web]:
    with entered_board(source, tmp_path) as served:
        yield served


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_open_to_everybody_and_keeps_the_policy(browser: Browser, web: Web, theme: str) -> None:
    said: list[str] = []
    barriers: list[str] = []
    with tab(browser, web, "ada", color_scheme=theme) as page:
        listen(page, said)
        for address in PAGES:
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, address
            if address == "/printing":
                expect(page.locator("table").first).to_be_visible(timeout=5000)
            barriers += [f"{address}: {each}" for each in grave(page, CONTRAST if theme == "dark" else {})]
    assert said == []
    assert barriers == []


def test_the_way_in_is_open_to_everybody(browser: Browser, web: Web) -> None:
    with tab(browser, web) as page:
        page.goto("/login")
        assert grave(page, {}) == []
        page.locator(".login label").first.evaluate("label => label.replaceWith(...label.querySelectorAll('input'))")
        assert any(each.startswith("label:") for each in grave(page, {})), "a field without a name must be seen"


def test_hostile_names_are_shown_on_every_page_and_never_run(browser: Browser, web: Web, source: Painted) -> None:
    source.step(renamed(busy_state(), HOSTILE))
    said: list[str] = []
    shown = 0
    with tab(browser, web, "ada") as page:
        listen(page, said)
        for address in PAGES:
            page.goto(address)
            if address == "/printing":
                expect(page.locator("table").first).to_be_visible(timeout=5000)
            shown += HOSTILE in page.locator("body").inner_text()
            assert page.title() != "run", address
            assert page.locator("img[onerror]").count() == 0, address
    assert said == []
    assert shown >= 5


def listen(page: Page, said: list[str]) -> None:
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.add_init_script(WATCH)


def grave(page: Page, options: Mapping[str, object]) -> list[str]:
    """What axe calls serious or critical, with the first place of it."""
    ran = Axe().run(page, options={"resultTypes": ["violations"], **options})
    found: Mapping[str, list[Mapping[str, object]]] = ran.response
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:200]}"  # type: ignore[index]  # axe's own JSON
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
    ]

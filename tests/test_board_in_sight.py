"""What is looked for is in sight in a real Chromium: the newest hours, every word, the page's own name, on a screen and on a phone."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from entered_board import CHROMIUM, MISSING, chromium, entered_board, tab
from painted import Nothing, Painted, busy_state
from playwright.sync_api import Browser, expect

from daemon.web import Web
from policies.history import Sample, Window

pytestmark = [pytest.mark.real, pytest.mark.skipif(not CHROMIUM, reason=MISSING)]
WIDTHS = (390, 1920)
RIGHT = "all => Math.max(...all.map(each => each.getBoundingClientRect().right))"
LEFT = "all => Math.min(...all.map(each => each.getBoundingClientRect().left))"
WORDS_RIGHT = """all => Math.max(...all.map(each => {
    const words = document.createRange();
    words.selectNodeContents(each);
    return words.getBoundingClientRect().right;
}))"""

LOOKS = "all => all.map(getComputedStyle).map(each => `${each.stroke} ${each.strokeDasharray}`)"
KEYS = """all => all.map(each => getComputedStyle(each, '::before')).map(
    each => `${each.borderTopColor} ${each.borderTopStyle}`
)"""


class Measured(Nothing):
    """A day of values up to now, and four weeks of hours."""

    def series(self, device: str, measurement: str, field: str, start: datetime, end: datetime) -> Sequence[Sample]:
        count = (end - start) // timedelta(minutes=10)
        return [Sample(start + number * timedelta(minutes=10), 24.0 + number % 3) for number in range(count + 1)]

    def windows(
        self, measurement: str, field: str, start: datetime, end: datetime, step: timedelta, by: Sequence[str] = ()
    ) -> Sequence[Window]:
        key = tuple("r302" if tag == "zone" else "air_conditioner" for tag in by)
        starts = [start + number * step for number in range((end - start) // step)]
        return [Window(at, key, 117.4, 117.4, 117.4, 117.4, 117.4, 4) for at in starts]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    painted = Painted(busy_state())
    painted.past = Measured()
    with entered_board(painted, tmp_path) as served:
        yield served


@pytest.mark.parametrize("width", WIDTHS)
def test_the_newest_value_and_every_hour_of_a_chart_are_in_sight(browser: Browser, web: Web, width: int) -> None:
    with tab(browser, web, "ada", viewport={"width": width, "height": 900}) as page:
        page.goto("/zones/r302")
        traces = page.locator(".curve .trace")
        expect(traces.first).to_be_attached(timeout=5000)
        assert traces.evaluate_all(RIGHT) <= page.locator(".curve").evaluate_all(RIGHT)
        assert page.locator(".curve text").evaluate_all(RIGHT) <= page.locator(".past").evaluate_all(RIGHT)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_no_word_lies_upon_the_map_of_hours_or_upon_a_bar(browser: Browser, web: Web, width: int) -> None:
    with tab(browser, web, "ada", viewport={"width": width, "height": 900}) as page:
        page.goto("/energy")
        expect(page.locator(".heat tbody th").first).to_be_visible(timeout=5000)
        assert page.locator(".heat tbody th").evaluate_all(WORDS_RIGHT) <= page.locator(".heat td[title]").evaluate_all(
            LEFT
        )
        bars = page.locator(".bars").first
        assert bars.locator("rect").evaluate_all(RIGHT) + 4 <= bars.locator("td.number").evaluate_all(
            WORDS_RIGHT.replace("max", "min").replace(".right", ".left")
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_lines_of_a_chart_are_told_apart_by_their_names_and_their_looks(browser: Browser, web: Web) -> None:
    with tab(browser, web, "ada", viewport={"width": 1920, "height": 900}) as page:
        page.goto("/zones/east")
        expect(page.locator(".past .curve").nth(1)).to_be_attached(timeout=5000)
        for chart in page.locator(".past").all():
            names = [words.rpartition(":")[0] for words in chart.locator(".ends li").all_inner_texts()]
            assert len(names) > 1
            assert len(set(names)) == len(names), names
            assert not any("_celsius" in name for name in names)
            looks = chart.locator(".trace:not(.step)").evaluate_all(LOOKS)
            keys = chart.locator(".ends li:not(.step)").evaluate_all(KEYS)
            assert len(set(looks)) == len(looks) == len(keys) == len(set(keys)), (looks, keys)


@pytest.mark.parametrize("address", ["/", "/printing", "/health"])
def test_the_name_of_the_page_is_in_sight_in_a_phones_row_of_pages(browser: Browser, web: Web, address: str) -> None:
    with tab(browser, web, "ada", viewport={"width": 390, "height": 844}) as page:
        page.goto(address)
        here = page.locator(".pages [aria-current]").bounding_box()
        row = page.locator(".pages").bounding_box()
        assert here is not None
        assert row is not None
        assert row["x"] - 1 <= here["x"] <= here["x"] + here["width"] <= row["x"] + row["width"] + 1
        assert page.evaluate("scrollY") == 0

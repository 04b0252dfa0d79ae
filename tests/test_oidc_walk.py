"""The company's own login in a real Chromium, over two sites: its cookies and the board's own policy must let it happen."""

from pathlib import Path

import pytest
from entered_board import CHROMIUM, MISSING, chromium
from oidc_office import opened
from playwright.sync_api import expect

pytestmark = [pytest.mark.real, pytest.mark.skipif(not CHROMIUM, reason=MISSING)]


@pytest.mark.parametrize("script", [True, False])
def test_somebody_comes_in_by_the_companys_login_and_leaves(tmp_path: Path, script: bool) -> None:
    with opened(tmp_path, host="localhost") as office, chromium() as browser:
        context = browser.new_context(base_url=str(office.browser.base_url), locale="en-GB", java_script_enabled=script)
        page, said = context.new_page(), []
        page.on("console", lambda line: said.append(line.text))
        page.goto("/cases")
        page.get_by_role("link", name="Log in with Company login").click()
        expect(page).to_have_url(f"{office.browser.base_url}/cases".replace("//cases", "/cases"))
        page.goto("/people")
        expect(page.get_by_text("mei (Company login)").first).to_be_visible()
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_role("link", name="Log in with Company login")).to_be_visible()
        page.goto("/cases")
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()
        assert not [line for line in said if "Content Security Policy" in line]
        assert len(office.provider.seen) == 1
        context.close()

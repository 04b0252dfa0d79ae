"""A painted office's board with three people's logins, in a real Chromium: what the walks and the checks of every page share."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from painted import NOW, Painted
from playwright.sync_api import Browser, Page, sync_playwright

from daemon.accounts.accounts import FileAccounts
from daemon.accounts.users import UsersFile
from daemon.web import Web
from dashboards.board.app import board
from dashboards.board.door import Entry

CHROMIUM = shutil.which("chromium") or ""
MISSING = "chromium is not installed"
PASSWORD = "correct horse battery"
STUCK = "after-hours/print-copier"
PAGES = (
    "/",
    "/kiosk",
    "/zones/r302",
    "/cases",
    f"/cases/{STUCK}",
    "/devices",
    "/energy",
    "/printing",
    "/calendar",
    "/rules",
    "/people",
    "/api/v1/docs",
    "/health",
)
ROLES = {"vera": "viewer", "olga": "operator", "ada": "admin"}
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        yield opened
        opened.close()


@contextmanager
def entered_board(source: Painted, directory: Path) -> Iterator[Web]:
    users = UsersFile(directory / "users.json")
    for name, role in ROLES.items():
        if name not in users.read().users:
            users.add(name, role, PASSWORD, NOW)  # type: ignore[arg-type]  # the three roles
    accounts = FileAccounts(users, directory / "sessions.json", source.now)
    app = board(source, Entry(accounts, has_kiosk=True))
    web = Web(app, "127.0.0.1", 0, app.state.live.close)
    web.start()
    yield web
    web.stop()


@contextmanager
def tab(browser: Browser, web: Web, name: str = "", **options: object) -> Iterator[Page]:
    """A page of a browser of its own; logged in where a name is given."""
    context = browser.new_context(base_url=web.address, **{"locale": "en-GB", **options})  # type: ignore[arg-type]
    page = context.new_page()
    if name:
        enter(page, name)
    yield page
    context.close()


def enter(page: Page, name: str, password: str = PASSWORD) -> None:
    page.goto("/login")
    page.locator("[name=name]").fill(name)
    page.locator("[name=password]").fill(password)
    page.locator(".login button").click()

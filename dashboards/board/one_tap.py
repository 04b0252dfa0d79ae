"""One-tap links: a page that says what will happen, and one button that does it. No login: whoever has the link may.

Reading the page changes nothing, so programs that open every link in a mail use none of them up.
"""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from dashboards.board.doing import asked
from dashboards.board.page import Part
from dashboards.board.shell import Shell
from dashboards.views.place import Named
from policies.control.refusing import refused
from policies.office.requests import Extend
from policies.words import Words, say

Open = Callable[[str, datetime], Extend | Words]
"""What a link's token asks for now, or why it is not taken."""
WHO = "link"


def one_tap(shell: Shell, opened: Open) -> APIRouter:
    """`GET` and `POST /link/TOKEN`."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/link/{token}")
    async def confirm(request: Request, token: str) -> Response:
        return _page(shell, request, _wish(shell, opened, token), token)

    @routes.post("/link/{token}")
    async def act(request: Request, token: str) -> Response:
        wish = _wish(shell, opened, token)
        if isinstance(wish, Words):
            return _page(shell, request, wish, token)
        await asked(shell.source, wish, WHO)
        granted = any(one.id == wish.id for one in shell.source.state().office.desk.overrides)
        done = say("Noted: more time.") if granted else say("It was asked for, and is not granted yet.")
        return _page(shell, request, done, token, 200 if granted else 202)

    return routes


def _wish(shell: Shell, opened: Open, token: str) -> Extend | Words:
    now = shell.source.now()
    wish = opened(token, now)
    if isinstance(wish, Words):
        return wish
    return refused(shell.source.state().office, wish, WHO, now) or wish


def _page(shell: Shell, request: Request, wish: Extend | Words, token: str, status: int = 410) -> Response:
    visitor, title = shell.reception.recognise(request), say("More time")
    if isinstance(wish, Words):
        return shell.plain(request, visitor, Part("one_tap.html", (None, wish, token)), title, status=status)
    zone = shell.source.state().office.site.zones[wish.zone]
    words = say("Leave the power on until {until_at}.", until_at=wish.until)
    return shell.plain(request, visitor, Part("one_tap.html", (Named(zone.id, zone.names), words, token)), title)

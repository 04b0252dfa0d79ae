"""In and out: the login, slow to guess; the logout."""

import asyncio
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from dashboards.board.doing import sent
from dashboards.board.oidc import sentence
from dashboards.board.oidc_login import oidc_login
from dashboards.board.page import Part
from dashboards.board.shell import Shell
from dashboards.board.visitor import SESSION
from policies.words import Words, say


def login(shell: Shell) -> APIRouter:
    """`/login` and `/logout`."""
    routes = APIRouter(include_in_schema=False)
    if shell.reception.entry.provider is not None:
        routes.include_router(oidc_login(shell.reception, shell.reception.entry.provider, _own))

    @routes.get("/login")
    async def ask(request: Request, back: str = "/") -> Response:
        if request.query_params.get("lang"):
            return await shell.page(request)
        provider = shell.reception.entry.provider
        trouble = None if provider is None else sentence(request.query_params.get("trouble", ""), provider.name)
        return _form(shell, request, back, trouble, 200 if trouble is None else 401)

    @routes.post("/login")
    async def enter(request: Request) -> Response:
        fields = await sent(request)
        back, accounts = fields.get("back", "/"), shell.reception.entry.accounts
        if not shell.reception.recognise(request).has_sent(fields.get("token", "")):
            return _form(shell, request, back, say("This form was too old. Please try once more."), 403)
        if accounts is None:
            return RedirectResponse("/", status_code=303)
        address = request.client.host if request.client is not None else ""
        name, password = fields.get("name", "").strip(), fields.get("password", "")
        entered = await asyncio.to_thread(accounts.enter, name, password, address)
        if entered.wait_seconds > 0:
            words = say("Too many attempts. Try again in {left_seconds}.", left_seconds=entered.wait_seconds)
            return _form(shell, request, back, words, 429)
        if not entered.session:
            return _form(shell, request, back, say("Name or password are wrong."), 401)
        answer = RedirectResponse(_own(back), status_code=303)
        shell.reception.admit(request, answer, entered.session)
        return answer

    @routes.post("/logout")
    async def leave(request: Request) -> Response:
        visitor, fields = shell.reception.recognise(request), await sent(request)
        accounts = shell.reception.entry.accounts
        if visitor.session and accounts is not None and visitor.has_sent(fields.get("token", "")):
            accounts.leave(visitor.session)
        answer = RedirectResponse("/login", status_code=303)
        answer.delete_cookie(SESSION)
        return answer

    return routes


def _form(shell: Shell, request: Request, back: str, trouble: Words | None = None, status: int = 200) -> Response:
    visitor = shell.reception.recognise(request)
    accounts = shell.reception.entry.accounts
    provider = shell.reception.entry.provider
    needs_first = accounts is None or accounts.is_empty
    link = None if provider is None else say("Log in with {provider}", provider=provider.name)
    return shell.plain(
        request,
        visitor,
        Part("login.html", (_own(back), needs_first, link)),
        say("Log in"),
        status=status,
        trouble=trouble,
    )


def _own(address: str) -> str:
    """An address of this board; the first page for any other."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    is_own = not parts.scheme and not parts.netloc and address.startswith("/") and address[1:2] not in {"/", "\\"}
    return address if is_own and address.isprintable() else "/"

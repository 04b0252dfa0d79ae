"""Forms: what somebody wants, checked against their role, handed to the engine, and back to the page it came from."""

import asyncio
from contextlib import suppress
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from dashboards.board.decisions import DECISIONS, Fields
from dashboards.board.door import NEEDED
from dashboards.board.shell import Shell
from dashboards.board.source import Source
from policies.control.refusing import refused
from policies.office.requests import Request as Wish
from policies.state import State
from policies.words import Words, say

_LONGEST_WAIT = 0.5


def doing(shell: Shell) -> APIRouter:
    """`POST /do/WHAT/TARGET`."""
    routes = APIRouter(include_in_schema=False)

    @routes.post("/do/{what}/{target:path}")
    async def do(request: Request, what: str, target: str) -> Response:
        visitor = shell.reception.recognise(request)
        fields = await sent(request)
        if visitor.person is None:
            return RedirectResponse(f"/login?{urlencode({'back': fields.get('back', '/')})}", status_code=303)
        if not visitor.has_sent(fields.get("token", "")):
            return await _again(shell, request, fields, say("This form was too old. Please try once more."), 403)
        if what not in DECISIONS:
            return PlainTextResponse("There is no such form.\n", status_code=404)
        kind, decide = DECISIONS[what]
        if not visitor.person.may(kind):
            words = say("This needs the role {role}.", role=NEEDED[kind])
            return await _again(shell, request, fields, words, 403)
        state, now = shell.source.state(), shell.source.now()
        decision = decide(state, now, target, fields)
        if isinstance(decision, Words):
            return await _again(shell, request, fields, decision, 400)
        refusal = refused(state.office, decision, visitor.person.name, now)
        if refusal is not None:
            return await _again(shell, request, fields, refusal, 409)
        await asked(shell.source, decision, visitor.person.name)
        return RedirectResponse(_back(shell, fields, what), status_code=303)

    return routes


async def sent(request: Request) -> Fields:
    """The text fields of a form; files are none of ours."""
    form = await request.form(max_files=0, max_fields=40)
    return {name: value[:1000] for name, value in form.items() if isinstance(value, str)}


async def asked(source: Source, wish: Wish, who: str) -> None:
    """Hand it on; return when a step has taken it in, or after half a second."""
    loop, stepped, before = asyncio.get_running_loop(), asyncio.Event(), source.state()

    def wake() -> None:
        loop.call_soon_threadsafe(stepped.set)

    end = source.subscribe(wake)
    try:
        source.ask(wish, who)
        with suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_WAIT):
                while _is_unchanged(before, source.state()):
                    await stepped.wait()
                    stepped.clear()
    finally:
        end()


def _is_unchanged(before: State, after: State) -> bool:
    return before is after or (before.office.desk == after.office.desk and before.cases == after.cases)


def _back(shell: Shell, fields: Fields, what: str) -> str:
    """The address of the page the form came from: one of ours, made anew."""
    found = shell.addresses.find(fields.get("back", "/"))
    if found is None:
        return f"/?said={what}"
    return found.address + ("&" if found.query else "?") + f"said={what}"


async def _again(shell: Shell, request: Request, fields: Fields, why: Words, status: int) -> Response:
    found = shell.addresses.find(fields.get("back", "/")) or shell.addresses.find("/")
    return await shell.at(request, found, why, status)

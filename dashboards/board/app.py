"""The board as a web application: pages, forms, the live stream, the API and the probes, behind one guard."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from dashboards.board.api import api
from dashboards.board.api_answers import Documented
from dashboards.board.api_page import api_page
from dashboards.board.chosen import chosen_language
from dashboards.board.doing import doing
from dashboards.board.door import Entry
from dashboards.board.floor_plan import FloorPlan
from dashboards.board.guard import Guard
from dashboards.board.live import MOST_VIEWERS, Live
from dashboards.board.login import login
from dashboards.board.one_tap import Open, one_tap
from dashboards.board.page import Addresses, Kind
from dashboards.board.pages import KINDS
from dashboards.board.pages.house import HealthPage, PeoplePage
from dashboards.board.pages.overview import KioskPage, OverviewPage
from dashboards.board.pages.reports import ReportsPage
from dashboards.board.probes import probes
from dashboards.board.reports import report_routes
from dashboards.board.shell import Link, Shell
from dashboards.board.source import Source
from dashboards.board.visitor import Reception
from dashboards.views.report_shelf import Desk
from policies.words import say

REPORTS = Link("/reports", say("Reports"))


def board(
    source: Source,
    entry: Entry | None = None,
    *,
    hosts: Collection[str] = (),
    version: str = "0",
    more: Sequence[Kind] = (),
    links: Sequence[Link] = (),
    open_link: Open | None = None,
    desk: Desk | None = None,
    plan: FloorPlan | None = None,
) -> FastAPI:
    """The application. `hosts`: the names people reach it by, besides localhost and plain addresses.

    `more` pages of other makers and the `links` to them in the header; `desk` keeps the reports;
    `plan` is the office's own drawing.
    `app.state.live.close()` ends all open streams, from any thread: call it before the server stops.
    """
    entry = entry or Entry()
    live = Live(source, secrets.token_hex(4))
    reception = Reception(entry)
    first = (OverviewPage(plan), KioskPage(plan))
    addresses = Addresses([*first, *KINDS, PeoplePage(entry), HealthPage(source), *more, *_pages(desk)])
    shell = Shell(source, live, reception, addresses, [*links, *([REPORTS] if desk is not None else ())])

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(live.run(), name="board-live")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    app = Documented(
        title="officed",
        version=version,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.live = live
    app.add_middleware(Guard, hosts=hosts)
    app.include_router(probes(source))
    app.include_router(api(source, reception))
    app.mount("/static", StaticFiles(packages=[("dashboards.board", "static")]), name="static")
    app.include_router(api_page(shell))
    app.include_router(login(shell))
    app.include_router(doing(shell))
    if open_link is not None:
        app.include_router(one_tap(shell, open_link))
    if desk is not None:
        app.include_router(report_routes(shell, desk))
    _stream(app, source, live, reception, addresses)

    @app.get("/{path:path}", include_in_schema=False)
    async def page(request: Request, path: str) -> Response:  # noqa: ARG001  FastAPI wants it named
        return await shell.page(request)

    return app


def _pages(desk: Desk | None) -> Sequence[Kind]:
    return () if desk is None else (ReportsPage(desk),)


def _stream(app: FastAPI, source: Source, live: Live, reception: Reception, addresses: Addresses) -> None:
    @app.get("/live", include_in_schema=False)
    async def stream(request: Request, page: str = "/", since: str = "") -> Response:
        if live.viewers >= MOST_VIEWERS or live.closed:
            return PlainTextResponse("Too many viewers.\n", status_code=503, headers={"Retry-After": "5"})
        found = addresses.find(page)
        if found is None:
            return PlainTextResponse("There is no such page.\n", status_code=404)
        if not reception.lets_in(request, found.kind):
            return PlainTextResponse("Log in first.\n", status_code=401)
        code = chosen_language(request, source.state().office.site.language)
        seen = request.headers.get("last-event-id") or since
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(live.stream(found, code, seen), media_type="text/event-stream", headers=headers)

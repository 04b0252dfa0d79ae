"""The board as a web application: pages, the live stream, the API and the probes, behind one guard."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse

from dashboards.board.api import api
from dashboards.board.chosen import COOKIE, chosen_language
from dashboards.board.guard import Guard
from dashboards.board.live import MOST_VIEWERS, Live
from dashboards.board.probes import probes
from dashboards.board.source import Source
from dashboards.language.catalogs import CODES, closest

_YEAR_SECONDS = 365 * 24 * 3600


def board(source: Source, *, hosts: Collection[str] = (), version: str = "0") -> FastAPI:
    """The application. `hosts`: the names people reach it by, besides localhost and plain addresses.

    `app.state.live.close()` ends all open streams, from any thread: call it before the server stops.
    """
    live = Live(source, CODES, secrets.token_hex(4))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(live.run(), name="board-live")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    app = FastAPI(
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
    app.include_router(api(source))
    app.mount("/static", StaticFiles(packages=[("dashboards.board", "static")]), name="static")
    _pages(app, source, live)
    return app


def _pages(app: FastAPI, source: Source, live: Live) -> None:
    @app.get("/", include_in_schema=False)
    async def front(request: Request) -> Response:
        asked = closest(request.query_params.get("lang", ""))
        if asked:
            answer = RedirectResponse("/", status_code=303)
            answer.set_cookie(COOKIE, asked, max_age=_YEAR_SECONDS, httponly=True, samesite="lax")
            return answer
        code = chosen_language(request, source.state().office.site.language)
        channel = live.fresh(code)
        headers = {"Content-Language": code.replace("_", "-"), "Vary": "Accept-Encoding, Accept-Language, Cookie"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return HTMLResponse(channel.packed, headers={**headers, "Content-Encoding": "gzip"})
        return HTMLResponse(channel.page, headers=headers)

    @app.get("/live", include_in_schema=False)
    async def stream(request: Request, since: str = "") -> Response:
        if live.viewers >= MOST_VIEWERS or live.closed:
            return PlainTextResponse("Too many viewers.\n", status_code=503, headers={"Retry-After": "5"})
        code = chosen_language(request, source.state().office.site.language)
        seen = request.headers.get("last-event-id") or since
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(live.stream(code, seen), media_type="text/event-stream", headers=headers)

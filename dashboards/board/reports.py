"""The reports' files, the forms that order them, and both for programs; the page itself is `pages/reports.py`.

A report is a document of its own, with its styles inside. It is shown as a page of its own that may run nothing, load nothing
and belongs to no origin (`sandbox`): what stands in it cannot reach the board.
"""

import asyncio
import re
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi import Path as InPath
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from dashboards.board.api_page import reads
from dashboards.board.api_values import Answers
from dashboards.board.bearer import Bearer
from dashboards.board.doing import sent
from dashboards.board.pages.reports import may_order
from dashboards.board.shell import Shell
from dashboards.views.report_shelf import MEDIA_TYPES, Desk
from policies.words import say

DOCUMENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'none'; sandbox"
)
_REVISION = re.compile(r"r(\d{1,4})")

MonthText = Annotated[str, InPath(pattern=r"^\d{4}-\d{2}$", description="such as 2026-10")]
RevisionNumber = Annotated[int, InPath(ge=0, le=9999, description="0 is the report as it was first made")]
FileName = Annotated[str, InPath(max_length=80)]


def report_routes(shell: Shell, desk: Desk) -> APIRouter:
    """`GET /reports/MONTH/rN/FILE`, `POST /reports/make`, `POST /reports/send`, `/api/v1/reports…`."""
    routes = APIRouter()

    @routes.get("/reports/{month}/{revision}/{name}", include_in_schema=False)
    async def file(request: Request, month: str, revision: str, name: str) -> Response:
        person = shell.reception.recognise(request).person
        if person is None or "read" not in person.scopes:
            return RedirectResponse(f"/login?{urlencode({'back': request.url.path})}", 303, headers={"Vary": "Cookie"})
        number = _REVISION.fullmatch(revision)
        answer = await _file(desk, month, int(number[1]), name) if number else None
        return answer or PlainTextResponse("There is no such report.\n", status_code=404)

    @routes.post("/reports/{what}", include_in_schema=False)
    async def order(request: Request, what: str) -> Response:
        visitor = shell.reception.recognise(request)
        fields = await sent(request)
        if visitor.person is None:
            return RedirectResponse("/login?back=%2Freports", status_code=303)
        here = shell.addresses.find("/reports")
        if not visitor.has_sent(fields.get("token", "")):
            return await shell.at(request, here, say("This form was too old. Please try once more."), 403)
        if not may_order(visitor.person):
            return await shell.at(request, here, say("This needs the role {role}.", role="operator"), 403)
        month, _, revision = fields.get("report", "").partition(" r")
        who = visitor.person.name
        if what == "make":
            is_done = desk.make(month, who)
        elif what == "send":
            is_done = revision.isdecimal() and len(revision) <= 4 and desk.send(month, int(revision), who)  # noqa: PLR2004  digits
        else:
            return PlainTextResponse("There is no such form.\n", status_code=404)
        if not is_done:
            return await shell.at(request, here, say("There is no such report."), 404)
        return RedirectResponse("/reports", status_code=303)

    routes.include_router(_api(shell, desk))
    return routes


def _api(shell: Shell, desk: Desk) -> APIRouter:
    answers = Answers(shell.source)
    routes = APIRouter(
        prefix="/api/v1",
        tags=["reports"],
        dependencies=[Depends(Bearer(shell.reception))],
        responses={401: {}, 403: {}},
    )

    @routes.get(
        "/reports",
        summary="The months that have a report, with their revisions",
        response_class=JSONResponse,
        openapi_extra=reads(),
    )
    async def reports(request: Request) -> Response:
        return answers.said(request, desk.shelf().months)

    @routes.get(
        "/reports/{month}/{revision}/{name}",
        summary="One file of a report",
        response_class=Response,
        responses={404: {}, 422: {}},
        openapi_extra=reads(),
    )
    async def one(month: MonthText, revision: RevisionNumber, name: FileName) -> Response:
        answer = await _file(desk, month, revision, name)
        if answer is None:
            raise HTTPException(404, "there is no such report")
        return answer

    return routes


async def _file(desk: Desk, month: str, revision: int, name: str) -> Response | None:
    try:
        found = await asyncio.to_thread(desk.file, month, revision, name)
    except OSError:
        return PlainTextResponse("The report cannot be read now.\n", status_code=503)
    if found is None:
        return None
    outside, data = found
    form = outside.rpartition(".")[2]
    headers = {"Content-Disposition": f'{"inline" if form == "html" else "attachment"}; filename="{outside}"'}
    if form == "html":
        headers["Content-Security-Policy"] = DOCUMENT_POLICY
    return Response(data, media_type=MEDIA_TYPES.get(form, "application/octet-stream"), headers=headers)

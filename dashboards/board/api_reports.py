"""The reports for programs: which there are, their files, and the wish to have one made now."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi import Path as InPath
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, PlainTextResponse, Response

from dashboards.board.api_answers import Months
from dashboards.board.api_page import hands_out, reads
from dashboards.board.api_values import Answers
from dashboards.board.bearer import Bearer
from dashboards.board.door import Person
from dashboards.board.pages.reports import may_order
from dashboards.board.shell import Shell
from dashboards.views.report_shelf import MEDIA_TYPES, Desk

DOCUMENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'none'; sandbox"
)
MonthText = Annotated[str, InPath(pattern=r"^\d{4}-\d{2}$", description="such as 2026-10", examples=["2026-10"])]
RevisionNumber = Annotated[int, InPath(ge=0, le=9999, description="0 is the report as it was first made", examples=[0])]
FileName = Annotated[str, InPath(max_length=80, examples=["report-en.pdf"])]


class Wanted(BaseModel):
    """Which month, and which of its files the caller is after: all of them are made."""

    month: str = Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", examples=["2026-10"])
    format: Literal["html", "pdf", "xlsx", "csv", "json"] = "pdf"
    language: Literal["en", "zh_CN"] = "en"


class Promised(BaseModel):
    """Where the file will be; there is none before the first report of that month is made."""

    month: str
    at: str


def report_api(shell: Shell, desk: Desk) -> APIRouter:
    """`/api/v1/reports…`."""
    answers, bearer = Answers(shell.source), Bearer(shell.reception)
    routes = APIRouter(
        prefix="/api/v1",
        tags=["reports"],
        dependencies=[Depends(bearer)],
        responses={401: {}, 403: {}},
    )

    @routes.get(
        "/reports",
        summary="The months that have a report, with their revisions",
        response_class=JSONResponse,
        openapi_extra=reads(Months),
    )
    async def reports(request: Request) -> Response:
        return answers.said(request, desk.shelf().months)

    @routes.post(
        "/reports",
        summary="Have a month's report made now, or revised where its figures have changed",
        status_code=202,
        responses={404: {}, 422: {}},
        openapi_extra={"x-officed-scope": "decide", "x-officed-role": "operator"},
    )
    async def make(wanted: Wanted, who: Annotated[Person, Depends(bearer)], response: Response) -> Promised:
        """Asked again while it waits, or when nothing has changed since, it changes nothing."""
        if not may_order(who):
            raise HTTPException(403, "this token may not have reports made")
        if not desk.make(wanted.month, who.name):
            raise HTTPException(404, "that month is not over, or too long ago")
        at = f"/api/v1/reports/{wanted.month}/newest/report-{wanted.language}.{wanted.format}"
        response.headers["Location"] = at
        return Promised(month=wanted.month, at=at)

    @routes.get(
        "/reports/{month}/newest/{name}",
        summary="One file of the newest revision of a report",
        response_class=Response,
        responses={404: {}, 422: {}},
        openapi_extra=hands_out(MEDIA_TYPES, 404),
    )
    async def newest(month: MonthText, name: FileName) -> Response:
        there = next((each for each in desk.shelf().months if each.month == month), None)
        return _there(await file_of(desk, month, there.revisions[0].number, name) if there else None)

    @routes.get(
        "/reports/{month}/{revision}/{name}",
        summary="One file of a report",
        response_class=Response,
        responses={404: {}, 422: {}},
        openapi_extra=hands_out(MEDIA_TYPES, 404),
    )
    async def one(month: MonthText, revision: RevisionNumber, name: FileName) -> Response:
        return _there(await file_of(desk, month, revision, name))

    return routes


async def file_of(desk: Desk, month: str, revision: int, name: str) -> Response | None:
    """As it is handed out, or None. A page may run nothing, load nothing, and belongs to no origin."""
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


def _there(answer: Response | None) -> Response:
    if answer is None:
        raise HTTPException(404, "there is no such report")
    return answer

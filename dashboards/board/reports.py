"""The reports' files and the forms that order them; the page itself is `pages/reports.py`, for programs `api_reports.py`.

A report is a document of its own, with its styles inside. It is shown as a page of its own that may run nothing, load nothing
and belongs to no origin (`sandbox`): what stands in it cannot reach the board.
"""

import re
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from dashboards.board.api_reports import file_of, report_api
from dashboards.board.doing import sent
from dashboards.board.pages.reports import may_order
from dashboards.board.shell import Shell
from dashboards.views.report_shelf import Desk
from policies.words import say

_REVISION = re.compile(r"r(\d{1,4})")


def report_routes(shell: Shell, desk: Desk) -> APIRouter:
    """`GET /reports/MONTH/rN/FILE`, `POST /reports/make`, `POST /reports/send`, `/api/v1/reports…`."""
    routes = APIRouter()

    @routes.get("/reports/{month}/{revision}/{name}", include_in_schema=False)
    async def file(request: Request, month: str, revision: str, name: str) -> Response:
        person = shell.reception.recognise(request).person
        if person is None or "read" not in person.scopes:
            return RedirectResponse(f"/login?{urlencode({'back': request.url.path})}", 303, headers={"Vary": "Cookie"})
        number = _REVISION.fullmatch(revision)
        answer = await file_of(desk, month, int(number[1]), name) if number else None
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

    routes.include_router(report_api(shell, desk))
    return routes
